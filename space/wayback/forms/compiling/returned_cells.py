"""What the cells of a returned workbook say, compared with what they showed when it was handed out.

Decides which cells differ, which are at fault and why. What becomes of a difference is
:mod:`space.wayback.forms.compiling.returning`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from space.errors import SpaceError
from space.wayback.forms.compiling.blank import Blank, Form, Kind
from space.wayback.forms.compiling.cellwise import Spelling, as_typed, chosen
from space.wayback.forms.compiling.handing import typed_rows
from space.wayback.forms.compiling.labels import joined
from space.wayback.forms.compiling.marks import slots
from space.wayback.forms.compiling.sheets_filled import Shown
from space.wayback.forms.compiling.sidecar import Bindings
from space.wayback.forms.compiling.words import Words

if TYPE_CHECKING:
    from openpyxl import Workbook


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong with a returned cell; never what stands in it."""

    file: str
    sheet: str
    cell: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file} {self.sheet}!{self.cell}: {self.what} — {self.remedy}"


class ReturnFaulty(SpaceError):
    """Workbooks that cannot be taken back as they are.

    Attributes:
        faults: every cell at fault.
    """

    def __init__(self, faults: Sequence[CellFault]) -> None:
        self.faults = tuple(faults)
        first = f"{faults[0]}" + (f", and {len(faults) - 1} more" if len(faults) > 1 else "")
        super().__init__(first)


@dataclass(frozen=True, slots=True)
class Returned:
    """One subject's cells of a returned file."""

    file: str
    number: int
    subject: str
    shown: tuple[Shown, ...]
    book: Workbook
    results: Workbook


@dataclass(frozen=True, slots=True)
class Said:
    """What one cell says now."""

    shown: Shown
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads returned cells as the layout has them.

    Attributes:
        forms: sheets of the issuer's workbook as read.
        bindings: answered.
        spellings: item, or column of rows, → how it is spelt.
        words: of the day.
        reason: of differences whose cell has no comment.
        typed: items of the form that are typed.
    """

    forms: tuple[Form, ...]
    bindings: Bindings
    spellings: Mapping[str, Spelling]
    words: Words
    reason: str
    typed: frozenset[str]

    def read(self, sheet: Returned, faults: list[CellFault]) -> Iterator[Said]:
        """What differs; a cell at fault is noted and left out."""
        blanks = self._blanks()
        for one in sheet.shown:
            if not one.item or one.sheet not in sheet.book.sheetnames:
                if one.item:
                    faults.append(CellFault(sheet.file, one.sheet, one.cell, "its sheet is gone", _PUT_BACK))
                continue
            page = sheet.book[one.sheet]
            cell = page[one.cell]
            if cell.data_type == "f" and not one.computed:
                what = "a formula was typed"
                faults.append(CellFault(sheet.file, one.sheet, one.cell, what, "write its value"))
                continue
            blank = blanks.get(one.item) or blanks.get(_column_name(one.item))
            text = self._text(sheet, one, blank)
            if text is None:
                faults.append(CellFault(sheet.file, one.sheet, one.cell, "its text was changed", _PUT_BACK))
                continue
            if one.computed:
                yield from self._result(sheet, one)
                continue
            if text == one.text or not text:
                if one.text and not text:
                    what = "a value of its source was deleted"
                    faults.append(CellFault(sheet.file, one.sheet, one.cell, what, _CORRECT))
                continue
            if "*" in text:
                what = "a masked number was changed"
                faults.append(CellFault(sheet.file, one.sheet, one.cell, what, "write the whole number"))
                continue
            column = _column_name(one.item)
            row = column if one.row or column == one.item else typed_rows(column)
            spelt = self.spellings.get(one.item) or self.spellings.get(row) or Spelling()
            comment = "" if cell.comment is None else str(cell.comment.text).strip()
            yield Said(one, spelt.given(text), comment or self.reason)

    def _result(self, sheet: Returned, one: Shown) -> Iterator[Said]:
        """What the workbook worked out, where the form itself has no formula for it."""
        if one.item not in self.typed or sheet.book[one.sheet][one.cell].data_type != "f":
            return
        text = as_typed(sheet.results[one.sheet][one.cell].value)
        if text and not text.startswith("#"):
            yield Said(one, text, "")

    def _blanks(self) -> dict[str, Blank]:
        places = {blank.place: blank for form in self.forms for blank in form.blanks}
        entries = self.bindings.entries
        return {each.name: places[each.cell] for each in entries if each.cell in places}

    def _text(self, sheet: Returned, one: Shown, blank: Blank | None) -> str | None:
        page = sheet.book[one.sheet]
        if blank is None or blank.kind in (Kind.VALUE, Kind.ROWS):
            return as_typed(page[one.cell].value)
        if blank.kind is Kind.BOXES:
            return "".join(as_typed(page[cell].value) for cell in one.cells)
        text = as_typed(page[one.cell].value)
        if blank.kind is Kind.CHOICE:
            return chosen(text, blank.options)
        return self._slot(text, blank)

    def _slot(self, text: str, blank: Blank) -> str | None:
        """What stands in a blank of a text: what is between the words of the issuer around it."""
        form = next(each for each in self.forms if each.sheet.name == blank.sheet)
        issued = next(c.text for c in form.sheet.cells if c.reference == blank.cells[0])
        pieces, last, groups = [], 0, []
        for slot in slots(issued, self.words):
            pieces.append(_loose(issued[last : slot.start]))
            groups.append(slot.number)
            last = slot.end
        pattern = r"\s*(.*?)\s*".join([*pieces, _loose(issued[last:])])
        match = re.fullmatch(pattern, text.strip(), re.DOTALL)
        if match is None or blank.slot not in groups:
            return None
        said = match[groups.index(blank.slot) + 1]
        printed = {slot.number: issued[slot.start : slot.end] for slot in slots(issued, self.words)}
        if joined(said) == joined(printed[blank.slot]):
            return ""
        return re.sub(r"[_＿]+", "", said).strip()


_PUT_BACK: Final = "put the form back as it was handed out"
_CORRECT: Final = "leave the value, or challenge it with `ybz correct open`"


def _loose(text: str) -> str:
    """A pattern of a text whose blanks may have been widened or narrowed."""
    return r"\s*".join(re.escape(part) for part in re.split(r"\s+", text))


def _column_name(item: str) -> str:
    return re.sub(r"_r\d+$", "", item)
