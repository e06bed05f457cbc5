"""The blanks of a sheet: every cell a form asks to be filled, under the path of its headings.

Decides which blank belongs to which label: a column of a table to its headings, a lone blank to the text
on its left, else above it. Blanks for signatures, seals and opinions are told apart: no data is asked
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from space.wayback.forms.compiling.labels import LONGEST, joined, label
from space.wayback.forms.compiling.marks import (
    Mark,
    Slot,
    choice_label,
    is_act,
    mark,
    options,
    slots,
    stated_unit,
)
from space.wayback.forms.compiling.sheet import Cell, Sheet
from space.wayback.forms.compiling.tables import Column, Row, Table, joined_heading, tables
from space.wayback.forms.compiling.words import Words

# So many cells side by side after one label take one character each: an identity number has 18.
_BOXES: Final = 6


class Kind(StrEnum):
    """How a blank is filled."""

    VALUE = "value"  # one cell
    SLOT = "slot"  # a place within a text
    CHOICE = "choice"  # a box to be ticked
    BOXES = "boxes"  # one character a cell
    ROWS = "rows"  # a column of a table, one value a row
    FORMULA = "formula"  # the issuer's own formula: never filled


@dataclass(frozen=True, slots=True)
class Blank:
    """What a form asks at one place.

    Attributes:
        sheet: name.
        cells: references in order; several for a column of rows and for boxes.
        path: headings, outermost first; the last is the label.
        kind: how it is filled.
        unit: stated with the label, or for the whole sheet where the label states none.
        own_unit: whether the label states the unit itself.
        options: what it offers to choose from.
        slot: number of the place within a text, from 1; 0 elsewhere.
        table: number of its table in the sheet, from 1; 0 outside tables.
        headings: the headings of its rows, where its rows have headings of their own.
        total: its rows sum the others.
        act: it takes a signature, a seal or an opinion.
        dated: it asks for a day.
    """

    sheet: str
    cells: tuple[str, ...]
    path: tuple[str, ...]
    kind: Kind
    unit: str = ""
    own_unit: bool = False
    options: tuple[str, ...] = ()
    slot: int = 0
    table: int = 0
    headings: tuple[str, ...] = ()
    total: bool = False
    act: bool = False
    dated: bool = False

    @property
    def cell(self) -> str:
        """Where it stands: ``B3``, ``B7:B10``, ``A2#1``."""
        first, last = self.cells[0], self.cells[-1]
        place = first if first == last else f"{first}:{last}"
        return f"{place}#{self.slot}" if self.slot else place

    @property
    def place(self) -> str:
        """Where it stands, with its sheet: what a sidecar names it by."""
        return f"{self.sheet}!{self.cell}"

    @property
    def label(self) -> str:
        """The label alone."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet as a form.

    Attributes:
        sheet: it was read from.
        title: as printed.
        unit: stated for the whole sheet.
        tables: in order.
        blanks: in reading order, those of acts among them.
    """

    sheet: Sheet
    title: str
    unit: str
    tables: tuple[Table, ...]
    blanks: tuple[Blank, ...]


def form_of(sheet: Sheet, words: Words) -> Form:
    """Read a sheet as a form.

    Args:
        sheet: as opened.
        words: of the day.
    """
    found = tables(sheet, words)
    unit = next((u for c in sheet.cells if c.text and (u := stated_unit(c.text, words))), "")
    read = [*_of_tables(sheet, found, words), *_outside(sheet, found, words)]
    money = unit.split("、")
    placed = sorted((_with_unit(blank, money, words) for blank in read), key=_reading_order)
    return Form(sheet, _title(sheet, words), unit, found, tuple(placed))


def _reading_order(blank: Blank) -> tuple[int, int, int]:
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    letters, row = coordinate_from_string(blank.cells[0])
    return row, column_index_from_string(letters), blank.slot


def _with_unit(blank: Blank, stated: list[str], words: Words) -> Blank:
    own = next((u for text in reversed(blank.path) if (u := label(text, words).unit)), "")
    if own:
        return replace(blank, unit=own, own_unit=True)
    money = next((unit for unit in stated if unit.endswith("元")), "")
    return replace(blank, unit=money)


def _title(sheet: Sheet, words: Words) -> str:
    best = ""
    for cell in sheet.cells:
        wide = cell.width * 2 >= sheet.width or len(sheet.row(cell.row)) == 1
        if cell.row > 4 or not cell.text or not wide or (sheet.framed and cell.bordered and cell.row):
            continue
        if mark(cell.text, words) is Mark.LABEL or (cell.row == 0 and mark(cell.text, words) is Mark.INLINE):
            best = best or " ".join(cell.text.split())
    return joined(best) or sheet.name


def _of_tables(sheet: Sheet, found: tuple[Table, ...], words: Words) -> Iterator[Blank]:
    for number, table in enumerate(found, 1):
        over = {column.path[0] for column in table.columns}
        headed = len(over) == 1 and all(len(column.path) > 1 for column in table.columns)
        section = () if headed else _section(sheet, table.top, words)
        for column in table.columns:
            path = (*section, *table.sides, *column.path)
            for total in (False, True):
                rows = [row for row in table.rows if row.total is total]
                yield from _column(sheet, number, column, rows, path, words)


def _column(
    sheet: Sheet, number: int, column: Column, rows: list[Row], path: tuple[str, ...], words: Words
) -> Iterator[Blank]:
    asked = [(row, cell) for row in rows if (cell := sheet.at(row.number, column.left)) is not None]
    blanks = [(row, cell) for row, cell in asked if cell.blank and cell.row == row.number]
    formulas = [cell for _, cell in asked if cell.formula]
    total = bool(rows) and rows[0].total
    if blanks:
        headings = tuple(" / ".join(row.headings) for row, _ in blanks)
        yield Blank(
            sheet.name,
            tuple(cell.reference for _, cell in blanks),
            path,
            Kind.ROWS if len(blanks) > 1 or not total else Kind.VALUE,
            options=blanks[0][1].options,
            table=number,
            headings=headings if any(headings) else (),
            total=total,
            act=is_act(column.path[-1], words),
            dated=blanks[0][1].dated,
        )
    if formulas:
        places = tuple(cell.reference for cell in formulas)
        yield Blank(sheet.name, places, path, Kind.FORMULA, table=number, total=total)


def _outside(sheet: Sheet, found: tuple[Table, ...], words: Words) -> Iterator[Blank]:
    taken: set[Cell] = set()
    for cell in sheet.cells:
        if cell in taken or any(table.covers(cell) for table in found):
            continue
        if cell.formula:
            yield Blank(sheet.name, (cell.reference,), _path(sheet, cell, words), Kind.FORMULA)
        elif cell.text:
            yield from _in_text(sheet, cell, words)
        elif _asks(sheet, cell):
            run = _boxes(sheet, cell)
            taken.update(run)
            if path := _path(sheet, cell, words):
                yield _alone(sheet, cell, run, path, words)


def _asks(sheet: Sheet, cell: Cell) -> bool:
    """Whether an empty cell is a blank: it is framed, or stands behind a colon."""
    if cell.bordered or not sheet.framed:
        return True
    before = sheet.at(cell.row, cell.column - 1)
    return before is not None and before.text.rstrip().endswith(("：", ":"))


def _alone(sheet: Sheet, cell: Cell, run: list[Cell], path: tuple[str, ...], words: Words) -> Blank:
    kind = Kind.BOXES if len(run) > 1 else Kind.VALUE
    return Blank(
        sheet.name, tuple(each.reference for each in run), path, kind, options=cell.options,
        act=is_act(path[-1], words), dated=cell.dated,
    )  # fmt: skip


def _boxes(sheet: Sheet, first: Cell) -> list[Cell]:
    run = [first]
    while (right := sheet.at(first.row, run[-1].right + 1)) is not None:
        if not right.blank or right.row != first.row or right.width != 1 or first.width != 1:
            break
        run.append(right)
    return run if len(run) >= _BOXES else [first]


def _in_text(sheet: Sheet, cell: Cell, words: Words) -> Iterator[Blank]:
    kind = mark(cell.text, words)
    if kind is Mark.CHOICE:
        inner = choice_label(cell.text)
        path = _path(sheet, cell, words)
        path = (*path, inner) if inner and not path else path
        if path:
            offered = options(cell.text)
            yield Blank(sheet.name, (cell.reference,), path, Kind.CHOICE, options=offered)
    elif kind is Mark.INLINE:
        before = _path(sheet, cell, words)
        for slot in slots(cell.text, words):
            if not slot.label or (slot.start == slot.end and _blank_right(sheet, cell)):
                continue
            if slot.dated and not cell.bordered and sheet.framed and not _asked_day(cell.text, slot):
                continue
            path = (*before, slot.label)
            act = is_act(slot.label, words) or any(is_act(each, words) for each in before)
            yield Blank(
                sheet.name, (cell.reference,), path, Kind.SLOT, slot=slot.number, act=act, dated=slot.dated
            )


def _asked_day(text: str, slot: Slot) -> bool:
    """Whether a day is asked for by a label, and not merely printed: 2026年    月 in a title."""
    return text[: slot.start].rstrip().endswith(("：", ":"))


def _blank_right(sheet: Sheet, cell: Cell) -> bool:
    right = sheet.at(cell.row, cell.right + 1)
    return right is not None and right.blank


def _path(sheet: Sheet, cell: Cell, words: Words) -> tuple[str, ...]:
    """The headings of a lone cell: the section, the side headings, the label on its left or above it."""
    row = [each for each in sheet.row(cell.row) if each.column < cell.column]
    if row and _is_label(row[-1], words):
        lead = _leading(row, words)
        chosen = [*(each for each in lead[:-1] if each is not row[-1]), row[-1]]
        if lead and row[-1] is not lead[-1]:
            chosen = [*lead[:-1], row[-1]]
        texts = [joined_heading(each.text) for each in chosen]
    else:
        above = sheet.at(cell.row - 1, cell.column)
        if above is None or not _is_label(above, words) or (sheet.framed and not above.bordered):
            return ()
        if (above.column, above.width) != (cell.column, cell.width):
            return ()
        texts = [joined_heading(above.text)]
    return (*_section(sheet, cell.row, words), *texts)


def _leading(row: list[Cell], words: Words) -> list[Cell]:
    """The texts a row begins with: all but the last of them are over the whole row."""
    found: list[Cell] = []
    for cell in row:
        if not _is_label(cell, words):
            break
        found.append(cell)
    return found


def _is_label(cell: Cell, words: Words) -> bool:
    if not cell.text or cell.formula:
        return False
    said = mark(cell.text, words)
    if said is Mark.INLINE:  # 联系电话：
        return len(list(slots(cell.text, words))) == 1 and cell.text.rstrip().endswith(("：", ":"))
    return said in (Mark.LABEL, Mark.ACT) and len(joined(cell.text)) <= 2 * LONGEST


def _section(sheet: Sheet, row: int, words: Words) -> tuple[str, ...]:
    """The heading that stands alone in a row above, over the full width, framed like the rest."""
    for above in range(row - 1, -1, -1):
        cells = sheet.row(above)
        if len(cells) != 1 or cells[0].width * 5 < sheet.width * 4 or cells[0].height > 1:
            continue
        cell = cells[0]
        if cell.text and cell.bordered and mark(cell.text, words) is Mark.LABEL:
            return (joined_heading(cell.text),)
        return ()
    return ()
