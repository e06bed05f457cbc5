"""What every reader hands over: headings, text columns, and an account of every line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from catalog.intake.rows import sift, trimmed


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of one source file that are data.

    Attributes:
        headings: one per column, unique.
        columns: text columns, trimmed, None where empty.
        lines: 1-based record number of each row in the file or sheet.
        preamble: lines above the heading.
        header: heading lines.
        dropped: lines that are not data, by named rule.
        sections: (record number, label) of every sub-heading.
    """

    headings: tuple[str, ...]
    columns: list[pa.ChunkedArray]
    lines: pa.ChunkedArray
    preamble: int = 0
    header: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    sections: tuple[tuple[int, str], ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows that are data."""
        return len(self.lines)

    def column(self, heading: str) -> pa.ChunkedArray:
        """The column under ``heading``."""
        return self.columns[self.headings.index(heading)]


def text_column(values: Sequence[str | None]) -> pa.ChunkedArray:
    """A text column of Python values."""
    return pa.chunked_array([pa.array(values, pa.string())])


def line_column(values: Sequence[int] | range) -> pa.ChunkedArray:
    """A column of record numbers."""
    return pa.chunked_array([pa.array(values, pa.int64())])


def sifted(
    headings: tuple[str, ...],
    columns: Sequence[pa.ChunkedArray],
    lines: pa.ChunkedArray,
    rules: Sequence[str],
    *,
    preamble: int = 0,
    header: int = 0,
    dropped: Counter[str] | None = None,
) -> Records:
    """Records of untrimmed columns after the drop rules.

    Args:
        headings: one per column.
        columns: text columns of equal length.
        lines: record number of each row.
        rules: drop rules of the source.
        preamble: lines above the heading.
        header: heading lines.
        dropped: lines the reader has already left out, by rule.

    Returns:
        The rows kept, with every other line counted.
    """
    kept = sift([trimmed(c) for c in columns], lines, headings, rules)
    return Records(
        headings,
        kept.columns,
        kept.lines,
        preamble,
        header,
        (dropped or Counter()) + kept.dropped,
        kept.sections,
    )
