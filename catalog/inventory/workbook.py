"""The inventory workbook 系统库表清单: reading it, one row a table, and the template departments fill in.

Decides which headings are understood (``headings.yaml``), what a row must state, and what is wrong with a
cell. Nothing is written to the ledger here: :mod:`catalog.inventory.importing` does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.intake.reading import workbooks
from catalog.intake.reading.encoding import text_of
from catalog.intake.reading.workbooks import NoWorkbook, TooMuch
from catalog.inventory.listing import ListedColumn
from catalog.inventory.sheets import head, put, save
from catalog.workbook.cells import BadCell, exact
from catalog.workbook.faults import Fault, WorkbookFaulty

if TYPE_CHECKING:
    from datetime import date

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TABLES: Final = "tables"
COLUMNS: Final = "columns"
# Lines above the headings, at most: a title, who fills it in, a date.
_ABOVE: Final = 10
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
_MOST_ROWS: Final = 200_000
_GUIDE: Final = (
    "“系统库表”每行一张表；合并的单元格按其首格的内容理解。",
    "每张表要么填“对应目录”，要么填“不编目原因”及说明、审批人；两者皆空的，待编目。",
    "“字段”表可空；填写后可自动推荐对应目录。",
    "不要填写任何数据内容；单元格内不要使用公式，代码请按文本填写。",
    "填好后运行 ybz inventory import 本文件；有误之处会在副本中逐格标出。",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the workbook.

    Attributes:
        sheet, line: where it stands.
        cells: key of the heading → text, without surrounding blanks.
        places: key of the heading → coordinate of its cell.
    """

    sheet: str
    line: int
    cells: Mapping[str, str]
    places: Mapping[str, str]

    def get(self, key: str) -> str:
        """Text of a cell, or empty."""
        return self.cells.get(key, "")

    def fault(self, key: str, what: str, remedy: str) -> Fault:
        """Something wrong with one of its cells."""
        return Fault(self.sheet, self.places.get(key, f"A{self.line}"), what, remedy)

    @property
    def table(self) -> str:
        """``schema.table`` or ``table``."""
        schema, name = self.get("schema"), self.get("table")
        return f"{schema}.{name}" if schema and "." not in name else name


@dataclass(slots=True)
class Read:
    """A workbook as read.

    Attributes:
        book: to mark the faulty cells of.
        tables: rows of 系统库表.
        columns: system and table → its columns, of 字段.
        faults: cells that cannot be read.
    """

    book: Workbook
    tables: list[Line] = field(default_factory=list)
    columns: dict[tuple[str, str], list[ListedColumn]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(path: Path) -> Read:
    """The rows of an inventory workbook or CSV file.

    Raises:
        WorkbookFaulty: it cannot be opened, or has no headings that are understood.
    """
    book = _from_csv(path) if path.suffix.lower() == ".csv" else _opened(path)
    made = Read(book)
    page, first, places = _page(book, TABLES, needed=("system", "table"))
    if page is None:
        what = f"{path}: no sheet has the headings 系统名称 and 表名"
        raise WorkbookFaulty([Fault("", "", what, "start from `ybz inventory template OUT.xlsx`")])
    if page.max_row > _MOST_ROWS:
        raise WorkbookFaulty([Fault(page.title, "", "has too many rows", f"keep at most {_MOST_ROWS}")])
    made.tables = list(_lines(page, first, places, made.faults))
    page, first, places = _page(book, COLUMNS, needed=("system", "table", "name"))
    if page is not None:
        for line in _lines(page, first, places, made.faults):
            key = (line.get("system"), line.table)
            column = ListedColumn(line.get("name"), line.get("type"), line.get("comment"))
            made.columns.setdefault(key, []).append(column)
    return made


def template(path: Path, on: date) -> None:
    """Write an empty workbook with the usual headings, comments and drop-downs.

    Raises:
        InventoryError: the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.datavalidation import DataValidation

    from policies.rulebook import rule

    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in _sheets().values():
        page = book.create_sheet(sheet["title"])
        notes = {each["names"][0]: each["note"] for each in sheet["columns"].values()}
        head(page, list(notes), notes)
    guide = book.create_sheet("填写说明")
    guide.column_dimensions["A"].width = 100
    for line, text in enumerate(_GUIDE, 1):
        guide.cell(line, 1, f"{line}. {text}").alignment = Alignment(wrap_text=True)
    reasons = [each["zh"] for each in rule("completeness", "exclusion_reasons", on).value.values()]
    options = book.create_sheet("_选项")
    for line, reason in enumerate(reasons, 1):
        put(options, line, 1, reason)
    options.sheet_state = "hidden"
    place = list(_sheets()[TABLES]["columns"]).index("reason")
    rule_ = DataValidation(type="list", formula1=f"'_选项'!$A$1:$A${len(reasons)}", allow_blank=True)
    rule_.add(f"{chr(ord('A') + place)}2:{chr(ord('A') + place)}5000")
    book[_sheets()[TABLES]["title"]].add_data_validation(rule_)
    save(book, path)


@cache
def _sheets() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = (Path(__file__).parent / "headings.yaml").read_text(encoding="utf-8")
    made: Mapping[str, Any] = YAML(typ="safe").load(text)
    return made


def _opened(path: Path) -> Workbook:
    try:
        if path.stat().st_size > _BOUNDS.packed:
            raise WorkbookFaulty([Fault("", "", f"{path.name}: is too large", "part it by system")])
        return workbooks.cells(path, path.name, _BOUNDS)
    except TooMuch as error:
        raise WorkbookFaulty([Fault("", "", str(error), "")]) from None
    except OSError as error:
        what = f"{path}: cannot be read: {error.strerror or 'unknown format'}"
        raise WorkbookFaulty([Fault("", "", what, "check path and rights")]) from None
    except NoWorkbook:
        remedy = "save it as .xlsx without a password, or as .csv"
        raise WorkbookFaulty([Fault("", "", f"{path.name}: is no .xlsx workbook", remedy)]) from None


def _from_csv(path: Path) -> Workbook:
    """A CSV file as a workbook of one sheet, so that its faulty cells can be marked alike."""
    from openpyxl import Workbook

    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"{path}: cannot be read: {error.strerror or 'unknown format'}"
        raise WorkbookFaulty([Fault("", "", what, "check path and rights")]) from None
    text = text_of(raw)
    if text is None:
        raise WorkbookFaulty([Fault("", "", f"{path}: is not text", "save it as UTF-8 CSV")])
    book = Workbook()
    page = book.worksheets[0]
    page.title = _sheets()[TABLES]["title"]
    for line, row in enumerate(csv.reader(io.StringIO(text)), 1):
        for place, cell in enumerate(row, 1):
            put(page, line, place, cell)
    return book


def _page(
    book: Workbook, which: str, needed: tuple[str, ...]
) -> tuple[Worksheet | None, int, Mapping[str, int]]:
    """The sheet that has the headings, the line below them, and where each stands."""
    sheet = _sheets()[which]
    known = {name: key for key, each in sheet["columns"].items() for name in each["names"]}
    pages = sorted(book.worksheets, key=lambda page: page.title != sheet["title"])
    if which == COLUMNS:
        pages = [page for page in pages if page.title == sheet["title"]]
    for page in pages:
        for line in range(1, min(page.max_row, _ABOVE) + 1):
            places: dict[str, int] = {}
            for cell in page[line]:
                key = known.get("".join(str(cell.value or "").split()).rstrip("*＊"))
                if key is not None and cell.column is not None:
                    places.setdefault(key, cell.column)
            if all(key in places for key in needed):
                return page, line + 1, places
    return None, 0, {}


def _lines(page: Worksheet, first: int, places: Mapping[str, int], faults: list[Fault]) -> Iterator[Line]:
    from openpyxl.utils import get_column_letter

    origin = {
        (row, column): (merged.min_row, merged.min_col)
        for merged in page.merged_cells.ranges
        for row in range(merged.min_row, merged.max_row + 1)
        for column in range(merged.min_col, merged.max_col + 1)
    }
    for line in range(first, page.max_row + 1):
        cells, at = {}, {}
        alone = False  # whether something of its own stands in the row
        for key, place in places.items():
            row, column = origin.get((line, place), (line, place))
            cell: Any = page.cell(row, column)
            at[key] = f"{get_column_letter(place)}{line}"
            alone |= cell.value is not None and row == line
            try:
                if cell.data_type == "f":
                    raise BadCell("is a formula", "write the value itself")
                cells[key] = exact(cell.value).strip()
            except BadCell as error:
                faults.append(Fault(page.title, at[key], error.what, error.remedy))
        if alone and any(cells.values()):
            yield Line(page.title, line, cells, at)
