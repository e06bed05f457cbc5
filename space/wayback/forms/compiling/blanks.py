"""The blanks of a sheet: every cell a form asks to be filled, under the path of its headings.

Decides which blank belongs to which label: a column of a table to its headings, a lone blank to the text
on its left, else above it. Blanks for signatures, seals and opinions are told apart: no data is asked
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from space.wayback.forms.compiling.blank import Blank, Form, Kind
from space.wayback.forms.compiling.headings import path_of, section_of
from space.wayback.forms.compiling.labels import joined, label
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
from space.wayback.forms.compiling.tables import Column, Row, Table, tables
from space.wayback.forms.compiling.words import Words

# So many cells side by side after one label take one character each: an identity number has 18.
_BOXES: Final = 6


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
        section = () if headed else section_of(sheet, table.top, words)
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
            yield Blank(sheet.name, (cell.reference,), path_of(sheet, cell, words), Kind.FORMULA)
        elif cell.text:
            yield from _in_text(sheet, cell, words)
        elif _asks(sheet, cell):
            run = _boxes(sheet, cell)
            taken.update(run)
            if path := path_of(sheet, cell, words):
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
        path = path_of(sheet, cell, words)
        path = (*path, inner) if inner and not path else path
        if path:
            offered = options(cell.text)
            yield Blank(sheet.name, (cell.reference,), path, Kind.CHOICE, options=offered)
    elif kind is Mark.INLINE:
        before = path_of(sheet, cell, words)
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
