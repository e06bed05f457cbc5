"""Tasks 填报任务: what a body has to fill, one task a form, body and period.

Decides what a task is, that it is made once, and whom its roster names. Sending forms is
:mod:`space.wayback.forms.sending`'s, confirming them
:mod:`space.wayback.forms.confirming`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from catalog.evidence import record
from catalog.home import Home
from catalog.stops import closed
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.forms import submissions
from catalog.store.tables.forms_filling import form_tasks
from policies.clocks import calendar, due, local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import Body
from space.wayback.forms.bindings import bind
from space.wayback.forms.definition import Form
from space.wayback.forms.looking import Lookup

OPEN: Final = "open"
CONFIRMED: Final = "confirmed"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Task:
    """What a body has to fill.

    Attributes:
        state: ``open``, ``confirmed`` or ``withdrawn``.
        subjects: on the roster when it was made; None where the form has none.
        filled: sheets submitted so far.
        due_on: last day; provisional where the year's calendar is not known.
    """

    id: str
    form: str
    period: str
    body: str
    state: str
    subjects: int | None
    filled: int
    due_on: date
    due_provisional: bool
    made_by: str
    made_at: datetime

    def to_document(self, *, counted: bool = True) -> dict[str, Any]:
        """Plain JSON-able form.

        Args:
            counted: with how many subjects there are and how many sheets are filled: exact counts of
                an area, for its body alone.
        """
        days = {"due_on": self.due_on.isoformat(), "made_at": self.made_at.isoformat()}
        hidden = () if counted else ("subjects", "filled")
        return {name: value for name, value in (asdict(self) | days).items() if name not in hidden}


def make(
    connection: Connection, form: Form, filler: Body, period: str, count: int | None, by: str, now: datetime
) -> Task:
    """A task with its notice; the one that is there where there is one."""
    earlier = task_of(connection, form.code, period, filler.code)
    if earlier is not None:
        return earlier
    on, task_id = local_date(now), new_id("ftk")
    days = form.answer_workdays
    clock = due(on, int(rule("forms", "task/workdays", on).value) if days is None else days, calendar())
    named = {"form": form.code, "period": period, "body": filler.code}
    told = {**named, "subjects": count, "due_on": clock.date.isoformat(), "by": by}
    evidence_id = record(connection, event="form:task:make", subject=task_id, body=told, now=now)
    connection.execute(
        insert(form_tasks).values(
            id=task_id, **named, state=OPEN, subjects=count, due_on=clock.date,
            due_provisional=clock.provisional, made_by=by, made_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    message = f"{form.title} ({form.code}) {period}: to be confirmed until {clock.date}"
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"), organisation=filler.code, kind="form", subject=task_id, message=message,
            sent_at=now,
        )
    )  # fmt: skip
    return task(connection, task_id)


def task(connection: Connection, task_id: str) -> Task:
    """The task of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(_tasks().where(form_tasks.c.id == task_id)).first()
    if row is None:
        raise Unknown("task", task_id, "see `ybz form tasks`")
    return _of_row(row)


def task_of(connection: Connection, form: str, period: str, body_code: str) -> Task | None:
    """The task of a form, period and body, or None."""
    t = form_tasks.c
    row = connection.execute(_tasks().where(t.form == form, t.period == period, t.body == body_code)).first()
    return None if row is None else _of_row(row)


def closed_task(task_id: str) -> Refused:
    """The refusal of what is asked of a task that was confirmed or withdrawn."""
    return Refused(Deny((Reason("form.task.closed", "the task is closed", task_id),)))


def tasks(
    connection: Connection,
    *,
    body_code: str | None = None,
    form: str | None = None,
    state: str | None = None,
    part: Part | None = None,
) -> tuple[Task, ...]:
    """Tasks of a body, of a form, in a state; the one due first comes first.

    A part is by last day, form, body and id.
    """
    query, t = _tasks(), form_tasks.c
    for column, wanted in ((t.body, body_code), (t.form, form), (t.state, state)):
        query = query.where(column == wanted) if wanted is not None else query
    ordered = parted(query, part, t.due_on, t.form, t.body, t.id)
    return tuple(_of_row(row) for row in connection.execute(ordered))


def roster(home: Home, connection: Connection, form: Form, filler: Body, now: datetime) -> tuple[str, ...]:
    """Whom a body fills a form for; empty where the form has no roster.

    Raises:
        Unknown: the dataset of the roster is not released.
        Refused: a stop closes it.
    """
    if form.roster is None:
        return ()
    stop = closed(connection, filler.code, [form.roster.dataset])
    if stop is not None:
        raise Refused(Deny((stop,)))
    return Lookup(home, connection, bind(connection, form, local_date(now)), filler.area).roster(form.roster)


def count_rosters(
    home: Home, connection: Connection, form: Form, fillers: Sequence[Body], now: datetime
) -> dict[str, int | None]:
    """Body → how many subjects its roster has now; None where that cannot be told. Read once for all."""
    counts: dict[str, int | None] = {filler.code: None for filler in fillers}
    if form.roster is None:
        return counts
    dataset = form.roster.dataset
    open_ = [one for one in fillers if closed(connection, one.code, [dataset]) is None]
    if not open_:
        return counts
    bound = bind(connection, form, local_date(now))
    try:
        areas = tuple(dict.fromkeys(one.area for one in open_))
        found = Lookup(home, connection, bound, areas[0]).rosters(form.roster, areas)
    except (Unknown, Refused):  # a source without a release: the task is made, its count follows
        return counts
    return counts | {one.code: len(found[one.area]) for one in open_}


def _tasks() -> Any:
    s, t = submissions.c, form_tasks.c
    filled = (
        select(func.count())
        .where(s.form == t.form, s.period == t.period, s.body == t.body)
        .scalar_subquery()
        .label("filled")
    )
    return select(form_tasks, filled)


def _of_row(row: Row[Any]) -> Task:
    return Task(
        row.id, row.form, row.period, row.body, row.state, row.subjects, row.filled, row.due_on,
        row.due_provisional, row.made_by, row.made_at,
    )  # fmt: skip
