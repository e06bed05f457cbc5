"""The levels a case goes up through: who sits at each, whose turn it is and until when.

Decides that a case goes from the data authority to its superior and from there to the government, and under
which clock each of them has it. What is decided there is :mod:`space.wayback.corrections.appeals`'.

Source: 政务数据共享条例（国务院令第809号）第26条、第27条.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks import running
from catalog.clocks.owed import authority_on
from catalog.clocks.place import place_on
from catalog.store.parts import Part, parted
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from policies import clocks
from policies.rulebook import rule
from space.wayback.corrections.cases import tell
from space.wayback.corrections.course import LEVELS, Bench, Correction, of_row

# How long a level an overdue challenge came to has to see to its answer.
OVERDUE: Final = "correction_overdue"
# Whose turn an appealed case is, by its state.
BEFORE: Final = {f"before_{level.value}": level for level in LEVELS}


def owner_of(connection: Connection, level: Bench, now: datetime) -> tuple[str, str]:
    """Name and code of who sits at a level; the code is empty where the tree has nobody."""
    on = clocks.local_date(now)
    if level is Bench.AUTHORITY:
        return authority_on(connection, on)
    levels = rule("requests", "dispute_levels", on, place_on(connection, on)).value
    return str(levels[level.value]), ""


def above(case: Correction) -> Bench | None:
    """The level a case goes up to; None where there is none above."""
    now_at = BEFORE.get(case.state) or (Bench(case.level) if case.level else None)
    place = -1 if now_at is None else LEVELS.index(now_at)
    return LEVELS[place + 1] if place + 1 < len(LEVELS) else None


def due_on(connection: Connection, case: Correction) -> date | None:
    """The last day of whoever's turn it is: that of the clock that runs, else of the first answer."""
    days = [c.due_on for c in running.clocks_of(connection, case.subject, open_only=True)]
    if days:
        return max((day for day in days if day is not None), default=None)
    return case.due_on if case.state == "open" else None


def start(connection: Connection, case: Correction, level: Bench, name: str, now: datetime) -> running.Clock:
    """Let the time of a level begin: to decide an appeal, or to see to an answer that is overdue."""
    owner, code = owner_of(connection, level, now)
    verb = "see to the answer of" if name == OVERDUE else "decide the appeal over"
    return running.start(
        connection, subject=case.subject, rule=name, owner=owner, owner_code=code,
        words=f"{verb} {about(case)}", now=now,
    )  # fmt: skip


def tell_above(connection: Connection, case: Correction, words: str, now: datetime) -> None:
    """Put a line about a case into the inbox of the level it is before, where there is one."""
    _, code = owner_of(connection, Bench(case.level), now)
    known = select(organisations.c.code).where(organisations.c.code == code)
    if code and connection.execute(known).first() is not None:
        tell(connection, code, case, f"{about(case)}: {words}", now)


def about(case: Correction) -> str:
    """What a case is about, as notices say it; never the row."""
    return f"{case.dataset}.{case.field}"


def owners_before(connection: Connection) -> frozenset[str]:
    """Codes of the departments that have a case before the authority or a level above."""
    c = corrections.c
    found = connection.execute(
        select(c.department_code).where(c.level.is_not(None), c.level != "").distinct()
    )
    return frozenset(found.scalars())


def before_part(
    connection: Connection, part: Part, *, departments: Collection[str] | None, level: str | None = None
) -> tuple[Correction, ...]:
    """A part of the cases before the authority or a level above, the oldest first.

    Args:
        connection: to read with.
        part: which of them, by the instant of opening and id.
        departments: codes of the departments whose cases are told; of all where None.
        level: only before this one.
    """
    c = corrections.c
    query = select(corrections).where(c.level.is_not(None), c.level != "")
    if level is not None:
        query = query.where(c.level == level)
    if departments is not None:
        query = query.where(c.department_code.in_(departments))
    return tuple(of_row(row) for row in connection.execute(parted(query, part, c.opened_at, c.id)))
