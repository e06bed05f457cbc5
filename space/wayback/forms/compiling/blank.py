"""A blank of a form, and a form as a list of blanks: what an item is asked for, where, in what kind.

Does not decide where a sheet has blanks (:mod:`space.wayback.forms.compiling.blanks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from space.wayback.forms.compiling.sheet import Sheet
from space.wayback.forms.compiling.tables import Table


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
