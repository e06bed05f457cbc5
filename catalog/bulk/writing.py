"""Entries of the ledger in the departments' form: Excel, CSV, JSON; and the empty form.

Decides what stands in each cell; what is read back of it makes the same contract.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.bulk.form import COLUMNS, ENTRY, ITEM, Column
from catalog.bulk.reading import ITEMS, RISKY
from catalog.errors import CatalogError
from catalog.workbook.cells import shown
from contracts.model import Contract, Field
from policies.clocks import local_date

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEET: Final = "目录编制表"
# Lines of the empty form that carry drop-downs.
_SPARE: Final = 5000

# Contract, resource code, day of publication, state.
Listed = tuple[Contract, str, str, str]


def listed(connection: Connection, department: str | None = None) -> list[Listed]:
    """The ledger's entries as the form shows them; of one department where it is named."""
    return [
        (
            one.contract, one.code,
            "" if one.published_at is None else local_date(one.published_at).isoformat(),
            "published" if one.state == revisions.PUBLISHED else "compiled",
        )
        for one in revisions.all_current(connection)
        if department is None or one.contract.department.name == department
    ]  # fmt: skip


def write(path: Path, listed: Iterable[Listed]) -> int:
    """Write entries into a file; the ending says which.

    Returns:
        How many entries were written.

    Raises:
        CatalogError: the ending is none of ``.xlsx``, ``.csv``, ``.json``.
    """
    rows = [(entry_cells(*one), [item_cells(field) for field in one[0].fields]) for one in listed]
    suffix = path.suffix.lower()
    if suffix == ".json":
        document = [_filled(entry) | {ITEMS: [_filled(item) for item in items]} for entry, items in rows]
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    elif suffix == ".csv":
        path.write_bytes(_csv(rows))
    elif suffix == ".xlsx":
        _book(rows).save(path)
    else:
        raise CatalogError(f"{path}: the ending is none of .xlsx, .csv, .json — name the file so")
    return len(rows)


def template(path: Path) -> None:
    """Write an empty form with headings, comments and drop-downs."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    for place, column in enumerate(COLUMNS, 1):
        cell = page.cell(1, place, f"*{column.heading}" if column.needed else column.heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFDDEBF7" if column in ENTRY else "FFE2EFDA")
        also = f"也可写作：{'、'.join(column.aliases)}" if column.aliases else ""
        of = "信息资源的列，同一资源各行可只填首行" if column in ENTRY else "信息项的列，每行一个信息项"
        cell.comment = Comment(f"{of}。{also}", "ybz", width=280, height=90)
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = 18
        options = column.spelling.options
        if options and len(",".join(options)) < 255:
            listed = DataValidation("list", formula1=f'"{",".join(options)}"', allow_blank=True)
            listed.add(f"{letter}2:{letter}{_SPARE}")
            page.add_data_validation(listed)
    page.freeze_panes = "A2"
    book.save(path)


def entry_cells(contract: Contract, code: str, published: str, state: str) -> dict[str, str]:
    """Key of the column → text, for the entry's columns."""
    sharing = contract.sharing
    values: dict[str, Any] = {
        "name": contract.name,
        "classification": contract.classification,
        "title": contract.title,
        "code": code,
        "department": contract.department.name,
        "office": contract.department.office,
        "department_code": contract.department.code,
        "summary": contract.summary,
        "sharing": sharing.type,
        "condition": sharing.condition,
        "basis": sharing.basis,
        "share_reason": sharing.reason,
        "share_scope": sharing.scope,
        "share_use": sharing.use,
        "methods": sharing.methods,
        "open": contract.open,
        "open_condition": contract.open_condition,
        "update_cycle": contract.update_cycle,
        "published": published,
        "related": contract.entry.related,
        "state": state,
    }
    return _cells(ENTRY, values)


def item_cells(field: Field) -> dict[str, str]:
    """Key of the column → text, for an item's columns."""
    values: dict[str, Any] = {
        "business_name": field.business_name,
        "field": field.name,
        "letter": field.letter,
        "max_length": "" if field.max_length is None else str(field.max_length),
        "element": field.element or "",
        "key": field.key_position is not None,
        "required": field.required,
        "item_sharing": field.sharing,
        "personal": field.personal,
        "sensitive": field.sensitive,
        "description": field.description,
    }
    return _cells(ITEM, values)


def _cells(columns: Sequence[Column], values: dict[str, Any]) -> dict[str, str]:
    return {
        column.key: "" if values[column.key] is None else column.spelling.show(values[column.key])
        for column in columns
    }


Rows = list[tuple[dict[str, str], list[dict[str, str]]]]


def _lines(rows: Rows) -> Iterator[list[str]]:
    yield [column.heading for column in COLUMNS]
    for entry, items in rows:
        for item in items:
            yield [(entry | item)[column.key] for column in COLUMNS]


def _csv(rows: Rows) -> bytes:
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    for line in _lines(rows):
        # An apostrophe keeps a text from being a formula; it is taken off again on reading.
        writer.writerow([f"'{text}" if text.startswith(RISKY) else text for text in line])
    return b"\xef\xbb\xbf" + kept.getvalue().encode()


def _book(rows: Rows) -> Workbook:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    page.freeze_panes = "A2"
    for line in _lines(rows):
        cells: list[Any] = []
        for text in line:
            if text.startswith(RISKY):
                cell = WriteOnlyCell(page, value=shown(text))
                cell.data_type = "s"
                cells.append(cell)
            else:
                cells.append(shown(text) or None)
        page.append(cells)
    return book


def _filled(cells: dict[str, str]) -> dict[str, str]:
    headings = {column.key: column.heading for column in COLUMNS}
    return {headings[key]: text for key, text in cells.items() if text}
