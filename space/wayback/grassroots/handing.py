"""Giving tasks, handing them over with dates, and closing them.

Decides that only who has a task, or a stand-in AB角, closes it. What a field check finds is
:mod:`space.wayback.grassroots.verifying`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, Engine, insert, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_task_moves, base_tasks
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.judging import too_long
from space.wayback.grassroots.records import record_of
from space.wayback.grassroots.stand_ins import stands_in_for
from space.wayback.grassroots.tasks import Task, TaskKind, listing, moves, task


def assign(
    engine: Engine,
    body_code: str,
    kind: TaskKind,
    subject: str,
    *,
    title: str,
    person: str,
    due_on: date,
    by: str,
    now: datetime,
    case: str = "",
) -> Task:
    """Give a task to a person.

    Args:
        engine: the store.
        body_code: whose task it is.
        kind: see :class:`Task`.
        subject: record of the ledger, or code of a form.
        title: what is to be done, without anything of a person.
        person: who does it.
        due_on: last day.
        by: the person who gives it.
        now: aware instant.
        case: alert it is opened for.

    Raises:
        Unknown: no such body or record.
        Refused: it is due in the past, or names nobody.
    """
    with writing(engine) as connection:
        return assign_in(
            connection, body_code, kind, subject, title=title, person=person, due_on=due_on, by=by, now=now,
            case=case,
        )  # fmt: skip


def assign_in(
    connection: Connection,
    body_code: str,
    kind: TaskKind,
    subject: str,
    *,
    title: str,
    person: str,
    due_on: date,
    by: str,
    now: datetime,
    case: str = "",
) -> Task:
    """:func:`assign` in the caller's transaction."""
    reasons = []
    if not person.strip():
        reasons.append(Reason("grassroots.task.person", "a task has a person", "person"))
    if due_on < local_date(now):
        reasons.append(Reason("grassroots.task.due", "it would be due in the past", "due_on"))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    body(connection, body_code)
    if kind != "fill":
        record_of(connection, body_code, subject)
    task_id = new_id("tsk")
    told = {"body": body_code, "kind": kind, "subject": subject, "case": case}
    told |= {"person": person, "due_on": due_on.isoformat(), "by": by}
    evidence_id = record(connection, event="grassroots:task:open", subject=task_id, body=told, now=now)
    connection.execute(
        insert(base_tasks).values(
            id=task_id,
            body=body_code,
            kind=kind,
            subject=subject,
            case_id=case or None,
            title=title,
            due_on=due_on,
            state="open",
            opened_by=by,
            opened_at=now,
            evidence_id=evidence_id,
        )
    )
    _move(connection, task_id, 1, person, local_date(now), None, "", by, now, evidence_id)
    return task(connection, task_id, local_date(now))


def hand_over(
    engine: Engine,
    body_code: str,
    giver: str,
    taker: str,
    *,
    first_on: date,
    last_on: date | None = None,
    tasks: Iterable[str] = (),
    reason: str,
    by: str,
    now: datetime,
) -> tuple[Task, ...]:
    """Hand open tasks of one person over to another, from a day on and, if wanted, until a day.

    Args:
        engine: the store.
        body_code: whose tasks.
        giver: who has them.
        taker: who has them from then on.
        first_on: day the taker begins; today or later.
        last_on: the taker's last day; the tasks then go back. None: for good.
        tasks: which of the giver's; all open ones where none is named.
        reason: why.
        by: the person who hands over.
        now: aware instant.

    Returns:
        The tasks handed over.

    Raises:
        Unknown: a named task is not an open one of the giver.
        Refused: the days are not in order, or both are one person.
    """
    today = local_date(now)
    if first_on < today or (last_on is not None and last_on < first_on):
        raise Refused(Deny((Reason("grassroots.task.days", "the days are over, or end before they begin"),)))
    if long := too_long(reason):
        raise Refused(Deny(tuple(long)))
    if not taker.strip() or giver == taker:
        raise Refused(Deny((Reason("grassroots.task.person", "another person takes the task", "taker"),)))
    with writing(engine) as connection:
        mine = {
            one.id: one
            for one in listing(connection, body_code, today, open_only=True)
            if one.person == giver
        }
        for wanted in (chosen := list(dict.fromkeys(tasks)) or list(mine)):
            if wanted not in mine:
                raise Unknown("open task of this person", wanted, "see `ybz grassroots tasks`")
            number = 1 + len(moves(connection, wanted))
            days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat() if last_on else None}
            told = {"giver": giver, "taker": taker, **days, "by": by}
            evidence_id = record(
                connection, event="grassroots:task:hand_over", subject=wanted, body=told, now=now
            )
            _move(connection, wanted, number, taker, first_on, last_on, reason, by, now, evidence_id)
        return tuple(task(connection, one, first_on) for one in chosen)


def finish(
    engine: Engine, body_code: str, task_id: str, *, by: str, now: datetime, outcome: Mapping[str, int]
) -> Task:
    """Close a task that is done, by who has it or a stand-in; see :func:`finish_in`."""
    with writing(engine) as connection:
        return finish_in(connection, body_code, task_id, by=by, now=now, outcome=outcome)


def finish_in(
    connection: Connection,
    body_code: str,
    task_id: str,
    *,
    by: str,
    now: datetime,
    outcome: Mapping[str, int],
) -> Task:
    """Close a task in the caller's transaction.

    Raises:
        Unknown: the body has no such task.
        Refused: it is closed, or another person has it.
    """
    today = local_date(now)
    found = require_mine(connection, body_code, task_id, by, today)
    stood_for = None if found.person == by else found.person
    done = connection.execute(
        update(base_tasks)
        .where(base_tasks.c.id == task_id, base_tasks.c.state == "open")
        .values(state="done", outcome=dict(outcome), closed_by=by, closed_for=stood_for, closed_at=now)
    )
    if done.rowcount != 1:
        raise _closed(task_id)
    told = {"outcome": dict(outcome), "by": by, "for": stood_for, "late": today > found.due_on}
    record(connection, event="grassroots:task:done", subject=task_id, body=told, now=now)
    return task(connection, task_id, today)


def require_mine(connection: Connection, body_code: str, task_id: str, by: str, on: date) -> Task:
    """The task, if it is open and ``by`` has it on that day, or stands in for who has it.

    A name is a person's only within a body: another body may have somebody of the same name.

    Raises:
        Unknown: the body has no such task; one of another body is answered alike.
        Refused: it is closed, or somebody else has it.
    """
    found = task(connection, task_id, on)
    if found.body != body_code:
        raise Unknown("task", task_id, "see `ybz grassroots tasks`")
    if found.state != "open":
        raise _closed(task_id)
    if by != found.person and found.person not in stands_in_for(connection, found.body, by, on):
        allowed = "have it handed over, or be named as stand-in"
        raise Refused(
            Deny((Reason("grassroots.task.other", "another person has the task", task_id, allowed),))
        )
    return found


def _closed(task_id: str) -> Refused:
    return Refused(Deny((Reason("grassroots.task.closed", "the task is closed", task_id),)))


def _move(
    connection: Connection,
    task_id: str,
    number: int,
    person: str,
    first_on: date,
    last_on: date | None,
    reason: str,
    by: str,
    now: datetime,
    evidence_id: str,
) -> None:
    connection.execute(
        insert(base_task_moves).values(
            task_id=task_id,
            number=number,
            person=person,
            first_on=first_on,
            last_on=last_on,
            reason=reason,
            moved_by=by,
            moved_at=now,
            evidence_id=evidence_id,
        )
    )
