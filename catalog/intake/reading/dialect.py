"""The dialect of a delimited text: delimiter and quote, decided by how evenly they split its records."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from typing import Final

from catalog.intake.reading.delimited import records_of
from contracts.model import Source, SourceFormat

# Delimiters tried, in order of preference at a draw.
DELIMITERS: Final = (",", "\t", ";", "|", "\x01", "^", "，")
# The Chinese comma parts clauses of prose too: it parts cells only where it is this regular.
PROSE_DELIMITER: Final = "，"
PROSE_CELLS: Final = 3
PROSE_SHARE: Final = 0.9
# Records looked at from the top, and characters from the end.
HEAD_RECORDS: Final = 300
TAIL_CHARS: Final = 65_536
# Two delimiters are equally good when their share of regular records differs by less.
DRAW: Final = 0.02
# A quoted cell with more line breaks than this was never closed.
CELL_LINES: Final = 200


def tail(text: str, base: Source) -> list[list[str | None]]:
    """The last records of a text, trimmed."""
    end = text[-TAIL_CHARS:]
    if len(text) > TAIL_CHARS:
        end = end.partition("\n")[2]
    try:
        return [[c.strip() or None for c in r] for r in records_of(end, base)]
    except csv.Error:
        return []


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first records most evenly into two cells or more."""
    scored = []
    for order, delimiter in enumerate(DELIMITERS):
        trial = Source("s", SourceFormat.CSV, "", delimiter=delimiter)
        try:
            widths = [len(r) for r in islice(records_of(text, trial), HEAD_RECORDS) if r]
        except csv.Error:
            continue
        width, times = (
            Counter(w for w in widths if w > 1).most_common(1)[0] if any(w > 1 for w in widths) else (1, 0)
        )
        share = times / max(len(widths), 1)
        if delimiter == PROSE_DELIMITER and (width < PROSE_CELLS or share < PROSE_SHARE):
            continue
        scored.append((share, width, -order, delimiter))
    best = max(s[0] for s in scored) if scored else 0
    return max((s[1:] for s in scored if s[0] >= best - DRAW), default=(1, 0, ","))[2]


def quote_of(text: str, base: Source) -> str | None:
    """Double quotes, unless one is opened and never closed within a sensible cell."""
    for record in islice(records_of(text, base), HEAD_RECORDS):
        if any(c.count("\n") > CELL_LINES for c in record):
            return None
    return '"'
