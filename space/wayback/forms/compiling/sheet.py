"""A sheet of an issuer's workbook as cells that know their extent, their borders and what stands in them.

Decides which files are opened: an .xlsx of bounded size, without macros. What the cells mean is
:mod:`space.wayback.forms.compiling.blanks`'s.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import NoWorkbook, TooMuch
from policies.rulebook import rule
from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.words import FILE

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# First bytes of an OLE container: .xls, .et, and an .xlsx that is locked.
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS: Final = "open it in Excel or WPS, save it as .xlsx (Excel 工作簿), and take that file"

# Sheets as large as a sheet may be that a workbook may come to.
_SHEETS: Final = 10

# Row and column of a cell, 0-based.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, or the first of merged ones.

    Attributes:
        row, column: 0-based.
        height, width: rows and columns it covers.
        text: what stands in it, stripped; empty where it is blank.
        formula: it holds a formula of the issuer's.
        bordered: it has a border on some side.
        options: what its drop-down offers.
        dated: its number format is a date's.
    """

    row: int
    column: int
    height: int = 1
    width: int = 1
    text: str = ""
    formula: bool = False
    bordered: bool = False
    options: tuple[str, ...] = ()
    dated: bool = False

    @property
    def reference(self) -> str:
        """``B3``."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.column + 1)}{self.row + 1}"

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.text and not self.formula

    @property
    def bottom(self) -> int:
        """Its last row."""
        return self.row + self.height - 1

    @property
    def right(self) -> int:
        """Its last column."""
        return self.column + self.width - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: of the sheet.
        cells: first cells, in reading order.
        covering: place → the cell that covers it.
        height, width: rows and columns that hold or frame anything.
    """

    name: str
    cells: tuple[Cell, ...]
    covering: Mapping[Place, Cell]
    height: int
    width: int

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place, if it is on the sheet."""
        return self.covering.get((row, column))

    def row(self, row: int) -> list[Cell]:
        """The cells that cover a row, from the left, each once."""
        found = [self.covering[row, column] for column in range(self.width) if (row, column) in self.covering]
        return list(dict.fromkeys(found))

    @property
    def framed(self) -> bool:
        """Whether the sheet draws its table with borders."""
        return any(cell.bordered for cell in self.cells)


def load(path: Path, on: date, *, results: bool = False) -> Workbook:
    """An issuer's workbook, with its formulas or with what they come to.

    Args:
        path: of the file.
        on: day whose limits hold.
        results: whether a formula is read as what it comes to.

    Raises:
        WorkbookRefused: it is no .xlsx, is locked, damaged, too large, or holds macros.
    """
    _refuse_form(path, on)
    try:
        return workbooks.cells(path, path.name, bounds(on), data_only=results)
    except TooMuch as error:
        raise WorkbookRefused(
            path.name, error.reason.partition(" — ")[0], "delete what stands far from the form"
        ) from error
    except (OSError, NoWorkbook) as error:
        raise WorkbookRefused(path.name, "is damaged", "open it in Excel and save it again") from error


def bounds(on: date) -> workbooks.Bounds:
    """What a workbook of a form may come to."""
    most = rule(FILE, "largest", on).value
    return workbooks.Bounds(unpacked=int(most["bytes"]), cells=_SHEETS * int(most["cells"]))


def sheets(path: Path, on: date) -> tuple[Sheet, ...]:
    """The visible sheets of a workbook that hold anything.

    Raises:
        WorkbookRefused: as :func:`load`; or no sheet holds anything.
    """
    book = load(path, on)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    found = tuple(read for sheet in shown if (read := _read(sheet)).cells)
    if not found:
        raise WorkbookRefused(path.name, "holds no cell", "take the workbook with the form in it")
    most = int(rule(FILE, "largest", on).value["cells"])
    for each in found:
        if each.height * each.width > most:
            raise WorkbookRefused(
                path.name, f"sheet {each.name} is no form: it is too large", "keep the form alone"
            )
    return found


def _refuse_form(path: Path, on: date) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        rest = file.read(1 << 20) if head == _OLE else b""
    if head == _OLE:
        if _LOCKED in rest:
            raise WorkbookRefused(path.name, "is locked with a password", "take an open copy")
        raise WorkbookRefused(path.name, "is an old workbook (.xls or .et)", _SAVE_AS)
    if not zipfile.is_zipfile(path):
        raise WorkbookRefused(path.name, "is no workbook", _SAVE_AS)
    most = rule(FILE, "largest", on).value
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise WorkbookRefused(path.name, "is no .xlsx workbook", _SAVE_AS)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise WorkbookRefused(path.name, "holds macros", "save it as .xlsx, which has none")
    if len(entries) > int(most["files"]) or sum(e.file_size for e in entries) > int(most["bytes"]):
        raise WorkbookRefused(path.name, "is too large for a form", "keep the form alone in the workbook")


def _read(sheet: Worksheet) -> Sheet:
    extents = {
        (int(merged.min_row or 1) - 1, int(merged.min_col or 1) - 1): (
            merged.size["rows"],
            merged.size["columns"],
        )
        for merged in sheet.merged_cells.ranges
    }
    hidden = {
        (row, column)
        for (top, left), (height, width) in extents.items()
        for row in range(top, top + height)
        for column in range(left, left + width)
        if (row, column) != (top, left)
    }
    bordered = _bordered(sheet)
    options = dict(_options(sheet))
    cells, covering = [], {}
    for line in sheet.iter_rows():
        for raw in line:
            place = ((raw.row or 1) - 1, (raw.column or 1) - 1)
            if place in hidden:
                continue
            cell = _cell(raw, place, extents.get(place, (1, 1)), bordered, options.get(raw.coordinate, ()))
            if cell.text or cell.formula or cell.bordered or place in extents:
                cells.append(cell)
                covering.update(dict.fromkeys(_places(cell), cell))
    height = max((cell.bottom + 1 for cell in cells), default=0)
    width = max((cell.right + 1 for cell in cells), default=0)
    return Sheet(sheet.title, tuple(cells), covering, height, width)


def _cell(
    raw: Any, place: Place, extent: tuple[int, int], bordered: set[Place], options: tuple[str, ...]
) -> Cell:
    from openpyxl.styles.numbers import is_date_format

    row, column = place
    formula = raw.data_type == "f"
    text = "" if raw.value is None or formula else str(raw.value).strip("\n")
    made = Cell(row, column, *extent, text if text.strip() else "", formula, options=options)
    return Cell(
        row, column, *extent, made.text, formula,
        any(each in bordered for each in _places(made)), options, is_date_format(raw.number_format),
    )  # fmt: skip


def _places(cell: Cell) -> Iterator[Place]:
    for row in range(cell.row, cell.bottom + 1):
        for column in range(cell.column, cell.right + 1):
            yield row, column


def _bordered(sheet: Worksheet) -> set[Place]:
    found = set()
    for line in sheet.iter_rows():
        for raw in line:
            border = raw.border
            sides = (border.left, border.right, border.top, border.bottom)
            if any(side is not None and side.style for side in sides):
                found.add(((raw.row or 1) - 1, (raw.column or 1) - 1))
    return found


def _options(sheet: Worksheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cells with a drop-down whose values the rule itself lists."""
    for rule_ in sheet.data_validations.dataValidation:
        stated = str(rule_.formula1 or "")
        if rule_.type != "list" or not stated.startswith('"'):
            continue
        offered = tuple(part.strip() for part in stated.strip('"').split(",") if part.strip())
        for area in rule_.sqref.ranges:
            for row in sheet.iter_rows(area.min_row, area.max_row, area.min_col, area.max_col):
                yield from ((raw.coordinate, offered) for raw in row)
