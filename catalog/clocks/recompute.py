"""Due days made anew when a calendar that was missing has come.

Decides which due days move: those still open whose count ran through a year without an official
calendar. What is settled keeps the day it was judged by. With ``amended`` every open due day follows a
calendar that was changed after its publication (the State Council has done so).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, select, update

from catalog import evidence
from catalog.clocks import running
from catalog.clocks.owed import stated
from catalog.clocks.place import place_on
from catalog.store.tables.clocks import clocks
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import requests
from catalog.store.tables.quality import quality_contests, quality_evaluations, rectification_cases
from catalog.store.tables.registration import registration_applications
from catalog.store.tables.requesting import request_cases
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


@dataclass(frozen=True, slots=True)
class _Dated:
    """A table whose rows carry a due day of their own, outside the clocks.

    Attributes:
        kind: what a subject of it is called.
        table: which.
        receipt: column of the day or instant of receipt.
        rule: column with the rule, or the rule of rows that do not say theirs.
        states: in which the day still counts; empty: as long as it has not come.
        day, provisional: columns of the due day and of its doubt.
    """

    kind: str
    table: Table
    receipt: str
    rule: str
    states: tuple[str, ...]
    day: str = "due_on"
    provisional: str = "due_provisional"


_DATED: Final = (
    _Dated("rectification", rectification_cases, "opened_at", "due_rule", ("open", "sent")),
    _Dated("request", requests, "received_at", "due_rule", ("submitted",)),
    _Dated("correction", corrections, "opened_at", "due_rule", ("open",)),
    _Dated("contest", quality_contests, "opened_at", "evaluation_decision", ("open",)),
    _Dated(
        "evaluation", quality_evaluations, "published_at", "contest_rule", (), "contest_until",
        "contest_provisional",
    ),
    _Dated(
        "registration", registration_applications, "notice_from", "registration_notice",
        ("noticed", "contested"), "notice_until", "notice_provisional",
    ),
)  # fmt: skip


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
    today = rules.local_date(now)
    moved = [*_clocks(connection, amended)]
    _requests_follow(connection, moved)
    for dated in _DATED:
        moved += _rows(connection, dated, today, amended)
    for each in moved:
        body = {
            "rule": each.rule, "before": each.before.isoformat(), "after": each.after.isoformat(),
            "provisional": each.provisional, "actor": by,
        }  # fmt: skip
        evidence.record(connection, event="catalog:clock:recompute", subject=each.subject, body=body, now=now)
    return tuple(moved)


def _clocks(connection: Connection, amended: bool) -> Iterator[Moved]:
    for clock in running.open_clocks(connection):
        # One that stands still gets its day when it runs on; what was late before it was paused stays late.
        if clock.due_on is None or clock.state == running.PAUSED or not (clock.provisional or amended):
            continue
        due = running.due_of(connection, clock)
        if (due.date, due.provisional) == (clock.due_on, clock.provisional):
            continue
        connection.execute(
            update(clocks).where(clocks.c.id == clock.id).values(due_on=due.date, provisional=due.provisional)
        )
        yield Moved(clock.subject, clock.rule, clock.due_on, due.date, due.provisional)


def _requests_follow(connection: Connection, moved: Iterable[Moved]) -> None:
    """A request is due with the last of its cases."""
    r, c = requests.c, request_cases.c
    for case_id in (each.subject.removeprefix("case:") for each in moved if each.subject.startswith("case:")):
        request_id = connection.execute(select(c.request_id).where(c.id == case_id)).scalar_one()
        cases = connection.execute(select(c.id, c.rule).where(c.request_id == request_id)).all()
        dues = [
            (clock.due_on, clock.provisional)
            for case in cases
            for clock in running.clocks_of(connection, f"case:{case.id}")
            if clock.rule == case.rule and clock.due_on is not None
        ]
        if dues:
            day, doubt = max(dues)
            anew = {"due_on": day, "due_provisional": doubt}
            connection.execute(update(requests).where(r.id == request_id).values(**anew))


def _rows(connection: Connection, dated: _Dated, today: date, amended: bool) -> Iterator[Moved]:
    c = dated.table.c
    day, doubt = c[dated.day], c[dated.provisional]
    query = select(dated.table).where(day.is_not(None))
    query = query.where(c.state.in_(dated.states)) if dated.states else query.where(day >= today)
    if dated.table is requests:  # those with cases have clocks, and follow them
        query = query.where(c.id.not_in(select(request_cases.c.request_id)))
    for row in connection.execute(query if amended else query.where(doubt)).all():
        values = row._mapping
        receipt = values[dated.receipt]
        received = rules.local_date(receipt) if isinstance(receipt, datetime) else receipt
        name, days = _ruled(connection, values.get(dated.rule, dated.rule), received)
        due = rules.due(received, days, rules.calendar())
        if (due.date, due.provisional) == (values[day], values[doubt]):
            continue
        anew = {dated.day: due.date, dated.provisional: due.provisional}
        connection.execute(update(dated.table).where(c.id == row.id).values(**anew))
        yield Moved(f"{dated.kind}:{row.id}", name, values[day], due.date, due.provisional)


def _ruled(connection: Connection, words: str, received: date) -> tuple[str, int]:
    """Rule and working days as a row states them; a bare name is looked up as of the day of receipt."""
    name, _, days = stated(words)
    if days:
        return name, days
    return name, rules.deadline(name, received, place_on(connection, received)).workdays
