"""Where in a grid of cells the tables lie.

Decides the columns of each table, its heading rows and what stands above it. A grid with no table
of two or more columns is a note. Reads text only, so the same judgement serves text files and
sheets. Which rows of the body are not data is decided in :mod:`catalog.intake.tables.rows`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

# Rows looked at from the top: enough to see past a long preamble into the data.
HEAD_ROWS: Final = 300
# A heading fills at least this share of what a usual row fills.
HEADING_SHARE: Final = 0.5
# Most heading rows joined into one heading.
HEADING_ROWS: Final = 4
# A single column is a list from this many entries on, where they are no longer than this, characters.
LIST_ROWS: Final = 3
LIST_LENGTH: Final = 20
# A heading without rows has at least this many columns.
FORM_COLUMNS: Final = 3
# Share of value columns in which the first row also holds a value: then it is data, not a heading.
VALUE_SHARE: Final = 0.5

_VALUE = re.compile(
    r"^[+-]?[\d,，]*\d(?:\.\d*)?(?:[eE][+-]?\d+)?\s*[%％]?$"
    r"|^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[ T].*)?$"
    r"|^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$|^[（(][-\d.]+,.*[)）]$"
)
_YEAR = re.compile(r"^(?:19|20)\d\d(?:年|Q[1-4]|[-/.年]\d{1,2}月?)?$|^\d{1,2}月(?:\d{1,2}日)?$")
_SENTENCE = re.compile(r"[。；！？]|[，、：].*[，、：]|[a-z]\. [A-Z]")
_LABEL = re.compile(r"[：:]\s*\S*")
_PIVOT = re.compile(
    r"^(?:行标签|列标签|(?:求和|计数|平均值)项[:：].*|Row Labels|Column Labels|(?:Sum|Count) of .*)$"
)

Cells = Sequence[Sequence[str | None]]
Merges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Region:
    """One table in a grid.

    Attributes:
        first, last: its columns, 0-based, both included.
        header_row: 1-based row of the last heading row; 0 = none.
        header_rows: heading rows joined.
        above: text of the lines above the heading, top down.
        reasons: why, by key of :class:`contracts.model.Source`.
    """

    first: int
    last: int
    header_row: int
    header_rows: int
    above: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


def find(cells: Cells, merges: Merges = ()) -> tuple[Region, ...]:
    """The tables of a grid, from left to right.

    Args:
        cells: rows of trimmed text, None where empty, from the first row of the sheet or file.
        merges: merged ranges, 0-based, both ends included.

    Returns:
        One region, several where tables stand side by side, none for a note.
    """
    head = [list(r) for r in cells[:HEAD_ROWS]]
    blocks = _blocks(cells, head)
    found = [r for first, last in blocks if (r := _region(head, first, last, merges)) is not None]
    if (
        len(blocks) > 1
        and len(found) == len(blocks)
        and all(r.last > r.first and r.header_row for r in found)
    ):
        return tuple(found)
    if not blocks:
        return ()
    whole = _region(head, blocks[0][0], blocks[-1][1], merges)
    return (whole,) if whole is not None else ()


def is_pivot(cells: Cells) -> bool:
    """Whether a sheet shows a pivot table: its own words stand in the first rows."""
    return any(c and _PIVOT.match(c) for row in cells[:12] for c in row[:8])


def is_value(cell: str) -> bool:
    """Whether a cell holds a number, date or time rather than a word."""
    return bool(_VALUE.match(cell))


def _blocks(cells: Cells, head: list[list[str | None]]) -> list[tuple[int, int]]:
    """Runs of columns that hold anything, split at columns empty from top to bottom."""
    width = max((len(r) for r in cells), default=0)
    used = [False] * width
    for row in cells if len(cells) <= 5000 else head:
        for i, cell in enumerate(row):
            if cell:
                used[i] = True
    runs: list[tuple[int, int]] = []
    for i, full in enumerate(used):
        if full and runs and runs[-1][1] == i - 1:
            runs[-1] = (runs[-1][0], i)
        elif full:
            runs.append((i, i))
    return runs


def _region(head: list[list[str | None]], first: int, last: int, merges: Merges) -> Region | None:
    rows = [(list(r[first : last + 1]) + [None] * (last - first + 1))[: last - first + 1] for r in head]
    covered = [_covered(row, place, first, last, merges) for place, row in enumerate(rows)]
    usual = [n for n in covered if n]
    if not usual:
        return None
    width = median(usual)
    wide = last > first
    if not wide and not _is_list([c for r in rows for c in r if c]):
        return None
    broad = [n for n in usual if n >= 2]
    if wide and (len(broad) < 2 or width < 1.5) and not _is_form(rows, covered):
        return None  # a note: hardly a row with two cells
    top = _heading(rows, covered, width, wide)
    if top is None:
        return None
    if _is_data(rows, top):
        return Region(first, last, 0, 1, (), {"headerRow": "the first row looks like the rows below it"})
    start, end = _heading_rows(rows, top, first, merges)
    above = tuple(" ".join(c for c in r if c) for r in rows[:start])
    reasons = {"headerRow": _why(start, end)}
    return Region(first, last, end + 1, end - start + 1, tuple(a for a in above if a), reasons)


def _is_form(rows: list[list[str | None]], covered: list[int]) -> bool:
    """Whether the last row that holds anything is a heading still waiting for its rows."""
    last = max(i for i, n in enumerate(covered) if n)
    cells = [c for c in rows[last] if c]
    return len(cells) >= FORM_COLUMNS and not any(is_value(c) or _LABEL.search(c) for c in cells)


def _is_list(cells: list[str]) -> bool:
    """Whether a single column reads as a list of short entries rather than as prose."""
    prose = sum(1 for c in cells if _SENTENCE.search(c) or _is_remark(c))
    return len(cells) >= LIST_ROWS and not prose and median(map(len, cells)) <= LIST_LENGTH


def _is_remark(cell: str) -> bool:
    """Whether an entry breaks off at a comma or is a label with its text: 联系人：…."""
    return cell.endswith(("，", ",", "、")) or (_LABEL.search(cell) is not None and not is_value(cell))


def _why(start: int, end: int) -> str:
    lines = f"line {end + 1}" if start == end else f"lines {start + 1}–{end + 1}, joined"
    above = f"; {start} line(s) above it belong to no column" if start else ""
    return f"{lines}: first that fills the columns with words{above}"


def _covered(row: Sequence[str | None], place: int, first: int, last: int, merges: Merges) -> int:
    """Columns a row fills, a merged cell counted over its width; one cell over all counts as one."""
    filled = sum(1 for c in row if c)
    if filled < 2:
        return filled
    for (top, left), (_, right) in merges:
        if top == place and first <= left <= last and row[left - first]:
            filled += min(right, last) - left
    return filled


def _heading(rows: list[list[str | None]], covered: list[int], width: float, wide: bool) -> int | None:
    least = max(2 if wide else 1, HEADING_SHARE * width)
    if wide and width < 2:
        least = max(covered)
    for place, row in enumerate(rows):
        if covered[place] < least:
            continue
        filled = [c for c in row if c]
        labelled = sum(1 for c in filled if _LABEL.search(c) and not is_value(c))
        if wide and labelled * 2 >= len(filled) and place + 1 < len(rows) and covered[place] < width:
            continue  # 填报单位：… 2024年3月: a line of labels, not of headings
        return place
    return None


def _is_data(rows: list[list[str | None]], top: int) -> bool:
    """Whether the row at ``top`` is data rather than headings."""
    body = rows[top + 1 :]
    if not body:
        return all(is_value(c) for c in rows[top] if c)
    values = both = recurring = texts = 0
    for i, cell in enumerate(rows[top]):
        below = [r[i] for r in body if r[i]]
        if not cell or not below:
            continue
        if sum(is_value(c) for c in below if c) * 2 > len(below):
            values += 1
            both += is_value(cell) and not _YEAR.match(cell)
        else:
            texts += 1
            recurring += cell in below
    if values:
        return both > VALUE_SHARE * values or (both == values and values > 0)
    return texts > 0 and recurring * 2 > texts


def _heading_rows(rows: list[list[str | None]], top: int, first: int, merges: Merges) -> tuple[int, int]:
    """First and last heading row around ``top``."""
    start = end = top
    while (
        end + 1 < len(rows) and end + 1 - start < HEADING_ROWS and _continues(rows, start, end, first, merges)
    ):
        end += 1
    # A row of group headings above, which alone fills too few columns to be found.
    names = Counter(c for c in rows[start] if c)
    if start and max(names.values(), default=0) > 1:
        above = [c for c in rows[start - 1] if c]
        if len(above) >= 2 and not any(is_value(c) and not _YEAR.match(c) for c in above):
            start -= 1
    return start, end


def _continues(rows: list[list[str | None]], start: int, end: int, first: int, merges: Merges) -> bool:
    """Whether the row below ``end`` is a further heading row."""
    row, upper, nxt = rows[end + 1], rows[end], end + 1
    filled = [c for c in row if c]
    if not filled or any(is_value(c) and not _YEAR.match(c) for c in filled):
        return False
    last = first + len(row) - 1
    inside = [m for m in merges if first <= m[0][1] <= last]
    if any(start <= t <= end and b >= nxt and b - t < HEADING_ROWS for (t, _), (b, _) in inside):
        return True
    grouped = [m for m in inside if m[0][0] == end and m[1][0] == end and m[1][1] > m[0][1]]
    if grouped and all(m[1][1] - m[0][1] < last - first for m in grouped):
        return any(row[i - first] for m in grouped for i in range(m[0][1], min(m[1][1], last) + 1))
    if merges:
        return False
    blank = [i for i, c in enumerate(upper) if not c]
    taken = [i for i in blank if row[i]]
    own = [i for i, c in enumerate(upper) if c and row[i]]
    follows = rows[nxt + 1] if nxt + 1 < len(rows) else []
    dense = sum(1 for c in follows if c) > len(filled)
    return bool(blank) and len(taken) == len(blank) and len(own) <= len(taken) and dense
