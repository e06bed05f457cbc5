"""What is known of the columns a block reads before it is run, so that a statement asks for less.

Decides only what need not be computed: tests for NULL that every row passes, magnitudes of numbers that
are never negative, bounds that no number lies outside. Where nothing is known, everything is computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_COLUMN: Final = re.compile(r'"((?:[^"]|"")+)"\."((?:[^"]|"")+)"')
_PRESENT: Final = re.compile(r"NOT (" + _COLUMN.pattern + r") IS NULL")
_CLAMPED: Final = re.compile(r"least\(greatest\((" + _COLUMN.pattern + r"), (-?\d+)\), (-?\d+)\)")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the columns a block reads; nothing where it reads more than one bare table.

    Attributes:
        scan: name of the one table in the block's SQL; empty if nothing is known.
        filled: columns without NULL.
        ranges: of columns of whole numbers, the least and the greatest, as far as they are not NULL.
        rows: of the table; 0 if nothing is known.
    """

    scan: str = ""
    filled: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    rows: int = 0

    def never_null(self, sql: str) -> bool:
        """Whether an expression is a constant number or a column without NULL."""
        return sql.isdecimal() or self._column(sql) in self.filled

    def never_negative(self, sql: str) -> bool:
        """Whether an expression is a column without negative numbers."""
        found = self.ranges.get(self._column(sql) or "")
        return found is not None and found[0] >= 0

    def adds_up(self, sql: str) -> bool:
        """Whether an expression is a column of whole numbers, none missing or negative, that can be added."""
        found = self.ranges.get(self._column(sql) or "", (-1, 0))
        return found[0] >= 0 and found[1] * self.rows < 2**62 and self.never_null(sql)

    def always(self, condition: str) -> bool:
        """Whether every row meets a condition: TRUE, or the test that a column without NULL has a value."""
        found = _PRESENT.fullmatch(condition)
        return condition == "TRUE" or (found is not None and self.never_null(found[1]))

    def unclamped(self, sql: str) -> str:
        """A value without the bounds it is clamped to, where no number of its column lies outside them."""
        found = _CLAMPED.fullmatch(sql)
        if found is None or not self.never_null(found[1]):
            return sql
        low, high = self.ranges.get(self._column(found[1]) or "", (0, -1))
        inside = low <= high and int(found[4]) <= low and high <= int(found[5])
        return found[1] if inside else sql

    def _column(self, sql: str) -> str | None:
        found = _COLUMN.fullmatch(sql)
        return found[2] if found is not None and found[1] == self.scan else None


NOTHING: Final = Known()
