"""Tables within a sheet: where their headings end, which rows they have, what each column is called.

Decides by shape alone: headings are a block of texts in which every leaf column stands over blanks of the
same width. A row of label, blank, label, blank is no table's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from space.wayback.forms.compiling.labels import joined, label
from space.wayback.forms.compiling.marks import Mark, mark
from space.wayback.forms.compiling.sheet import Cell, Sheet
from space.wayback.forms.compiling.words import Words

# Rows of headings at most.
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        path: its headings, outermost first.
        left, right: columns of the sheet, 0-based, both included.
    """

    path: tuple[str, ...]
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its own headings at the left, and whether it sums the others."""

    number: int
    headings: tuple[str, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        top: row of its first heading.
        sides: texts left of it that span all of it: 家庭成员情况.
        columns, rows: in order.
    """

    top: int
    sides: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def bottom(self) -> int:
        """Its last row."""
        return self.rows[-1].number

    @property
    def left(self) -> int:
        """Its first column, without the sides."""
        return self.columns[0].left

    @property
    def right(self) -> int:
        """Its last column."""
        return self.columns[-1].right

    def covers(self, cell: Cell) -> bool:
        """Whether a cell belongs to it, headings included."""
        return self.top <= cell.row <= self.bottom and self.left <= cell.column <= self.right


def tables(sheet: Sheet, words: Words) -> tuple[Table, ...]:
    """The tables of a sheet, from the top, then from the left."""
    found: list[Table] = []
    row = 0
    while row < sheet.height:
        made = [t for run in _runs(sheet, row) if (t := _table(sheet, row, run, words)) is not None]
        made = [t for t in made if not any(_overlap(t, other) for other in found)]
        found.extend(made)
        row += 1
    return tuple(found)


def _overlap(one: Table, other: Table) -> bool:
    apart = one.top > other.bottom or other.top > one.bottom
    return not apart and not (one.left > other.right or other.left > one.right)


def _runs(sheet: Sheet, row: int) -> Iterator[tuple[int, int]]:
    """Columns of a row that hang together: a gap without text or border parts two tables."""
    start: int | None = None
    for column in range(sheet.width + 1):
        cell = sheet.at(row, column) if column < sheet.width else None
        there = cell is not None and (bool(cell.text) or cell.formula or cell.bordered)
        if there and start is None:
            start = column
        elif not there and start is not None:
            yield start, column - 1
            start = None


def _table(sheet: Sheet, top: int, run: tuple[int, int], words: Words) -> Table | None:
    for depth in range(1, _DEEPEST + 1):
        sides, left = _sides(sheet, top, top + depth - 1, run)
        leaves = _leaves(sheet, top, depth, (left, run[1]), words)
        if leaves is None or len(leaves) < 2:
            continue
        rows = tuple(_rows(sheet, top + depth, leaves, sides, words))
        if any(_asks(sheet, row, leaves) for row in rows):
            return Table(top, tuple(joined(side.text) for side in sides), tuple(leaves), rows)
    return None


def _sides(sheet: Sheet, top: int, bottom: int, run: tuple[int, int]) -> tuple[list[Cell], int]:
    """Texts at the left that reach below the headings, and the first column right of them."""
    left, found = run[0], []
    while left <= run[1]:
        cell = sheet.at(top, left)
        if cell is None or not cell.text or cell.bottom <= bottom or cell.row > top:
            break
        found.append(cell)
        left = cell.right + 1
    return found, left


def _leaves(sheet: Sheet, top: int, depth: int, span: tuple[int, int], words: Words) -> list[Column] | None:
    """The columns under a block of headings; None where the block holds anything else."""
    bottom, left = top + depth - 1, span[0]
    found: list[Column] = []
    while left <= span[1]:
        leaf = sheet.at(bottom, left)
        if leaf is None or leaf.column != left:
            return None
        path: list[Cell] = []
        for row in range(top, bottom + 1):
            cell = sheet.at(row, left)
            if cell is None or not _heads(sheet, cell, words) or cell.row < top or cell.bottom > bottom:
                return None
            if cell not in path:
                path.append(cell)
        found.append(Column(tuple(joined_heading(each.text) for each in path), leaf.column, leaf.right))
        left = leaf.right + 1
    return found


def joined_heading(text: str) -> str:
    """A heading as it is printed, without the ends of its lines."""
    return " ".join(text.split())


def _heads(sheet: Sheet, cell: Cell, words: Words) -> bool:
    """Whether a cell may be a heading of columns; an opinion with its date below is none."""
    if not cell.text or cell.formula or (sheet.framed and not cell.bordered):
        return False
    said = mark(cell.text, words)
    listed = (*words.signed["labels"], *words.signed["dates"])
    return said is Mark.LABEL or (said is Mark.ACT and joined(cell.text) in listed)


def _rows(
    sheet: Sheet, start: int, leaves: Sequence[Column], sides: Sequence[Cell], words: Words
) -> Iterator[Row]:
    for number in range(start, sheet.height):
        cells = _cells(sheet, number, leaves)
        if cells is None or [sheet.at(number, side.column) for side in sides] != list(sides):
            return
        headings = _row_headings(sheet, number, leaves, cells, words)
        if headings is None:
            return
        yield Row(number, headings, any(is_total(each, words) for each in headings))


def _cells(sheet: Sheet, number: int, leaves: Sequence[Column]) -> list[Cell] | None:
    """The cells of a row below the headings, where each of them keeps to the columns."""
    starts, ends = {leaf.left for leaf in leaves}, {leaf.right for leaf in leaves}
    found: list[Cell] = []
    for leaf in leaves:
        cell = sheet.at(number, leaf.left)
        if cell is None or cell.column not in starts or cell.right not in ends:
            return None
        if (cell.blank or cell.formula) and (cell.row != number or cell.height != 1):
            return None
        if cell not in found:
            found.append(cell)
    return found


def _row_headings(
    sheet: Sheet, number: int, leaves: Sequence[Column], cells: Sequence[Cell], words: Words
) -> tuple[str, ...] | None:
    """The texts before the first blank; None where the row is no row of the table."""
    headings: list[str] = []
    total = False
    asked = False
    for cell in cells:
        if cell.blank or cell.formula:
            wide = cell.right > next(leaf.right for leaf in leaves if leaf.left == cell.column)
            if wide and not total:
                return None
            asked = True
        elif not asked:
            if mark(cell.text, words) not in (Mark.LABEL, Mark.VALUE, Mark.ACT):
                return None
            headings.append(joined(cell.text))
            total = total or is_total(cell.text, words)
        elif mark(cell.text, words) not in (Mark.VALUE, Mark.CHOICE) and not _constant(sheet, number, cell):
            return None
    return tuple(headings) if asked else None


def _constant(sheet: Sheet, number: int, cell: Cell) -> bool:
    """Whether a text in the midst of a row stands where the next row has a blank: 户主 in the first row."""
    below = sheet.at(number + 1, cell.column)
    return below is not None and below.blank and (below.column, below.width) == (cell.column, cell.width)


def _asks(sheet: Sheet, row: Row, leaves: Sequence[Column]) -> bool:
    cells = _cells(sheet, row.number, leaves) or ()
    return any(cell.blank for cell in cells)


def is_total(text: str, words: Words) -> bool:
    """Whether a heading names a sum: 合计."""
    return label(text, words).spellings[0] in words.marks["totals"]
