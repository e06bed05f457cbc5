"""What editing may do to a sheet so that cells would be lost or taken for others.

Decides which rows go with which hidden key after rows were copied or sorted, and which headings and
merged cells make a sheet unreadable. Values of cells are :mod:`catalog.workbook.cells`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from catalog.workbook.cells import as_text
from catalog.workbook.columns import DATASET, KEY
from catalog.workbook.items import KINDS
from catalog.workbook.sheet import Sheet
from contracts.model import Contract

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Dataset and name of the item a row was written from.
Key = tuple[str, str]


def damages(page: Worksheet, sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """What makes cells of a sheet unreadable: cell, what is wrong, remedy."""
    for merged in page.merged_cells.ranges:
        yield merged.coord, "cells are merged, which leaves the rest of them empty", "unmerge and fill them"
    seen = set()
    known = {DATASET, KEY, *(column.heading for column in sheet.columns)}
    for cell in page[1]:
        heading = as_text(cell.value).strip()
        if heading in seen:
            yield cell.coordinate, f"the heading {heading} is there twice", "remove one of the columns"
        elif heading not in known and _filled(page, cell.column or 0):
            what = "is no heading of this sheet, what stands below would be lost"
            yield cell.coordinate, what, "put the heading back as it was, or remove the column"
        if heading:
            seen.add(heading)


def lines_of(page: Worksheet, places: Mapping[str, int]) -> dict[int, dict[str, Any]]:
    """Line → heading → cell of every line in which something stands beside the key."""
    made = {}
    for line in range(2, page.max_row + 1):
        cells = {heading: page.cell(line, place) for heading, place in places.items()}
        if any(as_text(cell.value).strip() for heading, cell in cells.items() if heading != KEY):
            made[line] = cells
    return made


def origins_of(
    sheet: Sheet, filled: Mapping[int, Mapping[str, Any]], base: Mapping[str, Contract]
) -> dict[int, Key]:
    """Line → dataset and name of the item it was written from; lines that were added are left out."""
    known = {column.key: column.heading for column in sheet.columns}
    named = DATASET if KINDS[sheet.item].whole else known.get("name") or known["id"]
    keys: dict[int, Key] = {}
    says = {}
    for line, cells in filled.items():
        origin, _, name = (as_text(cells[KEY].value) if KEY in cells else "").partition("\n")
        if name and origin in base:
            keys[line] = (origin, name)
            says[line] = as_text(cells[named].value).strip() if named in cells else name
    return _settled(keys, says)


def _settled(keys: Mapping[int, Key], says: Mapping[int, str]) -> dict[int, Key]:
    """The item each row was written from, one row an item.

    A row that was copied carries the key of another, and sorting may leave the hidden keys where they
    were: of the rows with keys, the one that says an item's name is the item's, else the first with its
    key.

    Args:
        keys: line → what its hidden cell says.
        says: line → the item's name as the row shows it.
    """
    named: dict[Key, int] = {}
    for line, (dataset, _) in keys.items():
        named.setdefault((dataset, says[line]), line)
    made = {named[key]: key for key in keys.values() if key in named}
    taken = set(made.values())
    for line, key in keys.items():
        if line not in made and key not in taken:
            made[line] = key
            taken.add(key)
    return made


def _filled(page: Worksheet, place: int) -> bool:
    below = page.iter_rows(min_row=2, min_col=place, max_col=place, values_only=True)
    return any(as_text(value).strip() for (value,) in below)
