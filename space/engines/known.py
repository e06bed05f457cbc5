"""What is known of the columns a block reads before it is run, so that a statement asks for less.

Decides only what need not be computed: tests for NULL that every row passes, magnitudes of numbers that
are never negative. Where nothing is known, everything is computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_COLUMN: Final = re.compile(r'"((?:[^"]|"")+)"\."((?:[^"]|"")+)"')
_PRESENT: Final = re.compile(r"NOT (" + _COLUMN.pattern + r") IS NULL")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the columns a block reads; nothing where it reads more than one bare table.

    Attributes:
        scan: name of the one table in the block's SQL; empty if nothing is known.
        filled: columns without NULL.
        positive: columns without a negative number, as far as they are not NULL.
    """

    scan: str = ""
    filled: frozenset[str] = frozenset()
    positive: frozenset[str] = frozenset()

    def never_null(self, sql: str) -> bool:
        """Whether an expression is a constant number or a column without NULL."""
        return sql.isdecimal() or self._column(sql) in self.filled

    def never_negative(self, sql: str) -> bool:
        """Whether an expression is a column without negative numbers."""
        return self._column(sql) in self.positive

    def always(self, condition: str) -> bool:
        """Whether every row meets a condition: TRUE, or the test that a column without NULL has a value."""
        found = _PRESENT.fullmatch(condition)
        return condition == "TRUE" or (found is not None and self.never_null(found[1]))

    def _column(self, sql: str) -> str | None:
        found = _COLUMN.fullmatch(sql)
        return found[2] if found is not None and found[1] == self.scan else None


NOTHING: Final = Known()
