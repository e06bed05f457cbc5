"""A recall as it stands: who holds the old version of a value, who was told, who has replaced it.

Decides what is read of a recall, and that a receiver's own word closes its notice. Who is told of what is
decided by :mod:`space.wayback.recall.notices`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, select, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from catalog.store.tables.recall import recall_holdings, recall_notices
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.corrections.course import OUTCOMES
from space.wayback.recall.retaining import dropped_before

UNANSWERED: Final = Reason(
    "recall.unanswered", "the challenge has no answer yet: nobody is told", "correction", "answer it first"
)


@dataclass(frozen=True, slots=True)
class Told:
    """One receiver of a value.

    Attributes:
        receiver, name: who holds it.
        ways: on which it came there.
        told_to: the receiver, or who stands in its place; None where nobody could be told.
        unreachable: why; empty where somebody was told.
        due_on: last day to replace it; None where it stands.
        closed: ``redelivered``, ``replaced`` or ``stands``; empty while it is open.
    """

    receiver: str
    name: str
    ways: tuple[str, ...]
    told_to: str | None
    unreachable: str
    due_on: date | None
    closed: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return found | {"ways": list(self.ways), "due_on": self.due_on and self.due_on.isoformat()}


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall as it stands: ``receivers`` = ``notified`` + ``unreachable``.

    Attributes:
        not_retained: what was shown in forms, verifications and un-maskings before this instant is kept no
            longer: whoever held the value by it alone is not among the receivers. None where all is kept.
    """

    correction: str
    outcome: str
    told: tuple[Told, ...]
    not_retained: datetime | None = None

    @property
    def receivers(self) -> int:
        """Everybody who held the version the case is about."""
        return len(self.told)

    @property
    def notified(self) -> int:
        """Those of them who were told."""
        return sum(not one.unreachable for one in self.told)

    @property
    def unreachable(self) -> int:
        """Those nobody could be told for, each with its reason."""
        return sum(bool(one.unreachable) for one in self.told)

    @property
    def closed(self) -> int:
        """Those that need do nothing any more."""
        return sum(bool(one.closed) for one in self.told)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        counted = {"receivers": self.receivers, "notified": self.notified, "unreachable": self.unreachable}
        named = {"correction": self.correction, "outcome": self.outcome, "closed": self.closed}
        until = None if self.not_retained is None else self.not_retained.isoformat()
        return counted | named | {"not_retained": until, "told": [one.to_document() for one in self.told]}


def standing(connection: Connection, correction_id: str) -> Recall:
    """The recall of a case as it stands; nobody is told by asking.

    Raises:
        Unknown: there is no such case.
        Refused: it has no answer yet.
    """
    case = case_of(connection, correction_id)
    n, h, o = recall_notices.c, recall_holdings.c, organisations.c
    ways: dict[str, set[str]] = {}
    for held in connection.execute(select(h.receiver, h.way).where(h.correction_id == correction_id)):
        ways.setdefault(held.receiver, set()).add(held.way)
    query = (
        select(recall_notices, o.name)
        .outerjoin(organisations, o.code == n.receiver)
        .where(n.correction_id == correction_id)
        .order_by(n.receiver)
    )
    told = tuple(_told(row, ways.get(row.receiver, ())) for row in connection.execute(query))
    return Recall(correction_id, OUTCOMES[case.state], told, dropped_before(connection))


def told_to(connection: Connection, receiver: str) -> tuple[tuple[str, str, str, Told], ...]:
    """What an organisation was told of the values it holds: case, dataset, field, and its own notice.

    The open ones first, by their last day; none of them names another receiver.
    """
    n, c, o = recall_notices.c, corrections.c, organisations.c
    query = (
        select(recall_notices, c.dataset, c.field, o.name)
        .join(corrections, c.id == n.correction_id)
        .outerjoin(organisations, o.code == n.receiver)
        .where(n.receiver == receiver)
        .order_by(n.closed_at.is_not(None), n.due_on, n.correction_id)
    )
    h = recall_holdings.c
    ways: dict[str, set[str]] = {}
    for held in connection.execute(select(h.correction_id, h.way).where(h.receiver == receiver)):
        ways.setdefault(held.correction_id, set()).add(held.way)
    return tuple(
        (row.correction_id, row.dataset, row.field, _told(row, ways.get(row.correction_id, ())))
        for row in connection.execute(query)
    )


def replaced(engine: Engine, correction_id: str, receiver: str, *, by: str, now: datetime) -> None:
    """A receiver says that it has replaced the value, or does not hold it any more.

    Args:
        engine: the store.
        correction_id: the case.
        receiver: code of who held it.
        by: the person who says so.
        now: aware instant.

    Raises:
        Unknown: no notice of that case is open for it.
    """
    n = recall_notices.c
    mine = (n.correction_id == correction_id, n.receiver == receiver)
    with writing(engine) as connection:
        done = connection.execute(
            update(recall_notices)
            .where(*mine, n.closed_at.is_(None), n.unreachable.is_(None))
            .values(closed_at=now, closed_how="replaced", closed_by=by)
        )
        if done.rowcount != 1:
            raise Unknown("open recall notice of", receiver, "see `ybz recall`")
        body = {"receiver": receiver, "how": "replaced", "by": by}
        record(connection, event="recall:notice:close", subject=correction_id, body=body, now=now)


def waiting(connection: Connection) -> tuple[str, ...]:
    """Cases whose receivers were not told of their state, or have still to replace the value."""
    c, n = corrections.c, recall_notices.c
    untold = [
        row.id
        for row in connection.execute(select(c.id, c.state, c.told).where(c.answered_at.is_not(None)))
        if row.state in OUTCOMES and row.told != OUTCOMES[row.state]
    ]
    open_ = select(n.correction_id).where(n.closed_at.is_(None), n.told == "carried").distinct()
    return tuple(dict.fromkeys([*untold, *connection.execute(open_).scalars()]))


def _told(row: Row[Any], ways: Iterable[str]) -> Told:
    return Told(
        row.receiver, row.name or "", tuple(sorted(ways)), row.told_to, row.unreachable or "", row.due_on,
        row.closed_how or "",
    )  # fmt: skip


def case_of(connection: Connection, correction_id: str) -> Row[Any]:
    """The answered case of that id.

    Raises:
        Unknown: there is no such case.
        Refused: it has no answer yet.
    """
    case = connection.execute(select(corrections).where(corrections.c.id == correction_id)).first()
    if case is None:
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    if case.state not in OUTCOMES:
        raise Refused(Deny((UNANSWERED,)))
    return case
