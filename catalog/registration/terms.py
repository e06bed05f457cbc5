"""The clocks of registration 时限: who owes the next step of an application, and the first registration.

Decides when each clock starts, stands still and ends. The first registration is owed from the first day
of operation; while the registrar has the application, that clock stands still.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.clocks import running
from catalog.clocks.place import place_on
from catalog.organisations.following import Following
from catalog.registration import rows, rulings
from catalog.registration.authorisations import Operation, in_operation
from catalog.registration.registrars import Registrar
from catalog.registration.rulings import Object
from catalog.registration.standing import stands
from policies.clocks import local_date
from policies.rulebook import rule

FIRST: Final = "registration_first"
STOCK: Final = "registration_first_stock"
ACCEPTANCE: Final = "registration_acceptance"
SUPPLEMENT: Final = "registration_supplement"
REVIEW: Final = "registration_review"
NOTICE: Final = "registration_notice"
OBJECTION: Final = "registration_objection"
# How the ledger's office without a person signs.
CLOCK: Final = "clock"


def of(subject: str) -> str:
    """Subject of the clocks of an application, an objection or an object: ``registration:…``."""
    return f"registration:{subject}"


def owed_by_registrar(
    connection: Connection, subject: str, rule_name: str, whom: Registrar, words: str, now: datetime
) -> None:
    """Start a clock of the registrar."""
    running.start(
        connection, subject=of(subject), rule=rule_name, owner=whom.name, owner_code=whom.code, words=words,
        now=now,
    )  # fmt: skip


def returned(connection: Connection, case: rows.Application, by: str, now: datetime) -> None:
    """The registrar's clock stands still, the applicant's runs."""
    running.pause(
        connection, subject=of(case.id), rule=ACCEPTANCE, reason="returned for a supplement", by=by, now=now
    )
    running.start(
        connection, subject=of(case.id), rule=SUPPLEMENT, owner=case.applicant_name,
        owner_code=case.applicant_code, words="supplement the application for registration", now=now,
    )  # fmt: skip


def supplemented(connection: Connection, case: rows.Application, by: str, now: datetime) -> None:
    """The applicant's clock ends, the registrar's runs on."""
    running.end(connection, subject=of(case.id), rule=SUPPLEMENT, now=now)
    running.resume(connection, subject=of(case.id), rule=ACCEPTANCE, by=by, now=now)


def accepted(connection: Connection, case: rows.Application, now: datetime) -> None:
    """The registrar accepted in its time, or late."""
    running.end(connection, subject=of(case.id), rule=ACCEPTANCE, now=now)


def reviewed(connection: Connection, case: rows.Application, now: datetime) -> None:
    """The registrar reviewed in its time, or late."""
    running.end(connection, subject=of(case.id), rule=REVIEW, now=now)


def decided(connection: Connection, objection_id: str, now: datetime) -> None:
    """The registrar decided an objection in its time, or late."""
    running.end(connection, subject=of(objection_id), rule=OBJECTION, now=now)


def supplement_is_late(connection: Connection, case: rows.Application, on: date) -> bool:
    """Whether what was asked for is overdue."""
    found = [
        clock
        for clock in running.clocks_of(connection, of(case.id), open_only=True)
        if clock.rule == SUPPLEMENT
    ]
    return any(clock.due_on is not None and on > clock.due_on for clock in found)


def stop(connection: Connection, subject: str, reason: str, now: datetime) -> None:
    """Cancel every open clock of an application or objection."""
    for clock in running.clocks_of(connection, of(subject), open_only=True):
        running.cancel(connection, subject=of(subject), rule=clock.rule, reason=reason, now=now)


def first_filed(connection: Connection, name: str, by: str, now: datetime) -> None:
    """The first application is with the registrar: its clock stands still."""
    for clock in _first(connection, name):
        if clock.state == running.RUNNING:
            running.pause(
                connection, subject=clock.subject, rule=clock.rule, reason="applied for", by=by, now=now
            )


def first_failed(connection: Connection, name: str, by: str, now: datetime) -> None:
    """The first application came to nothing: the clock runs on."""
    for clock in _first(connection, name):
        if clock.state == running.PAUSED:
            running.resume(connection, subject=clock.subject, rule=clock.rule, by=by, now=now)


def first_done(connection: Connection, name: str, by: str, now: datetime) -> None:
    """The first application is accepted: the duty is done, on time if it was filed in time."""
    first_failed(connection, name, by, now)
    for clock in _first(connection, name):
        running.end(connection, subject=clock.subject, rule=clock.rule, now=now)


def watch(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Start the clock of every first registration that is owed and has none; cancel what is not owed.

    Returns:
        Names of the datasets whose clock was started.
    """
    today = local_date(now)
    operated = in_operation(connection, today)
    running_for = set()
    for clock in running.open_clocks(connection):
        if clock.rule not in (FIRST, STOCK):
            continue
        name = clock.subject.removeprefix(of(""))
        running_for.add(name)
        if name not in operated:
            running.cancel(
                connection, subject=clock.subject, rule=clock.rule, reason="operation has ended", now=now
            )
    place = place_on(connection, today)
    if not rulings.obligatory(Object.RESOURCE, today, place):
        return ()
    known, filed = rows.newest(connection, operated), rows.glances(connection)
    following, started = Following(connection, today), []
    for name, operation in operated.items():
        registration = known.get(name)
        if registration is not None and (
            registration.state == rows.PENDING
            or (
                registration.state == rows.REGISTERED
                and stands(registration, filed.get(registration.id, ()), today, place)
            )
        ):
            continue
        if name not in running_for:
            _start_first(connection, operation, registration, place, following, now)
            started.append(name)
    return tuple(started)


def _first(connection: Connection, name: str) -> tuple[running.Clock, ...]:
    found = running.clocks_of(connection, of(name), open_only=True)
    return tuple(clock for clock in found if clock.rule in (FIRST, STOCK))


def _start_first(
    connection: Connection,
    operation: Operation,
    former: rows.Registration | None,
    place: str,
    following: Following,
    now: datetime,
) -> None:
    contract = revisions.current(connection, operation.dataset).contract
    party = contract.department
    owner, code = following.answers(party.name, party.code, operation.dataset)
    # From when on operation counts, and the day the count begins for what was there before.
    begun = rule("deadlines", STOCK, date.max, place).valid_from
    since = operation.since
    if former is not None and former.valid_until is not None:
        # A registration that ran out counts from then, whether or not anybody marked it already.
        since = max(since, former.ended_on or rows.over_on(connection, former))
    running.start(
        connection,
        subject=of(operation.dataset),
        rule=STOCK if since < begun else FIRST,
        owner=owner,
        owner_code=code,
        words=f"apply for the first registration of {contract.title}",
        now=now,
        received_on=max(since, begun),
    )
