"""Values written into the cells of a workbook, and nothing else changed.

Decides how a value stands in a cell: numbers as numbers, days as the cell's own format wants them, all
else as a text that is never a formula, whatever it begins with. Only formulas the compiler itself made
are written as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from catalog.workbook.cells import shown
from space.wayback.forms.compiling.package import Parts, packed, recalculated, sheet_parts, with_name

_STYLES: Final = "xl/styles.xml"
_RISKY: Final = re.compile(r"^[=+\-@\t\r]")
_ROW: Final = re.compile(r"<row\b[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_CELL: Final = re.compile(r"<c\b[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_NUMBER: Final = re.compile(r'\br="(?:[A-Z]*)(\d+)"')
_PLACE: Final = re.compile(r'\br="([A-Z]+)(\d+)"')
_STYLE: Final = re.compile(r'\bs="(\d+)"')
_XFS: Final = re.compile(r"(<cellXfs\b[^>]*>)(.*?)(</cellXfs>)", re.DOTALL)
_XF: Final = re.compile(r"<xf\b[^>]*?(?:/>|>.*?</xf>)", re.DOTALL)
# The day before the first that a workbook counts. Source: ECMA-376, 18.17.4.1 (1900 date system).
_EPOCH: Final = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula the compiler made, with its ``=``; never made from a value."""

    text: str


Value = str | int | Decimal | date | Formula | None


class Template:
    """A workbook ready to be filled again and again: the cells to be written are found once."""

    def __init__(self, parts: Parts, cells: Mapping[str, tuple[str, ...]]) -> None:
        """Find the cells.

        Args:
            parts: of the workbook.
            cells: name of a sheet → references that may be written.
        """
        named = sheet_parts(parts)
        self._parts = parts
        self._pieces: dict[str, tuple[list[str], list[tuple[str, str, int]]]] = {}
        quoted: dict[int, int] = {}
        styles = parts.get(_STYLES, b"").decode("utf-8")
        for sheet, references in cells.items():
            text = _with_cells(parts[named[sheet]].decode("utf-8"), references)
            pieces, places = _cut(text, sheet, frozenset(references))
            for _, _, style in places:
                if style not in quoted:
                    styles, quoted[style] = _with_quoted(styles, style)
            self._pieces[named[sheet]] = pieces, places
        self._quoted = quoted
        if styles:
            self._parts = parts | {_STYLES: styles.encode("utf-8")}

    def filled(self, values: Mapping[tuple[str, str], Value], name: tuple[str, str] | None = None) -> bytes:
        """The workbook with some values.

        Args:
            values: (sheet, reference) → value; a cell that is not named stays as it is.
            name: a hidden name of the workbook, and the text it says.
        """
        parts = dict(self._parts)
        for part, (pieces, places) in self._pieces.items():
            made = [pieces[0]]
            for (sheet, reference, style), piece, former in zip(
                places, pieces[2::2], pieces[1::2], strict=True
            ):
                key = sheet, reference
                made += [self._cell(reference, style, values[key]) if key in values else former, piece]
            parts[part] = "".join(made).encode("utf-8")
        if name is not None:
            parts = with_name(parts, *name)
        return packed(recalculated(parts))

    def _cell(self, reference: str, style: int, value: Value) -> str:
        head = f'<c r="{reference}" s="{style}"'
        if value is None or value == "":
            return f"{head}/>"
        if isinstance(value, Formula):
            return f"{head}><f>{escape(value.text.removeprefix('='))}</f></c>"
        if isinstance(value, date):
            return f"{head}><v>{(value - _EPOCH).days}</v></c>"
        if isinstance(value, int | Decimal):
            return f"{head}><v>{value}</v></c>"
        if _RISKY.match(value):
            head = f'<c r="{reference}" s="{self._quoted[style]}"'
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(shown(value))}</t></is></c>'


def _with_cells(text: str, references: tuple[str, ...]) -> str:
    """A sheet in which every one of some cells is there, if only empty."""
    by_row: dict[int, list[str]] = {}
    for reference in references:
        by_row.setdefault(int(re.sub(r"^[A-Z]+", "", reference)), []).append(reference)
    if "<sheetData/>" in text:
        text = text.replace("<sheetData/>", "<sheetData></sheetData>", 1)
    start = text.index(">", text.index("<sheetData")) + 1
    end = text.index("</sheetData>")
    rows = {int(_NUMBER.search(m[0])[1]): m[0] for m in _ROW.finditer(text, start, end)}  # type: ignore[index]
    for number, wanted in by_row.items():
        rows[number] = _row_with(rows.get(number, f'<row r="{number}"/>'), wanted)
    return text[:start] + "".join(rows[number] for number in sorted(rows)) + text[end:]


def _row_with(row: str, references: list[str]) -> str:
    cells = {_column(m[0]): m[0] for m in _CELL.finditer(row)}
    missing = [each for each in references if _index(re.sub(r"\d+$", "", each)) not in cells]
    if not missing:
        return row
    for each in missing:
        cells[_index(re.sub(r"\d+$", "", each))] = f'<c r="{each}"/>'
    head = row[: row.index(">") + 1].removesuffix("/>").removesuffix(">") + ">"
    head = re.sub(r'\sspans="[^"]*"', "", head)
    return head + "".join(cells[place] for place in sorted(cells)) + "</row>"


def _column(cell: str) -> int:
    match = _PLACE.search(cell)
    assert match is not None  # parts whose cells do not say where they stand were written anew
    return _index(match[1])


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _cut(text: str, sheet: str, references: frozenset[str]) -> tuple[list[str], list[tuple[str, str, int]]]:
    """A sheet cut at the cells: text, cell, text, cell, … text."""
    pieces, places, last = [], [], 0
    for match in _CELL.finditer(text, text.index("<sheetData")):
        place = _PLACE.search(match[0])
        if place is None or (reference := f"{place[1]}{place[2]}") not in references:
            continue
        style = _STYLE.search(match[0][: match[0].index(">")])
        pieces += [text[last : match.start()], match[0]]
        places.append((sheet, reference, int(style[1]) if style else 0))
        last = match.end()
    return [*pieces, text[last:]], places


def _with_quoted(styles: str, style: int) -> tuple[str, int]:
    """The styles with one more, that keeps a text from being read as a formula when it is edited."""
    found = _XFS.search(styles)
    if found is None:
        return styles, style
    xfs = _XF.findall(found[2])
    if style >= len(xfs):
        return styles, style
    copy = re.sub(r'\squotePrefix="[^"]*"', "", xfs[style]).replace("<xf", '<xf quotePrefix="1"', 1)
    head = re.sub(r'count="\d+"', f'count="{len(xfs) + 1}"', found[1])
    changed = styles[: found.start()] + head + found[2] + copy + found[3] + styles[found.end() :]
    return changed, len(xfs)
