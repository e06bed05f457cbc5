"""The body of a table: which of its rows are not data, and which lines stand under it.

Decides which drop rules a layout names (those that find something), whether rows of one cell are
sub-headings, and how many lines at the end belong to no row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from catalog.intake.drafting.filenames import count_in
from catalog.intake.reading.records import Records
from catalog.intake.tables.rows import RULES, rule_of
from contracts.model import Source

# Lines looked at, at the end, to find a footer.
TAIL_RECORDS: Final = 40
# Sub-headings may be at most this share of all rows.
SUB_HEADER_SHARE: Final = 0.3


def best(layout: Source, read: Callable[[Source], Records]) -> tuple[Records, Source]:
    """Records under the drop rules that find something, and the layout that names just those.

    Args:
        layout: how the table is read; its drop rules are decided here.
        read: reads the table under a layout.
    """
    every = replace(layout, drop=RULES)
    records = read(every)
    fired = {r for r in RULES if records.dropped.get(r)}
    reasons: dict[str, str] = {}
    if "sub_header" in fired:
        why = _sub_headings(records)
        if why is None:
            fired.discard("sub_header")
            records = read(replace(layout, drop=tuple(r for r in RULES if r != "sub_header")))
        else:
            reasons["subHeader"] = why
    drop = ("blank", *(r for r in RULES if r in fired and r != "blank"))
    named = [f"{r} {records.dropped[r]}" for r in drop if records.dropped.get(r)]
    if named:
        reasons["drop"] = "rows that are not data: " + ", ".join(named)
    if layout.skip_footer:
        reasons["skipFooter"] = f"the last {layout.skip_footer} lines stand under the table"
    return records, replace(layout, drop=drop, reasons=reasons)


def _sub_headings(records: Records) -> str | None:
    """Why single-cell rows are sub-headings, or None where they are data with gaps."""
    sections = records.sections
    total = records.rows + len(sections)
    if not sections or len(sections) > SUB_HEADER_SHARE * total:
        return None
    below = _rows_below(records)
    counted = [(count_in(label), n) for (_, label), n in zip(sections, below, strict=True)]
    printed = [(c, n) for c, n in counted if c is not None]
    if not printed and (len(sections) < 2 or 0 in below):
        return None
    agree = sum(c == n for c, n in printed)
    told = f"; {len(printed)} print a count, {agree} of them equal the rows below" if printed else ""
    return f"{len(sections)} rows hold one cell that names the rows below{told}"


def _rows_below(records: Records) -> list[int]:
    lines = records.lines.to_pylist()
    starts = [line for line, _ in records.sections] + [float("inf")]
    below = Counter[int]()
    place = 0
    for line in lines:
        while line > starts[place]:
            place += 1
        below[place] += 1
    return [below[i] for i in range(1, len(starts))]


def footer(tail: Sequence[Sequence[str | None]], width: int) -> int:
    """Lines at the end that no named rule explains: a remark without a label under a wide table.

    Args:
        tail: the last records, trimmed.
        width: columns of the table.
    """
    last = [list(r) for r in tail[-TAIL_RECORDS:]]
    skip = 0
    if width < 3:
        return 0
    for back, row in enumerate(reversed(last), 1):
        filled = [c for c in row if c]
        if len(filled) > 1 or (filled and count_in(filled[0]) is not None):
            break
        if filled and row[0] and rule_of([*row, *[None] * width], ["x"] * width, RULES[:-1]) is None:
            skip = back
    return skip
