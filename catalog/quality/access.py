"""Accessibility 可访问性: whether those who asked for a dataset got it.

Decides what counts as an access (a call that was allowed and read one of the last releases) and as a
successful one (answered, afresh or again). Calls refused by a grant are no failure of the dataset.

Source: GB/T 36344-2018, indicator 0601: successful accesses / requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, String, cast, func, or_, select

from catalog.quality.rollup import RuleResult
from catalog.store.tables.queries import reservations, usages
from contracts.model import Action, Dimension

CODE: Final = "0601"
_ANSWERED: Final = ("answered", "cached")


def accesses(connection: Connection, release_ids: Sequence[str]) -> RuleResult | None:
    """Calls that read one of these releases, and how many were answered; None where nobody called."""
    if not release_ids:
        return None
    read = or_(*(cast(reservations.c.releases, String).contains(name) for name in release_ids))
    rows = connection.execute(
        select(usages.c.outcome, func.sum(usages.c.calls))
        .join(reservations, reservations.c.id == usages.c.reservation_id)
        .where(read, usages.c.outcome.in_((*_ANSWERED, "lost")))
        .group_by(usages.c.outcome)
    ).all()
    calls = {outcome: int(number) for outcome, number in rows}
    asked, got = sum(calls.values()), sum(calls.get(outcome, 0) for outcome in _ANSWERED)
    if not asked:
        return None
    named = ("access:answered", (), Dimension.ACCESSIBILITY, Action.WARN)
    return RuleResult(*named, got, asked, got == asked, "access", CODE)
