"""The rows of a ledger's workbook as texts, and the copy that tells what is wrong with them, cell by cell.

Decides what a file must be to be read back; what its rows mean is
:mod:`space.wayback.grassroots.returning`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import NoWorkbook, TooMuch
from space.errors import SpaceError
from space.wayback.grassroots.workbook import FIRST_ROW, IDENTIFIER, RECORD, SHEET, save

if TYPE_CHECKING:
    from openpyxl import Workbook

# Most bytes of a workbook that is read back, as it lies there and unpacked; and most of its cells.
BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 2_000_000, scattered=True)


class WorkbookUnreadable(SpaceError):
    """The file is no workbook of a ledger."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell; never its value.

    Attributes:
        cell: as Excel names it, e.g. ``F12``.
        code, message, allowed: as of a refusal.
    """

    cell: str
    code: str
    message: str
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the workbook: machine name → text, and where each stands."""

    number: int
    texts: Mapping[str, str]
    cells: Mapping[str, str]

    def fault(self, name: str, code: str, message: str, allowed: str = "") -> Fault:
        """A fault at the cell of an item; at the first cell where the item has none."""
        return Fault(self.cells.get(name, f"A{self.number}"), code, message, allowed)


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Machine names of the columns, and every row that holds something.

    Raises:
        WorkbookUnreadable: it is no workbook of a ledger, or too large.
    """
    from openpyxl.utils import get_column_letter

    book = _opened(path)
    if SHEET not in book.sheetnames:
        raise WorkbookUnreadable(f"{path.name} has no sheet {SHEET}: export the ledger first")
    names: tuple[str, ...] = ()
    rows = []
    for number, line in enumerate(_lines(book[SHEET], path), 1):
        if number == 1:
            names = tuple(str(value or "") for value in line)
        if number < FIRST_ROW:
            continue
        texts = {name: _text(value) for name, value in zip_longest(names, line[: len(names)]) if name}
        if any(texts.values()):
            cells = {name: f"{get_column_letter(at)}{number}" for at, name in enumerate(names, 1) if name}
            rows.append(Row(number, texts, cells))
    if RECORD not in names or IDENTIFIER not in names:
        raise WorkbookUnreadable(f"{path.name}: row 1 does not name the columns: export the ledger first")
    return tuple(name for name in names if name), rows


def _opened(path: Path) -> Workbook:
    """The workbook, its cells not read yet."""
    try:
        if path.stat().st_size > BOUNDS.packed:
            raise WorkbookUnreadable(f"{path.name} is larger than a workbook of a ledger may be")
        return workbooks.cells(path, path.name, BOUNDS, data_only=True, read_only=True)
    except TooMuch as error:
        raise WorkbookUnreadable(str(error)) from error
    except (NoWorkbook, OSError) as error:
        raise WorkbookUnreadable(f"{path.name} is no Excel workbook (.xlsx)") from error


def _lines(sheet: Any, path: Path) -> Iterator[tuple[Any, ...]]:
    """Its rows; what a sheet says of its own extent is not relied on."""
    sheet.reset_dimensions()
    seen = 0
    for line in sheet.iter_rows(values_only=True):
        seen += max(1, len(line))
        if seen > BOUNDS.cells:
            raise WorkbookUnreadable(_too_many(path))
        yield line


def _too_many(path: Path) -> str:
    return f"{path.name} reaches over more than {BOUNDS.cells} cells: export the ledger anew, in parts"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def report_faults(path: Path, report: Path, faults: tuple[Fault, ...]) -> None:
    """A copy of the workbook with each fault written at its cell.

    Args:
        path: of the workbook.
        report: of the copy; replaced where it is there.
        faults: by cell.
    """
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = workbooks.cells(path, path.name, BOUNDS)
    sheet = book[SHEET]
    for fault in faults:
        cell = sheet[fault.cell]
        cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
        told = f"{fault.code}: {fault.message}" + (f" ({fault.allowed})" if fault.allowed else "")
        cell.comment = Comment(told, "一本账")
    save(book, report)
