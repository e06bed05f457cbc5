"""The bytes of a messy file: delimited text, workbooks old and new, JSON, JSON lines, Parquet.

Every writer gives the same bytes for the same look: no clock, no random order.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
from openpyxl import Workbook

from examples.city.files import ZIP_DATE
from examples.mess.looks import Look
from examples.mess.tables import Cell

_STYLES: dict[str, Any] = {
    "date": xlwt.easyxf(num_format_str="YYYY-MM-DD"),
    "datetime": xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS"),
}


def write(made: Look, folder: Path) -> None:
    """Write one messy file below a folder."""
    path = folder / made.path
    path.parent.mkdir(parents=True, exist_ok=True)
    _WRITERS[made.form](made, path)


def _lines(made: Look) -> list[list[Cell | None]]:
    """Heading lines and everything above and below, for forms that have lines."""
    lines: list[list[Cell | None]] = []
    if made.title:
        lines.append([made.title])
    if made.caption:
        lines.append([made.caption])
    if made.groups:
        first = made.groups.index("基本信息")
        pairs = enumerate(zip(made.headings, made.groups, strict=True))
        lines.append([h if not g else g if i == first else None for i, (h, g) in pairs])
        lines.append([h if g else None for h, g in zip(made.headings, made.groups, strict=True)])
    else:
        lines.append(list(made.headings))
    for place, row in enumerate(made.rows):
        lines.append(list(row))
        if place in made.blanks:
            lines.append([])
    if made.total:
        lines.append(made.total)
    lines += [[text] for text in (made.signature, made.note) if text]
    return lines


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _csv(made: Look, path: Path) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=made.delimiter, lineterminator=made.newline)
    for line in _lines(made):
        writer.writerow([_text(c) for c in line])
    path.write_bytes(buffer.getvalue().encode(made.encoding))


def _xlsx(made: Look, path: Path) -> None:
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = made.sheet
    for line in _lines(made):
        sheet.append(line)
    _merge(
        made,
        lambda top, left, bottom, right: sheet.merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        ),
    )
    if made.note_sheet:
        notes: Any = book.create_sheet("填表说明")
        notes.append(["一、本表由各单位按月填报，每月五日前报送。"])
        notes.append(["二、金额以元为单位。"])
    buffer = io.BytesIO()
    book.save(buffer)
    _without_clock(buffer, path)


def _without_clock(buffer: io.BytesIO, path: Path) -> None:
    """The workbook with one fixed instant in it."""
    with (
        zipfile.ZipFile(buffer) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name != "docProps/core.xml":
                new.writestr(zipfile.ZipInfo(name, ZIP_DATE), old.read(name), zipfile.ZIP_DEFLATED)


def _xls(made: Look, path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(made.sheet)
    lines = _lines(made)
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    _merge(made, lambda top, left, bottom, right: merged.__setitem__((top, left), (bottom, right)))
    for r, line in enumerate(lines):
        for c, cell in enumerate(line):
            if cell is None:
                continue
            style = _STYLES.get(type(cell).__name__, xlwt.Style.default_style)
            if (r, c) in merged:
                bottom, right = merged[r, c]
                sheet.write_merge(r, bottom, c, right, cell, style)
            else:
                sheet.write(r, c, cell, style)
    book.save(str(path))


def _merge(made: Look, merge: Callable[[int, int, int, int], object]) -> None:
    """Title over all columns; group headings over theirs, single headings down."""
    top = 0
    width = len(made.headings)
    for line in (made.title, made.caption):
        if line:
            merge(top, 0, top, width - 1)
            top += 1
    if not made.groups:
        return
    cut = made.groups.count("基本信息")
    merge(top, 0, top, cut - 1)
    for column in range(cut, width):
        merge(top, column, top + 1, column)


def _objects(made: Look) -> list[dict[str, Any]]:
    return [
        {h: (_text(c) if isinstance(c, dt.date) else c) for h, c in zip(made.headings, row, strict=True)}
        for row in made.rows
    ]


def _json(made: Look, path: Path) -> None:
    document: Any = _objects(made)
    for key in reversed([k for k in made.record_path.split(".") if k]):
        document = {"code": 0, key: document}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _jsonl(made: Look, path: Path) -> None:
    text = "".join(json.dumps(o, ensure_ascii=False) + made.newline for o in _objects(made))
    path.write_bytes(text.encode("utf-8"))


def _parquet(made: Look, path: Path) -> None:
    columns = {h: [r[i] for r in made.rows] for i, h in enumerate(made.headings)}
    same = {
        h: c if len({type(v) for v in c if v is not None}) < 2 else [_text(v) for v in c]
        for h, c in columns.items()
    }
    pq.write_table(pa.table(same), path)


_WRITERS = {"csv": _csv, "xlsx": _xlsx, "xls": _xls, "json": _json, "jsonl": _jsonl, "parquet": _parquet}
