"""Figures of sharing and service: requests, answers, supply, interfaces, calls and their users.

Decides how each is counted. Requests and calls are acts of organisations, not of persons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, Final

from sqlalchemy import Row as StoreRow
from sqlalchemy import func, select

from catalog.inventory.demands import listing as demands
from catalog.linking.live import live
from catalog.reporting.scope import Counted, Scope, of_rows, share, unknown
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.linking import link_probes, links
from policies.clocks import calendar, local_date, workdays_between

_NO_ANSWER: Final = "no request was answered in the month"
_CALLS: Final = ("query", "call")
_BATCHES: Final = ("batch", "file", "delivery")


def _received(scope: Scope) -> list[StoreRow[Any]]:
    r = requests.c
    within = (r.received_at >= scope.month.begin, r.received_at < scope.cutoff, r.state != "incomplete")
    return list(scope.connection.execute(select(requests).where(*within).order_by(r.received_at, r.id)))


def _answered(scope: Scope) -> list[StoreRow[Any]]:
    r = requests.c
    within = (r.answered_at >= scope.month.begin, r.answered_at < scope.cutoff)
    return list(scope.connection.execute(select(requests).where(*within).order_by(r.answered_at, r.id)))


def _signed(scope: Scope) -> dict[str, Any]:
    """Request → when its first grant was signed."""
    g = grants.c
    query = select(g.request_id, func.min(g.signed_at).label("at")).where(g.signed_at < scope.cutoff)
    return {row.request_id: row.at for row in scope.connection.execute(query.group_by(g.request_id))}


def _request(row: StoreRow[Any]) -> dict[str, Any]:
    return {
        "request": row.id, "kind": row.kind, "applicant": row.applicant, "purpose": row.purpose,
        "state": row.state,
    }  # fmt: skip


def _requests(scope: Scope) -> Counted:
    return of_rows([_request(row) for row in _received(scope)])


def _satisfied(scope: Scope) -> Counted:
    signed = _signed(scope)
    rows = [
        _request(row) | {"supplied": row.state == "permitted" and row.id in signed}
        for row in _received(scope)
    ]
    return share(sum(row["supplied"] for row in rows), len(rows), rows, "no request came in the month")


def _on_time(scope: Scope) -> Counted:
    rows = [
        _request(row) | {"on_time": row.due_on is None or local_date(row.answered_at) <= row.due_on}
        for row in _answered(scope)
    ]
    return share(sum(row["on_time"] for row in rows), len(rows), rows, _NO_ANSWER)


def _days_to_answer(scope: Scope) -> Counted:
    rows = [
        _request(row) | {"workdays": _workdays(row.received_at, row.answered_at)} for row in _answered(scope)
    ]
    return share(sum(row["workdays"] for row in rows), len(rows), rows, _NO_ANSWER)


def _days_to_supply(scope: Scope) -> Counted:
    signed = {key: at for key, at in _signed(scope).items() if at >= scope.month.begin}
    found = scope.connection.execute(
        select(requests).where(requests.c.id.in_(signed), requests.c.answered_at.is_not(None))
    )
    rows = [_request(row) | {"workdays": _workdays(row.answered_at, signed[row.id])} for row in found]
    return share(sum(row["workdays"] for row in rows), len(rows), rows, "no grant was signed in the month")


def _workdays(first: Any, last: Any) -> int:
    return workdays_between(local_date(first), local_date(last), calendar())


def _refusals(scope: Scope) -> Counted:
    refused = [row for row in _answered(scope) if row.state == "refused"]
    bases = Counter(str(row.basis or "") for row in refused)
    rows = [{"basis": basis, "refusals": n} for basis, n in bases.most_common()]
    return Counted(len(refused), tuple(rows))


def _demands(scope: Scope) -> Counted:
    return of_rows(
        [
            {"demand": d.id, "demander": d.demander, "holder": d.holder, "state": d.state}
            for d in demands(scope.connection, open_only=True)
            if d.added_at < scope.cutoff
        ]
    )


def _interfaces(scope: Scope) -> Counted:
    links = live(scope.connection, scope.on)
    return of_rows(
        [
            {"dataset": name, "tested_at": link.tested_at.isoformat()}
            for name, link in sorted(links.items())
            if link.alive and link.kind == "interface"
        ]
    )


def _by_dataset(scope: Scope, kinds: tuple[str, ...], *outcomes: str) -> Counter[tuple[str, str]]:
    """Dataset and outcome → count."""
    found = Counter[tuple[str, str]]()
    for use in scope.use:
        if use.kind in kinds and use.outcome in outcomes:
            found[use.dataset, use.outcome] += use.count
    return found


def _used(kinds: tuple[str, ...], scope: Scope) -> Counted:
    found = _by_dataset(scope, kinds, "succeeded")
    rows = [{"dataset": dataset, "count": n} for (dataset, _), n in found.most_common()]
    return Counted(sum(found.values()), tuple(rows))


def _calls(scope: Scope) -> Counted:
    return _used(_CALLS, scope)


def _batches(scope: Scope) -> Counted:
    return _used(_BATCHES, scope)


def _success(scope: Scope) -> Counted:
    found = _by_dataset(scope, _CALLS, "succeeded", "failed")
    rows = [{"dataset": d, "outcome": outcome, "count": n} for (d, outcome), n in sorted(found.items())]
    good = sum(n for (_, outcome), n in found.items() if outcome == "succeeded")
    return share(good, sum(found.values()), rows, "no call was made in the month")


def _users(scope: Scope) -> Counted:
    found = Counter[str]()
    for use in scope.use:
        if use.outcome == "succeeded" and use.consumer:
            found[use.consumer] += use.count
    return of_rows([{"organisation": code, "count": n} for code, n in found.most_common()])


def _latency(scope: Scope) -> Counted:
    """Median of the probes of the month that were answered, by dataset and over all of them."""
    k, p = links.c, link_probes.c
    query = (
        select(p.dataset, p.latency_ms)
        .join(links, k.id == p.link_id)
        .where(k.kind == "interface", p.alive, p.latency_ms.is_not(None))
        .where(p.tested_at >= scope.month.begin, p.tested_at < scope.cutoff)
    )
    times: dict[str, list[int]] = {}
    for row in scope.connection.execute(query):
        times.setdefault(row.dataset, []).append(row.latency_ms)
    rows = tuple(
        {"dataset": name, "probes": len(each), "median_ms": median(each)}
        for name, each in sorted(times.items())
    )
    if not rows:
        return unknown("no interface was probed in the month")
    return Counted(median(ms for each in times.values() for ms in each), rows)


COUNTS: Final[Mapping[str, Callable[[Scope], Counted]]] = {
    "requests": _requests,
    "satisfaction_rate": _satisfied,
    "answered_on_time": _on_time,
    "days_to_answer": _days_to_answer,
    "days_to_supply": _days_to_supply,
    "refusals": _refusals,
    "demands_open": _demands,
    "interfaces": _interfaces,
    "calls": _calls,
    "call_success": _success,
    "latency": _latency,
    "users": _users,
    "batches": _batches,
}
