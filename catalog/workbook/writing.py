"""Writing contracts as one workbook.

Decides looks, drop-downs and comments. Every text is written as text: one that begins with ``=``, ``+``,
``-`` or ``@`` is no formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from catalog.workbook import hidden
from catalog.workbook.cells import LONGEST, Spelling, as_text, shown
from catalog.workbook.columns import BASIS, DATASET, DATASET_NOTE, KEY, sheets
from catalog.workbook.items import rows_of
from catalog.workbook.powers import Power
from catalog.workbook.sheet import Column, Sheet
from contracts.elements import Element
from contracts.model import Contract
from contracts.odcs.files import to_document

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.worksheet import Worksheet

OPTIONS: Final = "_选项"
GUIDE: Final = "填写说明"
POWERS: Final = "权责清单"
# Rows below the written ones that keep their drop-downs, for what a steward adds.
SPARE: Final = 200
_RISKY: Final = re.compile(r"^[=+\-@\t\r]")
_HEADING_HIGH: Final = 32  # points
_LONG: Final = 20  # characters; a longer text is wrapped
_GUIDE: Final = (
    "每行一项；各表第一列的数据集对应“信息资源”表中的一行。",
    "可改任何单元格、增删行、调整行的次序；表头、隐藏的列和隐藏的表请勿改动。",
    "表头上有批注，说明怎样填写。带下拉箭头的单元格请从列表中选取。",
    "多个值以；分隔；“对应”类的单元格每行写一个 甲 → 乙。",
    "单元格内不要使用公式，编码请按文本填写，以免丢失前导零。",
    "填好后运行 ybz workbook read 本文件；有误之处会逐条指出工作表和单元格。",
)


def write(
    contracts: Sequence[tuple[Contract, str]],
    *,
    powers: Sequence[Power] = (),
    own: Mapping[str, Element] = MappingProxyType({}),
) -> bytes:
    """The workbook of one or more contracts.

    Args:
        contracts: each with the name of the file it came from (``population.yaml``), or ``""``.
        powers: 权责清单 of the department, offered as basis of sharing.
        own: the city's own elements in force, offered as data elements.

    Returns:
        An ``.xlsx`` file.
    """
    from openpyxl import Workbook

    book = Workbook()
    for blank in list(book.worksheets):
        book.remove(blank)
    lists = book.create_sheet(OPTIONS)
    by_name = {contract.name: contract for contract, _ in contracts}
    _guide(book)
    if powers:
        _powers(book, powers)
    written: dict[tuple[str, ...], int] = {}
    for sheet in sheets(own):
        page = _sheet(book, sheet, by_name)
        last = page.max_row + SPARE
        for place, column in enumerate(sheet.columns, 2):
            if column.key == BASIS and powers:
                _drop_down(page, place, last, f"'{POWERS}'!$D$2:$D${len(powers) + 1}", strict=False)
            elif column.spelling.options:
                formula = _options(lists, column.spelling.options, written)
                _drop_down(page, place, last, formula, strict=column.spelling.strict)
        if sheet.item != "contract":
            _drop_down(page, 1, last, f"'信息资源'!$A$2:$A${len(by_name) + 1 + SPARE}", strict=True)
    _hide(book, contracts, lists)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, sheet: Sheet, contracts: Mapping[str, Contract]) -> Worksheet:
    page: Worksheet = book.create_sheet(sheet.title)
    _heading(page, sheet.columns)
    for line, (dataset, key, row) in enumerate(rows_of(sheet.item, contracts), 2):
        _put(page, line, 1, dataset)
        for place, column in enumerate(sheet.columns, 2):
            _put(page, line, place, column.spelling.show(row[column.key]), column.spelling)
        _put(page, line, len(sheet.columns) + 2, f"{dataset}\n{key}")
    return page


def _heading(page: Worksheet, columns: Sequence[Column]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    fill, bold = PatternFill("solid", fgColor="1F4E78"), Font(bold=True, color="FFFFFF")
    headings = [(DATASET, DATASET_NOTE, 26), *((c.heading, c.note, c.width) for c in columns), (KEY, "", 4)]
    for place, (heading, note, width) in enumerate(headings, 1):
        cell = page.cell(1, place, heading)
        cell.fill, cell.font = fill, bold
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if note:
            cell.comment = Comment(note, "ybz", height=90, width=260)
        page.column_dimensions[get_column_letter(place)].width = width
    page.row_dimensions[1].height = _HEADING_HIGH
    page.column_dimensions[get_column_letter(len(headings))].hidden = True
    page.freeze_panes = "C2"
    # The hidden column too, so that a row which is sorted keeps its key.
    page.auto_filter.ref = f"A1:{get_column_letter(len(headings))}1"


def _put(page: Worksheet, line: int, place: int, text: str, spelling: Spelling | None = None) -> None:
    """Write one cell, as text unless it holds a number."""
    cell = page.cell(line, place)
    if spelling is not None and spelling.number and (number := _as_number(text)) is not None:
        cell.value = number
        return
    cell.number_format = "@"
    if text:
        cell.alignment = _alignment(len(text) > _LONG or "\n" in text)
        cell.value = shown(text)
        cell.data_type = "s"
        cell.quotePrefix = bool(_RISKY.match(text))


@cache
def _alignment(wrap: bool) -> Alignment:
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", wrap_text=wrap)


def _as_number(text: str) -> int | float | None:
    """The number a text is, where a cell gives the same text back."""
    try:
        made: int | float = int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        return None
    whole = as_text(made) == text and float(f"{made:.15g}") == made  # what a spreadsheet keeps
    return made if whole else None


def _drop_down(page: Worksheet, place: int, last: int, formula: str, *, strict: bool) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(place)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=strict)
    rule.errorTitle, rule.error = "不在列表中", "请从下拉列表中选取。"
    rule.add(f"{letter}2:{letter}{last}")
    page.add_data_validation(rule)


def _options(lists: Worksheet, options: tuple[str, ...], written: dict[tuple[str, ...], int]) -> str:
    """The range that holds a list of options, written once."""
    from openpyxl.utils import get_column_letter

    if options not in written:
        written[options] = len(written) + 1
        for line, option in enumerate(options, 1):
            _put(lists, line, written[options], option)
    letter = get_column_letter(written[options])
    return f"'{OPTIONS}'!${letter}$1:${letter}${len(options)}"


def _guide(book: Workbook) -> None:
    from openpyxl.styles import Alignment

    page = book.create_sheet(GUIDE)
    page.column_dimensions["A"].width = 100
    for line, text in enumerate(_GUIDE, 1):
        page.cell(line, 1, f"{line}. {text}").alignment = Alignment(wrap_text=True)


def _powers(book: Workbook, powers: Sequence[Power]) -> None:
    from openpyxl.styles import Font

    page = book.create_sheet(POWERS)
    for place, (heading, width) in enumerate(
        (("编码", 16), ("事项名称", 40), ("依据", 60), ("引用文本", 80)), 1
    ):
        page.cell(1, place, heading).font = Font(bold=True)
        page.column_dimensions["ABCD"[place - 1]].width = width
    for line, power in enumerate(powers, 2):
        for place, text in enumerate((power.code, power.name, power.basis, power.citation), 1):
            _put(page, line, place, text[:LONGEST])


def _hide(book: Workbook, contracts: Sequence[tuple[Contract, str]], lists: Worksheet) -> None:
    """Pack the contracts into the hidden sheet, and show the datasets' sheet first."""
    page: Any = book.create_sheet(hidden.SHEET)
    documents = [{"file": file, "contract": to_document(contract)} for contract, file in contracts]
    for line, text in enumerate(hidden.packed(documents), 1):
        page.cell(line, 1, text)
    page.sheet_state = "hidden"
    lists.sheet_state = "hidden"
    book.move_sheet(lists, len(book.sheetnames))
    book.active = book.sheetnames.index("信息资源")
