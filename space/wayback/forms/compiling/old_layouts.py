"""The import layout 导入模板 of an old system, declared: columns, codes, encoding, fixed headings.

Decides what one filled row becomes in it, and that a row which does not fit is refused, not bent: a value
without a code, a required cell that is empty, a text a spreadsheet would take for a formula.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from space.wayback.forms.compiling.errors import LayoutUnreadable

_RISKY: Final = re.compile(r"^[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
_ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312")
_KEYS: Final = (
    "system, basis and columns (heading and item, or constant, or number; codes, date, required if wanted);"
    " format, sheet, encoding, delimiter, lineEnd and above if wanted"
)
_LINE_ENDS: Final = {"crlf": "\r\n", "lf": "\n"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        heading: as the old system wants it printed.
        item: of the form whose value stands there; empty where it is a constant or the row's number.
        constant: the same in every row.
        number: the row's number.
        codes: value of the form → code of the old system; empty where values go over as they are.
        day: how days are written, e.g. ``%Y%m%d``; empty = ISO.
        required: a row without it is refused.
    """

    heading: str
    item: str = ""
    constant: str = ""
    number: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class OldLayout:
    """An import layout.

    Attributes:
        system: name of the old system.
        basis: why a second entry still exists.
        columns: in order.
        format: of the file.
        sheet: name of the sheet of a workbook.
        encoding, delimiter, line_end: of a text file.
        above: fixed rows over the headings.
        digest: SHA-256 of the declaration.
    """

    system: str
    basis: str
    columns: tuple[Column, ...]
    format: Literal["csv", "xlsx"] = "csv"
    sheet: str = "Sheet1"
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\r\n"
    above: tuple[tuple[str, ...], ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row does not fit: its number among the exported, from 1; never its values."""

    row: int
    heading: str
    what: str


def read(path: Path) -> OldLayout:
    """A layout from its YAML file.

    Raises:
        LayoutUnreadable: a key is missing, unknown, or holds something else.
    """
    from contracts.yaml_document import load

    try:
        text = path.read_text(encoding="utf-8")
        found = load(text)
        end = str(found.get("lineEnd", "crlf"))
        made = OldLayout(
            system=str(found["system"]),
            basis=str(found["basis"]),
            columns=tuple(_column(each) for each in found["columns"]),
            format=found.get("format", "csv"),
            sheet=str(found.get("sheet", "Sheet1")),
            encoding=str(found.get("encoding", "utf-8")).lower(),
            delimiter=str(found.get("delimiter", ",")),
            line_end=_LINE_ENDS[end],
            above=tuple(tuple(str(cell) for cell in row) for row in found.get("above") or ()),
            digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        )
    except KeyError as error:
        raise LayoutUnreadable(
            f"{path}: {error.args[0]} is missing or not known — its keys are {_KEYS}"
        ) from error
    except (TypeError, ValueError, AttributeError, UnicodeDecodeError) as error:
        raise LayoutUnreadable(f"{path}: not an import layout — its keys are {_KEYS}") from error
    _refuse_unusable(path, made)
    return made


def row_of(layout: OldLayout, answer: Mapping[str, str], number: int) -> tuple[list[str], list[RowFault]]:
    """One filled row in the layout, and why it does not fit.

    Args:
        layout: declared.
        answer: item → text.
        number: of the row, from 1.
    """
    cells, faults = [], []
    for column in layout.columns:
        cell, wrong = _cell(layout, column, answer, number)
        cells.append(cell)
        if wrong:
            faults.append(RowFault(number, column.heading, wrong))
    return cells, faults


def written(layout: OldLayout, rows: Sequence[Sequence[str]]) -> bytes:
    """The file of some rows."""
    headings = [column.heading for column in layout.columns]
    lines = [*layout.above, headings, *rows]
    if layout.format == "xlsx":
        return _workbook(layout, lines)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.line_end)
    writer.writerows(lines)
    return out.getvalue().encode(layout.encoding)


def _cell(layout: OldLayout, column: Column, answer: Mapping[str, str], number: int) -> tuple[str, str]:
    if column.number:
        return str(number), ""
    if not column.item:
        return column.constant, ""
    text = answer.get(column.item, "") or ""
    if not text:
        return "", "is required and empty" if column.required else ""
    if column.codes:
        return column.codes.get(text, ""), "" if text in column.codes else "has no code in the old system"
    if column.day:
        try:
            text = date.fromisoformat(text).strftime(column.day)
        except ValueError:
            return "", "is no day"
    if layout.format == "csv":
        if _RISKY.match(text) and not _NUMBER.match(text):
            return "", "begins with a sign that a spreadsheet takes for a formula"
        try:
            text.encode(layout.encoding)
        except UnicodeEncodeError:
            return "", f"cannot be written in {layout.encoding}"
    return text, ""


def _column(given: Mapping[str, Any]) -> Column:
    said = {("day" if key == "date" else key): value for key, value in given.items()}
    said["codes"] = {str(key): str(value) for key, value in (said.get("codes") or {}).items()}
    for key in ("heading", "item", "constant", "day"):
        if key in said:
            said[key] = str(said[key])
    return Column(**said)


def _refuse_unusable(path: Path, layout: OldLayout) -> None:
    wrong = ""
    if layout.format not in ("csv", "xlsx"):
        wrong = "format is csv or xlsx"
    elif layout.encoding not in _ENCODINGS:
        wrong = f"encoding is one of {', '.join(_ENCODINGS)}"
    elif len(layout.delimiter) != 1:
        wrong = "delimiter is one character"
    elif not layout.columns or not layout.basis.strip():
        wrong = "it names its columns, and why the second entry still exists"
    if wrong:
        raise LayoutUnreadable(f"{path}: {wrong}")


def _workbook(layout: OldLayout, lines: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    page = book.worksheets[0]
    page.title = layout.sheet
    for row, cells in enumerate(lines, 1):
        for place, text in enumerate(cells, 1):
            cell = page.cell(row, place)
            cell.number_format = "@"
            if text:
                cell.value = text
                cell.data_type = "s"
                cell.quotePrefix = bool(_RISKY.match(text))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
