"""What comes back from outside 赋码, and the end of a registration's term.

Decides nothing about codes but that they look like codes and were never recorded before: a code is given
by the national platform, never here, and kept with the proof of it. A registration lapses after its last
day; what was pending about it falls away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from catalog.clocks.place import place_on
from catalog.registration import eligibility, files, filing, reasons, rows, rulings, steps
from catalog.registration.authorisations import bound_of
from catalog.registration.errors import RegistrationRefused, refusal
from catalog.registration.files import Kept
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import Kind
from catalog.registration.standing import stands
from catalog.registration.steps import Actor
from catalog.store.tables.registration import registration_codes
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import Office

CODE: Final = "code"
QUERY: Final = "query"


@dataclass(frozen=True, slots=True)
class Given:
    """What the national platform gave.

    Attributes:
        proof: the file that shows it, already in the folder.
        code: the registration's code; of anything but a first registration "" keeps the one it has.
        query_code: 登记结果查询码; "" keeps the one it has.
        coded_on: day of the code as the proof shows it; None = today.
    """

    proof: Kept
    code: str = ""
    query_code: str = ""
    coded_on: date | None = None


def record_code(
    connection: Connection, named: str, given: Given, actor: Actor, *, now: datetime
) -> Registration:
    """Record what came back, after a public notice without open objections.

    Args:
        connection: a writing transaction.
        named: the application.
        given: codes and proof.
        actor: of the registrar.
        now: aware instant.

    Returns:
        The registration as it stands then.

    Raises:
        IllegalStep: the application is not at the end of its notice, or an objection is open.
        RegistrationRefused: the notice still runs, a code is none or was recorded before, or it is the
            registrar's own matter; every reason at once.
    """
    case, of = steps.case_of(connection, named, "code", actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    today = local_date(now)
    day = given.coded_on or today
    found = tuple(_faults(connection, case, of, given, day, today))
    if found:
        raise RegistrationRefused(case.id, Deny(found))
    proof = given.proof
    files.note(connection, case.id, (proof,), now)
    for role, code in ((CODE, given.code), (QUERY, given.query_code)):
        if code and code != (of.code if role == CODE else of.query_code):
            connection.execute(
                insert(registration_codes).values(
                    code=code, role=role, registration_id=of.id, recorded_at=now
                )
            )
    case = steps.take(
        connection, case, "code", actor, now, registrar=whom,
        details={
            "code": given.code or of.code, "query_code": given.query_code or of.query_code,
            "proof": proof.digest, "coded_on": day.isoformat(),
        },
    )  # fmt: skip
    return _conclude(connection, case, of, given, actor, day, now)


def lapse(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Mark what lapsed; doing so again marks nothing.

    Args:
        connection: a writing transaction.
        now: aware instant.

    Returns:
        Names of what lapsed.
    """
    today, filed = local_date(now), rows.glances(connection)
    place = place_on(connection, today)
    done = []
    for each in rows.all_registrations(connection):
        if each.state == rows.REGISTERED and not stands(each, filed.get(each.id, ()), today, place):
            end_of_term(connection, each.id, steps.NOBODY, now)
            done.append(each.name)
    return tuple(done)


def end_of_term(connection: Connection, registration_id: str, actor: Actor, now: datetime) -> Registration:
    """Let one registration lapse.

    Raises:
        IllegalStep: it is not registered, or somebody does it.
        RegistrationRefused: its term is not over.
    """
    of = rows.registration(connection, registration_id)
    steps.may_live(of, "lapse", actor)
    assert of.valid_until is not None
    today = local_date(now)
    filed = rows.glances(connection, of.id).get(of.id, ())
    if stands(of, filed, today, place_on(connection, today)):
        raise refusal(of.name, reasons.not_over(of.valid_until))
    after = steps.live(connection, of, "lapse", actor, now, ended_on=rows.over_on(connection, of))
    _drop_others(connection, after, now)
    return after


def _faults(
    connection: Connection, case: Application, of: Registration, given: Given, day: date, today: date
) -> Iterator[Reason]:
    assert case.notice_until is not None
    if today <= case.notice_until:
        yield reasons.notice_runs(case.notice_until)
    elif not case.notice_until < day <= today:
        yield reasons.coded_on(case.notice_until, today)
    place = place_on(connection, today)
    if case.kind != Kind.FIRST and given.code and given.code != of.code:
        yield reasons.code_kept()
        return
    for role, code, kept in ((CODE, given.code, of.code), (QUERY, given.query_code, of.query_code)):
        if not code and case.kind != Kind.FIRST:
            continue
        if not rulings.looks_like_code(code, role, today, place):
            yield reasons.code_form(role)
        elif code != kept and _taken(connection, code):
            yield reasons.code_taken(role)
    if given.code and given.code == given.query_code:
        yield reasons.code_taken(QUERY)


def _taken(connection: Connection, code: str) -> bool:
    c = registration_codes.c
    return connection.execute(select(c.code).where(c.code == code)).first() is not None


def _conclude(
    connection: Connection,
    case: Application,
    of: Registration,
    given: Given,
    actor: Actor,
    day: date,
    now: datetime,
) -> Registration:
    """What an application that reached its end does to its registration."""
    values: dict[str, Any] = {}
    place = place_on(connection, day)
    if given.query_code:
        values["query_code"] = given.query_code
    if case.kind != Kind.DEREGISTRATION:
        values |= _content(connection, case, of)
    if case.kind == Kind.FIRST:
        bound = bound_of(connection, of, day)
        values |= {"code": given.code, "coded_on": day, "valid_until": rulings.valid_until(day, bound, place)}
    if case.kind == Kind.RENEWAL:
        assert of.valid_until is not None
        bound = bound_of(connection, of, day)
        values["valid_until"] = rulings.renewed_until(of.valid_until, day, bound, place)
    after = steps.live(connection, of, case.kind, Actor(actor.by, Office.REGISTRAR), now, **values)
    if after.state != rows.REGISTERED:
        _drop_others(connection, after, now)
    return after


def _content(connection: Connection, case: Application, of: Registration) -> dict[str, Any]:
    """The form in force from now on."""
    form = {key: answer for key, answer in case.values.items() if key not in eligibility.ASIDE}
    filing.keep_sources(connection, of.id, form.get("made_from", []))
    return {
        "content": canonical(form).decode(),
        "title": form["data_name"][:200],
        "registrant_name": form["registrant_name"][:200],
        "registrant_code": form["registrant_code"],
    }


def _drop_others(connection: Connection, of: Registration, now: datetime) -> None:
    for each in rows.applications_of(connection, of.id):
        if each.open:
            steps.drop(connection, each.id, steps.NOBODY, reason=f"the registration is {of.state}", now=now)
