"""Periods of evaluation: a quarter or a calendar year, in days of Asia/Shanghai."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from space.errors import SpaceError

QUARTER: Final = "quarter"
YEAR: Final = "year"
_WRITTEN: Final = re.compile(r"(\d{4})(?:Q([1-4]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter or a year.

    Attributes:
        code: ``2026Q3`` or ``2026``.
        kind: ``quarter`` or ``year``.
        first, last: its days.
    """

    code: str
    kind: str
    first: date
    last: date

    @classmethod
    def parse(cls, code: str) -> Period:
        """A period as it is written.

        >>> Period.parse("2026Q3").last
        datetime.date(2026, 9, 30)

        Raises:
            SpaceError: it is not written as one.
        """
        found = _WRITTEN.fullmatch(code)
        if found is None or not 2000 <= int(found[1]) <= 2200:
            raise SpaceError("a period is written YYYYQn or YYYY, e.g. 2026Q3")
        year = int(found[1])
        if found[2] is None:
            return cls(code, YEAR, date(year, 1, 1), date(year, 12, 31))
        month = 3 * int(found[2]) - 2
        after = date(year + 1, 1, 1) if month == 10 else date(year, month + 3, 1)
        return cls(code, QUARTER, date(year, month, 1), after - timedelta(days=1))

    @property
    def months(self) -> tuple[str, ...]:
        """Its months, as bills write them."""
        year = self.first.year
        return tuple(f"{year}-{month:02d}" for month in range(self.first.month, self.last.month + 1))
