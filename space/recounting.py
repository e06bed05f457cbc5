"""Counting what was spent from the log alone 重新计数, after a restore.

Decides that the counters of a restored store never say less than the log tells: calls and budget of grants,
of their periods, and of the years of unit kinds are raised to what its entries add up to. A grant whose terms
or limits are not those its entry was signed with is a row somebody changed, and nothing goes on.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence.restoring import NotResumable
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants, privacy_years
from contracts.canonical import digest
from policies.clocks import local_date
from policies.odrl import terms_digest
from policies.usage_terms import period
from space.granting import allowances, counters
from space.granting.agreed import terms_of

_RESERVED: Final = "space:budget:reserve"
_SIGNED: Final = "space:grant:sign"
_NOISE: Final = "dataset:noise:charge"
_ENDED: Final = ("space:grant:revoke", "space:grant:return", "space:grant:end")
# Entries read at once.
_PAGE: Final = 5000


@dataclass(slots=True)
class Told:
    """What the log tells of spending, as it is read.

    Attributes:
        nrho, calls: of each grant, in all.
        at: grant → what it took when, as (instant, calls, nrho).
        allowed: grant → kinds, year and amount of what it took out of them.
        signed: grant → digests of its agreement and terms.
        ended: grants that ended.
        noise: (kind, year) → what builds took.
    """

    nrho: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    at: defaultdict[str, list[tuple[datetime, int, int]]] = field(default_factory=lambda: defaultdict(list))
    allowed: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed: dict[str, tuple[str, str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    noise: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def take(self, row: Any) -> None:
        """Take one entry in."""
        body = json.loads(row.body)
        if row.event == _RESERVED:
            self._spent(str(body["grant"]), row.recorded_at, 0, int(body["nrho"]))
        elif row.event == _SIGNED:
            self.signed[row.subject] = (str(body["agreement"]), str(body["terms"]))
            self.allowed[row.subject] = body.get("allowance") or {}
        elif row.event in _ENDED:
            self.ended.add(row.subject)
        elif row.event == _NOISE:
            year = local_date(row.recorded_at).year
            for kind in body["kinds"]:
                for name in ("nrho", "fdelta"):
                    self.noise[kind, year, name] += int(body[name])
        elif "usage" in body and "outcome" in body:
            self._spent(row.subject, row.recorded_at, int(body.get("calls", 0)), 0)

    def _spent(self, grant_id: str, at: datetime, calls: int, nrho: int) -> None:
        self.calls[grant_id] += calls
        self.nrho[grant_id] += nrho
        self.at[grant_id].append((at, calls, nrho))


def recount(connection: Connection, now: datetime) -> Counter[str]:
    """Raise every counter that says less than the log tells.

    Args:
        connection: the writing transaction of the resumption, after everything was brought back.
        now: aware instant; of the periods of a grant only those that run are asked for again.

    Returns:
        By how much, by kind; empty where the store said as much.

    Raises:
        NotResumable: a grant is not what its entry was signed with.
    """
    told, raised = Told(), Counter[str]()
    for row in _entries(connection):
        told.take(row)
    for row in connection.execute(select(grants).order_by(grants.c.id)).all():
        _require_as_signed(row, told)
        raised.update(_grant(connection, row, told))
        _periods(connection, row, told, now)
    raised.update(_years(connection, told))
    return Counter({name: count for name, count in raised.items() if count})


def _entries(connection: Connection) -> Iterator[Any]:
    e, last = evidence_entries.c, ""
    while True:
        page = select(e.id, e.event, e.subject, e.body, e.recorded_at).where(e.id > last)
        rows = connection.execute(page.order_by(e.id).limit(_PAGE)).all()
        yield from rows
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


def _require_as_signed(row: Row[Any], told: Told) -> None:
    terms = terms_of(row.agreement)
    nrho, _fdelta = allowances.of_terms(terms)
    stated = (digest(json.loads(row.agreement)), terms_digest(terms))
    limits = (row.calls_limit, row.nrho_limit)
    if told.signed.get(row.id) != stated or stated[1] != row.terms_digest or limits != (terms.calls, nrho):
        raise NotResumable(
            f"the grant {row.id} of the backup is not the one that was signed: its row was changed — restore"
            " another backup"
        )


def _grant(connection: Connection, row: Row[Any], told: Told) -> dict[str, int]:
    calls = max(0, min(told.calls[row.id], row.calls_limit) - row.calls_used)
    nrho = max(0, min(told.nrho[row.id], row.nrho_limit) - row.nrho_spent)
    if calls or nrho:
        more = {"calls_used": row.calls_used + calls, "nrho_spent": row.nrho_spent + nrho}
        connection.execute(update(grants).where(grants.c.id == row.id).values(more))
    return {"recounted_calls": calls, "recounted_nrho": nrho}


def _periods(connection: Connection, row: Row[Any], told: Told, now: datetime) -> None:
    """Raise what the periods of a grant's terms that run have counted."""
    terms = terms_of(row.agreement)
    window = None if terms.budget is None else terms.budget.window
    sums: Counter[tuple[str, str]] = Counter()
    for at, calls, nrho in told.at[row.id]:
        for per in {rate.per for rate in terms.rates}:
            if period(per, at) == period(per, now):
                sums[counters.CALLS, period(per, now)] += calls
        if window is not None and period(window.per, at) == period(window.per, now):
            sums[counters.BUDGET, period(window.per, now)] += nrho
    for (measure, of), used in sums.items():
        counters.raise_to(connection, row.id, measure, of, used)


def _years(connection: Connection, told: Told) -> dict[str, int]:
    """Raise what years of unit kinds have promised: allowances that stand, what ended ones spent, noise."""
    wanted: Counter[tuple[str, int, str]] = Counter(told.noise)
    for grant_id, taken in told.allowed.items():
        nrho, fdelta = int(taken.get("nrho", 0)), int(taken.get("fdelta", 0))
        if grant_id in told.ended and nrho:
            left = nrho - min(told.nrho[grant_id], nrho)
            nrho, fdelta = nrho - left, fdelta - fdelta * left // nrho
        for kind in taken.get("kinds", ()) if nrho or fdelta else ():
            wanted[kind, int(taken["year"]), "nrho"] += nrho
            wanted[kind, int(taken["year"]), "fdelta"] += fdelta
    raised, y = 0, privacy_years.c
    for kind, year in {(kind, year) for kind, year, _name in wanted}:
        held = connection.execute(select(y.nrho, y.fdelta).where(y.kind == kind, y.year == year)).first()
        least = {name: wanted[kind, year, name] for name in ("nrho", "fdelta")}
        if held is None:
            connection.execute(insert(privacy_years).values(kind=kind, year=year, **least))
            raised += least["nrho"]
            continue
        more = {"nrho": max(held.nrho, least["nrho"]), "fdelta": max(held.fdelta, least["fdelta"])}
        if (held.nrho, held.fdelta) != (more["nrho"], more["fdelta"]):
            connection.execute(update(privacy_years).where(y.kind == kind, y.year == year).values(more))
            raised += more["nrho"] - held.nrho
    return {"recounted_year_nrho": raised}
