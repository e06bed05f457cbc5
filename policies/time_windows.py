"""Time windows 使用时段: the hours of some days of the week in which a grant may be used.

Decides how one is written on a line, and whether an instant lies in it, in the time of the city.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from policies.clocks import ZONE
from policies.written import matched


class Weekday(StrEnum):
    """Days of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


# Minutes of a day.
_DAY: Final = 24 * 60
_WEEK: Final = tuple(Weekday)
_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_WINDOW: Final = re.compile(r"(\S+) (\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Hours of some days of the week, Asia/Shanghai; a window over midnight is written as two.

    Attributes:
        days: of the week.
        begin_minute, end_minute: of the day, 0–1440; the end is not included.
    """

    days: frozenset[Weekday]
    begin_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not self.days or not 0 <= self.begin_minute < self.end_minute <= _DAY:
            raise ValueError("a time window names days and reads HH:MM-HH:MM, the end after the begin")

    def holds(self, now: datetime) -> bool:
        """Whether an aware instant lies in it."""
        local = now.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        return _WEEK[local.weekday()] in self.days and self.begin_minute <= minute < self.end_minute

    def text(self) -> str:
        """As it is written.

        >>> time_window("fri,mon-wed 08:30-18:00").text()
        'mon-wed,fri 08:30-18:00'
        """
        return f"{_days_text(self.days)} {_clock(self.begin_minute)}-{_clock(self.end_minute)}"


def time_window(line: str) -> TimeWindow:
    """A time window as it is written: days, then hours.

    >>> time_window("sat,sun 00:00-24:00").end_minute
    1440

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(_WINDOW, line, "a time window reads `mon-fri 08:30-18:00`")
    return TimeWindow(_days(found[1]), _minute(found[2]), _minute(found[3]))


def _days(text: str) -> frozenset[Weekday]:
    found: set[Weekday] = set()
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            begin, end = _WEEK.index(Weekday(first)), _WEEK.index(Weekday(last or first))
            if end < begin:
                raise ValueError
            found.update(_WEEK[begin : end + 1])
    except ValueError:
        raise ValueError("days read `mon-fri` or `mon,wed,sat-sun`") from None
    return frozenset(found)


def _days_text(days: frozenset[Weekday]) -> str:
    """Days in order, three or more in a row as a range."""
    runs: list[list[Weekday]] = []
    for place, day in enumerate(_WEEK):
        if day not in days:
            continue
        if runs and _WEEK[place - 1] == runs[-1][-1]:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else list(map(str, run)) for run in runs]
    return ",".join(part for run in parts for part in run)


def _minute(text: str) -> int:
    found = matched(_TIME, text, "a time reads HH:MM, 00:00 to 24:00")
    return int(found[1]) * 60 + int(found[2])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
