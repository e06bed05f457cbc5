"""Applying 申请: first registration, change, amendment, deregistration, renewal; supplement and withdrawal.

Decides what filing writes and which clocks it moves; whether something may be filed at all is
:mod:`catalog.registration.eligibility`'s matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from catalog import evidence, revisions
from catalog.clocks.place import place_on
from catalog.organisations.following import Following
from catalog.registration import files, forms, reasons, rows, steps, terms
from catalog.registration.eligibility import Filing, answering, faults, whole_form
from catalog.registration.errors import RegistrationRefused, refusal
from catalog.registration.files import Kept
from catalog.registration.registrars import Registrar, nobody, registrar
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.registration import (
    registration_applications,
    registration_sources,
    registrations,
)
from contracts.canonical import canonical, digest
from policies.clocks import local_date
from policies.decision import Deny
from policies.machine import machine


@dataclass(frozen=True, slots=True)
class Filed:
    """An application that was filed.

    Attributes:
        application: as it stands now.
        missing: everything it lacks; the registrar returns it once for all of it.
    """

    application: Application
    missing: tuple[str, ...] = field(default=())


def apply(connection: Connection, filing: Filing, actor: Actor, now: datetime) -> Filed:
    """File an application with the registrar.

    Args:
        connection: a writing transaction.
        filing: what is handed in.
        actor: the steward of the department, the operator, or an interested party.
        now: aware instant.

    Raises:
        IllegalStep: this office does not apply.
        RegistrationRefused: what is asked for is not open; every reason at once.
        FormUnreadable: the form is not one.
        UnknownDataset: the ledger has no such entry.
    """
    machine(steps.APPLICATION).after("new", "apply", actor.office)
    today = local_date(now)
    whom = registrar(connection, today)
    if whom is None:
        raise refusal(filing.name, nobody())
    if filing.kind == Kind.FIRST:
        terms.watch(connection, now)
    former = rows.newest(connection, [filing.name]).get(filing.name)
    place = place_on(connection, today)
    form = whole_form(filing, former, today, place)
    found = tuple(faults(connection, filing, form, former, actor, today))
    if found:
        raise RegistrationRefused(filing.name, Deny(found))
    of = former if filing.kind != Kind.FIRST else _enter(connection, filing, form, now)
    assert of is not None
    attached = [each.role for each in filing.kept]
    missing = forms.lacking(form, attached, filing.of, filing.kind, today, place, _entries(connection, form))
    case = _file(connection, filing, form, of, actor, now)
    _started(connection, case, of, whom, actor, now, missing)
    return Filed(case, missing)


def supplement(
    connection: Connection,
    named: str,
    form: Mapping[str, Any],
    kept: tuple[Kept, ...],
    actor: Actor,
    now: datetime,
) -> Filed:
    """Hand in what an application was returned for, laid over what it held.

    Raises:
        IllegalStep: it was not returned.
        RegistrationRefused: another office filed it, or nothing comes.
    """
    case, of = steps.case_of(connection, named, "supplement", actor)
    _same_office(case, actor)
    today, kind, what = local_date(now), Kind(case.kind), Object(of.object)
    added = forms.cleaned(form, what, kind, today, place_on(connection, today))
    if not added and not kept:
        raise refusal(case.id, reasons.empty())
    whole = case.values | added
    allowed = answering(connection, what, of.name, of, today)
    if allowed and whole.get("registrant_code", "") not in (*allowed, ""):
        raise refusal(case.id, reasons.registrant(sorted(allowed)))
    if of.state == rows.PENDING and whole.get("registrant_code"):
        named_so = {"registrant_name": whole.get("registrant_name", of.registrant_name)[:200]}
        named_so["registrant_code"] = whole["registrant_code"][:18]
        connection.execute(update(registrations).where(registrations.c.id == of.id).values(**named_so))
    files.note(connection, case.id, kept, now)
    case = steps.take(
        connection, case, "supplement", actor, now, form=canonical(whole).decode(),
        details={"form": digest(whole), "files": [each.digest for each in kept]},
    )  # fmt: skip
    terms.supplemented(connection, case, actor.by, now)
    return Filed(case, missing_now(connection, case, of, today))


def withdraw(connection: Connection, named: str, actor: Actor, *, reason: str, now: datetime) -> Application:
    """Take an application back.

    Raises:
        IllegalStep: it is at its end.
        RegistrationRefused: another office filed it.
    """
    case, of = steps.case_of(connection, named, "withdraw", actor)
    _same_office(case, actor)
    done = steps.take(connection, case, "withdraw", actor, now, note_reason=reason, reason=reason)
    steps.end_in_failure(connection, case, of, actor.by, reason, now)
    return done


def missing_now(connection: Connection, case: Application, of: Registration, on: date) -> tuple[str, ...]:
    """Everything an application lacks, by the rules of a day."""
    attached = [each["role"] for each in rows.files_of(connection, case.id)]
    known, place = _entries(connection, case.values), place_on(connection, on)
    return forms.lacking(case.values, attached, Object(of.object), Kind(case.kind), on, place, known)


def _entries(connection: Connection, form: Mapping[str, Any]) -> frozenset[str]:
    """Which of the entries a form names the ledger has."""
    named = form.get("made_from", [])
    return frozenset(connection.execute(select(entries.c.name).where(entries.c.name.in_(named))).scalars())


def _same_office(case: Application, actor: Actor) -> None:
    if actor.office.value != case.office:
        raise refusal(case.id, reasons.office(case.office))


def _enter(connection: Connection, filing: Filing, form: Mapping[str, Any], now: datetime) -> Registration:
    """A registration that waits for its code."""
    registration_id, title = new_id("reg"), form.get("data_name", filing.name)
    name, code = form.get("registrant_name", ""), form.get("registrant_code", "")
    if filing.of is Object.RESOURCE:
        party = revisions.current(connection, filing.name).contract.department
        following = Following(connection, local_date(now))
        answers = following.answers(party.name, party.code, filing.name)
        name, code = name or answers[0], code or answers[1]
    connection.execute(
        insert(registrations).values(
            id=registration_id, object=filing.of.value, name=filing.name, title=title[:200],
            registrant_name=name[:200], registrant_code=code[:18], state=rows.PENDING, created_at=now,
        )
    )  # fmt: skip
    keep_sources(connection, registration_id, form.get("made_from", []))
    return rows.registration(connection, registration_id)


def keep_sources(connection: Connection, registration_id: str, datasets: Sequence[str]) -> None:
    """Keep which entries a product or service is made from."""
    s = registration_sources
    connection.execute(delete(s).where(s.c.registration_id == registration_id))
    if datasets:
        connection.execute(
            insert(s),
            [{"registration_id": registration_id, "dataset": name} for name in sorted(set(datasets))],
        )


def _file(
    connection: Connection,
    filing: Filing,
    form: Mapping[str, Any],
    of: Registration,
    actor: Actor,
    now: datetime,
) -> Application:
    """The application with its files, as it is handed in."""
    application_id = new_id("rap")
    connection.execute(
        insert(registration_applications).values(
            id=application_id, registration_id=of.id, kind=filing.kind.value, office=actor.office.value,
            applicant_name=(filing.applicant_name or of.registrant_name)[:200],
            applicant_code=(filing.applicant_code if filing.applicant_name else of.registrant_code)[:18],
            form=canonical(form).decode(), ground=filing.ground, ground_citation=filing.citation,
            state=machine(steps.APPLICATION).after("new", "apply", actor.office), filed_at=now,
            filed_by=actor.by,
        )
    )  # fmt: skip
    files.note(connection, application_id, filing.kept, now)
    return rows.application(connection, application_id)


def _started(
    connection: Connection,
    case: Application,
    of: Registration,
    whom: Registrar,
    actor: Actor,
    now: datetime,
    missing: tuple[str, ...],
) -> None:
    """The act, its evidence, and the registrar's clock; a first registration is no longer owed meanwhile."""
    steps.note(connection, case.id, "apply", case.state, actor, now)
    body = {
        "application": case.id, "registration": of.id, "kind": case.kind, "object": of.object,
        "name": of.name, "registrant": of.registrant_code, "registrar": whom.code, "actor": actor.by,
        "office": actor.office.value, "form": digest(case.values), "missing": len(missing),
        "files": [each["digest"] for each in rows.files_of(connection, case.id)],
    }  # fmt: skip
    evidence.record(connection, event="catalog:registration:apply", subject=case.id, body=body, now=now)
    terms.owed_by_registrar(
        connection, case.id, terms.ACCEPTANCE, whom, f"accept or return the application of {of.title}", now
    )
    if case.kind == Kind.FIRST:
        terms.first_filed(connection, of.name, actor.by, now)
