"""Tasks and notes of an inbox: who of a body sees to what, and what people wrote beside it.

Decides that a delivery, one of its rows or a notice is given to one person at a time, and that only what is
in the body's own inbox is given or noted. What was written never leaves the body, nor who sees to what: the
log holds that it was written.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, insert, select, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.parts import Part
from catalog.store.prepared_parts import PreparedPart
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.inbox import inbox_notes, inbox_tasks
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import body as body_of
from space.wayback.backflow.bounds import no_reference, too_long


@dataclass(frozen=True, slots=True)
class Task:
    """Something of the inbox that one person sees to.

    Attributes:
        subject: id of the delivery, or of what a notice is about.
        row: reference of one row; empty = all of it.
        state: ``open``, ``done``, or ``given_on`` to another person.
    """

    id: str
    body: str
    subject: str
    row: str
    assignee: str
    task: str
    due_on: str
    assigned_by: str
    assigned_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the body wrote beside a delivery, a row or a notice."""

    id: str
    body: str
    subject: str
    row: str
    text: str
    written_by: str
    written_at: datetime


def assign(
    engine: Engine,
    body: str,
    subject: str,
    *,
    to: str,
    task: str,
    by: str,
    now: datetime,
    row: str = "",
    due_on: str = "",
) -> Task:
    """Give something of the inbox to one person; who had it before has it no longer.

    Args:
        engine: the store.
        body: code of the body.
        subject: id of the delivery, or of what a notice is about.
        to: who sees to it.
        task: what is to be done.
        by: who gives it.
        now: aware instant.
        row: reference of one row; empty = all of it.
        due_on: ``YYYY-MM-DD``; empty = no day.

    Raises:
        Unknown: there is no such body, or nothing of that id in its inbox.
        Refused: nobody or nothing is named, a text is too long, the row is no reference, or the day is none.
    """
    _refuse((*_lacks(to, task, due_on), *_of_row(row), *too_long(local_date(now), to=to, task=task)))
    t = inbox_tasks.c
    with writing(engine) as connection:
        require_received(connection, body, subject)
        same = (t.body == body, t.subject == subject, t.row == row, t.state == "open")
        connection.execute(
            update(inbox_tasks).where(*same).values(state="given_on", closed_by=by, closed_at=now)
        )
        made = new_id("tsk")
        said = {"body": body, "subject": subject, "row": row, "by": by, "due": due_on}
        entry = record(connection, event="backflow:task:assign", subject=made, body=said, now=now)
        connection.execute(
            insert(inbox_tasks).values(
                id=made, body=body, subject=subject, row=row, assignee=to, task=task, due_on=due_on,
                assigned_by=by, assigned_at=now, state="open", evidence_id=entry,
            )
        )  # fmt: skip
        return task_by_id(connection, made)


def close(engine: Engine, task_id: str, *, by: str, now: datetime) -> Task:
    """Say that a task is done; saying so again changes nothing.

    Raises:
        Unknown: there is no such task.
        Refused: it was given to another person.
    """
    with writing(engine) as connection:
        found = task_by_id(connection, task_id)
        if found.state == "given_on":
            _refuse((Reason("backflow.task.given_on", "it was given to another person", where=task_id),))
        if found.state == "open":
            done = update(inbox_tasks).where(inbox_tasks.c.id == task_id)
            connection.execute(done.values(state="done", closed_by=by, closed_at=now))
            said = {"body": found.body, "by": by}
            record(connection, event="backflow:task:close", subject=task_id, body=said, now=now)
        return task_by_id(connection, task_id)


def annotate(
    engine: Engine,
    body: str,
    subject: str,
    text: str,
    *,
    secret: bytes,
    by: str,
    now: datetime,
    row: str = "",
) -> Note:
    """Write a note beside something of the inbox.

    Args:
        engine: the store.
        body: code of the body.
        subject: id of the delivery, or of what a notice is about.
        text: the note; the log holds a keyed digest of it.
        secret: makes the digest.
        by: who writes it.
        now: aware instant.
        row: reference of one row; empty = all of it.

    Raises:
        Unknown: there is no such body, or nothing of that id in its inbox.
        Refused: the note is empty or too long, or the row is no reference.
    """
    empty = () if text.strip() else (Reason("backflow.note.empty", "the note says nothing", where="text"),)
    _refuse((*empty, *_of_row(row), *too_long(local_date(now), text=text)))
    with writing(engine) as connection:
        require_received(connection, body, subject)
        made = new_id("nte")
        digest = hmac.new(secret, b"note\0" + text.encode(), hashlib.sha256).hexdigest()
        said = {"body": body, "subject": subject, "row": row, "text": digest, "by": by}
        entry = record(connection, event="backflow:note:write", subject=made, body=said, now=now)
        kept = {"id": made, "body": body, "subject": subject, "row": row, "text": text, "written_by": by}
        connection.execute(insert(inbox_notes).values(**kept, written_at=now, evidence_id=entry))
    return Note(**kept, written_at=now)


def tasks_of(
    connection: Connection, body: str, *, assignee: str = "", open_only: bool = False,
    part: Part | None = None,
) -> tuple[Task, ...]:  # fmt: skip
    """Tasks of a body, oldest first; a part of them by when they were assigned, and id."""
    which = _TASKS[bool(assignee), open_only]
    given = {"body": body} | ({"assignee": assignee} if assignee else {})
    return tuple(_told(row) for row in which.run(connection, given, part))


def notes_of(connection: Connection, body: str, subject: str) -> tuple[Note, ...]:
    """Notes of a body beside something, oldest first."""
    n = inbox_notes.c
    query = select(inbox_notes).where(n.body == body, n.subject == subject)
    return tuple(
        Note(row.id, row.body, row.subject, row.row, row.text, row.written_by, row.written_at)
        for row in connection.execute(query.order_by(n.written_at, n.id))
    )


def task_by_id(connection: Connection, task_id: str) -> Task:
    """The task of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(inbox_tasks).where(inbox_tasks.c.id == task_id)).one_or_none()
    if row is None:
        raise Unknown("task", task_id, "see `ybz backflow tasks`")
    return _task(row)


def require_received(connection: Connection, body: str, subject: str) -> None:
    """Let only what is in the body's own inbox be given on or noted.

    Raises:
        Unknown: there is no such body, or nothing of that id in its inbox.
    """
    body_of(connection, body)
    n = notices.c
    received = select(n.id).where(n.organisation == body, n.subject == subject)
    if connection.execute(received).first() is None:
        raise Unknown("entry of the inbox", subject, "see `ybz backflow inbox`")


def _lacks(to: str, task: str, due_on: str) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if not to.strip() or not task.strip():
        found.append(Reason("backflow.task.lacks", "nobody, or nothing to do, is named", where="to, task"))
    if due_on and not _is_day(due_on):
        found.append(Reason("backflow.task.day", "the day is none", where="due_on", allowed="YYYY-MM-DD"))
    return tuple(found)


def _of_row(row: str) -> tuple[Reason, ...]:
    return tuple(no_reference(row)) if row else ()


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Refused(Deny(reasons))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _tasks(*which: ColumnElement[bool]) -> PreparedPart:
    t = inbox_tasks.c
    told = select(*t[*Task.__dataclass_fields__]).where(t.body == bindparam("body"), *which)
    return PreparedPart(told, t.assigned_at, t.id)


def _told(row: Row[tuple[object, ...]]) -> Task:
    """A task of a prepared statement, which gives instants as text."""
    return replace(_task(row), assigned_at=datetime.fromisoformat(row.assigned_at))


_HIS: Final = inbox_tasks.c.assignee == bindparam("assignee")
_OPEN: Final = inbox_tasks.c.state == "open"
# Whether of one person alone, and whether open ones alone → what is asked; every look into an inbox asks one.
_TASKS: Final = {
    (False, False): _tasks(), (False, True): _tasks(_OPEN), (True, False): _tasks(_HIS),
    (True, True): _tasks(_HIS, _OPEN),
}  # fmt: skip


def _task(row: Row[tuple[object, ...]]) -> Task:
    names = Task.__dataclass_fields__
    return Task(**{name: getattr(row, name) for name in names})
