"""A case of a request: what one owner answers, by one chain, under one clock; and one step of it.

Decides nothing beyond the table ``procedures/request.csv``. Who may take a step, and what it needs, is asked
by the acts themselves, before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from catalog.clocks import running as clocks
from catalog.clocks.standing import Clock, clocks_of
from policies.approval import Chain, Side
from policies.clocks import Due
from policies.machine import Machine, machine
from space.requesting.statements import Item

# States in which a case waits for an answer, whoever has to give or to complete it.
WAITING: Final = ("submitted", "first", "returned", "second", "region", "authority")
# Of a dispute that is not over, and the deadline rule of each.
DISPUTED: Final = {
    "negotiating": "dispute_negotiation",
    "before_authority": "dispute_authority",
    "before_superior": "dispute_superior",
    "before_government": "dispute_government",
}


def procedure() -> Machine:
    """The one table of requests: state, event, who, where it leads."""
    return machine("request", Side)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        by: the person.
        office: in which they act.
    """

    by: str
    office: Side


# What follows by itself.
NOBODY: Final = Actor("clock", Side.CLOCK)


@dataclass(frozen=True, slots=True)
class Case:
    """What one owner answers of a request.

    Attributes:
        id: of the case.
        request_id, number: of its request, and which of its cases.
        owner, owner_code: the department of the entries.
        share_type: of all its items, or ``open``.
        rule: deadline rule of the answer.
        chain: who answers, in which order, as it was when the case was opened.
        state: of ``procedures/request.csv``.
        lacks, given: what the provider found missing, and what the applicant then gave.
        disputed: items a dispute is about, ``dataset.field``.
        opened_at, answered_at: when.
        items: with their answers.
    """

    id: str
    request_id: str
    number: int
    owner: str
    owner_code: str
    share_type: str
    rule: str
    chain: Chain
    state: str
    lacks: tuple[str, ...]
    given: tuple[str, ...]
    disputed: tuple[str, ...]
    opened_at: datetime
    answered_at: datetime | None
    items: tuple[Item, ...]

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in WAITING

    @property
    def open_items(self) -> tuple[Item, ...]:
        """Items without an answer."""
        return tuple(item for item in self.items if item.answer is None)

    @property
    def refused_items(self) -> tuple[Item, ...]:
        """Items that were refused."""
        return tuple(item for item in self.items if item.answer == "refused")

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form; the items stand with the request."""
        return {
            "id": self.id, "request": self.request_id, "number": self.number, "owner": self.owner,
            "owner_code": self.owner_code, "share_type": self.share_type, "rule": self.rule,
            "chain": self.chain.to_document(), "state": self.state, "lacks": list(self.lacks),
            "given": list(self.given), "disputed": list(self.disputed),
            "opened_at": self.opened_at.isoformat(),
            "answered_at": None if self.answered_at is None else self.answered_at.isoformat(),
            "items": [item.name for item in self.items],
        }  # fmt: skip


def subject_of(case_id: str) -> str:
    """What the clocks of a case are about."""
    return f"case:{case_id}"


def case_from_row(row: Row[Any], items: tuple[Item, ...]) -> Case:
    """The case a row of the store holds."""
    values = dict(row._mapping)
    for key in ("lacks", "given", "disputed"):
        values[key] = tuple(values[key] or ())
    return Case(**values | {"chain": Chain.from_document(values["chain"])}, items=items)


def clock_of(connection: Connection, case: Case) -> Clock | None:
    """The clock of the answer of a case, running or not; None where it was given at once."""
    found = [clock for clock in clocks_of(connection, subject_of(case.id)) if clock.rule == case.rule]
    return found[-1] if found else None


def due_of(connection: Connection, case: Case) -> Due | None:
    """The last day for the answer of a case; None while the clock stands still, or where there was none."""
    clock = clock_of(connection, case)
    return None if clock is None or clock.due_on is None else Due(clock.due_on, clock.provisional)


def stop_clock(connection: Connection, case: Case, rule: str, now: datetime, *, why: str = "") -> None:
    """End a clock of a case that is open, or cancel it where ``why`` says that nothing is owed any more."""
    about = {"subject": subject_of(case.id), "rule": rule}
    if any(c.rule == rule for c in clocks_of(connection, about["subject"], open_only=True)):
        if why:
            clocks.cancel(connection, **about, reason=why, now=now)
        else:
            clocks.end(connection, **about, now=now)
