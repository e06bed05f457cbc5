"""One workbook filled: which value goes into which cell of the layout, rows added where needed.

Decides no value: it is given the texts of the items. What each written or blank cell showed is handed
back, so that a return is compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from space.wayback.forms.compiling.admitting import row_name
from space.wayback.forms.compiling.blank import Blank, Form, Kind
from space.wayback.forms.compiling.cellwise import Spelling, as_shown, ticked
from space.wayback.forms.compiling.growing import Moved, grown
from space.wayback.forms.compiling.marks import slots
from space.wayback.forms.compiling.members import Member
from space.wayback.forms.compiling.package import Parts
from space.wayback.forms.compiling.patching import Formula, Template, Value
from space.wayback.forms.compiling.sidecar import Bindings, Entry
from space.wayback.forms.compiling.words import Words

Texts = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell held when it was handed out.

    Attributes:
        sheet, cell: where; further cells of one character each in ``cells``.
        item: of the form; empty where nothing is taken from it.
        text: as it was shown.
        slot: number of the place within the cell's text, 0 where the cell is the value.
        computed: the workbook works it out.
        subject: number of the subject on a roster, from 1; 0 elsewhere.
        dataset, field, row: the row of a member it came from; empty elsewhere.
    """

    sheet: str
    cell: str
    item: str
    text: str = ""
    slot: int = 0
    computed: bool = False
    subject: int = 0
    dataset: str = ""
    field: str = ""
    row: str = ""
    cells: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form; what is usual is left out."""
        usual = Shown("", "", "")
        said = asdict(self) | {"cells": list(self.cells)}
        return {
            k: v for k, v in said.items() if k in ("sheet", "cell", "item") or (v != getattr(usual, k) and v)
        }

    @classmethod
    def of_document(cls, found: Mapping[str, Any]) -> Shown:
        """From the plain form."""
        return cls(**{**found, "cells": tuple(found.get("cells", ()))})


@dataclass(frozen=True, slots=True)
class Sheetful:
    """What one workbook is filled with.

    Attributes:
        subjects: texts of the items, one a subject; a sheet of one subject has one.
        members: of the household; empty elsewhere.
        body: name of who fills it.
    """

    subjects: Sequence[Texts]
    members: Sequence[Member] = ()
    body: str = ""


@dataclass
class Filler:
    """An issuer's workbook with its bindings, ready to be filled many times.

    Attributes:
        parts: of the workbook.
        forms: its sheets as read.
        bindings: answered.
        spellings: item → how it is spelt.
        words: of the day.
        where: the file's name for messages.
    """

    parts: Parts
    forms: tuple[Form, ...]
    bindings: Bindings
    spellings: Mapping[str, Spelling]
    words: Words
    where: str
    _ready: dict[tuple[tuple[str, int, int], ...], Template] = field(default_factory=dict)

    def fill(self, sheetful: Sheetful, name: tuple[str, str]) -> tuple[bytes, tuple[Shown, ...]]:
        """One workbook, and what its cells show.

        Args:
            sheetful: what to write.
            name: hidden name of the workbook, and its text.
        """
        moves = tuple(self._moves(sheetful))
        values: dict[tuple[str, str], Value] = {}
        shown: list[Shown] = []
        for blank, entry in self._asked():
            moved = Moved.of(blank.sheet, moves)
            for one, value in self._written(blank, entry, sheetful, moved):
                shown.append(one)
                if value is not None:
                    self._put(values, one, value, blank)
        values.update(self._numbers(moves))
        return self._template(moves, values).filled(values, name), tuple(shown)

    def _asked(self) -> Iterator[tuple[Blank, Entry]]:
        for form in self.forms:
            for blank in form.blanks:
                entry = self.bindings.entry(blank.place)
                if entry is not None and entry.state != "dropped" and blank.kind is not Kind.FORMULA:
                    yield blank, entry

    def _moves(self, sheetful: Sheetful) -> Iterator[tuple[str, int, int]]:
        """Sheet, last row and rows to add of every table that has too few."""
        for form in self.forms:
            for number, table in enumerate(form.tables, 1):
                scope = self._scope(form, number)
                members = len(sheetful.members) + int(self.words.rows["free"])
                wanted = {"roster": len(sheetful.subjects), "members": members}.get(scope, 0)
                rows = [row.number + 1 for row in table.rows if not row.total]
                if wanted > len(rows):
                    yield form.sheet.name, rows[-1], wanted - len(rows)

    def _numbers(self, moves: Sequence[tuple[str, int, int]]) -> Iterator[tuple[tuple[str, str], Value]]:
        """The numbers of added rows, where the issuer numbered the rows of the table."""
        for sheet, last, more in moves:
            form = next(each for each in self.forms if each.sheet.name == sheet)
            moved = Moved.of(sheet, [move for move in moves if move[1] < last])
            for cell in form.sheet.row(last - 1):
                numbered = cell.row == last - 1 and cell.text.isdigit() and cell.height == 1
                first = moved.cell(cell.reference)
                for step in range(1, more + 1 if numbered else 1):
                    yield (sheet, _below(first, step)), int(cell.text) + step

    def _scope(self, form: Form, number: int) -> str:
        entries = [self.bindings.entry(b.place) for b in form.blanks if b.table == number and not b.total]
        scopes = {each.scope for each in entries if each is not None}
        sourced = any(each is not None and each.dataset for each in entries)
        return "roster" if "roster" in scopes else "members" if "members" in scopes and sourced else ""

    def _written(
        self, blank: Blank, entry: Entry, sheetful: Sheetful, moved: Moved
    ) -> Iterator[tuple[Shown, Value]]:
        if entry.scope == "roster" and blank.table:
            yield from self._roster(blank, entry, sheetful, moved)
        elif blank.kind is Kind.ROWS:
            yield from self._rows(blank, entry, sheetful, moved)
        else:
            text = sheetful.body if entry.how == "body" else sheetful.subjects[0].get(entry.name)
            yield self._single(blank, entry, text, moved)

    def _single(self, blank: Blank, entry: Entry, text: str | None, moved: Moved) -> tuple[Shown, Value]:
        cell = moved.cell(blank.cells[0])
        spelt = self.spellings.get(entry.name, Spelling())
        value = spelt.shown(text)
        by_workbook = value is None and bool(entry.formulas) and bool(entry.formulas[0])
        if by_workbook:
            value = Formula(moved.formula(entry.formulas[0]))
        computed = bool(entry.how)
        cells = tuple(moved.cell(each) for each in blank.cells) if blank.kind is Kind.BOXES else ()
        said = "" if isinstance(value, Formula) else as_shown(value)
        item = "" if entry.how in ("body", "number") else entry.name
        return Shown(blank.sheet, cell, item, said, blank.slot, computed, cells=cells), value

    def _rows(
        self, blank: Blank, entry: Entry, sheetful: Sheetful, moved: Moved
    ) -> Iterator[tuple[Shown, Value]]:
        persons = sheetful.members if entry.scope == "members" else ()
        cells = [moved.cell(each) for each in blank.cells]
        wanted = len(persons) + int(self.words.rows["free"]) if persons else 0
        while len(cells) < wanted:
            cells.append(_below(cells[-1]))
        spelt = self.spellings.get(entry.name, Spelling())
        for place, cell in enumerate(cells):
            person = persons[place] if place < len(persons) else None
            has = person is not None and entry.name in person.texts
            value = spelt.shown(person.texts[entry.name]) if person is not None and has else None
            if entry.how == "number":
                value = place + 1 if person is not None or not persons else None
            elif (entry.formulas and value is None and person is not None) or entry.how == "total":
                value = self._formula(entry, place, moved)
            said = "" if isinstance(value, Formula) else as_shown(value)
            item = "" if entry.how in ("number", "total", "rate") else row_name(entry.name, place + 1)
            source = (
                (person.dataset, person.fields[entry.name], person.reference)
                if person and has
                else ("", "", "")
            )
            yield Shown(blank.sheet, cell, item, said, 0, bool(entry.how), 0, *source), value

    def _roster(
        self, blank: Blank, entry: Entry, sheetful: Sheetful, moved: Moved
    ) -> Iterator[tuple[Shown, Value]]:
        if blank.total:
            yield (
                Shown(blank.sheet, moved.cell(blank.cells[0]), "", computed=True),
                self._formula(entry, 0, moved),
            )
            return
        cells = [moved.cell(each) for each in blank.cells]
        while len(cells) < len(sheetful.subjects):
            cells.append(_below(cells[-1]))
        spelt = self.spellings.get(entry.name, Spelling())
        for place, (cell, texts) in enumerate(zip(cells, sheetful.subjects, strict=False)):
            value: Value = place + 1 if entry.how == "number" else spelt.shown(texts.get(entry.name))
            if value is None and entry.formulas:
                value = self._formula(entry, place, moved)
            said = "" if isinstance(value, Formula) else as_shown(value)
            item = "" if entry.how == "number" else entry.name
            yield Shown(blank.sheet, cell, item, said, 0, bool(entry.how), place + 1), value

    def _formula(self, entry: Entry, place: int, moved: Moved) -> Value:
        """The formula of a row; a row that was added has that of the last, for its own row."""
        if not entry.formulas:
            return None
        last = len(entry.formulas) - 1
        text = moved.formula(entry.formulas[min(place, last)])
        if place > last:
            text = moved.own_row(text, place - last)
        return Formula(text) if text else None

    def _put(self, values: dict[tuple[str, str], Value], one: Shown, value: Value, blank: Blank) -> None:
        key = one.sheet, one.cell
        if blank.kind is Kind.BOXES:
            for cell, character in zip(one.cells, str(value), strict=False):
                values[one.sheet, cell] = character
        elif blank.kind is Kind.CHOICE:
            text = self._text(blank)
            values[key] = ticked(text, blank.options, str(value))
        elif blank.kind is Kind.SLOT:
            values[key] = self._in_slot(str(values.get(key, self._text(blank))), blank, str(value))
        else:
            values[key] = value

    def _text(self, blank: Blank) -> str:
        form = next(each for each in self.forms if each.sheet.name == blank.sheet)
        return next(c.text for c in form.sheet.cells if c.reference == blank.cells[0])

    def _in_slot(self, text: str, blank: Blank, value: str) -> str:
        """A text with one of its blanks filled, found by its label: those before it are filled already."""
        for slot in slots(text, self.words):
            if re.sub(r"\s", "", slot.label).endswith(re.sub(r"\s", "", blank.label)):
                return f"{text[: slot.start]}{value}{text[slot.end :]}"
        return text

    def _template(
        self, moves: tuple[tuple[str, int, int], ...], values: Mapping[tuple[str, str], Value]
    ) -> Template:
        wanted = {sheet: {c for s, c in values if s == sheet} for sheet, _ in values}
        key = (*moves, *(("", hash(frozenset(values)), 0),))
        if key not in self._ready:
            parts = self.parts
            for sheet, last, more in sorted(moves, key=lambda move: -move[1]):
                parts = grown(parts, sheet, last, more, self.where)
            cells = {sheet: tuple(sorted(cells)) for sheet, cells in wanted.items()}
            self._ready[key] = Template(parts, cells)
        return self._ready[key]


def _below(cell: str, step: int = 1) -> str:
    letters = cell.rstrip("0123456789")
    return f"{letters}{int(cell[len(letters) :]) + step}"
