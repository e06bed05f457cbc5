"""Files of many entries as lines of cells: Excel, CSV, JSON.

Decides where the heading is, which cell of a file a value came from, and what makes a file unreadable.
What the cells mean is :mod:`catalog.bulk.making`'s.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.bulk.form import PASSED, Column, column_of, is_heading, normal
from catalog.errors import CatalogError
from catalog.intake.errors import Unreadable
from catalog.intake.reading import workbooks
from catalog.intake.reading.encoding import text_of
from catalog.workbook.cells import as_text
from catalog.workbook.faults import Fault

# The heading stands among the first lines; more above it is no form.
_HEAD: Final = 20
_MOST_BYTES: Final = 256 * 2**20
_MOST_LINES: Final = 1_000_000
BOUNDS: Final = workbooks.Bounds(_MOST_BYTES, 2**30, 40_000_000, 2 * 2**30)
ITEMS: Final = "信息项"
# A program that opens a CSV takes a cell that begins so for a formula; we write an apostrophe before it.
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


class FormUnreadable(CatalogError):
    """A file that is no catalogue form."""


class FormFaulty(CatalogError):
    """A form with cells that cannot be taken; nothing of it is entered.

    Attributes:
        faults: all of them; never empty.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form.

    Attributes:
        sheet: of a workbook, or the file's name.
        number: of the line in it, 1 the first.
        cells: key of the column → text; empty cells are left out.
        places: key of the column → letters of the column in the sheet.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, str]

    def at(self, key: str) -> str:
        """Address of a cell, e.g. ``D12``; the line's first cell where the form has no such column."""
        return f"{self.places.get(key, 'A')}{self.number}"


def read(path: Path) -> tuple[Line, ...]:
    """Every line of a form, in order.

    Args:
        path: ``.xlsx``, ``.xls``, ``.csv`` or ``.json``.

    Raises:
        FormUnreadable: it cannot be opened, is too large, or has no heading of a form.
        FormFaulty: a heading is there twice or is none of the form.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FormUnreadable(f"{path}: it is larger than a form may be — give it in parts")
        if path.suffix.lower() == ".json":
            return tuple(_of_json(path))
        rows = _of_csv(path) if path.suffix.lower() == ".csv" else _of_workbook(path)
    except OSError as error:
        raise FormUnreadable(f"{path}: it cannot be read ({error.strerror}) — check the file") from error
    made = tuple(line for sheet, lines in rows for line in _lines(sheet, lines))
    if not made:
        raise FormUnreadable(
            f"{path}: no line below a heading with 信息资源名称 and 信息项名称"
            " — `ybz bulk template OUT.xlsx` writes an empty form"
        )
    return made


def _of_workbook(path: Path) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    import python_calamine

    try:
        book = workbooks.sheets(path, path.name, BOUNDS)
        for name in book.names:
            sheet = book.sheet(name)
            if sheet.height > _MOST_LINES:
                raise FormUnreadable(
                    f"{path}: sheet {name} has more than {_MOST_LINES} lines — give it in parts"
                )
            yield name, sheet.to_python(skip_empty_area=False)
    except Unreadable as error:
        raise FormUnreadable(str(error)) from error
    except python_calamine.CalamineError as error:
        raise FormUnreadable(f"{path}: it is no workbook this program can open — save it as .xlsx") from error


def _of_csv(path: Path) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    text = text_of(path.read_bytes())
    if text is None:
        raise FormUnreadable(f"{path}: neither UTF-8 nor GB18030 — save it as one of them")
    rows = csv.reader(io.StringIO(text, newline=""))
    yield path.name, [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: str) -> str:
    """A cell without the apostrophe that kept it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in RISKY else cell


def _of_json(path: Path) -> Iterator[Line]:
    """A list of entries; the items of each under ``信息项``."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise FormUnreadable(f"{path}: it is no JSON — check the file") from error
    shaped = isinstance(document, list) and all(
        isinstance(e, dict) and isinstance(e.get(ITEMS), list) and all(isinstance(i, dict) for i in e[ITEMS])
        for e in document
    )
    if not shaped:
        raise FormUnreadable(
            f"{path}: it is no list of entries, each with a list {ITEMS} — see `ybz bulk export`"
        )
    number, faults, made = 0, list[Fault](), list[Line]()
    for place, entry in enumerate(document):
        whole = {k: v for k, v in entry.items() if k != ITEMS}
        for item in entry[ITEMS] or [{}]:
            number += 1
            cells = {}
            for heading, value in (whole | item).items():
                column = column_of(heading)
                if column is None:
                    faults.append(
                        Fault(f"{path.name}[{place}]", heading, "is no column of the form", _REMEDY)
                    )
                elif (text := _joined(value)) != "":
                    cells[column.key] = text
            made.append(Line(f"{path.name}[{place}]", number, cells, {}))
    if faults:
        raise FormFaulty(faults)
    yield from made


_REMEDY: Final = "use a heading of `ybz bulk template`, or remove it"


def _joined(value: Any) -> str:
    return "；".join(map(as_text, value)) if isinstance(value, list) else as_text(value).strip()


def _lines(sheet: str, rows: Sequence[Sequence[Any]]) -> Iterator[Line]:
    """The lines of a sheet below its heading; none where it has no heading of a form."""
    head = next((n for n, row in enumerate(rows[:_HEAD]) if is_heading(as_text(cell) for cell in row)), None)
    if head is None:
        return
    columns = _columns(sheet, head, [as_text(cell) for cell in rows[head]], rows[head + 1 :])
    places = {column.key: _letters(place) for place, column in columns.items()}
    for number, row in enumerate(rows[head + 1 :], head + 2):
        cells = {
            column.key: text
            for place, column in columns.items()
            if place < len(row) and (text := as_text(row[place]).strip()) != ""
        }
        if cells:
            yield Line(sheet, number, cells, places)


def _columns(
    sheet: str, head: int, headings: Sequence[str], below: Sequence[Sequence[Any]]
) -> dict[int, Column]:
    made: dict[int, Column] = {}
    faults = []
    for place, heading in enumerate(headings):
        cell = f"{_letters(place)}{head + 1}"
        column = column_of(heading)
        if column is None:
            filled = any(place < len(row) and as_text(row[place]).strip() for row in below)
            if filled and normal(heading) not in PASSED:
                faults.append(
                    Fault(sheet, cell, "is no heading of the form, what stands below would be lost", _REMEDY)
                )
        elif column in made.values():
            faults.append(Fault(sheet, cell, f"the column {column.heading} is there twice", "remove one"))
        else:
            made[place] = column
    if faults:
        raise FormFaulty(faults)
    return made


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
