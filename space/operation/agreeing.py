"""Steps of an agreement: drafted, offered, signed, in force, suspended, ended; and what ends with it.

Decides who takes which step, by the table ``procedures/agreement.csv``, and that grants and scenarios under
it are suspended and end in the same transaction.

Source: 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from catalog.keys import Signer
from catalog.store.schema import new_id
from catalog.store.tables.operation import (
    operation_agreements,
    operation_listed,
    operation_scenarios,
    operation_versions,
)
from contracts.canonical import digest
from policies.access import OrganisationKind
from policies.clocks import local_date
from policies.decision import Deny
from policies.operation import Party
from space.errors import Refused
from space.identity.organisations import Organisation, register
from space.operation import beneath
from space.operation.agreements import Agreement, called, faults, listed_now, read
from space.operation.versions import countersigned, write_version
from space.operation.walking import AGREEMENT, NOBODY, SCENARIO, Actor, after, lock, note, reasoned


def draft(connection: Connection, document: Mapping[str, Any], *, by: str, now: datetime) -> Agreement:
    """Draft an agreement, or draft it anew while nobody has signed it; the implementing body's act.

    Args:
        connection: a writing transaction.
        document: see :func:`space.operation.agreements.read`.
        by: the person of the implementing body.
        now: aware instant.

    Raises:
        AgreementUnreadable: number, parties or days are not there.
        Refused: it lacks something, lasts too long or lists what is not published; with every reason.
        IllegalStep: it is signed already.
    """
    drafted = read(document, listed_now(connection, document.get("catalogue")))
    actor, a = Actor(by, Party.BODY), operation_agreements.c
    row = connection.execute(
        select(operation_agreements).where(a.number == drafted.number).with_for_update()
    ).first()
    event = "draft" if row is None else "redraft"
    state = after(AGREEMENT, "new" if row is None else row.state, event, actor, drafted.number)
    reasons = tuple(faults(connection, drafted, local_date(now)))
    if reasons:
        raise Refused(Deny(reasons))
    values = {
        "body_code": drafted.body[0], "body_name": drafted.body[1], "operator_code": drafted.operator[0],
        "operator_name": drafted.operator[1], "mode": drafted.mode, "starts_on": drafted.starts_on,
        "ends_on": drafted.ends_on, "state": state,
    }  # fmt: skip
    if row is None:
        register(connection, Organisation(*drafted.operator, OrganisationKind.OPERATOR), now)
        agreement_id = new_id("agr")
        fresh = {"id": agreement_id, "number": drafted.number, "version": 0, "drafted_at": now}
        connection.execute(insert(operation_agreements).values(**fresh, **values))
    else:
        agreement_id = row.id
        connection.execute(update(operation_agreements).where(a.id == row.id).values(**values))
        for table in (operation_listed, operation_versions):
            connection.execute(delete(table).where(table.c.agreement_id == row.id))
    write_version(connection, agreement_id, 1, drafted, by=by, reason="", now=now)
    details = {"number": drafted.number, "digest": digest(drafted.document)}
    note(connection, AGREEMENT, agreement_id, event, state, actor, now, details=details)
    return called(connection, drafted.number)


def offer(connection: Connection, number: str, *, by: str, now: datetime) -> Agreement:
    """Sign the draft for the implementing body and offer it to the operator.

    Raises:
        Unknown: there is no agreement of that number.
        IllegalStep: it is no draft.
    """
    v = operation_versions.c
    values = {"state": "offered", "body_person": by, "body_signed_at": now}
    agreement = _step(connection, number, "offer", Actor(by, Party.BODY), now)
    connection.execute(
        update(operation_versions).where(v.agreement_id == agreement.id, v.version == 1).values(**values)
    )
    return called(connection, number)


def sign(connection: Connection, signer: Signer, number: str, *, by: str, now: datetime) -> Agreement:
    """Sign what is offered, for the operator; it is in force from its first day on.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: one person would sign for both.
        IllegalStep: it is not offered.
    """
    actor = Actor(by, Party.OPERATOR)
    agreement = called(connection, number)
    after(AGREEMENT, agreement.state, "sign", actor, number)
    countersigned(connection, signer, agreement, 1, by=by, now=now)
    _step(connection, number, "sign", actor, now, version=1, signed_at=now)
    if agreement.starts_on <= local_date(now):
        _step(connection, number, "begin", NOBODY, now)
    return called(connection, number)


def decline(connection: Connection, number: str, *, reason: str, by: str, now: datetime) -> Agreement:
    """Send what is offered back as a draft; the operator's act.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no reason is given.
        IllegalStep: it is not offered.
    """
    return _step(connection, number, "decline", Actor(by, Party.OPERATOR), now, reason=reasoned(reason))


def drop(connection: Connection, number: str, *, reason: str, by: str, now: datetime) -> Agreement:
    """Give up an agreement that was not signed; the implementing body's act.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no reason is given.
        IllegalStep: it is signed.
    """
    return _step(connection, number, "drop", Actor(by, Party.BODY), now, reason=reasoned(reason))


def suspend(
    connection: Connection, number: str, *, reason: str, by: str, office: Party, now: datetime
) -> Agreement:
    """Suspend an agreement; every grant under it answers nothing from this transaction on.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no reason is given.
        IllegalStep: it is not in force, or this office does not suspend.
    """
    why = reasoned(reason)
    agreement = _step(connection, number, "suspend", Actor(by, office), now, reason=why)
    beneath.set_aside(connection, agreement.id, reason=f"agreement {number}: {why}", by=by, now=now)
    return called(connection, number)


def resume(
    connection: Connection, number: str, *, reason: str, by: str, office: Party, now: datetime
) -> Agreement:
    """Resume a suspended agreement; the grants its suspension set aside answer again.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no reason is given.
        IllegalStep: it is not suspended.
    """
    why = reasoned(reason)
    agreement = _step(connection, number, "resume", Actor(by, office), now, reason=why)
    beneath.resume(connection, agreement.id, reason=f"agreement {number}: {why}", by=by, now=now)
    return called(connection, number)


def terminate(
    connection: Connection, number: str, *, reason: str, by: str, office: Party, now: datetime
) -> Agreement:
    """End an agreement before its last day; every grant and scenario under it ends with it.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no reason is given.
        IllegalStep: it has ended, or was never signed.
    """
    why = reasoned(reason)
    values = {"ended_on": local_date(now), "end_reason": why}
    agreement = _step(connection, number, "terminate", Actor(by, office), now, reason=why, **values)
    _end_beneath(connection, agreement, f"agreement {number} was terminated: {why}", by, now)
    return called(connection, number)


def due(connection: Connection, now: datetime) -> bool:
    """Whether :func:`settle` would move anything."""
    a, today = operation_agreements.c, local_date(now)
    begun = (a.state == "signed") & (a.starts_on <= today)
    over = a.state.in_(("in_force", "suspended")) & (a.ends_on < today)
    return connection.execute(select(a.id).where(begun | over).limit(1)).first() is not None


def settle(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Let agreements begin whose first day has come, and end those whose last day is over.

    Returns:
        Numbers of the agreements that were moved; doing it again moves none.
    """
    a, today, moved = operation_agreements.c, local_date(now), []
    begun = (a.state == "signed") & (a.starts_on <= today)
    for number in connection.execute(select(a.number).where(begun).order_by(a.number)).scalars().all():
        _step(connection, number, "begin", NOBODY, now)
        moved.append(number)
    over = a.state.in_(("in_force", "suspended")) & (a.ends_on < today)
    for number in connection.execute(select(a.number).where(over).order_by(a.number)).scalars().all():
        why = "the last day is over"
        agreement = _step(
            connection, number, "expire", NOBODY, now, reason=why, ended_on=today, end_reason=why
        )
        _end_beneath(connection, agreement, f"agreement {number}: {why}", NOBODY.by, now)
        moved.append(number)
    return tuple(moved)


def _step(
    connection: Connection, number: str, event: str, actor: Actor, now: datetime, *, reason: str = "",
    **values: Any,
) -> Agreement:  # fmt: skip
    """Take a step of an agreement; returns it as it was."""
    agreement = called(connection, number)
    lock(connection, agreement.id)
    agreement = called(connection, number)
    state = after(AGREEMENT, agreement.state, event, actor, number)
    a = operation_agreements.c
    connection.execute(update(operation_agreements).where(a.id == agreement.id).values(state=state, **values))
    details = {"number": number, "version": max(agreement.version, 1)}
    note(
        connection, AGREEMENT, agreement.id, event, state, actor, now, reason=reason, details=details
    )  # fmt: skip
    return agreement


def _end_beneath(connection: Connection, agreement: Agreement, why: str, by: str, now: datetime) -> None:
    """End the grants and the scenarios of an agreement that has ended."""
    beneath.end(connection, agreement.id, reason=why, by=by, now=now)
    s = operation_scenarios.c
    for row in connection.execute(
        select(s.id, s.state).where(s.agreement_id == agreement.id, s.state == "adopted")
    ).all():
        state = after(SCENARIO, row.state, "end", NOBODY, row.id)
        connection.execute(
            update(operation_scenarios).where(s.id == row.id).values(state=state, ended_on=local_date(now))
        )
        note(connection, SCENARIO, row.id, "end", state, NOBODY, now, reason=why)
