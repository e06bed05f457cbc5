"""Figures of registration and authorised operation: states, operators, calls by purpose, denials, fees.

Decides how each is counted; what must be registered is :mod:`catalog.registration`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import func, select

from catalog.clocks.place import place_on
from catalog.registration.standing import Standing, standing
from catalog.reporting.scope import Counted, Scope, of_rows, share
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import usages
from policies.purpose import purposes
from policies.rulebook import rule

_OPERATION: Final = "operation"
_ANSWERED: Final = ("answered", "cached")


def _standing(scope: Scope) -> Standing:
    return standing(scope.connection, scope.on, place_on(scope.connection, scope.on))


def _in_operation(scope: Scope) -> Counted:
    found = _standing(scope)
    rows = [{"state": state, "objects": n} for state, n in sorted(found.by_state.items())]
    return Counted(found.authorised, tuple(rows))


def _registered(scope: Scope) -> Counted:
    found = _standing(scope)
    rows: list[dict[str, Any]] = [
        {"object": name, "owed": name in found.owed, "registered": False} for name in found.unregistered
    ]
    return share(found.registered, found.authorised, rows, "nothing is in authorised operation")


def _expiring(scope: Scope) -> Counted:
    return of_rows(
        [
            {"object": e.name, "valid_until": e.valid_until.isoformat(), "renewal": e.renewal}
            for e in _standing(scope).expiring
        ]
    )


def _in_force(scope: Scope) -> list[Any]:
    g = grants.c
    query = select(g.id, g.grantee, g.purpose, g.valid_to, g.price_fen_per_call).where(
        g.kind == _OPERATION,
        g.signed_at < scope.cutoff,
        g.valid_from <= scope.on,
        g.valid_to >= scope.on,
        (g.ended_at.is_(None)) | (g.ended_at >= scope.cutoff),
    )
    return list(scope.connection.execute(query.order_by(g.grantee, g.id)))


def _operators(scope: Scope) -> Counted:
    held: dict[str, int] = {}
    for grant in _in_force(scope):
        held[grant.grantee] = held.get(grant.grantee, 0) + 1
    return of_rows([{"operator": code, "grants": n} for code, n in held.items()])


def _agreements(scope: Scope) -> Counted:
    return of_rows(
        [
            {"grant": g.id, "operator": g.grantee, "purpose": g.purpose, "valid_to": g.valid_to.isoformat()}
            for g in _in_force(scope)
        ]
    )


def _calls(scope: Scope) -> Counted:
    g, u = grants.c, usages.c
    query = (
        select(g.purpose, func.count().label("calls"))
        .join(usages, u.grant_id == g.id)
        .where(g.kind == _OPERATION, u.outcome.in_(_ANSWERED), *_within(scope))
        .group_by(g.purpose)
        .order_by(g.purpose)
    )
    rows = [dict(row._mapping) for row in scope.connection.execute(query)]
    return Counted(sum(row["calls"] for row in rows), tuple(rows))


def _denied(scope: Scope) -> Counted:
    u = usages.c
    query = (
        select(u.reason, func.count().label("calls"))
        .where(u.outcome == "refused", *_within(scope))
        .group_by(u.reason)
        .order_by(func.count().desc(), u.reason)
    )
    rows = [dict(row._mapping) for row in scope.connection.execute(query)]
    elsewhere: dict[str, int] = {}
    for use in scope.use:
        if use.outcome == "refused":
            elsewhere[use.where] = elsewhere.get(use.where, 0) + use.count
    rows += [{"reason": f"refused by {where}", "calls": n} for where, n in sorted(elsewhere.items())]
    return Counted(sum(row["calls"] for row in rows), tuple(rows))


def _fees(scope: Scope) -> Counted:
    """Fees of the month in yuan; a row for each purpose with its price and the ceiling of its class."""
    g, u = grants.c, usages.c
    query = (
        select(
            g.purpose,
            func.count().label("calls"),
            func.sum(u.price_fen).label("fen"),
            func.max(g.price_fen_per_call).label("price_fen"),
        )
        .join(usages, u.grant_id == g.id)
        .where(u.outcome.in_(_ANSWERED), *_within(scope))
        .group_by(g.purpose)
        .order_by(g.purpose)
    )
    vocabulary, ceilings = purposes(scope.on), rule("tariff", "ceilings", scope.on).value
    rows = []
    for row in scope.connection.execute(query):
        group = vocabulary[row.purpose].group if row.purpose in vocabulary else ""
        rows.append(
            {
                "purpose": row.purpose, "calls": row.calls, "yuan": int(row.fen) / 100,
                "highest_price_fen": row.price_fen, "ceiling_fen": ceilings.get(group),
            }
        )  # fmt: skip
    return Counted(sum(float(row["yuan"]) for row in rows), tuple(rows))


def _within(scope: Scope) -> tuple[Any, Any]:
    return usages.c.at >= scope.month.begin, usages.c.at < scope.cutoff


COUNTS: Final[Mapping[str, Callable[[Scope], Counted]]] = {
    "in_operation": _in_operation,
    "registered_share": _registered,
    "registrations_expiring": _expiring,
    "operators": _operators,
    "agreements": _agreements,
    "operation_calls": _calls,
    "calls_denied": _denied,
    "fees": _fees,
}
