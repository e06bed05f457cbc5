"""Objections 异议 to a public notice: under a real name, with evidence, and decided with reasons.

Decides that an objection stops the coding until the registrar decides it; one that is accepted ends the
application, one that is dismissed lets it go on once no other is open; and that nobody decides an objection
it raised or entered. Names stay in the store: the evidence log holds digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.organisations.following import folded
from catalog.registration import files, reasons, registrars, rows, rulings, steps, terms
from catalog.registration.authorisations import code_fault
from catalog.registration.errors import UnknownRegistration, refusal
from catalog.registration.files import Kept
from catalog.registration.rows import Application
from catalog.registration.steps import Actor
from catalog.store.schema import new_id
from catalog.store.tables.identity import organisations
from catalog.store.tables.registration import registration_objections
from contracts import codes
from policies.clocks import local_date
from policies.machine import machine


@dataclass(frozen=True, slots=True)
class Objection:
    """What is objected.

    Attributes:
        name: real name of whoever objects.
        contact: how they are reached.
        statement: what is wrong, one paragraph.
        code: unified social credit code, where it is an organisation.
    """

    name: str
    contact: str
    statement: str
    code: str = ""


def raise_objection(
    connection: Connection,
    named: str,
    made: Objection,
    kept: tuple[Kept, ...],
    actor: Actor,
    *,
    now: datetime,
) -> str:
    """Enter an objection to a public notice.

    Args:
        connection: a writing transaction.
        named: the application.
        made: who objects to what.
        kept: the evidence, already in the folder.
        actor: who enters it.
        now: aware instant, not after the notice's last day.

    Returns:
        Its id.

    Raises:
        IllegalStep: the application is not on public notice.
        RegistrationRefused: it comes late, or lacks name, contact, statement or evidence.
    """
    case, of = steps.case_of(connection, named, "object", actor)
    state = machine(steps.OBJECTION).after("new", "object", actor.office)
    assert case.notice_until is not None
    today, faults = local_date(now), []
    named_so = rulings.real_name(made.name, today, place_on(connection, today))
    if not (kept and named_so and made.contact.strip() and made.statement.strip()):
        faults.append(reasons.nameless())
    if made.code and codes.uscc(made.code) != made.code and not _registered(connection, made.code):
        faults.append(code_fault("objector"))
    if today > case.notice_until:
        faults.append(reasons.notice_over(case.notice_until))
    if faults:
        raise refusal(case.id, *faults)
    objection_id = new_id("obj")
    connection.execute(
        insert(registration_objections).values(
            id=objection_id, application_id=case.id, name=made.name, code=made.code or None,
            contact=made.contact, statement=made.statement, state=state, made_at=now, entered_by=actor.by,
        )
    )  # fmt: skip
    files.note(connection, case.id, kept, now, objection_id)
    details = {"objection": objection_id, "files": [each.digest for each in kept]}
    steps.take(connection, case, "object", actor, now, details=details)
    whom = steps.registrar_of(connection, now)
    terms.owed_by_registrar(
        connection, objection_id, terms.OBJECTION, whom, f"decide the objection to {of.title}", now
    )
    return objection_id


def _registered(connection: Connection, code: str) -> bool:
    """Whether the code is that of an organisation here, which may have one of another form."""
    return (
        connection.execute(select(organisations.c.code).where(organisations.c.code == code)).first()
        is not None
    )


def decide(
    connection: Connection,
    objection_id: str,
    *,
    accepted: bool,
    reason: str,
    basis: str,
    actor: Actor,
    now: datetime,
) -> Application:
    """Decide an objection.

    Args:
        connection: a writing transaction.
        objection_id: which.
        accepted: whether it holds; then the application is refused.
        reason: told to both sides.
        basis: what the decision rests on.
        actor: of the registrar.
        now: aware instant.

    Returns:
        The application as it stands then.

    Raises:
        UnknownRegistration: there is no such objection.
        IllegalStep: it is decided, or its application is at its end.
        RegistrationRefused: no reason or basis is given, or it is the registrar's own matter, or its own
            objection, or one the same person entered.
    """
    found = objection(connection, objection_id)
    event = "accept" if accepted else "dismiss"
    state = machine(steps.OBJECTION).after(found["state"], event, actor.office, objection_id)
    others = [
        each["id"]
        for each in rows.objections_of(connection, found["application_id"])
        if each["state"] == "open" and each["id"] != objection_id
    ]
    event = "uphold" if accepted else ("decide" if others else "settle")
    case, of = steps.case_of(connection, found["application_id"], event, actor)
    whom = steps.registrar_for(connection, case, of, actor, now)
    if not (reason.strip() and basis.strip()):
        raise refusal(objection_id, reasons.unreasoned())
    # By its code alone: anybody may write any name.
    objector = (("", found["code"] or ""),)
    if folded(actor.by) == folded(found["entered_by"]) or registrars.is_party(
        connection, whom, objector, local_date(now)
    ):
        raise refusal(objection_id, reasons.own_objection())
    o = registration_objections
    connection.execute(
        update(o)
        .where(o.c.id == objection_id)
        .values(state=state, reason=reason, basis=basis, decided_at=now, decided_by=actor.by)
    )
    terms.decided(connection, objection_id, now)
    body = {
        "objection": objection_id, "application": case.id, "state": state, "basis": basis,
        "registrar": whom.code, "actor": actor.by,
    }  # fmt: skip
    act = "accept" if accepted else "dismiss"
    evidence.record(connection, event=f"catalog:objection:{act}", subject=objection_id, body=body, now=now)
    values: dict[str, Any] = {}
    if accepted:
        today = local_date(now)
        ground = rulings.refusal_grounds(today, place_on(connection, today))["objection_upheld"]
        values = {"basis": f"{ground.words}（{ground.source}）", "reason": reason}
    done = steps.take(
        connection, case, event, actor, now, registrar=whom, note_reason=reason,
        details={"objection": objection_id}, **values,
    )  # fmt: skip
    if accepted:
        steps.end_in_failure(connection, case, of, actor.by, "an objection was accepted", now)
    return done


def objection(connection: Connection, objection_id: str) -> Mapping[str, Any]:
    """The objection of an id.

    Raises:
        UnknownRegistration: there is none.
    """
    o = registration_objections
    row = connection.execute(select(o).where(o.c.id == objection_id)).one_or_none()
    if row is None:
        raise UnknownRegistration(f"no objection {objection_id} — `ybz register show` lists them")
    return dict(row._mapping)
