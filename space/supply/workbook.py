"""A workbook written row by row 工作簿: rows of any number, in little memory, never a formula.

Decides how values stand in cells: text as text (an identity number keeps its digits, ``=1+1`` stays text),
days and times as such, whole numbers beyond what a spreadsheet holds exactly as text. Sheets hold as many
rows as the format allows; what a supply says of itself stands on a sheet of its own, below every printed
page, and in the properties of the file.

Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final
from xml.sax.saxutils import escape

import pyarrow as pa

from policies.decision import Deny, Reason
from space.errors import Refused
from space.supply.label import Label
from space.supply.workbook_parts import DAY, MAIN, TIME, XML, parts

# Rows of a sheet, its header counted. Source: Excel specifications and limits.
MOST_ROWS: Final = 1_048_576
# Whole numbers above this lose digits in a spreadsheet's 64-bit float.
_EXACT: Final = 10**15
# Characters of a cell.
_MOST_TEXT: Final = 32_767
# Characters of a page's foot.
_MOST_FOOT: Final = 250
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH: Final = date(1899, 12, 30)
# Files of a package bear a time; a fixed one keeps them the same.
_STAMP: Final = (2020, 1, 1, 0, 0, 0)


def write(path: Path, label: Label, batches: Iterable[pa.RecordBatch]) -> int:
    """Write a workbook; how many rows it holds.

    Args:
        path: of the file.
        label: what it says of itself.
        batches: the rows.

    Raises:
        Refused: a text cannot stand in a workbook.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        sheets, rows = _data(package, label, batches)
        _put(package, f"xl/worksheets/sheet{sheets + 1}.xml", _notes(label))
        names = ["数据", *(f"数据{n}" for n in range(2, sheets + 1)), "说明"]
        for name, text in parts(label, names).items():
            _put(package, name, text)
    return rows


def _data(package: zipfile.ZipFile, label: Label, batches: Iterable[pa.RecordBatch]) -> tuple[int, int]:
    """Write the sheets of rows; how many sheets and rows."""
    header = [title for _, title, _ in label.columns]
    sheets, rows, stream = 1, 0, _begin_sheet(package, 1, header)
    try:
        for batch in batches:
            cells = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            while cells:
                if rows == sheets * (MOST_ROWS - 1):
                    _end_sheet(stream, label)
                    sheets, stream = sheets + 1, _begin_sheet(package, sheets + 1, header)
                room = sheets * (MOST_ROWS - 1) - rows
                now, cells = cells[:room], cells[room:]
                stream.write("".join(map(_row, now)).encode())
                rows += len(now)
        _end_sheet(stream, label)
    finally:
        stream.close()  # a package cannot be closed over an open part
    return sheets, rows


def _begin_sheet(package: zipfile.ZipFile, number: int, header: Sequence[str]) -> IO[bytes]:
    stream = package.open(_info(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True)
    frozen = '<pane ySplit="1" topLeftCell="A2" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
    stream.write(f'{XML}<worksheet xmlns="{MAIN}">{views}<sheetData>{_row(header)}'.encode())
    return stream


def _end_sheet(stream: IO[bytes], label: Label) -> None:
    # `&` begins a code of a page's foot: it is doubled.
    foot = escape(label.line.removeprefix("# ").replace("&", "&&")[:_MOST_FOOT])
    ends = f"<headerFooter><oddFooter>&amp;L{foot}</oddFooter></headerFooter></worksheet>"
    stream.write(f"</sheetData>{ends}".encode())
    stream.close()


def _notes(label: Label) -> str:
    body = "".join(map(_row, label.pairs))
    return f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _row(values: Sequence[Any]) -> str:
    return "<row>" + "".join(map(_cell, values)) + "</row>"


def _cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        whole = (value.date() - _EPOCH).days
        part = (value.hour * 3600 + value.minute * 60 + value.second) / 86400
        return f'<c s="{TIME}"><v>{whole + part!r}</v></c>'
    if isinstance(value, date):
        return f'<c s="{DAY}"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, str) or (isinstance(value, int) and abs(value) >= _EXACT):
        return _text(str(value))
    return f"<c><v>{value}</v></c>"


def _text(value: str) -> str:
    if len(value) > _MOST_TEXT or _UNWRITABLE.search(value):
        raise Refused(
            Deny(
                (
                    Reason(
                        "supply.workbook",
                        "a text of the data cannot stand in a cell of a workbook",
                        "form",
                        "ask for csv or parquet",
                    ),
                )
            )
        )
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _put(package: zipfile.ZipFile, name: str, text: str) -> None:
    package.writestr(_info(name), text.encode())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
