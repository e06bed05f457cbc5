"""Periods 报表期 of forms: how they are written, which one a day is in, which follow.

Decides the one spelling of a period, so that a form is submitted once in it: ``2026``, ``2026-H1``,
``2026-Q3``, ``2026-09``, ``2026-09-T2`` (ten days 旬), ``2026-W36``, or a day. A temporary demand has one
period: the month it begins in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from contracts.model import UpdateCycle

# A period names a folder.
PERIOD: Final = re.compile(r"^[0-9]{4}(-[A-Z0-9]{1,4}){0,2}$")
# Periods made up for at most, after an installation stood still.
MOST_MADE_UP: Final = 36

_SHAPES: Final = {
    UpdateCycle.YEARLY: re.compile(r"^\d{4}$"),
    UpdateCycle.HALF_YEARLY: re.compile(r"^\d{4}-H[12]$"),
    UpdateCycle.QUARTERLY: re.compile(r"^\d{4}-Q[1-4]$"),
    UpdateCycle.MONTHLY: re.compile(r"^\d{4}-(0[1-9]|1[0-2])$"),
    UpdateCycle.TEN_DAYS: re.compile(r"^\d{4}-(0[1-9]|1[0-2])-T[123]$"),
    UpdateCycle.WEEKLY: re.compile(r"^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$"),
    UpdateCycle.DAILY: re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"),
}
# Ten-day periods begin on these days of a month, and end before the next.
_TENTHS: Final = (1, 11, 21)


def period_of(cycle: UpdateCycle, day: date) -> str:
    """The period a day is in.

    >>> [period_of(cycle, date(2026, 11, 21)) for cycle in (UpdateCycle.MONTHLY, UpdateCycle.TEN_DAYS)]
    ['2026-11', '2026-11-T3']
    """
    match cycle:
        case UpdateCycle.YEARLY:
            return f"{day.year:04d}"
        case UpdateCycle.HALF_YEARLY:
            return f"{day.year:04d}-H{1 if day.month <= 6 else 2}"
        case UpdateCycle.QUARTERLY:
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case UpdateCycle.TEN_DAYS:
            return f"{day:%Y-%m}-T{sum(day.day >= first for first in _TENTHS)}"
        case UpdateCycle.WEEKLY:
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case UpdateCycle.DAILY:
            return day.isoformat()
        case _:
            return f"{day:%Y-%m}"


def fits(cycle: UpdateCycle, period: str) -> bool:
    """Whether a text is a period of that cycle; what is filled irregularly has any period."""
    shape = _SHAPES.get(cycle, PERIOD)
    return PERIOD.match(period) is not None and shape.match(period) is not None


def is_periodic(cycle: UpdateCycle) -> bool:
    """Whether a form of that cycle comes again by itself."""
    return cycle in _SHAPES


def periods_between(cycle: UpdateCycle, first: date, last: date) -> Iterator[str]:
    """Every period that has a day from ``first`` to ``last``, in order."""
    day, former = first, ""
    while day <= last:
        period = period_of(cycle, day)
        if period != former:
            yield period
            former = period
        day += timedelta(days=1)
    if first <= last and period_of(cycle, last) != former:
        yield period_of(cycle, last)


def last_day(cycle: UpdateCycle, day: date) -> date:
    """The last day of the period a day is in."""
    period, end = period_of(cycle, day), day
    while period_of(cycle, end + timedelta(days=1)) == period:
        end += timedelta(days=1)
    return end
