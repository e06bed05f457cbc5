"""Conflict cases over an item: opened by a second claim, decided by the authority within a dated time.

Decides that an item has one open case at a time; further claims join it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog import evidence
from catalog.authority.items import Item
from catalog.clocks import running
from catalog.clocks.owed import authority_on
from catalog.errors import CatalogError
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.authority import authority_cases
from policies.clocks import local_date

# The deadline rule of a decision.
RULE: Final = "authority_conflict"


class UnknownCase(CatalogError):
    """No such conflict, or it is decided."""


@dataclass(frozen=True, slots=True)
class Case:
    """A conflict; mirrors its row.

    Attributes:
        number: 1, 2, … of the item.
        decided_for: ``schema.table.field``, once decided; empty text where the case fell away.
    """

    id: str
    element: str
    subject: str
    number: int
    opened_at: datetime
    opened_by: str
    decided_for: str | None
    decision_basis: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def key(self) -> tuple[str, str]:
        """The item it is about."""
        return self.element, self.subject

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        names = (
            "id", "element", "subject", "number", "opened_by", "decided_for", "decision_basis", "decided_by"
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {
            "opened_at": self.opened_at.isoformat(),
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(),
        }


def join(connection: Connection, item: Item, *, by: str, now: datetime) -> Case:
    """The open case over an item, opened now where there is none; its clock runs against the authority."""
    for case in open_cases(connection):
        if case.key == item.key:
            return case
    c = authority_cases.c
    before = select(func.count()).where(c.element == item.element, c.subject == item.subject)
    case_id, number = new_id("cas"), connection.execute(before).scalar_one() + 1
    connection.execute(
        insert(authority_cases).values(
            id=case_id, element=item.element, subject=item.subject, number=number, opened_at=now, opened_by=by
        )
    )
    body = {"element": item.element, "subject": item.subject, "claimant": item.place, "actor": by}
    evidence.record(connection, event="catalog:authority:conflict", subject=case_id, body=body, now=now)
    owner, code = authority_on(connection, local_date(now))
    running.start(
        connection, subject=f"authority:{case_id}", rule=RULE, owner=owner, owner_code=code,
        words=f"decide who answers for {item.element} of {item.subject}", now=now,
    )  # fmt: skip
    return open_case(connection, case_id)


def close(connection: Connection, case: Case, winner: str, *, basis: str, by: str, now: datetime) -> None:
    """Write the decision down; the clock ends."""
    _settle(connection, case, winner, basis=basis, by=by, now=now)
    body = {"element": case.element, "subject": case.subject, "for": winner, "basis": basis, "actor": by}
    evidence.record(connection, event="catalog:authority:decide", subject=case.id, body=body, now=now)
    running.end(connection, subject=f"authority:{case.id}", rule=RULE, now=now)


def drop(connection: Connection, case: Case, *, basis: str, by: str, now: datetime) -> None:
    """A case nobody pursues any more falls away; so does its clock."""
    _settle(connection, case, "", basis=basis, by=by, now=now)
    running.cancel(connection, subject=f"authority:{case.id}", rule=RULE, reason=basis, now=now)


def _settle(connection: Connection, case: Case, winner: str, *, basis: str, by: str, now: datetime) -> None:
    connection.execute(
        update(authority_cases)
        .where(authority_cases.c.id == case.id)
        .values(decided_for=winner, decision_basis=basis, decided_by=by, decided_at=now)
    )


def open_case(connection: Connection, case_id: str) -> Case:
    """The case of that id, to be decided.

    Raises:
        UnknownCase: there is none, or it is decided.
    """
    row = connection.execute(select(authority_cases).where(authority_cases.c.id == case_id)).one_or_none()
    if row is None:
        raise UnknownCase(f"no conflict {case_id} — see `ybz authority list`")
    if row.decided_at is not None:
        raise UnknownCase(f"{case_id} was settled on {local_date(row.decided_at)} — see `ybz authority show`")
    return _case(row)


def open_cases(connection: Connection, part: Part | None = None) -> tuple[Case, ...]:
    """Every conflict that waits for its decision, the oldest first; a part by when it was opened, and id."""
    c = authority_cases.c
    waiting = select(authority_cases).where(c.decided_at.is_(None))
    return tuple(_case(row) for row in connection.execute(parted(waiting, part, c.opened_at, c.id)))


def all_cases(connection: Connection, element: str | None = None) -> tuple[Case, ...]:
    """Every conflict, or those over an element, the oldest first."""
    c = authority_cases.c
    query = select(authority_cases).order_by(c.opened_at, c.id)
    if element is not None:
        query = query.where(c.element == element)
    return tuple(_case(row) for row in connection.execute(query))


def _case(row: Row[Any]) -> Case:
    return Case(**row._mapping)
