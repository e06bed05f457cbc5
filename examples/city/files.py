"""Writers of the physical forms departments send: delimited text, workbooks, JSON lines, Parquet, a database.

Every writer gives the same bytes for the same cells: no clock, no random order.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Cells = Mapping[str, Sequence[object]]

# What a workbook says of its own making; a fixed instant keeps the bytes the same.
MADE_AT = "2026-09-30T08:00:00Z"
ZIP_DATE = (2026, 9, 30, 8, 0, 0)


def write_csv(
    path: Path, cells: Mapping[str, list[str]], *, encoding: str = "utf-8", newline: str = "\r\n"
) -> None:
    """Comma-separated text with one heading row, quoted where needed."""
    columns = [_quoted([heading, *column]) for heading, column in cells.items()]
    text = newline.join(map(",".join, zip(*columns, strict=True))) + newline
    _bytes(path, text.encode(encoding))


def _quoted(column: list[str]) -> list[str]:
    whole = "\0".join(column)
    if not any(mark in whole for mark in ',"\r\n'):
        return column
    return [
        '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text
        for text in column
    ]


def write_jsonl(path: Path, cells: Cells) -> None:
    """One JSON object a line; Chinese characters as they are."""
    names = list(cells)
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    rows = (dict(zip(names, row, strict=True)) for row in zip(*cells.values(), strict=True))
    _bytes(path, ("\n".join(map(dump, rows)) + "\n").encode())


def write_parquet(path: Path, cells: Cells) -> None:
    """A Parquet file; Python values give the column types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({k: list(v) for k, v in cells.items()}), path, compression="zstd")


def write_sqlite(path: Path, table: str, cells: Cells) -> None:
    """One table of a database file, all columns text; the table's name and headings are trusted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    names = ", ".join(f'"{name}" TEXT' for name in cells)
    marks = ", ".join("?" * len(cells))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f'CREATE TABLE "{table}" ({names})')
        connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', zip(*cells.values(), strict=True))
    connection.close()


def write_workbook(
    path: Path,
    cells: Cells,
    *,
    title: str,
    caption: str,
    groups: Sequence[tuple[str, int]],
    totals: Mapping[str, object],
    signature: str,
) -> None:
    """A workbook as a department prints it.

    Args:
        path: the file.
        cells: headings → values; texts and numbers keep their kind.
        title: merged over the first row.
        caption: merged over the second row: who filled it in, when, units.
        groups: merged headings of the third row, with how many columns each spans; an empty text
            merges the heading below it upwards instead.
        totals: heading → value of the 合计 row after the last row.
        signature: text of the very last row, e.g. ``填表人：…``.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    width = len(cells)
    for row, text in ((1, title), (2, caption)):
        sheet.cell(row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = Alignment(horizontal="center")
    _headings(sheet, list(cells), groups)
    for values in zip(*cells.values(), strict=True):
        sheet.append(values)
    sheet.append(["合计", *[totals.get(name) for name in list(cells)[1:]]])
    sheet.append([signature])
    last = sheet.max_row
    sheet.merge_cells(start_row=last, start_column=1, end_row=last, end_column=width)
    _save(book, path)


def _headings(sheet: Worksheet, names: list[str], groups: Sequence[tuple[str, int]]) -> None:
    column = 1
    for text, span in groups:
        for offset in range(span):
            at = column + offset
            if text:
                sheet.cell(4, at, names[at - 1])
            else:
                sheet.cell(3, at, names[at - 1])
                sheet.merge_cells(start_row=3, start_column=at, end_row=4, end_column=at)
        if text:
            sheet.cell(3, column, text)
            sheet.merge_cells(start_row=3, start_column=column, end_row=3, end_column=column + span - 1)
        column += span
    for at in range(1, len(names) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 18


def _save(book: Workbook, path: Path) -> None:
    buffer = io.BytesIO()
    book.save(buffer)
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(buffer) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", MADE_AT.encode(), body)
            new.writestr(zipfile.ZipInfo(name, ZIP_DATE), body, zipfile.ZIP_DEFLATED)
    _bytes(path, fixed.getvalue())


def _bytes(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
