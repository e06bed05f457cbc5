"""Heading rows of a table made into one printed heading per column.

Decides how merged and multi-row headings are joined, and how columns without or with the same
heading are told apart. The same function serves the draft and every later landing, so a contract
always finds the columns it was drafted from. Physical names are decided in
:mod:`catalog.intake.drafting.names`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# Joins the parts of a multi-row heading: 居住地 over 街道 reads ``居住地/街道``.
JOINT: Final = "/"
# Marks a heading made up here: ``#3`` for a third column without one, ``金额#2`` for a second 金额.
MARK: Final = "#"

_SPACES = re.compile(r"[\s\u3000\ufeff]+")
_CJK_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def printed(cell: str | None) -> str:
    """A heading cell as one line: line breaks and runs of blanks become one, none between Chinese.

    >>> printed("单位\\n名称"), printed(" Unique  Key ")
    ('单位名称', 'Unique Key')
    """
    return _CJK_GAP.sub("", _SPACES.sub(" ", cell or "").strip())


def last_part(heading: str) -> str:
    """The lowest of the parts a heading is joined of; a stroke within brackets joins nothing.

    >>> last_part("居住地/街道"), last_part("PM10（μg/m³）")
    ('街道', 'PM10（μg/m³）')
    """
    depth, start = 0, 0
    for place, sign in enumerate(heading):
        if sign in "（([【":
            depth += 1
        elif sign in "）)]】":
            depth = max(0, depth - 1)
        elif sign == JOINT and not depth:
            start = place + 1
    return heading[start:] or heading


def join(rows: Sequence[Sequence[str | None]], width: int) -> tuple[str, ...]:
    """One unique heading per column out of one or several heading rows.

    In every heading row but the last, a blank cell takes the text to its left (a merged heading)
    where a row below has its own text there.

    Args:
        rows: heading rows from top to bottom.
        width: number of columns.

    Returns:
        Headings, unique, ``#n`` (1-based) where a column has none.
    """
    grid = [[printed(r[i]) if i < len(r) else "" for i in range(width)] for r in rows]
    for upper in range(len(grid) - 1):
        for i in range(1, width):
            below = any(grid[lower][i] for lower in range(upper + 1, len(grid)))
            if not grid[upper][i] and below and grid[upper][i - 1] and _spans(grid, upper, i):
                grid[upper][i] = grid[upper][i - 1]
    return unique([_column(grid, i) for i in range(width)])


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """The same headings, numbered where one occurs again, ``#n`` where empty.

    >>> unique(["金额", "", "金额"])
    ('金额', '#2', '金额#2')
    """
    seen: dict[str, int] = {}
    out = []
    for place, name in enumerate(names, 1):
        if not name:
            out.append(f"{MARK}{place}")
            continue
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}{MARK}{seen[name]}")
    return tuple(out)


def _spans(grid: Sequence[Sequence[str]], upper: int, i: int) -> bool:
    """Whether the heading left of column ``i`` reaches over it: it has parts of its own below."""
    return any(grid[lower][i - 1] for lower in range(upper + 1, len(grid)))


def _column(grid: Sequence[Sequence[str]], i: int) -> str:
    parts: list[str] = []
    for row in grid:
        if row[i] and row[i] not in parts:
            parts.append(row[i])
    return JOINT.join(parts)
