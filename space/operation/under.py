"""What stands under an agreement 协议项下: requests, grants, use so far; and the steps open to a side.

Decides nothing: requests and grants are told as they stand, steps are those of the tables, and use is counted
by :mod:`space.operation.facts`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from catalog.store.tables.grants import grants, request_items, requests
from catalog.store.tables.operation import operation_requests, operation_scenarios
from catalog.store.tables.queries import usages
from policies.machine import machine
from policies.operation import Party
from space.identity.organisations import names
from space.operation import facts, offices
from space.operation.agreements import Agreement
from space.operation.reviews import last_day, unreviewed
from space.operation.scenarios import Scenario
from space.operation.walking import AGREEMENT, SCENARIO

_ANSWERED: Final = ("answered", "cached")
_COUNTED: Final = ("answered", "cached", "refused", "lost")


def open_to(agreement: Agreement, office: Party) -> tuple[str, ...]:
    """The steps of the table that an office may take of an agreement as it stands."""
    return _open(AGREEMENT, agreement.state, office)


def open_of(scenario: Scenario, office: Party) -> tuple[str, ...]:
    """The steps of the table that an office may take of a scenario as it stands."""
    return _open(SCENARIO, scenario.state, office)


def seen_by(connection: Connection, agreement: Agreement, code: str, on: date) -> dict[str, Any]:
    """The office an organisation has, its open steps, and the years that wait for their review."""
    office = offices.office_of(connection, agreement, code, on)
    return {
        "office": None if office is None else office.value,
        "open": [] if office is None else list(open_to(agreement, office)),
        "unreviewed": [day.isoformat() for day in unreviewed(connection, agreement, on)],
    }


def used_until(connection: Connection, agreement: Agreement, on: date) -> dict[str, Any]:
    """Requests and grants under an agreement, and what was used from its first day on.

    Args:
        connection: to read with.
        agreement: as it stands.
        on: today, Asia/Shanghai; an agreement that is over is counted to its last day.

    Returns:
        ``first`` and ``last`` day, ``used`` as of :class:`space.operation.facts.Used`, ``requests`` and
        ``grants``, the newest first.
    """
    first = agreement.starts_on
    last = max(first, min(on, last_day(agreement)))
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "used": facts.used(connection, [agreement.id], first, last).to_document(),
        "requests": _requests(connection, agreement.id),
        "grants": _grants(connection, agreement.id),
    }


def _open(procedure: str, state: str, office: Party) -> tuple[str, ...]:
    steps = machine(procedure, Party).open_steps(state)
    return tuple(step.event for step in steps if step.office is office)


def _requests(connection: Connection, agreement_id: str) -> list[dict[str, Any]]:
    r, o, i = requests.c, operation_requests.c, request_items.c
    counted = select(func.count()).where(i.request_id == r.id).scalar_subquery()
    rows = connection.execute(
        select(
            r.id, r.applicant, r.purpose, r.state, r.received_at, r.use_until, counted.label("items"),
            operation_scenarios.c.title,
        )
        .join(operation_requests, o.request_id == r.id)
        .join(operation_scenarios, operation_scenarios.c.id == o.scenario_id)
        .where(o.agreement_id == agreement_id)
        .order_by(r.received_at.desc(), r.id)
    ).all()  # fmt: skip
    called = names(connection, (row.applicant for row in rows))
    return [
        {
            "id": row.id, "applicant": called.get(row.applicant, row.applicant), "scenario": row.title,
            "purpose": row.purpose, "state": row.state, "items": row.items,
            "received_at": row.received_at.isoformat(),
            "use_until": None if row.use_until is None else row.use_until.isoformat(),
        }
        for row in rows
    ]  # fmt: skip


def _grants(connection: Connection, agreement_id: str) -> list[dict[str, Any]]:
    g, o, u = grants.c, operation_requests.c, usages.c
    rows = connection.execute(
        select(g.id, g.request_id, g.purpose, g.state, g.signed_at, g.valid_from, g.valid_to)
        .join(operation_requests, o.request_id == g.request_id)
        .where(o.agreement_id == agreement_id)
        .order_by(g.signed_at.desc(), g.id)
    ).all()
    called = connection.execute(
        select(u.grant_id, u.outcome, func.count().label("calls"), func.sum(u.price_fen).label("fen"))
        .where(u.grant_id.in_([row.id for row in rows]), u.outcome.in_(_COUNTED))
        .group_by(u.grant_id, u.outcome)
    ).all()
    return [_grant(row, [one for one in called if one.grant_id == row.id]) for row in rows]


def _grant(row: Any, called: list[Row[Any]]) -> dict[str, Any]:
    answered = [one for one in called if one.outcome in _ANSWERED]
    return {
        "id": row.id, "request": row.request_id, "purpose": row.purpose, "state": row.state,
        "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat(),
        "signed_at": row.signed_at.isoformat(), "calls": sum(one.calls for one in answered),
        "calls_refused": sum(one.calls for one in called if one.outcome == "refused"),
        "income_fen": sum(int(one.fen or 0) for one in answered),
    }  # fmt: skip
