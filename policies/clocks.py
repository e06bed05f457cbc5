"""Statutory clocks 时限: working days with days worked in exchange 调休, and due days by rule.

Decides which day something is due and whether that day is provisional. Instants are UTC; days and
deadlines are Asia/Shanghai, and the passage from one to the other is :func:`local_date` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from policies.rulebook import NATIONAL, DatedRule, RuleError, edition, rule, rules

# Days of the administration. Source: architecture, the way of a dataset.
ZONE: Final = ZoneInfo("Asia/Shanghai")
_SATURDAY: Final = 5

# First and last day of a pause, both paused; None while it still lasts.
Pause = tuple[date, date | None]


class StillPaused(ValueError):
    """The clock stands still: something is owed by the other side, and no due day exists yet."""

    user_facing = True


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are working days.

    Attributes:
        off: holidays.
        worked: weekend days worked in exchange.
        years: years with an official calendar.
    """

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is a working day; Monday to Friday in years without a calendar."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def is_official(self, day: date) -> bool:
        """Whether the calendar of that year is published."""
        return day.year in self.years


@dataclass(frozen=True, slots=True)
class Due:
    """A due day.

    Attributes:
        date: last day, Asia/Shanghai.
        provisional: the count ran through a year without an official calendar.
    """

    date: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline rule.

    Attributes:
        name: e.g. ``answer_conditional``.
        workdays: how many working days.
        source: law and article.
        confidence: how sure the number is.
        valid_from: first day the rule holds.
        place: ``national`` or a division code.
    """

    name: str
    workdays: int
    source: str
    confidence: str
    valid_from: date
    place: str


def local_date(now: datetime) -> date:
    """The day in Asia/Shanghai at an instant.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 9, 24, 16, 0, tzinfo=UTC))
    datetime.date(2026, 9, 25)

    Raises:
        ValueError: the instant has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return now.astimezone(ZONE).date()


def calendar() -> Calendar:
    """The calendar of all years with an official notice, the installation's own rows included.

    Raises:
        RuleError: a notice names no year, or a day that is none.

    Source: the State Council General Office's yearly notices; ``policies/rules/holidays.yaml``.
    """
    return _calendar(edition("holidays"))


@lru_cache(maxsize=16)
def _calendar(_state: tuple[tuple[str, int, int], ...]) -> Calendar:
    off: set[date] = set()
    worked: set[date] = set()
    years: set[int] = set()
    for notice in rules("holidays", date.max):
        year, free, exchanged = _notice(notice)
        years.add(year)
        off |= free
        worked |= exchanged
    return Calendar(frozenset(off), frozenset(worked), frozenset(years))


def _notice(notice: DatedRule) -> tuple[int, set[date], set[date]]:
    """Year, holidays and days worked in exchange of one notice.

    A holiday may lie in a neighbouring year (New Year's Day with the days before it); a year without its
    own row stays provisional for that.
    """
    where = f"holidays.yaml, year {notice.name}"
    try:
        year = int(notice.name)
        spans = [(first, last) for first, last in notice.value["off"]]
        worked = set(notice.value["worked"])
    except (TypeError, ValueError, KeyError):
        raise RuleError(f"{where}: write off: [[first, last], …] and worked: [day, …]") from None
    days = [*(day for span in spans for day in span), *worked]
    if not all(type(day) is date for day in days) or any(first > last for first, last in spans):
        raise RuleError(f"{where}: a day is none, or a span ends before it begins — write YYYY-MM-DD")
    off = {first + timedelta(days=step) for first, last in spans for step in range((last - first).days + 1)}
    if any(abs(day.year - year) > 1 for day in days):
        raise RuleError(f"{where}: a day lies in another year — one row a year")
    wrong = sorted(day for day in worked if day.weekday() < _SATURDAY or day in off)
    if wrong:
        raise RuleError(f"{where}: {wrong[0]} is worked in exchange, yet is no week-end day or is off")
    return year, off, worked


def due(received: date, workdays: int, calendar: Calendar, paused: Iterable[Pause] = ()) -> Due:
    """The last of ``workdays`` working days after the day of receipt, which does not count.

    Args:
        received: day of receipt, Asia/Shanghai.
        workdays: how many, 0 or more.
        calendar: which days are working days.
        paused: days on which the clock stood still.

    Raises:
        StillPaused: a pause has no end yet and the clock would run into it.

    Source: Civil Code Art 201 (the day on which a period begins is not counted).
    """
    spans = tuple(paused)
    day, left, provisional = received, workdays, False
    while left > 0:
        day += timedelta(days=1)
        provisional |= not calendar.is_official(day)
        if _is_paused(day, spans):
            continue
        left -= calendar.is_workday(day)
    return Due(day, provisional)


def deadline(name: str, on: date, place: str = NATIONAL) -> Deadline:
    """The deadline rule in force on a day, the place's own before the national.

    Raises:
        RuleError: there is none.
    """
    row = rule("deadlines", name, on, place)
    return Deadline(row.name, int(row.value), row.source, row.confidence, row.valid_from, row.place)


def due_by(name: str, received: date, place: str = NATIONAL, paused: Iterable[Pause] = ()) -> Due:
    """The due day under a deadline rule, by the rule in force on the day of receipt.

    >>> due_by("answer_conditional", date(2026, 9, 24))
    Due(date=datetime.date(2026, 10, 15), provisional=False)

    Raises:
        RuleError: there is no such rule on that day.
        StillPaused: the clock stands still.
    """
    return due(received, deadline(name, received, place).workdays, calendar(), paused)


def workdays_between(first: date, last: date, calendar: Calendar) -> int:
    """Working days after ``first``, up to and with ``last``; 0 where ``last`` is not later."""
    return sum(
        calendar.is_workday(first + timedelta(days=step)) for step in range(1, (last - first).days + 1)
    )


def _is_paused(day: date, spans: tuple[Pause, ...]) -> bool:
    for first, last in spans:
        if first <= day and last is None:
            raise StillPaused("the clock stands still until what is owed has come")
        if last is not None and first <= day <= last:
            return True
    return False
