"""Confirming a task 确认报送: what is right as it is shown needs one act, not five hundred sheets.

Decides that every subject of the roster that was not submitted yet is submitted as it was shown, or none
is, and that the task is closed in the same transaction: a form with items only the body can fill says
which sheets lack them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.releases import published as releases
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.forms import submissions
from catalog.store.tables.forms_filling import form_tasks
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import in_force
from space.wayback.forms.bindings import bind
from space.wayback.forms.definition import to_document
from space.wayback.forms.filling import Faulty, Filled, answered, open_sheets
from space.wayback.forms.handing_in import conclude, hand_in
from space.wayback.forms.prefill import Opened, hidden_subjects
from space.wayback.forms.repeating import Guard, unguarded
from space.wayback.forms.submitting import Answer, Submission
from space.wayback.forms.tasks import CONFIRMED, OPEN, WITHDRAWN, Task, closed_task, roster, task
from space.wayback.forms.wording import digest, too_long


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A task that was confirmed.

    Attributes:
        sheets: submitted by the confirmation; ``before`` were submitted one by one.
        kept, computed: items of these sheets nobody had to type.
    """

    task: str
    sheets: int
    before: int
    kept: int
    computed: int


def confirm(
    home: Home,
    engine: Engine,
    task_id: str,
    *,
    by: str,
    now: datetime,
    guard: Guard = unguarded,
    shown: str | None = None,
) -> Confirmed:
    """Confirm a task: every subject of the roster that was not submitted yet is, as it was shown.

    Args:
        home: the installation.
        engine: its store.
        task_id: which.
        by: the person who confirms for the body.
        now: aware instant.
        guard: tells a repeated request.
        shown: digest of what was on the page that is confirmed, of :func:`shown_digest`; None where
            nothing was shown.

    Returns:
        What was submitted by it.

    Raises:
        Unknown: there is no such task.
        Refused: the task is closed, sheets lack items only the body can fill, or the releases or the
            subjects are no longer those that were shown.
        AlreadySubmitted: a sheet was submitted in this very moment; nothing is confirmed.
    """
    opened, sheets = None, list[Filled]()
    with reading(engine) as connection:
        found, rest, listed = still_left(home, connection, task_id, now)
        if found.state == OPEN and rest:
            blank = [Filled(found.form, found.period, found.body, subject, {}) for subject in rest]
            opened, sheets = open_sheets(home, connection, blank, now)
        # After the sheets were read: a release that came meanwhile is seen here.
        if found.state == OPEN and shown not in (None, digest_of(connection, found, listed, now)):
            raise changed_since(task_id)
    answers = whole_answers(home, opened, sheets) if opened is not None else []
    made: list[Submission] = []
    with writing(engine) as connection:

        def act() -> str:
            _close(connection, task_id, CONFIRMED, by, now)
            if opened is not None:
                made.extend(hand_in(home, connection, opened, answers, by=by, now=now, task=task_id))
            told = asdict(confirmed_by(connection, task_id)) | {"by": by, "shown": shown}
            record(connection, event="form:task:confirm", subject=task_id, body=told, now=now)
            return task_id

        done = confirmed_by(connection, guard(connection, act))
    if made:
        conclude(home, engine, made[0], by=by, now=now)
    return done


def shown_digest(home: Home, engine: Engine, task_id: str, now: datetime) -> str:
    """What a page of a task's sheets rests on: the form, the releases it reads, and who is on its roster.

    A page that shows the sheets keeps it, and :func:`confirm` is told it.

    Raises:
        As of :func:`remaining`.
    """
    with reading(engine) as connection:
        found, _, listed = still_left(home, connection, task_id, now)
        return digest_of(connection, found, listed, now)


def withdraw(engine: Engine, task_id: str, *, reason: str, by: str, now: datetime) -> Task:
    """Take a task back, for its issuer; the body is told why.

    Raises:
        Unknown: there is no such task.
        Refused: it is closed, or no reason is given, or one that is too long.
    """
    if not reason.strip():
        raise Refused(Deny((Reason("form.task.reason", "a withdrawal states its reason", "reason"),)))
    if long := too_long({"reason": reason}, local_date(now)):
        raise Refused(Deny(long))
    with writing(engine) as connection:
        found = task(connection, task_id)
        _close(connection, task_id, WITHDRAWN, by, now)
        told = {"reason_sha256": digest(reason), "by": by}
        record(connection, event="form:task:withdraw", subject=task_id, body=told, now=now)
        message = f"{found.form} {found.period}: taken back, need not be filled: {reason}"
        connection.execute(
            insert(notices).values(
                id=new_id("ntc"), organisation=found.body, kind="form", subject=task_id, message=message,
                sent_at=now,
            )
        )  # fmt: skip
        return task(connection, task_id)


def remaining(home: Home, engine: Engine, task_id: str, now: datetime) -> tuple[Task, tuple[str, ...]]:
    """A task, and the subjects of its roster that are not submitted yet; identifiers, for code that fills.

    Raises:
        Unknown: there is no such task.
        NotAdmitted: its form is not in force any more.
        Refused: a stop closes a dataset behind it.
    """
    with reading(engine) as connection:
        found, rest, _ = still_left(home, connection, task_id, now)
    return found, rest


def still_left(
    home: Home, connection: Connection, task_id: str, now: datetime
) -> tuple[Task, tuple[str, ...], tuple[str, ...]]:
    """A task, the subjects not submitted yet, and its whole roster under keyed names."""
    found = task(connection, task_id)
    form, filler = in_force(connection, found.form, now), body(connection, found.body)
    subjects = roster(home, connection, form, filler, now)
    hidden = hidden_subjects(home, form, subjects)
    s = submissions.c
    query = select(s.subject).where(s.form == found.form, s.period == found.period, s.body == found.body)
    done = frozenset(connection.execute(query).scalars())
    rest = (each for each, name in zip(subjects, hidden, strict=True) if name not in done)
    return found, tuple(rest), hidden


def digest_of(connection: Connection, found: Task, listed: Sequence[str], now: datetime) -> str:
    """What :func:`shown_digest` gives, of what :func:`still_left` told."""
    bound = bind(connection, in_force(connection, found.form, now), local_date(now))
    latest = {name: releases.latest(connection, name) for name in bound.form.datasets}
    told = {
        "task": found.id,
        "form": to_document(bound.form),
        "releases": {name: release.id for name, release in latest.items() if release is not None},
        "subjects": sorted(listed),
    }
    return hashlib.sha256(canonical(told)).hexdigest()


def whole_answers(home: Home, opened: Opened, sheets: Sequence[Filled]) -> list[Answer]:
    """What is written down of sheets that are confirmed.

    Raises:
        Refused: sheets lack items only the body can fill; counted by item.
    """
    try:
        return answered(home, opened, sheets)
    except Faulty as faulty:
        lacking = Counter(fault.item for fault in faulty.faults)
        told = "fill them with `ybz form workbook`, or sheet by sheet"
        reasons = [
            Reason("form.confirm.lacking", f"{count} sheets lack an item only the body can fill", item, told)
            for item, count in sorted(lacking.items())
        ]
        raise Refused(Deny(tuple(reasons))) from None


def changed_since(task_id: str) -> Refused:
    """The refusal of a confirmation of what is not there any more as it was shown."""
    told = "look at the sheets again, then confirm"
    what = "what is confirmed is no longer what was shown"
    return Refused(Deny((Reason("form.confirm.changed", what, task_id, told),)))


def confirmed_by(connection: Connection, made: str) -> Confirmed:
    """What a confirmation submitted; sheets handed in for the task one by one came before.

    Args:
        connection: to read with.
        made: the task that was closed by it; or a sheet that was submitted by it, where others were left out.
    """
    s, t = submissions.c, form_tasks.c
    first = connection.execute(select(s.task_id, s.submitted_at).where(s.id == made)).first()
    task_id = made if first is None else first.task_id
    at = select(t.closed_at).where(t.id == task_id).scalar_subquery() if first is None else first.submitted_at
    query = select(func.count(), func.sum(s.kept), func.sum(s.computed))
    sheets, kept, computed = connection.execute(query.where(s.task_id == task_id, s.submitted_at == at)).one()
    before = task(connection, task_id).filled - sheets
    return Confirmed(task_id, sheets, before, kept or 0, computed or 0)


def _close(connection: Connection, task_id: str, state: str, by: str, now: datetime) -> None:
    t = form_tasks.c
    closing = {"state": state, "closed_by": by, "closed_at": now}
    open_ = update(form_tasks).where(t.id == task_id, t.state == OPEN)
    if connection.execute(open_.values(**closing)).rowcount != 1:
        raise closed_task(task_id)
