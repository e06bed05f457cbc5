"""How far the cells of a sheet reach: a reader holds the whole rectangle, also where one cell stands far off.

Decides when a sheet is refused for it: a value at XFD1048576 asks for hundreds of gigabytes, and a
reader that is refused them takes the whole process down. Cells that are only formatted do not count.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from catalog.intake.errors import Unreadable

# Cells of a rectangle that may always be held; a sheet as long as they come has 27 million in A to Z.
CELLS: Final = 30_000_000
# Beyond, a rectangle may have this many times the cells that hold anything.
SPARSE: Final = 20
# Bytes looked at a time, and those looked at again so that no cell is cut in two.
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 256

_BOOK: Final = "xl/workbook.xml"
_WIDE: Final = re.compile(rb' r="([A-Z]{2,3})\d+"[^>/]*>')
_ROW: Final = re.compile(rb' r="[A-Z]{1,3}(\d+)"[^>/]*>')


def refuse_far_cells(path: Path, sheet: str, where: str) -> None:
    """Refuse a sheet of an .xlsx workbook that reaches far beyond what it holds.

    Args:
        path: the workbook; other forms are left to their reader.
        sheet: its name.
        where: the file's name for messages.

    Raises:
        Unreadable: a cell stands far from the table, or the archive is damaged.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part(archive, sheet)
            rows, columns, cells = _reach(_chunks(archive, part)) if part else (0, 0, 0)
    except (zipfile.BadZipFile, OSError, EOFError, ElementTree.ParseError, ValueError) as error:
        raise Unreadable(where, f"sheet {sheet} is damaged") from error
    if rows * columns > max(CELLS, SPARSE * cells):
        raise Unreadable(
            where,
            f"sheet {sheet} reaches to row {rows}, column {columns}, but holds {cells} cells — delete what "
            "stands far from the table and save it again",
        )


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Name of the part of the archive that holds a sheet; None where it is not an .xlsx workbook."""
    links = "xl/_rels/workbook.xml.rels"
    names = set(archive.namelist())
    if not {_BOOK, links} <= names:
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in _xml(archive, links)}
    for one in _xml(archive, _BOOK).iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            relation = next((v for k, v in one.attrib.items() if k.endswith("}id")), None)
            target = targets.get(relation, "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return part if part in names else None
    return None


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 — entities are off in expat ≥ 2.4.1


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    rest = b""
    with archive.open(part) as file:
        while data := file.read(_CHUNK):
            yield rest + data
            rest = data[-_OVERLAP:]


def _reach(chunks: Iterator[bytes]) -> tuple[int, int, int]:
    """Last row and last column that hold anything, and how many cells do; (0, 0, 0) within A to Z."""
    row, widest, cells = 0, 0, 0
    for data in chunks:
        cells += data.count(b"c>")
        for letters in set(_WIDE.findall(data)):
            widest = max(widest, _number(letters))
        row = max(row, *(int(number) for number in _last(data)), 0)
    return (row, widest, cells) if widest else (0, 0, 0)


def _last(data: bytes) -> list[bytes]:
    """Row of the last cell of a stretch, whose rows ascend."""
    for start in (max(len(data) - 4096, 0), 0):
        found = _ROW.findall(data, start)
        if found:
            return found[-1:]
    return []


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
