"""Grants under an agreement or a scenario: ended and set aside with it, in the one transaction.

Decides which grants those are, and that a grant which was suspended for another reason is not resumed here.
How a grant ends is :mod:`space.granting.revocation`'s.

Source: 发改数据规〔2025〕27号 (suspension, exit); 政务数据共享条例 Art 25.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.operation import operation_requests, operation_set_aside
from policies import odrl
from space import store
from space.contracting import performing
from space.contracting.contracts import of_grant
from space.contracting.values import Side
from space.granting.revocation import revoke

_G = grants.c


def grants_under(
    connection: Connection, agreement_id: str, *, scenario_id: str | None = None,
    states: Collection[str] = store.HELD,
) -> tuple[Row[tuple[str, str]], ...]:  # fmt: skip
    """Id and state of the grants under an agreement, or under one scenario of it, that have not ended."""
    o = operation_requests.c
    query = (
        select(_G.id, _G.state)
        .join(operation_requests, o.request_id == _G.request_id)
        .where(o.agreement_id == agreement_id, _G.state.in_(states))
        .order_by(_G.id)
    )
    if scenario_id is not None:
        query = query.where(o.scenario_id == scenario_id)
    return tuple(connection.execute(query))


def end(
    connection: Connection, agreement_id: str, *, reason: str, by: str, now: datetime,
    scenario_id: str | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """End every grant under an agreement or a scenario; returns their ids."""
    found = [row.id for row in grants_under(connection, agreement_id, scenario_id=scenario_id)]
    for grant_id in found:
        revoke(connection, grant_id, reason=reason, by=by, now=now)
    return tuple(found)


def end_unlisted(
    connection: Connection, agreement_id: str, kept: Collection[str], *, reason: str, by: str, now: datetime
) -> tuple[str, ...]:
    """End the grants under an agreement that open a dataset its list no longer names; returns their ids."""
    ended = []
    for row in grants_under(connection, agreement_id):
        text = connection.execute(select(_G.agreement).where(_G.id == row.id)).scalar_one()
        opened = {term.name for term in odrl.read(json.loads(text)).terms.datasets}
        if opened - set(kept):
            revoke(connection, row.id, reason=reason, by=by, now=now)
            ended.append(row.id)
    return tuple(ended)


def set_aside(connection: Connection, agreement_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Suspend every grant in force under an agreement: not even a call that is running is answered."""
    for row in grants_under(connection, agreement_id, states=("in_force",)):
        connection.execute(
            insert(operation_set_aside).values(
                id=new_id("asd"), agreement_id=agreement_id, grant_id=row.id, set_aside_at=now
            )
        )
        if of_grant(connection, row.id) is None:  # signed before there were contracts
            store.set_aside(connection, row.id, suspended=True)
            body = {"by": by, "agreement": agreement_id}
            record(connection, event="space:grant:suspend", subject=row.id, body=body, now=now)
        else:
            performing.suspend(connection, row.id, side=Side.PLATFORM, by=by, why=reason, now=now)


def resume(connection: Connection, agreement_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Resume the grants that the suspension of the agreement set aside, and no others."""
    s = operation_set_aside.c
    waiting = (s.agreement_id == agreement_id) & s.resumed_at.is_(None)
    for grant_id in (
        connection.execute(select(s.grant_id).where(waiting).order_by(s.grant_id)).scalars().all()
    ):
        contract, row = of_grant(connection, grant_id), store.lock_grant(connection, grant_id)
        if row is None or row.state != "suspended":
            continue  # it ended meanwhile
        if contract is None:
            store.set_aside(connection, grant_id, suspended=False)
            body = {"by": by, "agreement": agreement_id}
            record(connection, event="space:grant:resume", subject=grant_id, body=body, now=now)
        elif contract.state == f"suspended_by_{Side.PLATFORM}":
            performing.resume(connection, grant_id, side=Side.PLATFORM, by=by, why=reason, now=now)
    connection.execute(update(operation_set_aside).where(waiting).values(resumed_at=now))
