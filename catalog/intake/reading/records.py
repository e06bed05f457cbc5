"""What every reader hands over: batches of text columns under headings, and an account of every line.

A reader yields batches, so that a large file never stands in memory; :func:`gathered` joins them
where the whole is wanted. Which lines are data is decided in :mod:`catalog.intake.tables.rows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from catalog.intake.tables.rows import sift, trimmed


@dataclass(slots=True)
class Tally:
    """The account of one input, growing while it is read.

    Attributes:
        preamble: lines above the heading.
        header: heading lines.
        dropped: lines that are not data, by named rule.
        rows: rows that are data.
    """

    preamble: int = 0
    header: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of an input that are data.

    Attributes:
        headings: one per column, unique; a later batch may know more of them (JSON).
        columns: text columns, trimmed, None where empty.
        lines: 1-based record number of each row in the input.
        sections: (record number, label) of every sub-heading among them.
    """

    headings: tuple[str, ...]
    columns: list[pa.ChunkedArray]
    lines: pa.ChunkedArray
    sections: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """An input being read: its batches, at least one, and its account, complete after the last."""

    batches: Generator[Batch]
    tally: Tally


# Headings, untrimmed text columns and record numbers of some lines.
Raw = tuple[tuple[str, ...], Sequence[pa.ChunkedArray], pa.ChunkedArray]


def streamed(raw: Iterable[Raw], rules: Sequence[str], tally: Tally) -> Stream:
    """Batches of untrimmed columns after the drop rules.

    Args:
        raw: what a reader reads, some lines at a time.
        rules: drop rules of the source.
        tally: counts the reader may add to while it reads.
    """

    def batches() -> Generator[Batch]:
        for headings, columns, lines in raw:
            kept = sift([trimmed(c) for c in columns], lines, headings, rules)
            tally.dropped += kept.dropped
            tally.rows += len(kept.lines)
            yield Batch(headings, kept.columns, kept.lines, kept.sections)

    return Stream(batches(), tally)


def gathered(read: Stream) -> Records:
    """All rows of an input, in memory."""
    batches = list(read.batches)
    headings = tuple(dict.fromkeys(h for batch in batches for h in batch.headings))
    tally = read.tally
    if len(batches) == 1:
        columns, lines = batches[0].columns, batches[0].lines
    else:
        lines = pa.chunked_array([c for b in batches for c in b.lines.chunks], pa.int64())
        columns = [_joined(heading, batches) for heading in headings]
    sections = tuple(s for batch in batches for s in batch.sections)
    return Records(headings, columns, lines, tally.preamble, tally.header, Counter(tally.dropped), sections)


def _joined(heading: str, batches: Sequence[Batch]) -> pa.ChunkedArray:
    chunks: list[pa.Array] = []
    for batch in batches:
        if heading in batch.headings:
            chunks.extend(batch.columns[batch.headings.index(heading)].chunks)
        else:
            chunks.append(pa.nulls(len(batch.lines), pa.string()))
    return pa.chunked_array(chunks, pa.string())


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
    numbers = np.arange(values.start, values.stop) if isinstance(values, range) else values
    return pa.chunked_array([pa.array(numbers, pa.int64())])
