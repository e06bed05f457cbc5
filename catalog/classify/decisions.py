"""Decisions on findings and grades: confirmed, overridden, raised, lowered, with reasons and signatures.

Decides which act needs a second signature and who may give it, and how long a decision holds: until its
day, or until the field it was taken on is declared otherwise. What a decision does to a release is
:mod:`catalog.classify.decided`'s.

A *confirmed* finding is right: the contract is to declare it. An *override* says that it is a false
positive. A *raise* sets a field above what is known of it; it ends by a day or by a signed lowering. A
*lowering* sets it below, as does the override of a finding that is sensitive or of a high grade: these
wait for a second person of the security office or the data authority.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from catalog import evidence
from catalog.classify import signing
from catalog.classify.decision import (
    FIELD,
    NEW,
    OPEN,
    Decision,
    DecisionRefused,
    Signed,
    Subject,
    decisions_of,
    decisions_part,
    field_digest,
    of,
    run_out,
)
from catalog.store.schema import new_id
from catalog.store.tables.classification import classification_decisions as rows
from policies.clocks import local_date
from policies.four_eyes import same_name
from policies.machine import Machine, Office, machine
from policies.rulebook import rule

__all__ = [
    "FIELD", "NEW", "OPEN", "Decision", "DecisionRefused", "Signed", "Subject", "confirm", "consent",
    "decisions_of", "decisions_part", "field_digest", "lapse", "lower", "of", "override", "procedure",
    "raise_grade", "refuse", "run_out", "withdraw",
]  # fmt: skip


def procedure() -> Machine:
    """The lawful steps of a decision."""
    return machine("classification")


def confirm(connection: Connection, subject: Subject, signed: Signed, until: date | None = None) -> Decision:
    """The finding is right; the release goes on once the contract declares it."""
    _need_finding(subject)
    return _enter(connection, subject, signed, "confirm", "confirm", subject.grade, until)


def override(connection: Connection, subject: Subject, signed: Signed, until: date | None = None) -> Decision:
    """The finding is a false positive; a strong one waits for a second signature."""
    _need_finding(subject)
    ruled = rule("classification", "signatures", local_date(signed.now)).value
    strong = subject.sensitive or subject.grade >= ruled["override_from_grade"]
    two = ruled["override"] > 1 or (strong and ruled["lower"] > 1)
    return _enter(connection, subject, signed, "override", "propose" if two else "override", 1, until)


def raise_grade(
    connection: Connection, subject: Subject, signed: Signed, grade: int, until: date | None = None
) -> Decision:
    """Set a field above what is found, inherited and declared."""
    if not subject.grade < grade <= 4:
        raise DecisionRefused(
            f"{subject.field} has grade {subject.grade} — raise it above that, to 4 at most"
        )
    return _enter(connection, subject, signed, "raise", "raise", grade, until)


def lower(
    connection: Connection, subject: Subject, signed: Signed, grade: int, until: date | None = None
) -> Decision:
    """Propose a grade below what is found, inherited or declared; it waits for a second signature.

    Raises:
        DecisionRefused: it is no lowering, it states no basis, or another decision stands in its way.
    """
    if not 1 <= grade < subject.grade:
        raise DecisionRefused(
            f"{subject.field} has grade {subject.grade} — lower it below that, to 1 at least"
        )
    if not signed.basis.strip():
        raise DecisionRefused("a lowering rests on a rule, an assessment or a treatment — give a `basis`")
    return _enter(connection, subject, signed, "lower", "propose", grade, until)


def consent(connection: Connection, decision_id: str, signed: Signed) -> Decision:
    """The second signature: the decision is in force.

    Raises:
        DecisionRefused: the second person is the first one, or the time for it is over.
        IllegalStep: it awaits no signature, or that office may not give it.
    """
    made = of(connection, decision_id)
    after = procedure().after(made.state, "consent", signed.office, made.id)
    if same_name(made.made_by, signed.by):
        raise DecisionRefused(f"{signed.by} signed {made.id} already — a second person consents")
    if made.until is not None and made.until < local_date(signed.now):
        raise DecisionRefused(f"{made.id} was proposed until {made.until} — propose it anew")
    if made.kind == FIELD:
        _replace_raised(connection, made, signed)
    return _changed(
        connection, made, "consent", signed,
        state=after, second_by=signed.by, second_as=signed.office.value, second_at=signed.now,
    )  # fmt: skip


def refuse(connection: Connection, decision_id: str, signed: Signed) -> Decision:
    """No second signature: the proposal is at its end."""
    return _ended(connection, decision_id, "refuse", signed)


def withdraw(connection: Connection, decision_id: str, signed: Signed) -> Decision:
    """Take a decision back, proposed or in force; what it covered is not covered any more."""
    return _ended(connection, decision_id, "withdraw", signed)


def lapse(connection: Connection, made: Decision, now: datetime, why: str) -> Decision:
    """Record that a decision has run out."""
    return _ended(connection, made.id, "lapse", Signed("the clock", Office.CLOCK, now, why))


def _need_finding(subject: Subject) -> None:
    if subject.kind == FIELD:
        raise DecisionRefused(f"name the finding of {subject.field} it is about — see `ybz classify show`")


def _enter(
    connection: Connection,
    subject: Subject,
    signed: Signed,
    act: str,
    event: str,
    grade: int,
    until: date | None,
) -> Decision:
    after = procedure().after(NEW, event, signed.office, f"{subject.contract.name}.{subject.field}")
    if until is not None and until < local_date(signed.now):
        raise DecisionRefused(f"a decision until {until} would be over already — give a later day")
    name, today = subject.contract.name, local_date(signed.now)
    for former in decisions_of(connection, name):
        if (former.field, former.kind) != (subject.field, subject.kind) or former.state not in OPEN:
            continue
        why = run_out(former, subject.contract, today)
        if why:
            lapse(connection, former, signed.now, why)
        elif former.state != "raised" or act == "raise":
            raise DecisionRefused(
                f"{name}.{subject.field}: {former.act} {former.id} is {former.state} — withdraw it first"
            )
    made = Decision(
        new_id("cls"), name, subject.field, subject.kind, act, after, subject.grade, grade, signed.reason,
        signed.basis, field_digest(subject.contract, subject.field), until, signed.by, signed.office.value,
        signed.now, None, None, None, None, None, None,
    )  # fmt: skip
    connection.execute(insert(rows).values(**{f.name: getattr(made, f.name) for f in fields(made)}))
    _record(connection, made, "propose" if after == signing.AWAITING else act, signed)
    signing.ask(connection, made, signed.now)
    return made


def _replace_raised(connection: Connection, made: Decision, signed: Signed) -> None:
    for former in decisions_of(connection, made.dataset):
        if (former.field, former.kind, former.state) == (made.field, FIELD, "raised"):
            ended = Signed(signed.by, signed.office, signed.now, f"replaced by {made.id}")
            _ended(connection, former.id, "replace", ended)


def _ended(connection: Connection, decision_id: str, event: str, signed: Signed) -> Decision:
    made = of(connection, decision_id)
    after = procedure().after(made.state, event, signed.office, made.id)
    return _changed(
        connection, made, event, signed,
        state=after, ended_by=signed.by, ended_at=signed.now, ended_why=signed.reason,
    )  # fmt: skip


def _changed(connection: Connection, made: Decision, event: str, signed: Signed, **values: Any) -> Decision:
    connection.execute(update(rows).where(rows.c.id == made.id).values(**values))
    _record(connection, made, event, signed)
    signing.close(connection, made, event, signed.now, signed.reason)
    return of(connection, made.id)


def _record(connection: Connection, made: Decision, event: str, signed: Signed) -> None:
    body = {
        "decision": made.id, "field": made.field, "kind": made.kind, "act": made.act, "grade": made.grade,
        "grade_before": made.grade_before, "until": made.until.isoformat() if made.until else None,
        "actor": signed.by, "office": signed.office.value, "reason": signed.reason, "basis": signed.basis,
    }  # fmt: skip
    evidence.record(
        connection,
        event=f"catalog:classification:{event}",
        subject=made.dataset,
        body=body,
        now=signed.now,
    )
