"""Field checks 核实 by household: what is found at a door becomes events of the records, and closes the task.

Decides what each result does: ``confirmed`` renews the day of every item, ``changed`` is a change like any
other (a department's item is challenged), ``gone`` closes the record, ``absent`` leaves it as it was. Nothing
found at a door decides about an entitlement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import Connection, Engine, select

from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.tables.grassroots import base_events
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.grassroots.handing import assign_in, finish_in, require_mine
from space.wayback.grassroots.judging import Acting, Planned, open_record, plan
from space.wayback.grassroots.keeping import Kept, change_in, close_in, confirm_in
from space.wayback.grassroots.pages import members
from space.wayback.grassroots.records import Record, record_of
from space.wayback.grassroots.tasks import Task

Result = Literal["confirmed", "changed", "gone", "absent"]
# What a task is called where nobody says otherwise.
TITLES: Final = {"verify": "核实", "visit": "走访", "fill": "填报"}
RESULTS: Final[tuple[Result, ...]] = ("confirmed", "changed", "gone", "absent")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one record.

    Attributes:
        record: the household, or a person of it.
        result: see the module.
        values: item → value, of a change.
        reason: needed where a department answers for a changed item, and where somebody is gone.
    """

    record: str
    result: Result
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What a field check looks at: a household and the persons it is known to have, or one record."""

    task: Task
    subject: Record
    members: tuple[Record, ...]
    checked: frozenset[str]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of them, the subject first."""
        return (self.subject, *self.members)


def open_check(
    engine: Engine, body_code: str, subject: str, *, person: str, due_on: date, by: str, now: datetime,
    case: str = "",
) -> Task:  # fmt: skip
    """Open a field check of a household (or of one record) and give it to a person.

    Raises:
        Unknown: no such body or record.
        Refused: as of :func:`space.wayback.grassroots.handing.assign`.
    """
    with writing(engine) as connection:
        kind = record_of(connection, body_code, subject).kind
        title = "入户核实" if kind == "household" else TITLES["verify"]
        return assign_in(
            connection, body_code, "verify", subject, title=title, person=person, due_on=due_on, by=by,
            now=now, case=case,
        )  # fmt: skip


def door(connection: Connection, body_code: str, task_id: str, by: str, on: date) -> Door:
    """What is to be checked, for who has the task or stands in.

    Args:
        connection: a reading transaction.
        body_code: the body whose task it must be.
        task_id: of the field check.
        by: who asks.
        on: the day.

    Raises:
        Unknown: the body has no such task.
        Refused: it is closed, or somebody else has it.
    """
    task = require_mine(connection, body_code, task_id, by, on)
    subject = record_of(connection, task.body, task.subject)
    found = members(connection, task.body, subject.id) if subject.kind == "household" else ()
    e = base_events.c
    seen = connection.execute(select(e.record_id).where(e.body == task.body, e.source_id == task_id))
    return Door(task, subject, found, frozenset(seen.scalars()))


def report(
    home: Home,
    engine: Engine,
    body_code: str,
    task_id: str,
    found: Sequence[Found],
    *,
    by: str,
    now: datetime,
    done: bool,
) -> tuple[Kept, ...]:
    """Write down what was found; a check may be reported in parts.

    Args:
        home: the installation.
        engine: its store.
        body_code: the body whose task it must be.
        task_id: of the field check.
        found: one line a record, each at most once.
        by: who has the task, or stands in.
        now: aware instant.
        done: close the task.

    Returns:
        What became of each line.

    Raises:
        Unknown: the body has no such task or record.
        Refused: the task is closed or another's, a line is not of this door or does not fit, or a record was
            closed meanwhile.
    """
    with reading(engine) as connection:
        seen = door(connection, body_code, task_id, by, local_date(now))
    acting = Acting(body_code, by, now, "task", task_id)
    _require_here(seen, found)
    planned = {
        one.record: plan(home, engine, acting, one.record, one.values, one.reason)
        for one in found
        if one.result == "changed"
    }
    with writing(engine) as connection:
        # Asked again where it is written: the task may have been closed or handed over meanwhile.
        require_mine(connection, body_code, task_id, by, local_date(now))
        kept = tuple(_write(connection, acting, one, planned.get(one.record)) for one in found)
        if done:
            finish_in(
                connection, body_code, task_id, by=by, now=now, outcome=_outcome(connection, task_id, found)
            )
    return kept


def _require_here(seen: Door, found: Sequence[Found]) -> None:
    here = {one.id for one in seen.records}
    named = [one.record for one in found]
    reasons = [
        Reason("grassroots.check.record", "the record is not of this door, or named twice", one[:40])
        for one in dict.fromkeys(named)
        if one not in here or named.count(one) > 1
    ]
    for one in found:
        if one.result not in RESULTS or (one.result == "changed") != bool(one.values):
            said = "a result is confirmed, changed (with values), gone or absent"
            reasons.append(Reason("grassroots.check.result", said, one.record[:40]))
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def _write(connection: Connection, acting: Acting, one: Found, planned: Planned | None) -> Kept:
    if planned is not None:
        return change_in(connection, acting, planned)
    if one.result in ("confirmed", "gone"):
        known = open_record(connection, acting.body, one.record)
        if one.result == "confirmed":
            confirm_in(connection, acting, known, ())
        else:
            close_in(connection, acting, known, one.reason)
    return Kept(one.record)


def _outcome(connection: Connection, task_id: str, found: Sequence[Found]) -> dict[str, int]:
    """Records by result: those of earlier parts by their events, those nobody was found for as told now."""
    e = base_events.c
    words = {"confirm": "confirmed", "change": "changed", "challenge": "changed", "close": "gone"}
    rows = connection.execute(select(e.record_id, e.act).where(e.source_id == task_id))
    told = {row.record_id: words[row.act] for row in rows}
    told |= {one.record: one.result for one in found}
    return dict(sorted(Counter(told.values()).items()))
