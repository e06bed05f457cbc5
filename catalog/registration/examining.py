"""The registrar's steps: accept, return once with one complete list, review, publish, refuse.

Decides that nothing incomplete is accepted, that an application is returned for everything it lacks at
once, and that it is refused only on a ground of the list, which its clause is kept with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from catalog.clocks.place import place_on
from catalog.registration import filing, reasons, rulings, steps, terms
from catalog.registration.errors import refusal
from catalog.registration.rows import Application
from catalog.registration.rulings import Kind
from catalog.registration.steps import Actor
from policies import clocks


def accept(connection: Connection, named: str, actor: Actor, *, now: datetime) -> Application:
    """Accept a complete application 受理; the review begins.

    Raises:
        IllegalStep: it does not wait for that.
        RegistrationRefused: it is incomplete, there is no registrar, or it is the registrar's own matter.
    """
    case, of = steps.case_of(connection, named, "accept", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    missing = filing.missing_now(connection, case, of, clocks.local_date(now))
    if missing:
        raise refusal(case.id, reasons.incomplete(missing))
    case = steps.take(connection, case, "accept", actor, now, registrar=whom)
    terms.accepted(connection, case, now)
    terms.owed_by_registrar(
        connection, case.id, terms.REVIEW, whom, f"review the application of {of.title}", now
    )
    if case.kind == Kind.FIRST:
        terms.first_done(connection, of.name, actor.by, now)
    return case


def send_back(
    connection: Connection, named: str, lacks: Sequence[str], actor: Actor, *, now: datetime
) -> Application:
    """Return an application, once, with the one complete list of what it lacks 一次性告知.

    Args:
        connection: a writing transaction.
        named: which.
        lacks: what the registrar misses beside what the checklist finds.
        actor: of the registrar.
        now: aware instant.

    Raises:
        IllegalStep: it does not wait for that, or was returned before.
        RegistrationRefused: it lacks nothing, or it is the registrar's own matter.
    """
    case, of = steps.case_of(connection, named, "return", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    found = filing.missing_now(connection, case, of, clocks.local_date(now))
    whole = [*found, *(each.strip() for each in lacks if each.strip())]
    if not whole:
        raise refusal(case.id, reasons.complete())
    case = steps.take(
        connection, case, "return", actor, now, registrar=whom, returned=whole, details={"lacks": len(whole)}
    )
    terms.returned(connection, case, actor.by, now)
    return case


def review(connection: Connection, named: str, actor: Actor, *, now: datetime) -> Application:
    """Pass the formal review 形式审核.

    Raises:
        IllegalStep: it does not wait for that.
        RegistrationRefused: it is the registrar's own matter.
    """
    case, of = steps.case_of(connection, named, "review", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    case = steps.take(connection, case, "review", actor, now, registrar=whom)
    terms.reviewed(connection, case, now)
    return case


def publish(connection: Connection, named: str, actor: Actor, *, now: datetime) -> Application:
    """Begin the public notice 公示; its last day follows from the rule in force today.

    Raises:
        IllegalStep: it does not wait for that.
        RegistrationRefused: it is the registrar's own matter.
    """
    case, of = steps.case_of(connection, named, "notice", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    today = clocks.local_date(now)
    ruled = clocks.deadline(terms.NOTICE, today, place_on(connection, today))
    due = clocks.due(today, ruled.workdays, clocks.calendar())
    return steps.take(
        connection, case, "notice", actor, now, registrar=whom, notice_from=today, notice_until=due.date,
        notice_provisional=due.provisional, notice_source=ruled.source,
        details={"notice_until": due.date.isoformat()},
    )  # fmt: skip


def refuse(
    connection: Connection, named: str, ground: str, actor: Actor, *, reason: str, now: datetime
) -> Application:
    """Refuse an application, on a ground of the list.

    Args:
        connection: a writing transaction.
        named: which.
        ground: key of the rule ``refusal_grounds``; it has to fit the state.
        actor: of the registrar.
        reason: what makes the ground hold here, one sentence.
        now: aware instant.

    Raises:
        IllegalStep: it does not wait for that.
        RegistrationRefused: the ground is not on the list for this state, the supplement is not overdue
            yet, or it is the registrar's own matter.
    """
    case, of = steps.case_of(connection, named, "refuse", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    today = clocks.local_date(now)
    listed = rulings.refusal_grounds(today, place_on(connection, today))
    known = {key: each for key, each in listed.items() if case.state in each.states}
    chosen = known.get(ground)
    if chosen is None or not reason.strip():
        raise refusal(case.id, reasons.ground(sorted(known)))
    if ground == "not_supplemented" and not terms.supplement_is_late(connection, case, today):
        raise refusal(case.id, reasons.not_late())
    basis = f"{chosen.words}（{chosen.source}）"
    done = steps.take(
        connection, case, "refuse", actor, now, registrar=whom, note_reason=reason, basis=basis,
        reason=reason, details={"ground": ground, "basis": basis},
    )  # fmt: skip
    steps.end_in_failure(connection, case, of, actor.by, f"refused: {ground}", now)
    return done
