"""Clocks as they stand: what a clock is, which are open, and when one is due.

Decides the due day from the days of the rule, the pauses and the extensions; what moves a clock is
:mod:`catalog.clocks.running`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select, tuple_

from catalog.store.parts import Part, parted
from catalog.store.tables.clocks import clock_extensions, clock_pauses, clocks
from policies import clocks as rules

RUNNING: Final = "running"
PAUSED: Final = "paused"
DONE: Final = "done"
CANCELLED: Final = "cancelled"
OPEN: Final = (RUNNING, PAUSED)


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty with its time; mirrors its row in the store.

    Attributes:
        subject: what it is about, ``entry:people.residents``.
        rule: name of the deadline rule.
        place: whose rule it is, ``national`` or a division code.
        workdays: the rule's, on the day of receipt.
        source: law and article.
        owner, owner_code: who owes it.
        words: what is owed, one phrase.
        received_on: day of receipt, which does not count.
        due_on: last day; None while it stands still.
        provisional: the count ran through a year without an official calendar.
        state: ``running``, ``paused``, ``done`` or ``cancelled``.
        on_time: whether it was done by its last day; None while it is open.
    """

    id: str
    subject: str
    rule: str
    place: str
    workdays: int
    source: str
    owner: str
    owner_code: str
    words: str
    received_on: date
    due_on: date | None
    provisional: bool
    state: str
    started_at: datetime
    ended_at: datetime | None
    on_time: bool | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        days = {key: getattr(self, key) for key in ("received_on", "due_on", "started_at", "ended_at")}
        return asdict(self) | {key: None if day is None else day.isoformat() for key, day in days.items()}


def clocks_of(connection: Connection, subject: str, *, open_only: bool = False) -> tuple[Clock, ...]:
    """The clocks of a subject, the first started first."""
    query = select(clocks).where(clocks.c.subject == subject).order_by(clocks.c.started_at, clocks.c.id)
    if open_only:
        query = query.where(clocks.c.state.in_(OPEN))
    return tuple(Clock(**row._mapping) for row in connection.execute(query))


def open_clocks(connection: Connection) -> tuple[Clock, ...]:
    """Every duty that is owed, the first due first; those that stand still last."""
    query = select(clocks).where(clocks.c.state.in_(OPEN))
    rows = connection.execute(query.order_by(clocks.c.due_on.is_(None), clocks.c.due_on, clocks.c.subject))
    return tuple(Clock(**row._mapping) for row in rows)


def owners(connection: Connection, subject: str = "") -> frozenset[tuple[str, str]]:
    """Who owes what is open, or has or had a clock of a subject: name and code."""
    c = clocks.c
    query = select(c.owner, c.owner_code).where(_of_or_open(subject)).distinct()
    return frozenset((row.owner, row.owner_code) for row in connection.execute(query))


def listing_part(
    connection: Connection, part: Part, *, subject: str = "", owed_by: Collection[tuple[str, str]] | None
) -> tuple[Clock, ...]:
    """A part of the open clocks, or of every clock of a subject, by subject, rule, start and id.

    Args:
        connection: to read with.
        part: which of them.
        subject: whose clocks, open or not; open ones of all where empty.
        owed_by: names and codes of those whose clocks are told, as :func:`owners` names them; None = of all.
    """
    c = clocks.c
    query = select(clocks).where(_of_or_open(subject))
    if owed_by is not None:
        query = query.where(tuple_(c.owner, c.owner_code).in_(list(owed_by)))
    rows = connection.execute(parted(query, part, c.subject, c.rule, c.started_at, c.id))
    return tuple(Clock(**row._mapping) for row in rows)


def _of_or_open(subject: str) -> ColumnElement[bool]:
    return clocks.c.subject == subject if subject else clocks.c.state.in_(OPEN)


def due_of(connection: Connection, clock: Clock) -> rules.Due:
    """The due day with every pause and extension counted in."""
    e, p = clock_extensions.c, clock_pauses.c
    added = connection.execute(select(e.workdays).where(e.clock_id == clock.id)).scalars()
    spans = connection.execute(select(p.first_on, p.last_on).where(p.clock_id == clock.id)).all()
    paused = [(first, last) for first, last in spans]
    return rules.due(clock.received_on, clock.workdays + sum(added), rules.calendar(), paused)
