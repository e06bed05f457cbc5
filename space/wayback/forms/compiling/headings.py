"""The headings a lone cell of a sheet stands under: its label, the side headings, the section above.

Decides what a label is and how far its row and section reach; which cell is a blank is
:mod:`space.wayback.forms.compiling.blanks`'s.
"""

from __future__ import annotations

from space.wayback.forms.compiling.labels import LONGEST, joined
from space.wayback.forms.compiling.marks import Mark, mark, slots
from space.wayback.forms.compiling.sheet import Cell, Sheet
from space.wayback.forms.compiling.tables import joined_heading
from space.wayback.forms.compiling.words import Words


def path_of(sheet: Sheet, cell: Cell, words: Words) -> tuple[str, ...]:
    """The headings of a lone cell: the section, the side headings, the label on its left or above it."""
    row = [each for each in sheet.row(cell.row) if each.column < cell.column]
    if row and is_label(row[-1], words):
        lead = _leading(row, words)
        chosen = [*(each for each in lead[:-1] if each is not row[-1]), row[-1]]
        if lead and row[-1] is not lead[-1]:
            chosen = [*lead[:-1], row[-1]]
        texts = [joined_heading(each.text) for each in chosen]
    else:
        above = sheet.at(cell.row - 1, cell.column)
        if above is None or not is_label(above, words) or (sheet.framed and not above.bordered):
            return ()
        if (above.column, above.width) != (cell.column, cell.width):
            return ()
        texts = [joined_heading(above.text)]
    return (*section_of(sheet, cell.row, words), *texts)


def _leading(row: list[Cell], words: Words) -> list[Cell]:
    """The texts a row begins with: all but the last of them are over the whole row."""
    found: list[Cell] = []
    for cell in row:
        if not is_label(cell, words):
            break
        found.append(cell)
    return found


def is_label(cell: Cell, words: Words) -> bool:
    """Whether a cell says what another is to hold."""
    if not cell.text or cell.formula:
        return False
    said = mark(cell.text, words)
    if said is Mark.INLINE:  # 联系电话：
        return len(list(slots(cell.text, words))) == 1 and cell.text.rstrip().endswith(("：", ":"))
    return said in (Mark.LABEL, Mark.ACT) and len(joined(cell.text)) <= 2 * LONGEST


def section_of(sheet: Sheet, row: int, words: Words) -> tuple[str, ...]:
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
