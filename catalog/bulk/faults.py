"""The faults of a form, marked in a copy of the workbook it came in.

Decides how a steward finds them: the cell is red and carries a comment, and a sheet lists all of them.
The workbook that was given is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import TooMuch
from catalog.workbook.cells import shown
from catalog.workbook.faults import Fault

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LIST: Final = "错误清单"
_RED: Final = "FFFFC7CE"
# The largest form that is marked cell by cell.
_MARKED: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
_CELL: Final = re.compile(r"^[A-Z]{1,3}[1-9]\d*$")


def mark(form: Path, faults: Sequence[Fault], copy: Path) -> None:
    """Write a copy of a form with its faults marked.

    Args:
        form: the workbook; of a form that is none, only the list is written.
        faults: what is wrong with it.
        copy: file to write.
    """
    from openpyxl import Workbook

    is_workbook = form.suffix.lower() in (".xlsx", ".xlsm")
    try:
        book = workbooks.cells(form, form.name, _MARKED) if is_workbook else Workbook()
    except TooMuch:  # a form is read in less memory than it is marked in: the list alone tells as much
        book, is_workbook = Workbook(), False
    if is_workbook:
        _mark(book, faults)
    page = book.create_sheet(_free(book), 0)
    page.append(["工作表", "单元格", "问题", "怎样改正"])
    for fault in faults:
        page.append([shown(part) for part in (fault.sheet, fault.cell, fault.what, fault.remedy)])
    for letter, width in zip("ABCD", (20, 10, 60, 60), strict=True):
        page.column_dimensions[letter].width = width
    book.save(copy)


def _mark(book: Workbook, faults: Sequence[Fault]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    red = PatternFill("solid", fgColor=_RED)
    said: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        if fault.sheet in book.sheetnames and _CELL.match(fault.cell):
            words = f"{fault.what} — {fault.remedy}" if fault.remedy else fault.what
            said.setdefault((fault.sheet, _whole(book[fault.sheet], fault.cell)), []).append(words)
    for (sheet, address), lines in said.items():
        cell = book[sheet][address]
        cell.fill = red
        cell.comment = Comment("\n".join(lines), "ybz", width=320, height=120)


def _whole(page: Worksheet, address: str) -> str:
    """The cell that stands for a merged one."""
    for merged in page.merged_cells.ranges:
        if address in merged:
            return str(merged.start_cell.coordinate)
    return address


def _free(book: Workbook) -> str:
    name, number = LIST, 2
    while name in book.sheetnames:
        name, number = f"{LIST}{number}", number + 1
    return name
