"""Months of bills: a month of Asia/Shanghai as the span of instants it is.

Decides nothing about what happened in one.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from policies.clocks import ZONE
from space.errors import SpaceError

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def bounds(month: str) -> tuple[datetime, datetime]:
    """First instant of a month, and of the next.

    Raises:
        SpaceError: it is not written as a month.
    """
    found = _MONTH.fullmatch(month)
    if found is None:
        raise SpaceError("a month is written YYYY-MM, e.g. 2026-09")
    first = date(int(found[1]), int(found[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return _midnight(first), _midnight(following)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
