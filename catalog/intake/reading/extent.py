"""How far the cells of an .xlsx workbook reach, told by the text of its parts and never by its own account.

Decides nothing: what a workbook may come to is :mod:`catalog.intake.reading.workbooks`'s to say. Any spelling
of a cell that a reader understands is counted, and one that cannot be told for sure is damage, as no program
writes it: else a tag of an odd form would pass here and fill the memory there.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# The last row of a sheet. Source: ECMA-376 Part 1, 18.3.1.73.
_LAST_ROW: Final = 1_048_576
_CHUNK: Final = 1 << 20
_NAME: Final = rb"<(?:[\w.-]+:)?"
_ENDS: Final = rb"(?=[\s/>])"
# Attributes of a tag; a quoted one may hold the sign that ends a tag.
_WITHIN: Final = rb"((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>"
_ATTRIBUTE: Final = re.compile(rb"([^\s=\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")

# As nearly every program writes cells and rows, told fast.
_USUAL_CELL: Final = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
_USUAL_WIDE: Final = re.compile(rb'<c r="([A-Z]{2,3})\d')
_USUAL_ROW: Final = re.compile(rb'<row r="(\d{1,7})"')
_ANY: Final = re.compile(_NAME + rb"(?:c|row)" + _ENDS)
_TAG: Final = re.compile(_NAME + rb"(c|row)" + _ENDS + _WITHIN)
_CELL: Final = re.compile(rb"\$?([A-Za-z]{1,3})\$?(\d{1,7})")

# What a reader makes a cell of every place of: a merged range, a link or a remark over a range, a table.
_RANGED: Final = re.compile(_NAME + rb"(mergeCell|hyperlink|comment|table)" + _ENDS + _WITHIN)
_ANY_RANGED: Final = re.compile(_NAME + rb"(?:mergeCell|hyperlink|comment|table)" + _ENDS)
_RANGE: Final = re.compile(_CELL.pattern + rb"(?::" + _CELL.pattern + rb")?")
# Tags of which a workbook may hold as many as cells; each other becomes an object with parts of its own.
_DETAIL: Final = re.compile(
    rb"<(?![/!?]|(?:[\w.-]+:)?(?:c|v|f|is|t|row|si|r|rPr|rPh|phoneticPr|b|i|u|sz|color|rFont|family|charset|"
    rb"scheme|vertAlign)[\s/>])"
)


class Odd(ValueError):
    """A part that is written as no program writes one."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the cells of a part reach.

    Attributes:
        rows, columns: the last of them; 0 where there is no cell.
        cells: how many there are.
        spans: rows that are told, with cells or without.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    spans: int = 0

    @property
    def area(self) -> int:
        """Places of the rectangle a reader holds."""
        return self.rows * self.columns


def extent_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, filled: bool = False) -> Extent:
    """How far the cells of a part reach.

    Args:
        archive: the workbook.
        part: of it; one that is no sheet has no cell.
        filled: whether only cells that hold something count.

    Raises:
        Odd: it cannot be told for sure.
        BadZipFile, OSError: the part is damaged.
    """
    if not filled:
        found = _usual(pieces(archive, part))
        if found is not None:
            return found
    return _exact(pieces(archive, part), filled)


def ranges_of(piece: bytes) -> Iterator[tuple[bytes, int]]:
    """Name of each tag of a piece that stands for a range, and how many places that has.

    Raises:
        Odd: it cannot be told for sure.
    """
    found = _RANGED.findall(piece)
    if len(found) != len(_ANY_RANGED.findall(piece)):
        raise Odd
    for name, within in found:
        for key, *texts in _ATTRIBUTE.findall(within):
            if key == b"ref":
                yield name, _area(b"".join(texts))


def details_of(piece: bytes) -> int:
    """How many tags of a piece are neither cells nor their texts."""
    return len(_DETAIL.findall(piece))


def pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part of an archive, cut between tags; in UTF-16 too.

    Raises:
        Odd: it declares entities, or a tag of a sheet is longer than any text of a cell.
    """
    rest, sheet = b"", False
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            whole = rest + chunk.replace(b"\0", b"")
            sheet = sheet or b"sheetData" in whole
            cut = whole.rfind(b"<")
            if len(whole) - cut > _CHUNK or cut < 0:
                if sheet:
                    raise Odd
                cut = len(whole)
            if b"<!DOCTYPE" in whole or b"<!ENTITY" in whole:
                raise Odd
            yield whole[:cut]
            rest = whole[cut:]
    yield rest


def _usual(found: Iterator[bytes]) -> Extent | None:
    """The same where every cell is written as usual; None where one is not."""
    last, widest, cells, spans = 0, 0, 0, 0
    for piece in found:
        numbers, rows = _USUAL_CELL.findall(piece), _USUAL_ROW.findall(piece)
        told = len(numbers) + len(rows)
        odd = piece.count(b"<c") + piece.count(b"<row") != told or b":c" in piece or b":row" in piece
        if odd and len(_ANY.findall(piece)) != told:
            return None
        cells, spans = cells + len(numbers), spans + len(rows)
        last = max(last, _last(numbers), _last(rows))
        if numbers:
            widest = max(widest, 26, *map(_number, set(_USUAL_WIDE.findall(piece))))
    if last > _LAST_ROW:
        raise Odd
    return Extent(last if cells else 0, widest, cells, spans)


def _exact(found: Iterator[bytes], filled: bool) -> Extent:
    """Cell by cell, those too that do not say where they stand."""
    row, column, last, widest, cells, spans = 0, 0, 0, 0, 0, 0
    for piece in found:
        tags = _TAG.findall(piece)
        if len(tags) != len(_ANY.findall(piece)):
            raise Odd
        for name, within in tags:
            said = [b"".join(texts) for key, *texts in _ATTRIBUTE.findall(within) if key == b"r"]
            if name == b"row":
                row, column, spans = (_row(said[-1]) if said else row + 1), 0, spans + 1
            elif said:
                column, row = _place(said[-1])
            else:
                column += 1
            if row > _LAST_ROW:
                raise Odd
            if name == b"c" and not (filled and within.endswith(b"/")):
                last, widest, cells = max(last, row), max(widest, column), cells + 1
    return Extent(last, widest, cells, spans)


def _last(numbers: list[bytes]) -> int:
    return max(map(int, set(numbers)), default=0)


def _row(text: bytes) -> int:
    if not text.isdigit() or len(text) > 7:
        raise Odd
    return int(text)


def _place(text: bytes) -> tuple[int, int]:
    match = _CELL.fullmatch(text)
    if match is None:
        raise Odd
    return _number(match[1]), int(match[2])


def _area(text: bytes) -> int:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise Odd
    left, top, right, bottom = match.groups()
    if right is None:
        return 1
    return (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
