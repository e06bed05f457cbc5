"""The one-act stop 一键停用 of a dataset, an organisation or everything, by the security officer 安全员.

Decides that one person stops at once and two lift, neither alone: one proposes, another agrees. What a stop
closes is :mod:`catalog.stops`'s; calls that run are ended by :mod:`space.calls.watching`.

Source: 数据安全法 Art 29; 政务数据共享条例 Art 25; three officers 三员 of the reference of the domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.lineage import graph
from catalog.stops import ALL, DATASET, ORGANISATION
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.supplies import stop_datasets, stops
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.granting.changes import announce
from space.identity.one_person import is_one
from space.identity.organisations import organisation

_S: Final = stops.c


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop.

    Attributes:
        id: of the stop.
        kind: ``dataset``, ``organisation`` or ``all``.
        name: of the dataset, or code of the organisation; empty where everything is stopped.
        reason: why.
        stopped_by, stopped_at: who and when.
        lift_proposed_by, lift_reason: the first person who would lift it; None while nobody would.
        lifted_by, lifted_at: the second; None while it stands.
        datasets: what a stop of a dataset closes.
    """

    id: str
    kind: str
    name: str
    reason: str
    stopped_by: str
    stopped_at: datetime
    lift_proposed_by: str | None
    lift_reason: str | None
    lifted_by: str | None
    lifted_at: datetime | None
    datasets: tuple[str, ...]

    @property
    def state(self) -> str:
        """``stopped``, ``waits`` for a second person, or ``lifted``."""
        if self.lifted_at is not None:
            return "lifted"
        return "stopped" if self.lift_proposed_by is None else "waits"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "state": self.state,
            "reason": self.reason,
            "stopped_by": self.stopped_by,
            "stopped_at": self.stopped_at.isoformat(),
            "datasets": list(self.datasets),
            "lift_proposed_by": self.lift_proposed_by,
            "lift_reason": self.lift_reason,
            "lifted_by": self.lifted_by,
            "lifted_at": None if self.lifted_at is None else self.lifted_at.isoformat(),
        }


def stop(connection: Connection, kind: str, name: str = "", *, reason: str, by: str, now: datetime) -> Stop:
    """Stop a dataset, an organisation or everything; from this transaction on nothing of it leaves.

    Args:
        connection: a writing transaction.
        kind: ``dataset``, ``organisation`` or ``all``.
        name: of the dataset, or code of the organisation.
        reason: why; kept with the stop, never in the evidence log.
        by: the security officer.
        now: aware instant, read inside the transaction.

    Raises:
        Refused: no reason is given, or a stop of it stands.
        Unknown: there is no such dataset or organisation.
    """
    _known(connection, kind, name)
    refused = tuple(_objections(connection, kind, name, reason))
    if refused:
        raise Refused(Deny(refused))
    made = new_id("stp")
    closed = () if kind != DATASET else tuple(sorted({name, *graph.impact(connection, name)}))
    body = {"kind": kind, "name": name, "datasets": list(closed), "by": by}
    evidence_id = record(connection, event="space:stop:impose", subject=made, body=body, now=now)
    connection.execute(
        insert(stops).values(
            id=made,
            kind=kind,
            name=name,
            reason=reason.strip(),
            stopped_by=by,
            stopped_at=now,
            evidence_id=evidence_id,
        )
    )
    for dataset in closed:
        connection.execute(insert(stop_datasets).values(stop_id=made, dataset=dataset))
    announce(connection)
    return by_id(connection, made)


def propose_lift(connection: Connection, stop_id: str, *, reason: str, by: str, now: datetime) -> Stop:
    """Propose to lift a stop; it stands until another person agrees.

    Raises:
        Unknown: there is none of that id.
        Refused: it is lifted, somebody proposed it already, or no reason is given.
    """
    found = by_id(connection, stop_id)
    if found.lifted_at is not None:
        raise Refused(Deny((_LIFTED,)))
    if found.lift_proposed_by is not None:
        raise Refused(Deny((_PROPOSED,)))
    if not reason.strip():
        raise Refused(Deny((_REASON,)))
    record(connection, event="space:stop:propose_lift", subject=stop_id, body={"by": by}, now=now)
    values = {"lift_proposed_by": by, "lift_proposed_at": now, "lift_reason": reason.strip()}
    connection.execute(update(stops).where(_S.id == stop_id).values(**values))
    return by_id(connection, stop_id)


def agree_lift(connection: Connection, stop_id: str, *, by: str, now: datetime) -> Stop:
    """Lift a stop as the second person.

    Raises:
        Unknown: there is none of that id.
        Refused: nobody proposed it, the same person did, or it is lifted already.
    """
    found = by_id(connection, stop_id)
    if found.lifted_at is not None:
        raise Refused(Deny((_LIFTED,)))
    if found.lift_proposed_by is None:
        raise Refused(Deny((_NOT_PROPOSED,)))
    if is_one(connection, found.lift_proposed_by, by):
        raise Refused(Deny((_SAME,)))
    record(connection, event="space:stop:lift", subject=stop_id, body={"by": by}, now=now)
    connection.execute(update(stops).where(_S.id == stop_id).values(lifted_by=by, lifted_at=now))
    announce(connection)
    return by_id(connection, stop_id)


def by_id(connection: Connection, stop_id: str) -> Stop:
    """The stop of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(stops).where(_S.id == stop_id)).first()
    if row is None:
        raise Unknown("stop", stop_id, "`ybz stop list` shows them")
    return _stop(connection, row)


def all_stops(
    connection: Connection, *, standing: bool = False, part: Part | None = None
) -> tuple[Stop, ...]:
    """Every stop, the oldest first; with ``standing`` those that are not lifted, a part by instant and id."""
    wanted = select(stops)
    if standing:
        wanted = wanted.where(_S.lifted_at.is_(None))
    return _stops(connection, connection.execute(parted(wanted, part, _S.stopped_at, _S.id)).all())


_REASON: Final = Reason("stop.reason", "a stop, and its lifting, state a reason", "reason", "say why")
_LIFTED: Final = Reason("stop.lifted", "the stop is lifted already", "stop")
_PROPOSED: Final = Reason(
    "stop.proposed", "the lifting is proposed already", "stop", "another person agrees: `ybz stop agree`"
)
_NOT_PROPOSED: Final = Reason(
    "stop.not_proposed",
    "nobody has proposed to lift the stop",
    "stop",
    "one person proposes: `ybz stop lift`",
)
_SAME: Final = Reason(
    "stop.same_person", "who proposed the lifting does not agree to it", "by", "have another person agree"
)


def _known(connection: Connection, kind: str, name: str) -> None:
    if kind == ORGANISATION:
        organisation(connection, name)
    elif kind == DATASET:
        there = connection.execute(select(entries.c.name).where(entries.c.name == name)).first()
        if there is None:
            raise Unknown("dataset", name, "`ybz show` lists them")


def _objections(connection: Connection, kind: str, name: str, reason: str) -> Iterator[Reason]:
    if not reason.strip():
        yield _REASON
    same = select(_S.id).where(_S.kind == kind, _S.name == name, _S.lifted_at.is_(None))
    standing = connection.execute(same).scalar()
    if standing is not None:
        yield Reason("stop.standing", "it is stopped already", standing, "`ybz stop list` shows it")


def _stop(connection: Connection, row: Row[Any]) -> Stop:
    return _stops(connection, [row])[0]


def _stops(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Stop, ...]:
    d, closed = stop_datasets.c, {row.id: list[str]() for row in rows}
    query = select(d.stop_id, d.dataset).where(d.stop_id.in_(closed)).order_by(d.dataset)
    for stop_id, dataset in connection.execute(query):
        closed[stop_id].append(dataset)
    names = [name for name in Stop.__dataclass_fields__ if name != "datasets"]
    return tuple(
        Stop(**{name: row._mapping[name] for name in names}, datasets=tuple(closed[row.id])) for row in rows
    )


KINDS: Final = (DATASET, ORGANISATION, ALL)
