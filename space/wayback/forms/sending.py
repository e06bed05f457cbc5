"""Sending forms to bodies; periodic forms 周期报表 make their tasks themselves.

Decides that only a form of the list is sent, and that a form that comes again is sent to a body once: its
later tasks are made when their period begins, also those an installation missed while it stood still.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.forms_filling import form_recipients, form_tasks
from contracts.model import UpdateCycle
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import Body, body
from space.wayback.forms.admission import NotAdmitted, in_force
from space.wayback.forms.definition import Form
from space.wayback.forms.periods import MOST_MADE_UP, fits, is_periodic, period_of, periods_between
from space.wayback.forms.repeating import Guard, unguarded
from space.wayback.forms.tasks import Task, count_rosters, make, task_of

# Who makes the tasks nobody asks for.
BY_ITSELF: Final = "upkeep"


def send(
    home: Home,
    engine: Engine,
    code: str,
    bodies: Sequence[str],
    *,
    by: str,
    now: datetime,
    period: str | None = None,
    guard: Guard = unguarded,
) -> tuple[Task, ...]:
    """Send a form of the list to bodies.

    Args:
        home: the installation.
        engine: its store.
        code: of the form.
        bodies: codes of who fills it.
        by: the person who sends it.
        now: aware instant.
        period: for this one only; None for the one that runs and, of a form that comes again, for those
            that follow.
        guard: tells a repeated request; it is told the form's code.

    Returns:
        One task a body; those it has already are returned as they are.

    Raises:
        NotAdmitted: the form is not on the list, or not in force.
        Unknown: there is no such body.
        Refused: the period is none of the form's.
    """
    today = local_date(now)
    with reading(engine) as connection:
        form = in_force(connection, code, now)
        wanted = period or period_of(form.period, today)
        if not fits(form.period, wanted):
            told = f"e.g. {period_of(form.period, today)}"
            raise Refused(Deny((Reason("form.period", "not a period", "period", told),)))
        fillers = [body(connection, each) for each in dict.fromkeys(bodies)]
        counts = count_rosters(home, connection, form, fillers, now)
    with writing(engine) as connection:

        def act() -> str:
            for filler in fillers:
                if period is None and is_periodic(form.period):
                    _enlist(connection, form, filler, by, now)
                make(connection, form, filler, wanted, counts[filler.code], by, now)
            return code

        guard(connection, act)
        made = (task_of(connection, code, wanted, filler.code) for filler in fillers)
        return tuple(one for one in made if one is not None)


def make_due(home: Home, engine: Engine, now: datetime) -> tuple[Task, ...]:
    """Make the tasks of forms that come again, up to the period that runs; repeated, it makes none.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.

    Returns:
        The tasks that were not there.
    """
    made: list[Task] = []
    with reading(engine) as connection:
        missing = _missing(connection, now)
        counts = {}
        for form in {one.code: one for one, _, _ in missing}.values():
            fillers = {filler.code: filler for one, filler, _ in missing if one.code == form.code}
            counts[form.code] = count_rosters(home, connection, form, list(fillers.values()), now)
    for form, filler, period in missing:
        with writing(engine) as connection:
            if task_of(connection, form.code, period, filler.code) is None:
                count = counts[form.code][filler.code]
                made.append(make(connection, form, filler, period, count, BY_ITSELF, now))
    return tuple(made)


def stop_sending(engine: Engine, code: str, body_code: str, *, by: str, now: datetime) -> None:
    """Send a form that comes again to a body no longer; its open tasks stay.

    Raises:
        Unknown: it is not sent to the body.
    """
    r = form_recipients.c
    with writing(engine) as connection:
        mine = (r.form == code, r.body == body_code, r.ended_on.is_(None))
        done = connection.execute(update(form_recipients).where(*mine).values(ended_on=local_date(now)))
        if done.rowcount != 1:
            raise Unknown("recipient of the form", body_code, "`ybz form tasks` shows who has it")
        told = {"body": body_code, "by": by}
        record(connection, event="form:form:unsend", subject=code, body=told, now=now)


def _missing(connection: Connection, now: datetime) -> list[tuple[Form, Body, str]]:
    """Form, body and period of every task that should be there and is not."""
    today, found = local_date(now), []
    r, t = form_recipients.c, form_tasks.c
    there = {tuple(row) for row in connection.execute(select(t.form, t.period, t.body))}
    for row in connection.execute(
        select(form_recipients).where(r.ended_on.is_(None)).order_by(r.form, r.body)
    ):
        try:
            form = in_force(connection, row.form, now)
        except NotAdmitted:  # its term is over: nobody has to fill it any more
            continue
        first = max(row.since, form.valid_from, _earliest(form.period, today))
        for period in periods_between(form.period, first, today):
            if (form.code, period, row.body) not in there:
                found.append((form, body(connection, row.body), period))
    return found


def _earliest(cycle: UpdateCycle, today: date) -> date:
    """The first day of the earliest period that is made up for after a standstill."""
    day = today
    for _ in range(MOST_MADE_UP):
        period = period_of(cycle, day)
        while period_of(cycle, day) == period:
            day -= timedelta(days=1)
    return day + timedelta(days=1)


def _enlist(connection: Connection, form: Form, filler: Body, by: str, now: datetime) -> None:
    r = form_recipients.c
    standing = select(r.id).where(r.form == form.code, r.body == filler.code, r.ended_on.is_(None))
    if connection.execute(standing).first() is not None:
        return
    told = {"body": filler.code, "since": local_date(now).isoformat(), "by": by}
    evidence_id = record(connection, event="form:form:send", subject=form.code, body=told, now=now)
    connection.execute(
        insert(form_recipients).values(
            id=new_id("frc"), form=form.code, body=filler.code, since=local_date(now), sent_by=by,
            sent_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
