"""Use of a grant within calendar periods: rates, volumes, budget windows and caps, counted in the store.

Decides that no period ever holds more than the terms allow, whatever processes count at once: each addition
is one conditional UPDATE, in the transaction that takes the call. Read-then-write would let two calls have
the last place. What is over a limit is refused and nothing is counted; nothing is ever given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from catalog.store.tables.contracting import contract_breaches, grant_uses
from policies.decision import Deny, Reason
from policies.privacy_budget import nrho_limit
from policies.terms import Terms
from policies.usage_terms import Measure, Per, period
from space import store
from space.errors import Refused

# What is counted, beside the measures of volumes.
CALLS: Final = "calls"
BUDGET: Final = "nrho"
SCOPE: Final = "scope"  # calls beyond what is granted

_U = grant_uses.c
_MINE: Final = (
    _U.grant_id == bindparam("of_grant"),
    _U.measure == bindparam("of_measure"),
    _U.period == bindparam("of_period"),
)
_ADDED: Final = (
    update(grant_uses)
    .where(*_MINE, _U.used + bindparam("more") <= bindparam("most"))
    .values(used=_U.used + bindparam("more"))
)
_FOUND: Final = select(_U.used).where(*_MINE)


@dataclass(frozen=True, slots=True)
class Size:
    """How large something is that is handed out.

    Attributes:
        rows, columns: of the answer or file.
        size_bytes: as it is stored or supplied.
    """

    rows: int
    columns: int
    size_bytes: int

    def of(self, measure: Measure) -> int:
        """The figure a volume counts."""
        cells = self.rows * self.columns
        return {Measure.ROWS: self.rows, Measure.CELLS: cells, Measure.BYTES: self.size_bytes}[measure]


def take_calls(connection: Connection, grant_id: str, terms: Terms, now: datetime, calls: int = 1) -> None:
    """Count calls in every period the terms limit.

    Args:
        connection: the writing transaction that takes the call; rolled back where this refuses.
        grant_id: of the grant.
        terms: of the grant.
        now: aware instant.
        calls: how many it is; a verification is one for each record.

    Raises:
        Refused: a period does not leave as many.
    """
    for rate in terms.rates:
        if not _add(connection, grant_id, CALLS, period(rate.per, now), calls, rate.calls):
            raise Refused(Deny((_too_fast(rate.calls, rate.per),)))
    if terms.rates:
        _forget(connection, grant_id, now)
    cap = _cap(connection, grant_id) if terms.breach else None
    # Where a rate counts the day already, its row also holds what the cap is compared with.
    if cap is not None:
        counted = any(rate.per is Per.DAY for rate in terms.rates)
        if not _add(connection, grant_id, CALLS, period(Per.DAY, now), 0 if counted else calls, cap):
            raise Refused(Deny((_capped(cap),)))


def take_volume(connection: Connection, grant_id: str, terms: Terms, size: Size, now: datetime) -> None:
    """Count what is handed out, in every period the terms limit.

    Args:
        connection: the writing transaction that hands it out; rolled back where this refuses.
        grant_id: of the grant.
        terms: of the grant.
        size: of what is handed out; it is what the receiver sees, never what was read for it.
        now: aware instant.

    Raises:
        Refused: a period does not leave as much.
    """
    for volume in terms.volumes:
        more, of = size.of(volume.measure), period(volume.per, now)
        if not _add(connection, grant_id, volume.measure.value, of, more, volume.most):
            raise Refused(Deny((_too_much(volume.most, volume.measure, volume.per),)))


def take_budget(connection: Connection, grant_id: str, terms: Terms, nrho: int, now: datetime) -> None:
    """Count privacy budget in the window the terms state.

    Args:
        connection: the writing transaction that takes the budget; rolled back where this refuses.
        grant_id: of the grant.
        terms: of the grant.
        nrho: in billionths of rho.
        now: aware instant.

    Raises:
        Refused: the window does not leave as much.
    """
    window = None if terms.budget is None else terms.budget.window
    if window is None or not nrho:
        return
    if not _add(connection, grant_id, BUDGET, period(window.per, now), nrho, nrho_limit(window.rho)):
        raise Refused(Deny((_window_spent(window.rho, window.per),)))


def objection(
    connection: Connection, grant_id: str, terms: Terms, now: datetime, *, calls: int = 1, nrho: int = 0
) -> Reason | None:
    """Why the periods leave no further call, by what is counted already; None where they do.

    What an answer will hold is not known before it is there: a volume stands in the way once it is used up.
    """
    return next(_objections(connection, grant_id, terms, now, calls, nrho), None)


def left(connection: Connection, grant_id: str, terms: Terms, now: datetime) -> dict[str, int]:
    """What is left of every limit now, by its line; empty where the terms state none."""
    window = None if terms.budget is None else terms.budget.window
    found = {
        rate.text(): rate.calls - _used(connection, grant_id, CALLS, period(rate.per, now))
        for rate in terms.rates
    }
    found |= {
        one.text(): one.most - _used(connection, grant_id, one.measure.value, period(one.per, now))
        for one in terms.volumes
    }
    if window is not None:
        spent = _used(connection, grant_id, BUDGET, period(window.per, now))
        found[f"{window.text()} (nrho)"] = nrho_limit(window.rho) - spent
    return found


def count(connection: Connection, grant_id: str, measure: str, of: str) -> int:
    """Add one to a count that has no limit, and give what it then is."""
    _add(connection, grant_id, measure, of, 1, 2**62)
    return _used(connection, grant_id, measure, of)


def raise_to(connection: Connection, grant_id: str, measure: str, of: str, least: int) -> None:
    """Let a count say no less than that, whatever its limit: what the log tells was used."""
    held = _used(connection, grant_id, measure, of)
    if held < least:
        _add(connection, grant_id, measure, of, least - held, max(least, held))


def _objections(
    connection: Connection, grant_id: str, terms: Terms, now: datetime, calls: int, nrho: int
) -> Iterator[Reason]:
    for rate in terms.rates:
        if _used(connection, grant_id, CALLS, period(rate.per, now)) + calls > rate.calls:
            yield _too_fast(rate.calls, rate.per)
    cap = _cap(connection, grant_id) if terms.breach else None
    if cap is not None and _used(connection, grant_id, CALLS, period(Per.DAY, now)) + calls > cap:
        yield _capped(cap)
    for volume in terms.volumes:
        if _used(connection, grant_id, volume.measure.value, period(volume.per, now)) >= volume.most:
            yield _too_much(volume.most, volume.measure, volume.per)
    window = None if terms.budget is None else terms.budget.window
    if window is not None and nrho:
        spent = _used(connection, grant_id, BUDGET, period(window.per, now))
        if spent + nrho > nrho_limit(window.rho):
            yield _window_spent(window.rho, window.per)


def _add(connection: Connection, grant_id: str, measure: str, of: str, more: int, most: int) -> bool:
    """Add to a count if it stays within its limit; the row is made where it is missing."""
    mine = {"of_grant": grant_id, "of_measure": measure, "of_period": of}
    if connection.execute(_FOUND, mine).first() is None:
        # Two must not make the same row at once: whoever makes one holds the grant's.
        store.lock_grant(connection, grant_id)
        if connection.execute(_FOUND, mine).first() is None:
            connection.execute(
                insert(grant_uses).values(grant_id=grant_id, measure=measure, period=of, used=0)
            )
    return connection.execute(_ADDED, mine | {"more": more, "most": most}).rowcount == 1


def _forget(connection: Connection, grant_id: str, now: datetime) -> None:
    """Delete counts of the minutes and hours before this hour: nothing asks for them any more."""
    hour = period(Per.HOUR, now)
    connection.execute(
        delete(grant_uses).where(
            _U.grant_id == grant_id, _U.measure == CALLS, _U.period.like("%T%"), _U.period < hour
        )
    )


def _used(connection: Connection, grant_id: str, measure: str, of: str) -> int:
    mine = {"of_grant": grant_id, "of_measure": measure, "of_period": of}
    return int(connection.execute(_FOUND, mine).scalar() or 0)


def _cap(connection: Connection, grant_id: str) -> int | None:
    """Fewest calls a day that a breach has left the grant; None where none did."""
    b = contract_breaches.c
    return connection.execute(
        select(func.min(b.calls_per_day)).where(b.grant_id == grant_id, b.consequence == "cap")
    ).scalar()


def _too_fast(most: int, per: Per) -> Reason:
    return Reason(
        "grant.rate",
        "the grant is called more often than its terms allow",
        "rates",
        f"{most} calls a {per.value}; wait until the next {per.value}",
    )


def _capped(most: int) -> Reason:
    return Reason(
        "grant.capped",
        "after a breach of the terms fewer calls a day are answered",
        "breach",
        f"{most} calls a day; wait until tomorrow, or settle the breach with the granting body",
    )


def _too_much(most: int, measure: Measure, per: Per) -> Reason:
    return Reason(
        "grant.volume",
        "more is handed out than the terms allow",
        "volumes",
        f"{most} {measure.value} a {per.value}; ask for less at once, or for a larger volume",
    )


def _window_spent(rho: float, per: Per) -> Reason:
    return Reason(
        "grant.budget.window",
        "the privacy budget of this period does not cover this query",
        "budget.window",
        f"rho {rho:g} a {per.value}; wait, or repeat a query you have asked before (it costs none)",
    )
