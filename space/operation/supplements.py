"""Supplements 补充协议: how a signed agreement is changed, its catalogue list above all.

Decides that a supplement is one more version, signed by both parties like the first, and that what it takes
off the list is granted no longer from the moment it is signed.

Source: 发改数据规〔2025〕27号 (change of the agreement).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from catalog.keys import Signer
from catalog.store.tables.operation import operation_agreements, operation_versions
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.operation import Party
from space.errors import Refused
from space.operation import beneath
from space.operation.agreements import Agreement, called, faults, listed_now, read, revision_of
from space.operation.versions import countersigned, write_version
from space.operation.walking import AGREEMENT, Actor, after, lock, note, reasoned

# What a supplement may say anew, beside entries to add and to remove. Parties and first day stay.
_CHANGED: Final = ("ends_on", "purposes", "products", "clauses", "mode")


def propose(
    connection: Connection, number: str, changes: Mapping[str, Any], *, reason: str, by: str, now: datetime
) -> Agreement:
    """Propose and sign a supplement for the implementing body.

    Args:
        connection: a writing transaction.
        number: of the agreement.
        changes: ``add`` [{dataset, revision}] (also a newer revision of what is listed), ``remove``
            [dataset], and anew: ends_on, purposes, products, clauses (only those that change), mode.
        reason: why.
        by: the person of the implementing body.
        now: aware instant.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: it changes nothing, one is waiting already, or the agreement would lack something.
        IllegalStep: the agreement is not in force.
    """
    why, actor = reasoned(reason), Actor(by, Party.BODY)
    agreement = _held(connection, number)
    state = after(AGREEMENT, agreement.state, "supplement", actor, number)
    if _waiting(connection, agreement) is not None:
        raise _refusal("a supplement waits for the operator already", "it signs or refuses that one first")
    whole = _changed(connection, agreement, changes)
    drafted = read(whole, {})
    reasons = tuple(faults(connection, drafted, local_date(now)))
    if reasons:
        raise Refused(Deny(reasons))
    if dict(drafted.document) == dict(agreement.stated):
        raise _refusal("the supplement changes nothing", "name what is added, removed or said anew")
    # A number that was refused is not given again: what was offered stays to be read.
    v = operation_versions.c
    last = select(func.max(v.version)).where(v.agreement_id == agreement.id)
    version = int(connection.execute(last).scalar_one()) + 1
    write_version(
        connection, agreement.id, version, drafted, by=by, reason=why, now=now, state="offered",
        body_person=by, body_signed_at=now,
    )  # fmt: skip
    details = {"number": number, "version": version}
    note(
        connection, AGREEMENT, agreement.id, "supplement", state, actor, now, reason=why, details=details
    )  # fmt: skip
    return called(connection, number)


def countersign(connection: Connection, signer: Signer, number: str, *, by: str, now: datetime) -> Agreement:
    """Sign the waiting supplement for the operator; it is in force from now on.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: none waits, or one person would sign for both.
        IllegalStep: the agreement is not in force.
    """
    actor = Actor(by, Party.OPERATOR)
    agreement = _held(connection, number)
    state = after(AGREEMENT, agreement.state, "countersign", actor, number)
    waiting = _waiting(connection, agreement)
    if waiting is None:
        raise _refusal("no supplement waits for the operator", "`ybz agreement show` lists the versions")
    countersigned(connection, signer, agreement, waiting.version, by=by, now=now)
    stated = json.loads(waiting.document)
    a = operation_agreements.c
    connection.execute(
        update(operation_agreements)
        .where(a.id == agreement.id)
        .values(version=waiting.version, ends_on=date.fromisoformat(stated["ends_on"]), mode=stated["mode"])
    )
    details = {"number": number, "version": waiting.version}
    note(connection, AGREEMENT, agreement.id, "countersign", state, actor, now, details=details)
    kept = {each["dataset"] for each in stated["catalogue"]}
    why = f"agreement {number}: version {waiting.version} no longer lists what it opens"
    beneath.end_unlisted(connection, agreement.id, kept, reason=why, by=by, now=now)
    return called(connection, number)


def refuse(connection: Connection, number: str, *, reason: str, by: str, now: datetime) -> Agreement:
    """Refuse the waiting supplement; the operator's act. The version stays to be read.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: none waits, or no reason is given.
        IllegalStep: the agreement is not in force.
    """
    why, actor = reasoned(reason), Actor(by, Party.OPERATOR)
    agreement = _held(connection, number)
    state = after(AGREEMENT, agreement.state, "refuse_supplement", actor, number)
    waiting = _waiting(connection, agreement)
    if waiting is None:
        raise _refusal("no supplement waits for the operator", "`ybz agreement show` lists the versions")
    v = operation_versions.c
    connection.execute(
        update(operation_versions)
        .where(v.agreement_id == agreement.id, v.version == waiting.version)
        .values(state="declined")
    )
    details = {"number": number, "version": waiting.version}
    note(
        connection, AGREEMENT, agreement.id, "refuse_supplement", state, actor, now, reason=why,
        details=details,
    )  # fmt: skip
    return called(connection, number)


def waiting(connection: Connection, agreement: Agreement) -> dict[str, Any] | None:
    """The supplement that waits for the operator, with the whole as it would then say; None for none."""
    row = _waiting(connection, agreement)
    if row is None:
        return None
    return {
        "version": row.version,
        "reason": row.reason,
        "by": row.made_by,
        "at": row.made_at.isoformat(),
        "stated": json.loads(row.document),
    }


def _held(connection: Connection, number: str) -> Agreement:
    lock(connection, called(connection, number).id)
    return called(connection, number)


def _waiting(connection: Connection, agreement: Agreement) -> Row[Any] | None:
    if agreement.version == 0:  # what is offered is the agreement itself
        return None
    v = operation_versions.c
    query = select(operation_versions).where(
        v.agreement_id == agreement.id, v.state == "offered", v.version > agreement.version
    )
    return connection.execute(query).first()


def _changed(connection: Connection, agreement: Agreement, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole as it would be said with the changes."""
    whole = dict(agreement.stated)
    for key in _CHANGED:
        if changes.get(key):
            whole[key] = changes[key]
    if changes.get("clauses"):
        whole["clauses"] = {**agreement.stated["clauses"], **dict(changes["clauses"])}
    added = list(changes.get("add") or ())
    now = listed_now(connection, added)
    listed = dict(agreement.listed)
    for each in added:
        name = str(each.get("dataset") if isinstance(each, Mapping) else each)
        stated = each.get("revision") if isinstance(each, Mapping) else None
        listed[name] = revision_of(stated, now.get(name, 0))
    for name in changes.get("remove") or ():
        listed.pop(str(name), None)
    whole["catalogue"] = [{"dataset": name, "revision": at} for name, at in sorted(listed.items())]
    return whole


def _refusal(message: str, allowed: str) -> Refused:
    return Refused(Deny((Reason("agreement.supplement", message, "supplement", allowed),)))
