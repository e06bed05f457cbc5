"""Privacy allowances: what every unit kind's year has promised to grants, over all grants together.

Decides how much a grant takes out of each kind's year when it is signed, and how much returns when
it ends. The limits are dated rules; queries never touch these rows, only their grant's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, insert, select

from catalog.releases.charges import take_from_year
from catalog.store.tables.grants import allowances
from policies.decision import Deny, Reason
from policies.privacy_budget import fdelta_cost, nrho_cost, nrho_limit, yearly_limits
from policies.terms import Mode, Terms
from space import store
from space.errors import Refused


def of_terms(terms: Terms) -> tuple[int, int]:
    """Whole allowance of the terms as (billionths of rho, 10**-15 of delta); nothing outside dp."""
    if terms.mode is not Mode.DP or terms.budget is None:
        return 0, 0
    whole, each = nrho_limit(terms.budget.rho), nrho_cost(terms.budget.rho_per_query)
    return whole, (whole // each) * fdelta_cost(terms.budget.delta)


def take(connection: Connection, grant_id: str, kinds: Collection[str], terms: Terms, day: date) -> None:
    """Take a grant's allowance out of the year of every unit kind it opens.

    Args:
        connection: the writing transaction that signs the grant.
        grant_id: of the grant.
        kinds: unit kinds behind its datasets; each gets a row, also where nothing is taken.
        terms: of the grant; the year is that of their first day, of signing where that is over.
        day: of signing, whose limits apply.

    Raises:
        Refused: a kind's year does not leave that much.
    """
    nrho, fdelta = of_terms(terms)
    # A year that is over is not spent in any more: terms that reach back would leave this one untouched.
    year = max(terms.valid_from, day).year
    for kind in sorted(kinds):
        connection.execute(
            insert(allowances).values(
                grant_id=grant_id,
                kind=kind,
                year=year,
                nrho=nrho,
                fdelta=fdelta,
                nrho_returned=0,
                fdelta_returned=0,
            )
        )
        limits = yearly_limits(kind, day)
        if nrho and not take_from_year(connection, kind, year, nrho=nrho, fdelta=fdelta, limits=limits):
            raise Refused(Deny((_exhausted(kind, year),)))


def give_back(connection: Connection, grant_id: str) -> None:
    """Return what an ended grant did not spend; delta in the same proportion, rounded down."""
    grant = store.lock_grant(connection, grant_id)
    if grant is None or grant.nrho_limit == 0:
        return
    left = grant.nrho_limit - grant.nrho_spent
    for row in connection.execute(select(allowances).where(allowances.c.grant_id == grant_id)).all():
        fdelta = row.fdelta * left // grant.nrho_limit
        store.give_back(connection, grant_id, row.kind, nrho=left, fdelta=fdelta)


def _exhausted(kind: str, year: int) -> Reason:
    return Reason(
        "grant.allowance",
        f"the yearly privacy limit of {kind} in {year} does not leave this allowance",
        "budget",
        "ask for a smaller rho, or end grants that no longer need theirs",
    )
