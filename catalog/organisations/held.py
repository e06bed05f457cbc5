"""What a unit still has in its name: duties, registrations, sources, grants.

Decides nothing: it is read before a unit ends with nobody to follow it, and after a reform to see what is
still to be put into the successor's name. Grants do not pass by themselves: see
:mod:`catalog.organisations.granted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from catalog.clocks import duties
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.grants import HELD, grants
from catalog.store.tables.registration import registrations


@dataclass(frozen=True, slots=True)
class Held:
    """One thing in a unit's name.

    Attributes:
        kind: ``duty``, ``registration``, ``source`` or ``grant``.
        subject: which one.
        words: what it is, one phrase.
    """

    kind: str
    subject: str
    words: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def held_by(connection: Connection, code: str, on: date) -> tuple[Held, ...]:
    """Everything in a unit's own name on a day, duties first.

    Args:
        connection: to read with.
        code: of the unit; it may be one that is no more.
        on: day, Asia/Shanghai.
    """
    owed = (
        Held("duty", each.subject, f"the duty {each.rule} of {each.subject}")
        for each in duties.duties(connection, on)
        if each.owner_code == code
    )
    named = (*_registered(connection, code), *_answered(connection, code))
    return (*owed, *named, *_granted(connection, code, on))


def _registered(connection: Connection, code: str) -> Iterator[Held]:
    r = registrations.c
    mine = (r.registrant_code == code) & r.state.in_(("pending", "registered"))
    for row in connection.execute(select(r.id, r.name).where(mine).order_by(r.name, r.id)):
        yield Held("registration", row.id, f"the registration of {row.name}")


def _answered(connection: Connection, code: str) -> Iterator[Held]:
    t = authority_terms.c
    mine = (t.department_code == code) & t.ended_on.is_(None)
    for row in connection.execute(
        select(t.dataset, t.field).where(mine).order_by(t.dataset, t.field, t.subject)
    ):
        place = f"{row.dataset}.{row.field}"
        yield Held("source", place, f"the source {place}")


def _granted(connection: Connection, code: str, on: date) -> Iterator[Held]:
    g = grants.c
    mine = or_(g.grantee == code, g.grantor == code)
    running = g.state.in_(HELD) & (g.valid_to >= on)
    for row in connection.execute(select(g.id).where(mine, running).order_by(g.id)):
        yield Held("grant", row.id, f"the grant {row.id}")
