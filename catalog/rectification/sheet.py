"""The workbook a department works in 问题数据整改工作簿: how it is laid out, written and read.

Decides the form: a sheet of instructions, a sheet of rows with the faulty cells filled and explained,
everything else locked. Values of a row go into the cells as text and come out as text; a formula never
passes in either direction. Which rows these are, and what a returned cell means, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from catalog.intake.errors import IntakeError
from catalog.intake.reading import workbooks
from catalog.intake.reading.sniff import form_of
from catalog.rectification.errors import ReturnRefused
from contracts.model import SourceFormat

GUIDE: Final = "说明"
ROWS: Final = "问题数据"
NAME: Final = "_row"
# The largest workbook that is taken back.
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
FILE: Final = "来源文件"
LINE: Final = "行号"
# Whole numbers a spreadsheet keeps exactly: 15 digits (IEEE 754 double).
_EXACT: Final = 10**15
_SENDING: Final = "发送编号"
_CASE: Final = "案件编号"
_WIDTH: Final = 18
# Characters of a list within a cell's own rule. Source: ECMA-376 Part 1, 18.3.1.32.
_MOST_LISTED: Final = 255
# What XML 1.0 cannot carry: such a character would make the file unreadable.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row's cells.

    Attributes:
        name: of the field.
        title: as people say it.
        faulty: its cells are marked and may be changed.
        key: it tells the row.
    """

    name: str
    title: str
    faulty: bool = False
    key: bool = False

    @property
    def heading(self) -> str:
        """What stands above it: its title, and its name where that is another."""
        return self.title if self.title == self.name else f"{self.title}（{self.name}）"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet.

    Attributes:
        name: names the row in its sending.
        file, line: where it was delivered.
        cells: field → text, or None where the cell is empty.
        at: row number in the sheet; 0 before it is written.
    """

    name: str
    file: str
    line: int
    cells: Mapping[str, str | None]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Returned:
    """What a returned workbook holds.

    Attributes:
        case_id, sending_id: as its instructions say.
        rows: of its sheet, in order.
        faults: cells that cannot be read, one line each, naming sheet and row.
    """

    case_id: str
    sending_id: str
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = field(default=())


def write(
    path: Path,
    *,
    case_id: str,
    sending_id: str,
    guide: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    rows: Sequence[Row],
    remark: str,
    choices: Sequence[str] = (),
) -> None:
    """Write the workbook.

    Args:
        path: of the file to make.
        case_id: of the case.
        sending_id: of this sending.
        guide: further label and text of the instructions.
        columns: of the sheet of rows.
        rows: what is sent.
        remark: the rule in Chinese, put on the heading and the first faulty cells.
        choices: the values a faulty cell may hold; a list to choose from, where they fit one.
    """
    from openpyxl import Workbook

    book = Workbook()
    _write_guide(book.active, [(_CASE, case_id), (_SENDING, sending_id), *guide])
    _write_rows(book.create_sheet(ROWS), columns, rows, remark)
    _offer(book[ROWS], columns, len(rows), choices)
    book.active = 1
    book.save(path)


def read(path: Path, columns: Sequence[Column] | None = None) -> Returned:
    """Read a returned workbook; without ``columns`` its instructions only.

    Raises:
        ReturnRefused: it is no workbook of ours.
    """
    book = _opened(path)
    for name in (GUIDE, ROWS):
        if name not in book.sheetnames:
            raise ReturnRefused(path.name, [f"it has no sheet {name}"])
    said = {str(row[0].value): row[1].value for row in book[GUIDE].iter_rows(max_col=2) if row[0].value}
    case_id, sending_id = str(said.get(_CASE, "")), str(said.get(_SENDING, ""))
    if columns is None:
        return Returned(case_id, sending_id, ())
    faults: list[str] = []
    rows = tuple(_rows(path.name, book[ROWS], columns, faults))
    return Returned(case_id, sending_id, rows, tuple(faults))


def _opened(path: Path) -> Any:
    try:
        # Refuses what is no workbook, is locked, or swells when it is unpacked.
        form = form_of(path, path.name).format
        if form is not SourceFormat.EXCEL or path.suffix.lower() != ".xlsx":
            raise ReturnRefused(path.name, ["it is no .xlsx workbook — save it as one"])
        return workbooks.cells(path, path.name, _BOUNDS, data_only=False, rich_text=False)
    except IntakeError as error:
        raise ReturnRefused(path.name, [error.reason]) from None
    except OSError as error:
        raise ReturnRefused(
            path.name, [f"it cannot be read as a workbook ({type(error).__name__})"]
        ) from None


def _write_guide(sheet: Any, lines: Sequence[tuple[str, str]]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = GUIDE
    for label, text in lines:
        sheet.append([None, None])
        for place, content in enumerate((label, text), start=1):
            _put(sheet.cell(sheet.max_row, place), content)
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        sheet.cell(sheet.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _WIDTH, 90
    sheet.protection.sheet = True


def _offer(sheet: Any, columns: Sequence[Column], rows: int, choices: Sequence[str]) -> None:
    """Let faulty cells be chosen from a list; a list a spreadsheet cannot hold is only said in words."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = ",".join(choices)
    if not rows or not 0 < len(listed) <= _MOST_LISTED or any({",", '"'} & set(one) for one in choices):
        return
    made = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    for place, column in enumerate(columns, start=4):
        if column.faulty:
            letter = get_column_letter(place)
            made.add(f"{letter}2:{letter}{rows + 1}")
    sheet.add_data_validation(made)


def _write_rows(sheet: Any, columns: Sequence[Column], rows: Sequence[Row], remark: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    faulty, plain = PatternFill("solid", fgColor="FFF2CC"), PatternFill("solid", fgColor="EDEDED")
    unlocked = Protection(locked=False)
    for place, heading in enumerate((NAME, FILE, LINE, *(c.heading for c in columns)), start=1):
        cell = sheet.cell(1, place)
        _put(cell, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
    for at, row in enumerate(rows, start=2):
        for place, text in enumerate((row.name, row.file, str(row.line)), start=1):
            _put(sheet.cell(at, place), text)
        for place, column in enumerate(columns, start=4):
            cell = sheet.cell(at, place)
            _put(cell, row.cells[column.name])
            cell.fill = faulty if column.faulty else plain
            if column.faulty:
                cell.protection = unlocked
                cell.comment = Comment(remark, "一本账", height=90, width=320)
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = "D2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.autoFilter = False
    sheet.auto_filter.ref = sheet.dimensions


def shown(text: str | None) -> str | None:
    """A cell's text as a sheet can hold and give it back; an empty one is none."""
    if not text:
        return None
    return _UNPRINTABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def _put(cell: Any, text: str | None) -> None:
    """Text as text: ``=1+1`` is shown, never computed, and opens no way into the reader's machine."""
    cell.number_format = "@"
    content = shown(text)
    if content is None:
        return
    cell.value = content
    cell.data_type = "s"
    # Whoever edits the cell in a spreadsheet keeps text, too.
    cell.quotePrefix = content[:1] in "=+-@\t"


def _rows(file: str, sheet: Any, columns: Sequence[Column], faults: list[str]) -> Iterator[Row]:
    lines = sheet.iter_rows()
    headings = [None if cell.value is None else str(cell.value) for cell in next(lines, ())]
    wanted = (NAME, FILE, LINE, *(column.heading for column in columns))
    for heading in wanted:
        if headings.count(heading) != 1:
            raise ReturnRefused(file, [f"sheet {ROWS}: the column {heading} is missing or there twice"])
    place = {heading: headings.index(heading) for heading in wanted}
    for cells in lines:
        if all(cell.value is None for cell in cells):
            continue
        at = cells[0].row
        texts: dict[str, str | None] = {}
        for heading, index in place.items():
            text, fault = _text(cells[index])
            texts[heading] = text
            if fault:
                faults.append(f"sheet {ROWS}, row {at}, column {heading}: {fault}")
        line = texts[LINE] or ""
        yield Row(
            texts[NAME] or "",
            texts[FILE] or "",
            int(line) if line.isdecimal() else 0,
            {column.name: texts[column.heading] for column in columns},
            at,
        )


def _text(cell: Any) -> tuple[str | None, str]:
    """A cell as text, and what is wrong with it."""
    value = cell.value
    if cell.data_type == "f" or not isinstance(value, str | int | float | bool | date | datetime | None):
        return None, "a formula is not taken — write its value"
    if cell.data_type == "e":
        return None, "it holds an error — write a value"
    match value:
        case None | str():
            return shown(value), ""
        case bool():
            return str(value).lower(), ""
        case int() | float():
            if abs(value) >= _EXACT:
                return None, "it is a number so long that digits are lost — write it as text"
            return (str(int(value)) if value == int(value) else repr(value)), ""
        case datetime():
            return (str(value.date()) if value.time() == value.min.time() else str(value)), ""
    return str(value), ""
