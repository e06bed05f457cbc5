"""Acts on entries: each with its actor, office, time and reason, in a row and in evidence.

Decides how an act is written down, and whether one person may act in two offices on one revision. Which
act is lawful in which state is the table ``cataloguing`` of :mod:`policies.machine`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from catalog.cataloging.errors import Refused
from catalog.evidence.append import record_all
from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.ledger import entries
from policies.decision import Decision, Deny, Permit, Reason
from policies.machine import Office
from policies.rulebook import rule

PROCEDURE: Final = "cataloguing"
COMPILE: Final = "compile"
CHECK: Final = "check"
SIGN_OFF: Final = "sign_off"
REVIEW: Final = "review"
PUBLISH: Final = "publish"
RETURN: Final = "return"
REFUSE: Final = "refuse"
RETRACT: Final = "retract"
WITHDRAW: Final = "withdraw"
TRIGGER: Final = "trigger"
# Offices one person should not hold together on one revision.
SEPARATE: Final = (Office.STEWARD, Office.HEAD, Office.AUTHORITY)
SAME_PERSON: Final = "catalog.offices.separate"


@dataclass(frozen=True, slots=True)
class Who:
    """A person in an office.

    Attributes:
        name: who acts.
        office: as what.
    """

    name: str
    office: Office


@dataclass(frozen=True, slots=True)
class Act:
    """One act on an entry.

    Attributes:
        entry_id, name: of the entry.
        revision: number of the revision it is about.
        event: what was done, of the procedure ``cataloguing``.
        office, actor: by whom.
        before, after: state of that revision.
        reason: why; may be empty for a step forward.
        now: when.
        details: what else the act says, plain JSON.
    """

    entry_id: str
    name: str
    revision: int
    event: str
    office: Office
    actor: str
    before: str
    after: str
    reason: str
    now: datetime
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "event": self.event, "revision": self.revision, "office": self.office.value, "actor": self.actor,
            "before": self.before, "after": self.after, "reason": self.reason, "at": self.now.isoformat(),
            "details": dict(self.details),
        }  # fmt: skip


def write(connection: Connection, acts: Sequence[Act]) -> None:
    """Write acts and their evidence in the caller's transaction, in the order given."""
    if not acts:
        return
    places = _last_places(connection, {act.entry_id for act in acts})
    rows = []
    for act in acts:
        places[act.entry_id] = places.get(act.entry_id, 0) + 1
        rows.append(_row(act, places[act.entry_id]))
    connection.execute(insert(entry_acts), rows)
    # One instant a call: acts of one transaction are of one moment.
    recorded = [(f"catalog:entry:{act.event}", act.name, _body(act)) for act in acts]
    record_all(connection, recorded, now=acts[0].now)


def acts_of(connection: Connection, entry_id: str) -> tuple[Act, ...]:
    """Every act on an entry, the first one first."""
    return acts_of_all(connection, [entry_id])[entry_id]


def acts_of_all(connection: Connection, entry_ids: Iterable[str]) -> dict[str, tuple[Act, ...]]:
    """Every act on each of many entries, the first one first."""
    wanted = sorted(set(entry_ids))
    found: dict[str, list[Act]] = {entry_id: [] for entry_id in wanted}
    query = select(entry_acts, entries.c.name).join(entries, entries.c.id == entry_acts.c.entry_id)
    for at in range(0, len(wanted), 500):
        some = query.where(entry_acts.c.entry_id.in_(wanted[at : at + 500]))
        for row in connection.execute(some.order_by(entry_acts.c.entry_id, entry_acts.c.place)):
            found[row.entry_id].append(_act(row))
    return {entry_id: tuple(acts) for entry_id, acts in found.items()}


def separation(who: Who, former: Iterable[Act], on: date) -> tuple[Decision, tuple[str, ...]]:
    """Whether a person may act in an office, given the acts on the same revision so far.

    Args:
        who: acts now.
        former: acts on the revision.
        on: day whose rule counts.

    Returns:
        The decision, and the other offices the same person held (for the note in the act).
    """
    if who.office not in SEPARATE:
        return Permit(), ()
    held = {act.office for act in former if act.office in SEPARATE and same(act.actor, who.name)}
    others = tuple(sorted(office.value for office in held - {who.office}))
    if not others:
        return Permit(), ()
    ruled = rule("cataloguing", "separate_offices", on)
    if ruled.value == "note":
        return Permit(), others
    reason = Reason(
        SAME_PERSON,
        f"one person acts as {', '.join(others)} and as {who.office.value} on one revision",
        who.office.value,
        f"another person takes this step ({ruled.source})",
    )
    return Deny((reason,)), others


def separated(name: str, who: Who, former: Iterable[Act], on: date) -> dict[str, Any]:
    """What an act notes about other offices of its actor.

    Raises:
        Refused: the rule in force asks for separate persons.
    """
    decision, others = separation(who, former, on)
    if isinstance(decision, Deny):
        raise Refused(name, decision)
    return {"same_person": list(others)} if others else {}


def same(one: str, other: str) -> bool:
    """Whether two names are one, but for width, case and blanks."""
    return _folded(one) == _folded(other)


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _act(row: Row[Any]) -> Act:
    return Act(
        row.entry_id, row.name, row.revision, row.event, Office(row.office), row.actor,
        row.state_before, row.state_after, row.reason, row.made_at, row.details,
    )  # fmt: skip


def _row(act: Act, place: int) -> dict[str, Any]:
    return {
        "id": new_id("act"), "entry_id": act.entry_id, "place": place, "revision": act.revision,
        "event": act.event, "office": act.office.value, "actor": act.actor, "state_before": act.before,
        "state_after": act.after, "reason": act.reason, "details": dict(act.details), "made_at": act.now,
    }  # fmt: skip


def _body(act: Act) -> dict[str, Any]:
    body = {
        "dataset": act.name, "revision": act.revision, "actor": act.actor, "office": act.office.value,
        **act.details,
    }  # fmt: skip
    return body | {"reason": act.reason} if act.reason else body


def _last_places(connection: Connection, entry_ids: set[str]) -> dict[str, int]:
    wanted = sorted(entry_ids)
    found: dict[str, int] = {}
    for at in range(0, len(wanted), 500):
        query = select(entry_acts.c.entry_id, func.max(entry_acts.c.place).label("place")).group_by(
            entry_acts.c.entry_id
        )
        rows = connection.execute(query.where(entry_acts.c.entry_id.in_(wanted[at : at + 500])))
        found |= {row.entry_id: row.place for row in rows}
    return found
