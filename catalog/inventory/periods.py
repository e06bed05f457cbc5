"""A period 账期: one month of Asia/Shanghai, and the instant up to which it is judged.

Decides where a month begins and ends. A month that still runs is judged as of now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from catalog.inventory.errors import InventoryError
from policies.clocks import ZONE, local_date

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A month.

    Attributes:
        text: ``YYYY-MM``.
        first, last: its days, both included.
    """

    text: str
    first: date
    last: date

    @classmethod
    def of(cls, text: str) -> Period:
        """The month written ``YYYY-MM``.

        >>> Period.of("2024-02").last
        datetime.date(2024, 2, 29)

        Raises:
            InventoryError: it is no month.
        """
        if not _MONTH.fullmatch(text) or text.startswith("0000"):
            raise InventoryError(f"{text!r} is not a period — write it as YYYY-MM")
        year, month = int(text[:4]), int(text[5:])
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(text, date(year, month, 1), following - timedelta(days=1))

    @classmethod
    def running(cls, now: datetime) -> Period:
        """The month of an instant."""
        return cls.of(f"{local_date(now):%Y-%m}")

    @property
    def former(self) -> Period:
        """The month before."""
        return Period.of(f"{self.first - timedelta(days=1):%Y-%m}")

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.first, time.min, ZONE).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, ZONE).astimezone(UTC)

    def cutoff(self, now: datetime) -> datetime:
        """The instant before which things count: the month's end, or just after now while it still runs.

        Raises:
            InventoryError: it has not begun.
        """
        if now < self.begin:
            raise InventoryError(f"{self.text} has not begun — name a month that has")
        return min(self.end, now + timedelta(microseconds=1))

    def last_day(self, now: datetime) -> date:
        """The last day of the month that is judged."""
        return min(self.last, local_date(now))
