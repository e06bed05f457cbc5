"""One step of an application or a registration: looked up in its table, written, recorded.

Decides nothing beyond the tables ``registration.csv`` and ``registered.csv``; who may take a step and
what it needs is asked by the acts themselves, before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from catalog import evidence
from catalog.registration import reasons, registrars, rows, terms
from catalog.registration.errors import RegistrationRefused, refusal
from catalog.registration.registrars import Registrar
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import Kind
from catalog.store.schema import new_id
from catalog.store.tables.registration import (
    registration_acts,
    registration_applications,
    registration_objections,
    registrations,
)
from policies.clocks import local_date
from policies.decision import Deny
from policies.machine import Office, machine

APPLICATION: Final = "registration"
LIFE: Final = "registered"
OBJECTION: Final = "objection"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which office.

    Attributes:
        by: the person.
        office: in which they act.
    """

    by: str
    office: Office


# Who acts when a term ran out.
NOBODY: Final = Actor(terms.CLOCK, Office.CLOCK)


def case_of(connection: Connection, named: str, event: str, actor: Actor) -> tuple[Application, Registration]:
    """The application a step is asked for, if its table has that step.

    Raises:
        UnknownRegistration: there is none.
        IllegalStep: the step is not open now.
    """
    case = rows.application(connection, named)
    machine(APPLICATION).after(case.state, event, actor.office, case.id)
    return case, rows.registration(connection, case.registration_id)


def registrar_for(
    connection: Connection, case: Application, of: Registration, actor: Actor, now: datetime
) -> Registrar:
    """The registrar of today, who acts.

    Raises:
        RegistrationRefused: there is none, or it would decide its own matter.
    """
    today = local_date(now)
    acting = registrars.registrar(connection, today)
    decision = registrars.may_act(connection, acting, case, of, actor.by, today)
    if isinstance(decision, Deny):
        raise RegistrationRefused(case.id, decision)
    assert acting is not None
    return acting


def registrar_of(connection: Connection, now: datetime) -> Registrar:
    """The registrar of today.

    Raises:
        RegistrationRefused: none is named.
    """
    found = registrars.registrar(connection, local_date(now))
    if found is None:
        raise refusal("registration", registrars.nobody())
    return found


def may_live(of: Registration, event: str, actor: Actor) -> None:
    """Refuse a step in the life of a registration that its table does not have.

    Raises:
        IllegalStep: it has not.
    """
    machine(LIFE).after(of.state, event, actor.office, of.name)


def take(
    connection: Connection,
    case: Application,
    event: str,
    actor: Actor,
    now: datetime,
    *,
    registrar: Registrar | None = None,
    note_reason: str | None = None,
    details: Mapping[str, Any] = _NOTHING,
    **values: Any,
) -> Application:
    """Take a step of an application: its state, its act, its evidence.

    Args:
        connection: a writing transaction.
        case: as it stands.
        event: of the table.
        actor: who acts.
        now: aware instant.
        registrar: whose act it is, where it is the registrar's.
        note_reason: why, kept with the act.
        details: what the evidence holds beside; names, digests and days only.
        values: further columns of the application.

    Raises:
        IllegalStep: the table does not have it.
    """
    state = machine(APPLICATION).after(case.state, event, actor.office, case.id)
    if state in rows.ENDED:
        values["ended_at"] = now
    a = registration_applications
    connection.execute(update(a).where(a.c.id == case.id).values(state=state, **values))
    note(connection, case.id, event, state, actor, now, registrar=registrar, reason=note_reason)
    body = {
        "application": case.id, "registration": case.registration_id, "kind": case.kind, "state": state,
        "actor": actor.by, "office": actor.office.value, **details,
    }  # fmt: skip
    if registrar is not None:
        body |= {"registrar": registrar.code}
    evidence.record(connection, event=f"catalog:registration:{event}", subject=case.id, body=body, now=now)
    return rows.application(connection, case.id)


def note(
    connection: Connection,
    application_id: str,
    event: str,
    state: str,
    actor: Actor,
    now: datetime,
    *,
    registrar: Registrar | None = None,
    reason: str | None = None,
) -> None:
    """Keep the act beside the application."""
    a = registration_acts.c
    former = select(func.count()).select_from(registration_acts).where(a.application_id == application_id)
    number = connection.execute(former).scalar_one() + 1
    connection.execute(
        insert(registration_acts).values(
            id=new_id("act"), application_id=application_id, number=number, act=event, state=state,
            reason=reason, office=actor.office.value, made_by=actor.by, made_at=now,
            registrar_id=None if registrar is None else registrar.id,
        )
    )  # fmt: skip


def live(
    connection: Connection, of: Registration, event: str, actor: Actor, now: datetime, **values: Any
) -> Registration:
    """Take a step in the life of a registration.

    Raises:
        IllegalStep: the table does not have it.
    """
    state = machine(LIFE).after(of.state, event, actor.office, of.name)
    if state not in (rows.PENDING, rows.REGISTERED):
        values.setdefault("ended_on", local_date(now))
    connection.execute(update(registrations).where(registrations.c.id == of.id).values(state=state, **values))
    after = rows.registration(connection, of.id)
    body = {
        "registration": of.id, "object": of.object, "name": of.name, "state": state, "actor": actor.by,
        "code": after.code, "valid_until": rows.plain(after.valid_until),
    }  # fmt: skip
    evidence.record(connection, event=f"catalog:registered:{event}", subject=of.name, body=body, now=now)
    return after


def end_in_failure(
    connection: Connection, case: Application, of: Registration, by: str, reason: str, now: datetime
) -> None:
    """What follows when an application came to nothing: no clock of it runs, a first one closes."""
    terms.stop(connection, case.id, reason, now)
    for objection in rows.objections_of(connection, case.id):
        if objection["state"] == "open":
            moot(connection, objection, NOBODY, reason, now)
    if case.kind == Kind.FIRST and of.state == rows.PENDING:
        live(connection, of, "close", NOBODY, now)
        terms.first_failed(connection, of.name, by, now)


def moot(
    connection: Connection, objection: Mapping[str, Any], actor: Actor, reason: str, now: datetime
) -> None:
    """An objection falls away with the application it is about.

    Raises:
        IllegalStep: it is decided, or somebody does it.
    """
    state = machine(OBJECTION).after(objection["state"], "moot", actor.office, objection["id"])
    o = registration_objections
    values = {"state": state, "reason": reason, "decided_at": now}
    connection.execute(update(o).where(o.c.id == objection["id"]).values(**values))
    terms.stop(connection, objection["id"], reason, now)
    body = {"application": objection["application_id"], "reason": reason}
    evidence.record(connection, event="catalog:objection:moot", subject=objection["id"], body=body, now=now)


def drop(connection: Connection, application_id: str, actor: Actor, *, reason: str, now: datetime) -> None:
    """Let an application fall away because its registration stands no more.

    Raises:
        IllegalStep: it is at its end, or somebody does it.
    """
    case, of = case_of(connection, application_id, "drop", actor)
    if of.state in (rows.PENDING, rows.REGISTERED):
        raise refusal(case.id, reasons.not_dropped())
    take(connection, case, "drop", actor, now, note_reason=reason, reason=reason)
    end_in_failure(connection, case, of, actor.by, reason, now)
