"""Excel workbooks (.xls, .xlsx, .xlsb) and OpenDocument sheets.

Decides how cells become text (dates ISO, whole numbers without ``.0``) and that a value merged over
several rows belongs to each of them. Where the table lies in a sheet is the source's to say: sheet
``名单!A:E`` means columns A to E of sheet 名单.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from catalog.intake.errors import Unreadable
from catalog.intake.reading import workbooks
from catalog.intake.reading.merged_cells import Merge, filled_down
from catalog.intake.reading.records import (
    Raw,
    Records,
    Stream,
    Tally,
    gathered,
    line_column,
    streamed,
    text_column,
)
from catalog.intake.reading.sheet_ranges import split_range
from catalog.intake.tables import headings as heading_rows
from contracts.model import Source

# Whole numbers above this lose digits in a spreadsheet's 64-bit float.
EXACT_LIMIT: Final = 10**15
# Rows turned into columns at a time.
BATCH_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text.

    Attributes:
        name: of the sheet.
        cells: rows from the first line of the sheet, as text, None where empty.
        merges: merged ranges ((row, column), (row, column)), 0-based, both ends included.
        visible: whether the sheet is shown.
        blunted: columns that hold whole numbers too long for a spreadsheet to keep.
    """

    name: str
    cells: list[list[str | None]]
    merges: tuple[Merge, ...]
    visible: bool
    blunted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet being read.

    Attributes:
        rows: from the first line of the sheet, as text, None where empty.
        height, width: of the sheet, in rows and columns.
        merges: as :attr:`Sheet.merges`.
    """

    rows: Iterator[list[str | None]]
    height: int
    width: int
    merges: tuple[Merge, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it, unread."""

    name: str
    visible: bool
    tabular: bool


class Workbook:
    """An open workbook; sheets are read one at a time."""

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        with _damage_named(where, "damaged or cut off: the workbook cannot be opened"):
            self._book = workbooks.sheets(path, where)
        self.sheets = tuple(
            Listed(
                m.name,
                m.visible == calamine.SheetVisibleEnum.Visible,
                m.typ == calamine.SheetTypeEnum.WorkSheet,
            )
            for m in self._book.metadata
        )

    def grid(self, name: str) -> Grid:
        """The sheet called ``name`` as text, turned row by row."""
        if name not in {s.name for s in self.sheets}:
            raise Unreadable(self._where, f"has no sheet {name}")
        with _damage_named(self._where, f"sheet {name} is damaged"):
            found = self._book.sheet(name)
            merges = tuple(found.merged_cell_ranges or ())
        blunted: set[int] = set()
        left: list[str | None] = [None] * (found.start[1] if found.start else 0)

        def rows() -> Iterator[list[str | None]]:
            # Empty rows above the first cell are given, empty columns left of it are not.
            for row in found.iter_rows():
                yield left + [_text(v, i, blunted) for i, v in enumerate(row, len(left))]

        height, width = (found.end[0] + 1, found.end[1] + 1) if found.end else (0, 0)
        return Grid(rows(), height, width, merges)

    def sheet(self, name: str) -> Sheet:
        """The sheet called ``name``, all of it, as text."""
        listed = {s.name: s for s in self.sheets}
        if name not in listed:
            raise Unreadable(self._where, f"has no sheet {name}")
        with _damage_named(self._where, f"sheet {name} is damaged"):
            found = self._book.sheet(name)
            values = found.to_python(skip_empty_area=False)
            merges = tuple(found.merged_cell_ranges or ())
        blunted: set[int] = set()
        cells = [[_text(v, i, blunted) for i, v in enumerate(row)] for row in values]
        return Sheet(name, cells, merges, listed[name].visible, frozenset(blunted))


@contextmanager
def _damage_named(where: str, reason: str) -> Iterator[None]:
    """Turn what the reader raises over a bad file into one line."""
    try:
        yield
    except calamine.PasswordError as error:
        raise Unreadable(where, "locked with a password: ask the sender for an open copy") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(where, reason) from error
    except BaseException as error:
        # The reader is Rust: over a damaged file it may panic, and a panic is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(where, reason) from error


def read(path: Path, source: Source, where: str) -> Records:
    """Rows of a sheet, in memory; see :func:`stream`."""
    return gathered(stream(path, source, where))


def stream(path: Path, source: Source, where: str) -> Stream:
    """Rows of the sheet a source names, or of the first visible one, some at a time.

    Args:
        path: the workbook.
        source: layout: sheet (with columns), heading rows, footer, drop rules.
        where: the file's name for messages.

    Returns:
        Records whose line numbers are sheet rows from 1.

    Raises:
        Unreadable: locked, damaged, without the sheet, or without the heading row.
    """
    book = Workbook(path, where)
    name, region = split_range(source.sheet) if source.sheet else (_first(book, where), None)
    grid = book.grid(name)
    return _stream(grid, region or (0, max(grid.width, 1) - 1), source, where)


def tabulate(sheet: Sheet, region: tuple[int, int] | None, source: Source, where: str) -> Records:
    """Rows of one table region of a sheet already read."""
    width = max((len(r) for r in sheet.cells), default=1)
    grid = Grid(iter(sheet.cells), len(sheet.cells), width, sheet.merges)
    return gathered(_stream(grid, region or (0, width - 1), source, where))


def _stream(grid: Grid, region: tuple[int, int], source: Source, where: str) -> Stream:
    tally = Tally()
    return streamed(_read(grid, region, source, where, tally), source.drop, tally)


def _read(grid: Grid, region: tuple[int, int], source: Source, where: str, tally: Tally) -> Iterator[Raw]:
    first, last = region
    if grid.height < source.header_row:
        raise Unreadable(where, f"has {grid.height} rows, its heading is expected on row {source.header_row}")
    filled = filled_down(grid.rows, grid.merges, source.header_row)
    rows = (_slice(row, first, last) for row in filled)
    above = list(islice(rows, source.header_row))
    header = source.header_rows if source.header_row else 0
    headings = heading_rows.join(above[source.header_row - header :], last - first + 1)
    end = max(grid.height - source.skip_footer, source.header_row)
    tally.preamble, tally.header = source.header_row - header, header
    if grid.height > end:
        tally.dropped["footer"] = grid.height - end
    line = source.header_row
    while True:
        body = list(islice(rows, min(BATCH_ROWS, end - line)))
        if not body and line > source.header_row:
            return
        columns = [text_column(c) for c in zip(*body, strict=True)] or [text_column([]) for _ in headings]
        yield headings, columns, line_column(range(line + 1, line + len(body) + 1))
        line += len(body)
        if not body:
            return


def _first(book: Workbook, where: str) -> str:
    for sheet in book.sheets:
        if sheet.visible and sheet.tabular:
            return sheet.name
    raise Unreadable(where, "has no visible sheet")


def _slice(row: Sequence[str | None], first: int, last: int) -> list[str | None]:
    part = list(row[first : last + 1])
    return part + [None] * (last - first + 1 - len(part))


def _text(value: Any, column: int, blunted: set[int]) -> str | None:
    """A cell as text: dates ISO, whole numbers without a fraction."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            if abs(value) >= EXACT_LIMIT:
                blunted.add(column)
            return str(int(value))
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
