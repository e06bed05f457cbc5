"""Excel workbooks (.xls, .xlsx, .xlsb) and OpenDocument sheets.

Decides how cells become text (dates ISO, whole numbers without ``.0``) and that a value merged over
several rows belongs to each of them. Where the table lies in a sheet is the source's to say: sheet
``名单!A:E`` means columns A to E of sheet 名单.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import python_calamine as calamine

from catalog.intake import headings as heading_rows
from catalog.intake.errors import Unreadable
from catalog.intake.records import Records, line_column, sifted, text_column
from contracts.model import Source

# Whole numbers above this lose digits in a spreadsheet's 64-bit float.
EXACT_LIMIT: Final = 10**15

# A colon cannot be in a sheet's name, so the range is never mistaken for one.
_RANGE = re.compile(r"^(?P<sheet>.*)!(?P<first>[A-Z]{1,3}):(?P<last>[A-Z]{1,3})$", re.DOTALL)

Merge = tuple[tuple[int, int], tuple[int, int]]


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
            self._book = calamine.CalamineWorkbook.from_path(str(path))
        self.sheets = tuple(
            Listed(
                m.name,
                m.visible == calamine.SheetVisibleEnum.Visible,
                m.typ == calamine.SheetTypeEnum.WorkSheet,
            )
            for m in self._book.sheets_metadata
        )

    def sheet(self, name: str) -> Sheet:
        """The sheet called ``name``, all of it, as text."""
        listed = {s.name: s for s in self.sheets}
        if name not in listed:
            raise Unreadable(self._where, f"has no sheet {name}")
        with _damage_named(self._where, f"sheet {name} is damaged"):
            found = self._book.get_sheet_by_name(name)
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
    """Rows of the sheet a source names, or of the first visible one.

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
    return tabulate(book.sheet(name), region, source, where)


def tabulate(sheet: Sheet, region: tuple[int, int] | None, source: Source, where: str) -> Records:
    """Rows of one table region of a sheet already read."""
    first, last = region or (0, max((len(r) for r in sheet.cells), default=1) - 1)
    grid = [_slice(r, first, last) for r in filled_down(sheet, source.header_row)]
    if len(grid) < source.header_row:
        raise Unreadable(where, f"has {len(grid)} rows, its heading is expected on row {source.header_row}")
    top = grid[source.header_row - source.header_rows : source.header_row] if source.header_row else []
    headings = heading_rows.join(top, last - first + 1)
    end = max(len(grid) - source.skip_footer, source.header_row)
    body = grid[source.header_row : end]
    columns = [text_column(c) for c in zip(*body, strict=True)] or [text_column([]) for _ in headings]
    header = source.header_rows if source.header_row else 0
    return sifted(
        headings,
        columns,
        line_column(range(source.header_row + 1, end + 1)),
        source.drop,
        preamble=source.header_row - header,
        header=header,
        dropped=Counter({"footer": len(grid) - end} if len(grid) > end else {}),
    )


def filled_down(sheet: Sheet, header_row: int) -> list[list[str | None]]:
    """The cells, with a value merged over several data rows repeated on each of them."""
    cells = sheet.cells
    for (top, left), (bottom, _) in sheet.merges:
        if top < header_row or bottom == top or top >= len(cells):
            continue
        cells = list(cells) if cells is sheet.cells else cells
        for row in range(top + 1, min(bottom + 1, len(cells))):
            copied = list(cells[row])
            copied[left] = cells[top][left]
            cells[row] = copied
    return cells


def split_range(sheet: str) -> tuple[str, tuple[int, int] | None]:
    """Sheet name and 0-based first and last column of a source's ``sheet``.

    >>> split_range("名单!B:D"), split_range("名单")
    (('名单', (1, 3)), ('名单', None))
    """
    match = _RANGE.match(sheet)
    if match is None:
        return sheet, None
    return match["sheet"], (_column_number(match["first"]), _column_number(match["last"]))


def column_letters(number: int) -> str:
    """Spreadsheet letters of a 0-based column.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def pivot_sheets(path: Path) -> frozenset[str]:
    """Names of the sheets of an .xlsx workbook that hold a pivot table."""
    if not zipfile.is_zipfile(path):
        return frozenset()
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not any(n.startswith("xl/pivotTables/") for n in names):
            return frozenset()
        targets = {
            rel.get("Id"): rel.get("Target", "") for rel in _xml(archive, "xl/_rels/workbook.xml.rels")
        }
        found = set()
        for sheet in _xml(archive, "xl/workbook.xml").iter():
            relation = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            if not sheet.tag.endswith("}sheet") or relation not in targets:
                continue
            part = targets[relation].removeprefix("/xl/")
            folder, _, file = part.rpartition("/")
            links = f"xl/{folder}/_rels/{file}.rels"
            if links in names and b"pivotTable" in archive.read(links):
                found.add(sheet.get("name", ""))
    return frozenset(found)


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 — entities are off in expat ≥ 2.4.1


def _first(book: Workbook, where: str) -> str:
    for sheet in book.sheets:
        if sheet.visible and sheet.tabular:
            return sheet.name
    raise Unreadable(where, "has no visible sheet")


def _slice(row: Sequence[str | None], first: int, last: int) -> list[str | None]:
    part = list(row[first : last + 1])
    return part + [None] * (last - first + 1 - len(part))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


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
