"""Cells of a workbook: written as text, never as a formula; read as text, never from one.

Decides looks of the workbooks this room writes. What their columns mean is each writer's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.inventory.errors import InventoryError
from catalog.workbook.cells import shown

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_RISKY: Final = re.compile(r"^[=+\-@\t\r]")
_HEAD: Final = "1F4E78"
_WRONG: Final = "FFC7CE"


def write(path: Path, pages: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Write a workbook.

    Args:
        path: ends in ``.xlsx``.
        pages: title of a sheet → headings and rows.

    Raises:
        InventoryError: the name does not end in ``.xlsx``.
    """
    from openpyxl import Workbook

    if path.suffix.lower() != ".xlsx":
        raise InventoryError(f"{path}: name a file that ends in .xlsx")
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, (headings, rows) in pages.items():
        page = book.create_sheet(title)
        head(page, headings)
        for line, row in enumerate(rows, 2):
            for place, value in enumerate(row, 1):
                put(page, line, place, value)
    save(book, path)


def head(page: Worksheet, headings: Sequence[str], notes: Mapping[str, str] | None = None) -> None:
    """Write the headings of a sheet, with a comment where there is one."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    fill, bold = PatternFill("solid", fgColor=_HEAD), Font(bold=True, color="FFFFFF")
    for place, heading in enumerate(headings, 1):
        cell = page.cell(1, place, heading)
        cell.fill, cell.font = fill, bold
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if notes and notes.get(heading):
            cell.comment = Comment(notes[heading], "ybz", height=90, width=260)
        page.column_dimensions[get_column_letter(place)].width = max(14, 2 * len(heading) + 6)
    page.freeze_panes = "A2"


def put(page: Worksheet, line: int, place: int, value: Any) -> None:
    """Write a cell: a number as a number, anything else as text."""
    cell = page.cell(line, place)
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
        return
    text = "" if value is None else str(value)
    cell.number_format = "@"
    if text:
        cell.value = shown(text)
        cell.data_type = "s"
        cell.quotePrefix = bool(_RISKY.match(text))


def mark(page: Worksheet, line: int, place: int, what: str) -> None:
    """Mark a cell as faulty: its colour, and what is wrong as its comment."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell: Any = page.cell(line, place)
    cell.fill = PatternFill("solid", fgColor=_WRONG)
    said = f"{cell.comment.text}\n{what}" if cell.comment is not None else what
    cell.comment = Comment(said, "ybz", height=90, width=260)


def save(book: Workbook, path: Path) -> None:
    """Write a workbook to a file, whole or not at all."""
    out = io.BytesIO()
    book.save(out)
    try:
        path.write_bytes(out.getvalue())
    except OSError as error:
        raise InventoryError(
            f"{path}: cannot be written: {error.strerror or 'check path and rights'}"
        ) from None
