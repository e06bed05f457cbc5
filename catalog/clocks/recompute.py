"""Due days made anew when a calendar that was missing has come.

Decides which due days move: those still open whose count ran through a year without an official
calendar. What is settled keeps the day it was judged by. With ``amended`` every open due day follows a
calendar that was changed after its publication (the State Council has done so).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from catalog import evidence
from catalog.clocks import running
from catalog.clocks.owed import stated
from catalog.clocks.place import place_on
from catalog.store.tables.clocks import clocks
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import requests
from catalog.store.tables.quality import quality_contests, rectification_cases
from policies import clocks as rules


@dataclass(frozen=True, slots=True)
class Moved:
    """A due day that was made anew.

    Attributes:
        subject: what it is about.
        rule: the deadline rule.
        before, after: the last day then and now; they may be equal, when only its doubt is gone.
        provisional: whether a calendar is still missing.
    """

    subject: str
    rule: str
    before: date
    after: date
    provisional: bool

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"before": self.before.isoformat(), "after": self.after.isoformat()}


# Tables whose rows carry a due day of their own, outside the clocks: what a subject of them is called, the
# column of receipt, and the states in which the day still counts.
_DATED: Final = (
    ("rectification", rectification_cases, "opened_at", ("open", "sent")),
    ("request", requests, "received_at", ("submitted",)),
    ("correction", corrections, "opened_at", ("open",)),
    ("contest", quality_contests, "opened_at", ("open",)),
)
# The rule of rows that do not say theirs.
_UNSAID: Final = "evaluation_decision"


def recompute(connection: Connection, *, by: str, now: datetime, amended: bool = False) -> tuple[Moved, ...]:
    """Make open due days anew by the calendar as it is now.

    Args:
        connection: a writing transaction.
        by: who asks for it.
        now: aware instant.
        amended: also those that were not provisional.

    Returns:
        What changed: its day, or that it is provisional no more.
    """
    moved = [*_clocks(connection, amended), *_others(connection, amended)]
    for each in moved:
        body = {
            "rule": each.rule, "before": each.before.isoformat(), "after": each.after.isoformat(),
            "provisional": each.provisional, "actor": by,
        }  # fmt: skip
        evidence.record(connection, event="catalog:clock:recompute", subject=each.subject, body=body, now=now)
    return tuple(moved)


def _clocks(connection: Connection, amended: bool) -> Iterator[Moved]:
    for clock in running.open_clocks(connection):
        if clock.due_on is None or not (clock.provisional or amended):
            continue
        due = running.due_of(connection, clock)
        if (due.date, due.provisional) == (clock.due_on, clock.provisional):
            continue
        connection.execute(
            update(clocks).where(clocks.c.id == clock.id).values(due_on=due.date, provisional=due.provisional)
        )
        yield Moved(clock.subject, clock.rule, clock.due_on, due.date, due.provisional)


def _others(connection: Connection, amended: bool) -> Iterator[Moved]:
    calendar = rules.calendar()
    for kind, table, receipt, states in _DATED:
        query = select(table).where(table.c.state.in_(states), table.c.due_on.is_not(None))
        if not amended:
            query = query.where(table.c.due_provisional)
        for row in connection.execute(query).all():
            received = rules.local_date(row._mapping[receipt])
            name, days = _ruled(connection, row._mapping.get("due_rule", _UNSAID), received)
            due = rules.due(received, days, calendar)
            if (due.date, due.provisional) == (row.due_on, row.due_provisional):
                continue
            values = {"due_on": due.date, "due_provisional": due.provisional}
            connection.execute(update(table).where(table.c.id == row.id).values(**values))
            yield Moved(f"{kind}:{row.id}", name, row.due_on, due.date, due.provisional)


def _ruled(connection: Connection, words: str, received: date) -> tuple[str, int]:
    """Rule and working days as a row states them; a bare name is looked up as of the day of receipt."""
    name, _, days = stated(words)
    if days:
        return name, days
    return name, rules.deadline(name, received, place_on(connection, received)).workdays
