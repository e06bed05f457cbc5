"""A ledger as an Excel workbook: written for people, read back for its differences.

Decides how a workbook looks: row 1 holds the machine names (hidden), row 2 the headings, row 3 who answers
for each item; then one record a row. The number of the newest event stands beside each record, so that what
changed in the ledger meanwhile is not taken for a correction. Reading back is
:mod:`space.wayback.grassroots.returning`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from policies.clocks import local_date
from policies.showing import showing
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.items import LedgerItem, items_of, kind_called
from space.wayback.grassroots.masking import as_shown
from space.wayback.grassroots.records import Record, records, shown

SHEET: Final = "台账"
# Columns before the items, and the one after them.
RECORD, VERSION, IDENTIFIER, HOUSEHOLD, REASON = "_record", "_version", "_identifier", "_household", "_reason"
_LEADING: Final = ((RECORD, "记录号"), (VERSION, "版本"), (IDENTIFIER, "标识"), (HOUSEHOLD, "所属户"))
FIRST_ROW: Final = 4
# What a department answers for.
_GREY: Final = "FFEDEDED"


def export(
    connection: Connection, body_code: str, path: Path, *, now: datetime, kind: str = "person",
    items: Sequence[str] = (),
) -> int:  # fmt: skip
    """Write the open records of a kind to a workbook only its owner may read.

    Args:
        connection: a reading transaction.
        body_code: whose ledger.
        path: of the file; replaced where it is there.
        now: aware instant.
        kind: of the records.
        items: names, in order; every item where none is named.

    Returns:
        How many records it holds.

    Raises:
        Unknown: there is no such body.
        Refused: there is no such kind, or no such item, or a stop closes the ledger.
    """
    from openpyxl import Workbook

    owner = body(connection, body_code)
    known = items_of(connection, owner, kind, local_date(now))
    chosen = _chosen(known, items)
    kept, hidden = kind_called(kind, local_date(now)), showing(local_date(now)).masks
    found = [one for one in records(connection, body_code, kind) if one.state == "open"]
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has a sheet
    sheet.title = SHEET
    lines = (_line(as_shown(one, kept, known), shown(one, kept, hidden), chosen) for one in found)
    written: list[Sequence[str | None]] = [*_heading(chosen), *lines]
    for number, line in enumerate(written, start=1):
        for place, text in enumerate(line, start=1):
            put(sheet, number, place, text)
    _dress(sheet, chosen)
    save(book, path)
    return len(found)


def put(sheet: Any, row: int, column: int, text: str | None) -> None:
    """One cell as text: ``=1+1`` stays what it is, and what Excel cannot hold is left out."""
    from openpyxl.utils.exceptions import IllegalCharacterError

    if text is None or text == "":
        return
    cell = sheet.cell(row=row, column=column)
    try:
        cell.value = text
    except IllegalCharacterError:
        cell.value = "".join(c for c in text if c.isprintable())
    cell.data_type = "s"


def save(book: Any, path: Path) -> None:
    """Write a workbook that holds values: readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        book.save(out)


def _chosen(known: dict[str, LedgerItem], items: Sequence[str]) -> tuple[LedgerItem, ...]:
    from policies.decision import Deny, Reason
    from space.errors import Refused

    unknown = [name for name in items if name not in known]
    if unknown:
        said = "the ledger has no such item"
        raise Refused(Deny(tuple(Reason("grassroots.item.unknown", said, name[:200]) for name in unknown)))
    return tuple(known[name] for name in items) if items else tuple(known.values())


def _heading(chosen: Sequence[LedgerItem]) -> Iterator[list[str]]:
    yield [*(name for name, _ in _LEADING), *(item.name for item in chosen), REASON]
    yield [*(title for _, title in _LEADING), *(item.title for item in chosen), "更正理由"]
    yield ["", "", "", "", *(_answers(item) for item in chosen), "更改部门数据时填写"]


def _answers(item: LedgerItem) -> str:
    return "本级填报" if item.local else item.authority


def _line(one: Record, identifier: str, chosen: Sequence[LedgerItem]) -> list[str | None]:
    cells = (one.cells.get(item.name) for item in chosen)
    return [one.id, str(one.number), identifier, one.household, *(c.value if c else None for c in cells)]


def _dress(sheet: Any, chosen: Sequence[LedgerItem]) -> None:
    """Hide what is for the machine, grey what a department answers for, offer the allowed values."""
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.row_dimensions[1].hidden = True
    for place in (1, 2, 4):
        sheet.column_dimensions[get_column_letter(place)].hidden = True
    sheet.freeze_panes = "E4"
    for place, item in enumerate(chosen, start=len(_LEADING) + 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 16
        if not item.local:
            sheet.cell(row=3, column=place).fill = PatternFill("solid", fgColor=_GREY)
        elif item.allowed:
            listed = DataValidation(type="list", formula1=f'"{",".join(item.allowed)}"', allow_blank=True)
            listed.add(f"{letter}{FIRST_ROW}:{letter}1048576")
            sheet.add_data_validation(listed)
