"""The parts of an .xlsx package as they lie in the file, and the few texts in them that are changed.

Decides that everything not named here stays byte for byte: styles, merges, drawings, print settings and
formulas of the issuer are copied, never rewritten.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from catalog.intake.reading import workbooks
from space.wayback.forms.compiling.errors import WorkbookRefused

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
# The largest workbook that is written anew; smaller ones alone are read.
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
_CHAIN: Final = "xl/calcChain.xml"
# What stands before the defined names, and after them, in a workbook part. Source: ECMA-376, 18.2.27.
_BEFORE_NAMES: Final = ("</externalReferences>", "</functionGroups>", "</sheets>")
# A time that says nothing: two fillings of the same values are the same bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PREFIXED: Final = re.compile(rb"<(\w+):(?:worksheet|sheetData)\b")
_UNPLACED: Final = re.compile(rb"<(?:c|row)(?=[\s/>])(?![^>]*\br=)[^>]*>")

Parts = dict[str, bytes]


def parts_of(path: Path) -> Parts:
    """The parts of a workbook; one whose cells do not say where they stand is written anew first.

    Raises:
        WorkbookRefused: it is damaged.
    """
    try:
        content = path.read_bytes()
        parts = _unpacked(content)
        sheets = [parts[name] for name in sheet_parts(parts).values()]
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise WorkbookRefused(path.name, "is damaged", "open it in Excel and save it again") from error
    if any(_PREFIXED.search(sheet) or _UNPLACED.search(sheet) for sheet in sheets):
        parts = _unpacked(_rewritten(content, path.name))
    return parts


def _unpacked(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _rewritten(content: bytes, where: str) -> bytes:
    out = io.BytesIO()
    workbooks.cells(io.BytesIO(content), where, _BOUNDS).save(out)
    return out.getvalue()


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Name of a sheet → name of its part."""
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(parts[_LINKS])  # noqa: S314 — entities are off in expat ≥ 2.4.1
    }
    book = ElementTree.fromstring(parts[_BOOK])  # noqa: S314 — as above
    found = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATED), "")
        name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if name in parts:
            found[sheet.get("name", "")] = name
    return found


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The workbook of some parts, the list of types first as readers expect it."""
    first = "[Content_Types].xml"
    ordered = [first, *(name for name in parts if name != first)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ordered:
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, parts[name])
    return out.getvalue()


def with_name(parts: Parts, name: str, text: str) -> Parts:
    """The parts with a hidden name in the workbook that says a text; every spreadsheet program keeps it."""
    book = parts[_BOOK].decode("utf-8")
    stated = f'<definedName name="{name}" hidden="1">"{escape(text)}"</definedName>'
    if "<definedNames>" in book:
        book = book.replace("<definedNames>", f"<definedNames>{stated}", 1)
    else:
        after = next(mark for mark in _BEFORE_NAMES if mark in book)
        book = book.replace(after, f"{after}<definedNames>{stated}</definedNames>", 1)
    return parts | {_BOOK: book.encode("utf-8")}


def recalculated(parts: Parts) -> Parts:
    """The parts with every formula to be computed when the workbook is opened."""
    book = parts[_BOOK].decode("utf-8")
    if "fullCalcOnLoad" not in book:
        if "<calcPr" in book:
            book = book.replace("<calcPr", '<calcPr fullCalcOnLoad="1"', 1)
        else:
            marks = ("</definedNames>", *_BEFORE_NAMES)
            after = next(mark for mark in marks if mark in book)
            book = book.replace(after, f'{after}<calcPr fullCalcOnLoad="1"/>', 1)
    return without_chain(parts | {_BOOK: book.encode("utf-8")})


def without_chain(parts: Parts) -> Parts:
    """The parts without the chain of calculation: it names cells, and programs make it anew."""
    if _CHAIN not in parts:
        return parts
    left = {name: content for name, content in parts.items() if name != _CHAIN}
    types = re.sub(rb"<Override[^>]*calcChain[^>]*/>", b"", left["[Content_Types].xml"])
    links = re.sub(rb"<Relationship\b[^>]*calcChain[^>]*/>", b"", left[_LINKS])
    return left | {"[Content_Types].xml": types, _LINKS: links}


def book_text(parts: Mapping[str, bytes]) -> str:
    """The workbook part."""
    return parts[_BOOK].decode("utf-8")


def with_book(parts: Parts, text: str) -> Parts:
    """The parts with another workbook part."""
    return parts | {_BOOK: text.encode("utf-8")}
