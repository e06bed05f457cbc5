"""The rows of a ledger's workbook as texts, and the copy that tells what is wrong with them, cell by cell.

Decides what a file must be to be read back; what its rows mean is
:mod:`space.wayback.grassroots.returning`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from space.errors import SpaceError
from space.wayback.grassroots.workbook import FIRST_ROW, IDENTIFIER, RECORD, SHEET, save

# Most bytes of a workbook that is read back.
MOST_BYTES: Final = 64 * 1024 * 1024


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
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        if path.stat().st_size > MOST_BYTES:
            raise WorkbookUnreadable(f"{path.name} is larger than a workbook of a ledger may be")
        book = load_workbook(path, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise WorkbookUnreadable(f"{path.name} is no Excel workbook (.xlsx)") from error
    if SHEET not in book.sheetnames:
        raise WorkbookUnreadable(f"{path.name} has no sheet {SHEET}: export the ledger first")
    sheet = book[SHEET]
    names = tuple(str(cell.value or "") for cell in sheet[1])
    if RECORD not in names or IDENTIFIER not in names:
        raise WorkbookUnreadable(f"{path.name}: row 1 does not name the columns: export the ledger first")
    rows = []
    for line in sheet.iter_rows(min_row=FIRST_ROW):
        texts = {name: _text(cell.value) for name, cell in zip(names, line, strict=False) if name}
        if any(texts.values()):
            cells = {name: cell.coordinate for name, cell in zip(names, line, strict=False) if name}
            rows.append(Row(int(line[0].row or 0), texts, cells))
    return tuple(name for name in names if name), rows


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
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = load_workbook(path)
    sheet = book[SHEET]
    for fault in faults:
        cell = sheet[fault.cell]
        cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
        told = f"{fault.code}: {fault.message}" + (f" ({fault.allowed})" if fault.allowed else "")
        cell.comment = Comment(told, "一本账")
    save(book, report)
