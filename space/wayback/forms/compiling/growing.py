"""More rows for a table of a workbook: what lies below moves down, and whatever names cells moves with it.

Decides that new rows look like the last row of the table, and that a range which reached that row reaches
the new last one: sums, merged headings at the side, print areas. A sheet with an Excel table in it is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.package import (
    Parts,
    book_text,
    sheet_parts,
    with_book,
    without_chain,
)

_ROW: Final = re.compile(r"<row\b[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_CELL: Final = re.compile(r"<c\b[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_FORMULA: Final = re.compile(r"(<f\b[^>]*>)(.*?)(</f>)", re.DOTALL)
_PLACE: Final = r"(\$?[A-Z]{1,3}\$?)(\d{1,7})"
_REFERENCE: Final = re.compile(rf"(?<![A-Za-z0-9_.]){_PLACE}(?::{_PLACE})?(?![\d(A-Za-z_])")
_ATTRIBUTE: Final = re.compile(r'\b(ref|sqref)="([^"]*)"')
_TEXT: Final = re.compile(r'"[^"]*"')


def grown(parts: Parts, sheet: str, last: int, more: int, where: str) -> Parts:
    """The workbook with more rows in a table.

    Args:
        parts: of the workbook.
        sheet: name of the sheet.
        last: last row of the table, from 1.
        more: rows to add below it.
        where: the file's name for messages.

    Raises:
        WorkbookRefused: the sheet holds what cannot be moved.
    """
    if more < 1:
        return parts
    named = sheet_parts(parts)
    part = named[sheet]
    text = parts[part].decode("utf-8")
    if "<tablePart" in text or 't="shared"' in text or 't="array"' in text:
        raise WorkbookRefused(
            where,
            f"sheet {sheet} holds an Excel table or shared formulas",
            "copy it as plain cells, formulas one by one",
        )
    shift = Shift(sheet, last, more)
    made = parts | {part: _sheet(text, shift).encode("utf-8")}
    for other, name in named.items():
        if other != sheet:
            made[name] = _formulas(made[name].decode("utf-8"), shift, own=False).encode("utf-8")
    made = with_book(made, _names(book_text(made), shift))
    return without_chain(_drawn(made, part, shift))


class Shift:
    """Where a row goes."""

    def __init__(self, sheet: str, last: int, more: int) -> None:
        self.sheet, self.last, self.more = sheet, last, more
        self.prefixes = (f"{sheet}!", "'" + sheet.replace("'", "''") + "'!")

    def row(self, number: int) -> int:
        """The new number of a row."""
        return number + self.more if number > self.last else number

    def end(self, first: int, number: int) -> int:
        """The new last row of a range: one that ended with the table ends with it again."""
        return number + self.more if number > self.last or (number == self.last > first) else number

    def references(self, text: str) -> str:
        """Every reference in a text moved."""

        def moved(match: re.Match[str]) -> str:
            column, row, other, end = match.groups()
            first = int(row)
            if other is None:
                return f"{column}{self.row(first)}"
            return f"{column}{self.row(first)}:{other}{self.end(first, int(end))}"

        return _REFERENCE.sub(moved, text)

    def formula(self, text: str, *, own: bool) -> str:
        """A formula moved: only references to this sheet."""
        parts = re.split(r"('(?:[^']|'')+'!|[^\s!'\"(),+\-*/&<>=^:;{}]+!)", _hidden(text))
        out, foreign, ours = [], False, False
        for part in parts:
            if part.endswith("!"):
                foreign, ours = part not in self.prefixes, part in self.prefixes
                out.append(part)
                continue
            if foreign:  # the first reference behind the prefix is the other sheet's
                match = re.match(r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?", part)
                head = match[0] if match else ""
                rest = part[len(head) :]
                out.append(head + (self.references(rest) if own else rest))
            elif ours and not own:
                match = re.match(r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?", part)
                head = match[0] if match else ""
                out.append(self.references(head) + part[len(head) :])
            else:
                out.append(self.references(part) if own else part)
            foreign = ours = False
        return _shown("".join(out), text)


_MARK: Final = "\x00"


def _hidden(text: str) -> str:
    """A formula with its quoted texts taken out: what stands in them is no reference."""
    return _TEXT.sub(_MARK, text)


def _shown(text: str, former: str) -> str:
    quoted = iter(_TEXT.findall(former))
    return re.sub(_MARK, lambda _match: next(quoted), text)


@dataclass(frozen=True, slots=True)
class Moved:
    """Where cells and formulas of a sheet went that was grown, one table after the other from the bottom."""

    shifts: tuple[Shift, ...] = ()

    @classmethod
    def of(cls, sheet: str, moves: Sequence[tuple[str, int, int]]) -> Moved:
        """The moves of a sheet: sheet, last row and rows added of each table."""
        mine = sorted((move for move in moves if move[0] == sheet), key=lambda move: -move[1])
        return cls(tuple(Shift(*move) for move in mine))

    def cell(self, reference: str) -> str:
        """Where a cell is now."""
        for shift in self.shifts:
            reference = shift.references(reference)
        return reference

    def formula(self, text: str) -> str:
        """A formula of the sheet as it reads now."""
        for shift in self.shifts:
            text = shift.formula(text, own=True)
        return text

    def own_row(self, text: str, step: int) -> str:
        """A formula copied so many rows down."""
        return _own_row(text, step)


def _sheet(text: str, shift: Shift) -> str:
    start = text.index(">", text.index("<sheetData")) + 1
    end = text.index("</sheetData>")
    rows = "".join(_rows(text[start:end], shift))
    head, tail = text[:start], text[end:]
    pattern_merges = [
        ref for ref in re.findall(r'<mergeCell ref="([^"]+)"', tail) if _single(ref, shift.last)
    ]
    head = _attributes(head, shift)
    tail = _attributes(tail, shift)
    tail = re.sub(
        r"(<(?:formula1?2?)>)(.*?)(</)", lambda m: m[1] + shift.formula(m[2], own=True) + m[3], tail
    )
    breaks = re.search(r"<rowBreaks\b.*?</rowBreaks>", tail, re.DOTALL)
    if breaks is not None:
        moved = re.sub(r'\bid="(\d+)"', lambda m: f'id="{shift.row(int(m[1]))}"', breaks[0])
        tail = tail.replace(breaks[0], moved, 1)
    return head + rows + _merged(tail, pattern_merges, shift)


def _rows(text: str, shift: Shift) -> Iterator[str]:
    for match in _ROW.finditer(text):
        row = match[0]
        number = int(re.search(r'\br="(\d+)"', row)[1])  # type: ignore[index]
        moved = _formulas(row, shift, own=True)
        yield _numbered(moved, number, shift.row(number))
        if number == shift.last:
            for step in range(1, shift.more + 1):
                yield _emptied(_numbered(row, number, number + step), step)


def _numbered(row: str, former: int, number: int) -> str:
    if former == number:
        return row
    row = re.sub(rf'(<row\b[^>]*?\br="){former}"', rf'\g<1>{number}"', row, count=1)
    return re.sub(rf'(<c\b[^>]*?\br="[A-Z]+){former}"', rf'\g<1>{number}"', row)


def _emptied(row: str, step: int) -> str:
    """A row like the pattern without its values; its formulas are those of its own row."""

    def cell(match: re.Match[str]) -> str:
        head = match[0][: match[0].index(">") + 1].removesuffix("/>").removesuffix(">").rstrip()
        head = re.sub(r'\st="[^"]*"', "", head)
        formula = _FORMULA.search(match[0])
        return f"{head}/>" if formula is None else f"{head}><f>{_own_row(formula[2], step)}</f></c>"

    return _CELL.sub(cell, row)


def _own_row(formula: str, step: int) -> str:
    def moved(match: re.Match[str]) -> str:
        column, row, other, end = match.groups()
        first = f"{column}{row if column.endswith('$') else int(row) + step}"
        if other is None:
            return first
        return f"{first}:{other}{end if other.endswith('$') else int(end) + step}"

    return _shown(_REFERENCE.sub(moved, _hidden(formula)), formula)


def _formulas(text: str, shift: Shift, *, own: bool) -> str:
    return _FORMULA.sub(lambda m: m[1] + shift.formula(m[2], own=own) + m[3], text)


def _attributes(text: str, shift: Shift) -> str:
    return _ATTRIBUTE.sub(lambda m: f'{m[1]}="{shift.references(m[2])}"', text)


def _single(reference: str, row: int) -> bool:
    rows = [int(number) for number in re.findall(r"\d+", reference)]
    return set(rows) == {row}


def _merged(tail: str, pattern: list[str], shift: Shift) -> str:
    """The merged cells of the pattern's row again in every new row."""
    if not pattern:
        return tail
    more = [
        re.sub(r"\d+", str(shift.last + step), reference)
        for step in range(1, shift.more + 1)
        for reference in pattern
    ]
    added = "".join(f'<mergeCell ref="{reference}"/>' for reference in more)
    count = len(re.findall(r"<mergeCell\b", tail)) + len(more)
    tail = re.sub(r"<mergeCells\b[^>]*>", f'<mergeCells count="{count}">', tail, count=1)
    return tail.replace("</mergeCells>", f"{added}</mergeCells>", 1)


def _names(book: str, shift: Shift) -> str:
    """Print areas and other names of the workbook that speak of the sheet."""

    def moved(match: re.Match[str]) -> str:
        return match[1] + shift.formula(match[2], own=False) + match[3]

    return re.sub(r"(<definedName\b[^>]*>)(.*?)(</definedName>)", moved, book)


def _drawn(parts: Parts, part: str, shift: Shift) -> Parts:
    """Drawings and comments of the sheet moved with its rows."""
    folder, _, file = part.rpartition("/")
    links = parts.get(f"{folder}/_rels/{file}.rels", b"").decode("utf-8")
    made = dict(parts)
    for target in re.findall(r'Target="([^"]+)"', links):
        name = target.removeprefix("/") if target.startswith("/") else f"xl/{target.removeprefix('../')}"
        if name not in made:
            continue
        if "/drawings/drawing" in name:
            made[name] = _counted(made[name], r"(<(?:\w+:)?row>)(\d+)(</)", shift)
        elif name.endswith(".vml"):
            made[name] = _counted(made[name], r"(<x:Row>)(\d+)(</)", shift)
        elif "comments" in name:
            made[name] = _attributes(made[name].decode("utf-8"), shift).encode("utf-8")
    return made


def _counted(content: bytes, pattern: str, shift: Shift) -> bytes:
    """Rows counted from 0, as drawings do."""
    text = content.decode("utf-8")
    return re.sub(pattern, lambda m: f"{m[1]}{shift.row(int(m[2]) + 1) - 1}{m[3]}", text).encode("utf-8")
