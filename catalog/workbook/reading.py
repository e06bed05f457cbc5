"""Reading a workbook back into contracts.

Decides what a steward changed: a cell that shows what was written keeps the value behind it, any other
cell wins. Every bad cell is one line with sheet, cell, what is wrong and what to do; formulas are
refused. Whether the contracts make sense is :mod:`contracts.odcs.files`'s, whose problems are given the row
they come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import NoWorkbook
from catalog.workbook import hidden
from catalog.workbook.cells import BadCell, as_text, exact, same
from catalog.workbook.columns import DATASET, KEY, sheets
from catalog.workbook.damage import damages, lines_of, origins_of
from catalog.workbook.faults import Fault, WorkbookFaulty
from catalog.workbook.items import KINDS
from catalog.workbook.rows import Row
from catalog.workbook.sheet import Column, Sheet
from contracts.elements import Element
from contracts.elements_agree import conflicts
from contracts.errors import ContractError
from contracts.model import SAFE_NAME, Contract
from contracts.model import Field as Item
from contracts.odcs.files import OdcsError, from_document, to_document

if TYPE_CHECKING:
    from openpyxl import Workbook as Book

# A workbook of contracts is small; more is no workbook of ours.
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
_MOST_ROWS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A contract as a workbook gives it.

    Attributes:
        contract: with the steward's edits.
        file: name of the file it was written from; empty for a new dataset.
        written: the contract as it was written into the workbook, or None for a new dataset.
    """

    contract: Contract
    file: str
    written: Contract | None


@dataclass(slots=True)
class _Lines:
    """Rows of one sheet as read: dataset → rows, and where each stands."""

    rows: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)


def read(path: Path, *, own: Mapping[str, Element] | None = None) -> tuple[Filled, ...]:
    """The contracts in a workbook, with the steward's edits.

    Args:
        path: an ``.xlsx`` file that :func:`catalog.workbook.writing.write` made.
        own: the city's own elements in force; None = not at hand, so that they are not judged.

    Raises:
        WorkbookFaulty: cells cannot be read, or a contract would not pass ``ybz lint``.
        WorkbookDamaged: its hidden sheet is missing or not whole.
        TooMuch: it comes to more than a workbook of contracts may.
    """
    book = _opened(path)
    if hidden.SHEET not in book.sheetnames:
        raise hidden.WorkbookDamaged("this is no workbook of contracts: it has no hidden sheet")
    packed = hidden.unpacked([row[0] for row in book[hidden.SHEET].iter_rows(max_col=1, values_only=True)])
    files = {}
    base = {}
    for entry in packed:
        was = from_document(entry["contract"])
        base[was.name], files[was.name] = was, entry["file"]
    faults: list[Fault] = []
    read_sheets = {sheet.item: (sheet, _rows(book, sheet, base, faults)) for sheet in sheets(own or {})}
    if faults:
        raise WorkbookFaulty(faults)
    made = []
    for name in read_sheets["contract"][1].rows:
        contract = _contract(name, base.get(name), read_sheets, faults)
        if contract is not None:
            faults += _problems(contract, own, read_sheets)
            made.append(Filled(contract, files.get(name, ""), base.get(name)))
    faults += _strays(read_sheets)
    if faults:
        raise WorkbookFaulty(faults)
    return tuple(made)


def _opened(path: Path) -> Book:
    try:
        if path.stat().st_size > _BOUNDS.packed:
            raise WorkbookFaulty([Fault("", "", f"{path.name}: is too large to be a workbook of contracts")])
        return workbooks.cells(path, path.name, _BOUNDS)
    except OSError as error:
        what = f"{path}: cannot be read: {error.strerror or 'unknown format'}"
        raise WorkbookFaulty([Fault("", "", what, "check path and rights")]) from None
    except NoWorkbook:
        remedy = "save it as .xlsx without a password"
        raise WorkbookFaulty([Fault("", "", f"{path.name}: is no .xlsx workbook", remedy)]) from None


def _rows(book: Book, sheet: Sheet, base: Mapping[str, Contract], faults: list[Fault]) -> _Lines:
    """The rows of one sheet as items; what is wrong is noted."""
    lines = _Lines()
    if sheet.title not in book.sheetnames:
        faults.append(Fault(sheet.title, "", "the sheet is missing", "write the workbook anew"))
        return lines
    page = book[sheet.title]
    if page.max_row > _MOST_ROWS:
        faults.append(Fault(sheet.title, "", "has too many rows", f"keep at most {_MOST_ROWS}"))
        return lines
    places = {as_text(cell.value).strip(): cell.column for cell in page[1] if cell.value is not None}
    if DATASET not in places:
        faults.append(Fault(sheet.title, "A1", f"the heading {DATASET} is missing", "put it back"))
        return lines
    broken = [Fault(sheet.title, *each) for each in damages(page, sheet)]
    if broken:
        faults += broken
        return lines
    kind, filled = KINDS[sheet.item], lines_of(page, places)
    origins = origins_of(sheet, filled, base)
    for line, cells in filled.items():
        given = {heading: cell for heading, cell in cells.items() if heading != KEY}
        origin, name = origins.get(line, (None, ""))
        written = None if origin is None else kind.of(base[origin]).get(name)
        dataset = as_text(cells[DATASET].value).strip() or (origin or "")
        known = len(faults)
        row = _row(sheet, given, written, faults)
        if not dataset:
            faults.append(Fault(sheet.title, f"A{line}", f"{DATASET} is missing", "write schema.table"))
        if len(faults) == known:
            lines.rows.setdefault(dataset, []).append((line, _item(sheet, line, row, written, faults)))
    return lines


def _row(sheet: Sheet, cells: Mapping[str, Any], written: Any, faults: list[Fault]) -> Row:
    """The values of one row: those behind unchanged cells, and what changed cells say."""
    flat = None if written is None else KINDS[sheet.item].flat(written)
    row: Row = {}
    for column in sheet.columns:
        cell = cells.get(column.heading)
        stands = column.spelling.empty if flat is None else flat[column.key]
        row[column.key] = stands
        if cell is None or column.fixed:
            continue
        if cell.data_type == "f":
            remedy = "write the value itself"
            faults.append(Fault(sheet.title, cell.coordinate, f"{column.heading} is a formula", remedy))
            continue
        if flat is not None and same(cell.value, column.spelling.show(stands)):
            continue
        try:
            row[column.key] = _value(column, exact(cell.value))
        except BadCell as error:
            what = f"{column.heading} {error.what}"
            faults.append(Fault(sheet.title, cell.coordinate, what, error.remedy))
    return row


def _value(column: Column, text: str) -> Any:
    stripped = text.strip()
    return column.spelling.read(stripped) if stripped else column.spelling.empty


def _item(sheet: Sheet, line: int, row: Row, written: Any, faults: list[Fault]) -> Any:
    try:
        return KINDS[sheet.item].make(row, written)
    except ContractError as error:
        what = f"{error.where}: {error.what}" if error.where else error.what
        faults.append(Fault(sheet.title, f"A{line}", what, error.remedy))
        return None


def _contract(
    name: str,
    base: Contract | None,
    read_sheets: Mapping[str, tuple[Sheet, _Lines]],
    faults: list[Fault],
) -> Contract | None:
    """One contract of its rows, or None where something was noted."""
    sheet, lines = read_sheets["contract"]
    line, values = lines.rows[name][0]
    here = f"A{line}"
    if len(lines.rows[name]) > 1:
        faults.append(
            Fault(sheet.title, f"A{lines.rows[name][1][0]}", f"{name} is there twice", "remove one")
        )
        return None
    schema, _, table = name.partition(".")
    if not (SAFE_NAME.match(schema) and SAFE_NAME.match(table)):
        remedy = "write schema.table: lower-case letters, digits and underscores"
        faults.append(Fault(sheet.title, here, f"{DATASET} is no safe name", remedy))
        return None
    values = dict(values)
    values["id"] = values["id"] or name.replace(".", "-").replace("_", "-")
    values["version"] = values["version"] or "1.0.0"
    values["status"] = values["status"] or "draft"
    for item in ("fields", "rules", "sources", "cleaning"):
        values[item] = tuple(each for _, each in read_sheets[item][1].rows.get(name, ()))
    delivery = read_sheets["delivery"][1].rows.get(name, ())
    if len(delivery) > 1:
        twice = Fault(
            read_sheets["delivery"][0].title, f"A{delivery[1][0]}", f"{name} is there twice", "remove one"
        )
        faults.append(twice)
        return None
    values |= delivery[0][1] if delivery else {}
    try:
        if base is not None:
            return replace(base, schema=schema, table=table, **values)
        return Contract(schema=schema, table=table, **values)
    except ContractError as error:
        what = f"{error.where}: {error.what}" if error.where else error.what
        faults.append(Fault(sheet.title, here, what, error.remedy))
        return None


def _problems(
    contract: Contract, own: Mapping[str, Element] | None, read_sheets: Mapping[str, tuple[Sheet, _Lines]]
) -> list[Fault]:
    """What ``ybz lint`` would say, each at the row it comes from."""
    places: dict[str, tuple[str, str]] = {}
    for item, key in (("fields", "name"), ("rules", "id"), ("sources", "name"), ("cleaning", "id")):
        sheet, lines = read_sheets[item]
        for line, each in lines.rows.get(contract.name, ()):
            places.setdefault(getattr(each, key), (sheet.title, f"A{line}"))
    first = read_sheets["contract"][0].title, f"A{read_sheets['contract'][1].rows[contract.name][0][0]}"
    made = []
    for where, what, remedy in _lint(contract, own):
        parts = [where, *where.replace("rule ", "").split(".")]
        title, cell = next((places[part] for part in parts if part in places), first)
        made.append(Fault(title, cell, f"{where}: {what}" if where else what, remedy))
    return made


def _lint(contract: Contract, own: Mapping[str, Element] | None) -> list[tuple[str, str, str]]:
    try:
        from_document(to_document(contract))
    except OdcsError as error:
        return [(problem.field, problem.what, problem.remedy) for problem in error.problems]
    found = []
    for item in contract.fields:
        found += _conflicts(item, own)
    return found


def _conflicts(item: Item, own: Mapping[str, Element] | None) -> list[tuple[str, str, str]]:
    try:
        return [(item.name, what, remedy) for what, remedy in conflicts(item, own=own)]
    except ContractError as error:
        return [(item.name, error.what, error.remedy)]


def _strays(read_sheets: Mapping[str, tuple[Sheet, _Lines]]) -> list[Fault]:
    """Rows that name a dataset the datasets' sheet does not have."""
    known = read_sheets["contract"][1].rows
    return [
        Fault(
            sheet.title, f"A{rows[0][0]}", "names a dataset that 信息资源 does not have", "add its row there"
        )
        for item, (sheet, lines) in read_sheets.items()
        if item != "contract"
        for dataset, rows in lines.rows.items()
        if dataset not in known
    ]
