"""How late a release flows back: days after it was due by its update cycle.

Decides the day a release was due: so many days after the release before it as its update cycle and the
time to collect it allow. The days are dated rules (``policies/rules/freshness.yaml``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catalog.releases.published import Release
from contracts.model import Contract
from policies.clocks import local_date
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a delivery is.

    Attributes:
        due_on: day the release was due, ``YYYY-MM-DD``; empty where nothing is late against its cycle.
        days: days after it; 0 where it is in time.
    """

    due_on: str
    days: int


def lateness(contract: Contract, former: Release | None, now: datetime) -> Lateness:
    """How late a release is delivered.

    Args:
        contract: it was built from.
        former: the release before it; where the whole area is sent nothing is late.
        now: instant of the delivery.
    """
    today = local_date(now)
    ages = rule("freshness", "max_age_days", today).value
    cycle = contract.update_cycle.value
    if former is None or cycle not in ages:
        return Lateness("", 0)
    due: date = local_date(former.published_at) + timedelta(days=int(ages[cycle]))
    return Lateness(due.isoformat(), max(0, (today - due).days))
