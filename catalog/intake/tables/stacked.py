"""Tables that stand one above the other in one sheet or text file.

Decides where a further table begins: below an empty line, with headings of its own over columns that
hold figures. Rows after a gap, repeated headings and signatures begin none. Where a single table lies
is :mod:`catalog.intake.tables.table_region`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.intake.tables.headings import printed
from catalog.intake.tables.table_region import Cells, Merges, Region, find, is_value

# A further table has at least so many rows under its heading.
ROWS_LEAST: Final = 2
# Headings in common with the table above from which on it is the same table going on.
SAME_HEADINGS: Final = 0.5
# Longer grids hold one table: a stack is something people lay out by hand.
GRID_LIMIT: Final = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the tables of a stack.

    Attributes:
        region: where it lies, heading counted from the top of the grid.
        start: 0-based row its part of the grid begins with.
        end: 0-based row after its last.
    """

    region: Region
    start: int
    end: int


def pieces(cells: Cells, merges: Merges = ()) -> tuple[Piece, ...]:
    """The tables of a stack from top to bottom; none where the grid is no stack.

    Args:
        cells: rows of trimmed text, None where empty, the whole grid.
        merges: merged ranges, 0-based, both ends included.
    """
    if len(cells) > GRID_LIMIT:
        return ()
    starts = [0]
    known = _heading_of(cells, merges, 0, len(cells))
    for row in range(2, len(cells)):
        if known and not any(cells[row - 1]) and any(cells[row]):
            heading = _heading_of(cells, merges, row, len(cells), further=True)
            if heading and len(heading & known) < SAME_HEADINGS * min(len(heading), len(known)):
                starts.append(row)
                known = heading
    if len(starts) < 2:
        return ()
    made = []
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        region = _region(cells, merges, start, end)
        if region is None:
            return ()
        made.append(Piece(region, start, end))
    return tuple(made)


def _region(cells: Cells, merges: Merges, start: int, end: int) -> Region | None:
    """The one table of some rows, its heading counted from the top of the grid."""
    shifted = [((t - start, a), (b - start, c)) for (t, a), (b, c) in merges if start <= t < end]
    found = find(cells[start:end], shifted)
    if len(found) != 1 or not found[0].header_row:
        return None
    region = found[0]
    return Region(
        region.first, region.last, region.header_row + start, region.header_rows, region.above, region.reasons
    )


def _heading_of(
    cells: Cells, merges: Merges, start: int, end: int, *, further: bool = False
) -> frozenset[str]:
    """The headings of the table that begins at a row, or none where no table does.

    Args:
        cells: the grid.
        merges: its merged ranges.
        start: where the part begins.
        end: where it ends.
        further: whether it must stand within the next few rows, over figures.
    """
    stop = next((i for i in range(start, end) if further and i > start + 1 and not any(cells[i])), end)
    region = _region(cells, merges, start, stop)
    if region is None:
        return frozenset()
    heading = cells[region.header_row - 1]
    body = [r for r in cells[region.header_row : stop] if sum(bool(c) for c in r) >= 2]
    words = [(i, c) for i, c in enumerate(heading) if c]
    if any(is_value(c) for _, c in words) or len(words) < 2 or len(body) < ROWS_LEAST:
        return frozenset()
    figures = any(sum(len(r) > i and is_value(r[i] or "") for r in body) * 2 > len(body) for i, _ in words)
    return frozenset(printed(c) for _, c in words) if figures or not further else frozenset()
