"""Handing answers in: the last questions before they are stored, and what follows once they are.

Decides, in the transaction that stores them, that a subject is submitted once a period and that nothing is
handed in for a closed task; and that a submission stands whatever becomes of what follows it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from catalog.home import Home
from catalog.store.tables.forms import submissions
from space.errors import SpaceError, Unknown
from space.wayback.forms.prefill import Opened
from space.wayback.forms.results import LATER, register_result
from space.wayback.forms.submitting import Answer, Submission, land, write
from space.wayback.forms.tasks import OPEN, WITHDRAWN, closed_task, task_of

# References of one statement.
_AT_ONCE = 500
_log = logging.getLogger(__name__)


class AlreadySubmitted(SpaceError):
    """The form was submitted for this subject and period."""


def hand_in(
    home: Home,
    connection: Connection,
    opened: Opened,
    answers: Sequence[Answer],
    *,
    by: str,
    now: datetime,
    task: str | None,
) -> tuple[Submission, ...]:
    """Store answers in the caller's writing transaction, unless one was submitted before.

    Raises:
        AlreadySubmitted: a subject has been submitted for the period.
    """
    _refuse_second(connection, opened, answers)
    return write(home, connection, opened, answers, by=by, now=now, task=task)


def conclude(home: Home, engine: Engine, first: Submission, *, by: str, now: datetime) -> None:
    """What follows a submission that stands: its files land, its dataset is entered.

    It stands whatever becomes of that: what fails here upkeep does at its next turn.
    """
    try:
        land(home, first)
        register_result(home, engine, first.form, by=by, now=now)
    except LATER as error:
        _log.warning("form %s: what follows a submission waits (%s)", first.form, type(error).__name__)


def refuse_closed(connection: Connection, about: tuple[str, str, str], task_id: str | None) -> None:
    """Refuse sheets of a task that is closed; asked in the transaction that stores them.

    Without a task named, a body may still hand in what was confirmed without it, not what was taken back.

    Args:
        connection: the writing transaction.
        about: form, period and body.
        task_id: the task they are filled for, if one is named.

    Raises:
        Unknown: the task is no task of this form, period and body.
        Refused: the task is closed.
    """
    found = task_of(connection, *about)
    if task_id is not None and (found is None or found.id != task_id):
        raise Unknown("task", task_id, "see `ybz form tasks`")
    if found is not None and (found.state == WITHDRAWN or (task_id and found.state != OPEN)):
        raise closed_task(found.id)


def _refuse_second(connection: Connection, opened: Opened, answers: Sequence[Answer]) -> None:
    s, form, hidden = submissions.c, opened.form.code, [one.hidden for one in answers]
    mine = (s.form == form, s.period == answers[0].period, s.body == opened.filler.code)
    for start in range(0, len(hidden), _AT_ONCE):
        query = select(s.id).where(*mine, s.subject.in_(hidden[start : start + _AT_ONCE]))
        earlier = connection.execute(query).scalars().first()
        if earlier is not None:
            raise AlreadySubmitted(f"form {form} was submitted for this subject and period: {earlier}")
