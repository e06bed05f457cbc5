"""Tasks of a body's people, as they stand on a day.

Decides who has a task: the newest hand-over that covers the day counts, one with a last day returns the task
to who had it before. Giving, handing over and closing are :mod:`space.wayback.grassroots.handing`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Row, select

from catalog.store import reading
from catalog.store.parts import Part, parted
from catalog.store.tables.grassroots import base_task_moves, base_tasks
from space.errors import Unknown
from space.wayback.grassroots.stand_ins import stands_in_for

TaskKind = Literal["verify", "visit", "fill"]
KINDS: Final[tuple[TaskKind, ...]] = ("verify", "visit", "fill")


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        kind: ``verify`` (field check 核实), ``visit`` or ``fill``.
        subject: record of the ledger, or code of a form.
        case: alert it was opened for; empty where none.
        state: ``open``, ``done`` or ``withdrawn``.
        person: who has it on the day asked about.
        overdue: it is open and its last day is over.
        outcome: counts by result, once it is done.
    """

    id: str
    body: str
    kind: str
    subject: str
    case: str
    title: str
    due_on: date
    state: str
    person: str
    overdue: bool
    outcome: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Move:
    """Who was given a task, from which day, and until when (None = until it is handed on)."""

    number: int
    person: str
    first_on: date
    last_on: date | None
    reason: str
    moved_by: str

    def covers(self, day: date) -> bool:
        """Whether it names who has the task on a day."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


def task(connection: Connection, task_id: str, on: date) -> Task:
    """One task, as it is on a day.

    Raises:
        Unknown: there is none of that id.
    """
    row = connection.execute(select(base_tasks).where(base_tasks.c.id == task_id)).first()
    if row is None:
        raise Unknown("task", task_id, "see `ybz grassroots tasks`")
    return _task(row, moves(connection, task_id), on)


def listing(
    connection: Connection,
    body_code: str,
    on: date,
    *,
    open_only: bool = False,
    part: Part | None = None,
) -> tuple[Task, ...]:
    """Tasks of a body with who has them on a day, the soonest due first."""
    t, m = base_tasks.c, base_task_moves.c
    query = select(base_tasks).where(t.body == body_code)
    if open_only:
        query = query.where(t.state == "open")
    rows = connection.execute(parted(query, part, t.due_on, t.id)).all()
    given: dict[str, list[Move]] = {}
    named = select(base_task_moves).join(base_tasks, t.id == m.task_id).where(t.body == body_code)
    if part is not None:
        named = named.where(m.task_id.in_([row.id for row in rows]))
    for row in connection.execute(named.order_by(m.task_id, m.number)):
        given.setdefault(row.task_id, []).append(_as_move(row))
    return tuple(_task(row, given[row.id], on) for row in rows)


def mine(engine: Engine, body_code: str, person: str, on: date) -> tuple[Task, ...]:
    """Open tasks a person may do on a day: the own ones, then those of whom the person stands in for."""
    with reading(engine) as connection:
        others = stands_in_for(connection, body_code, person, on)
        found = listing(connection, body_code, on, open_only=True)
    own = [one for one in found if one.person == person]
    return (*own, *(one for one in found if one.person in others and one.person != person))


def moves(connection: Connection, task_id: str) -> tuple[Move, ...]:
    """Who was given a task, in order."""
    m = base_task_moves.c
    rows = connection.execute(select(base_task_moves).where(m.task_id == task_id).order_by(m.number))
    return tuple(_as_move(row) for row in rows)


def _as_move(row: Row[Any]) -> Move:
    return Move(row.number, row.person, row.first_on, row.last_on, row.reason, row.moved_by)


def _task(row: Row[Any], given: Sequence[Move], on: date) -> Task:
    covering = [move for move in given if move.covers(on)]
    person = covering[-1].person if covering else given[0].person
    return Task(
        id=row.id,
        body=row.body,
        kind=row.kind,
        subject=row.subject,
        case=row.case_id or "",
        title=row.title,
        due_on=row.due_on,
        state=row.state,
        person=person,
        overdue=row.state == "open" and on > row.due_on,
        outcome=row.outcome or {},
    )
