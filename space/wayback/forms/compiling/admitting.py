"""The form an issuer hands in for admission, made from a compiled workbook and its answered sidecar.

Decides which blanks become items of the form: one an item for single blanks and for columns of a roster,
one a row for tables of members and other things, none for what the workbook itself sums or numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from catalog.standards import life
from catalog.store import reading
from contracts.elements import Element, elements
from contracts.model import FieldType
from policies.clocks import local_date
from space.wayback.forms.compiling.blank import Blank, Form, Kind
from space.wayback.forms.compiling.blanks import form_of
from space.wayback.forms.compiling.errors import SidecarUnreadable
from space.wayback.forms.compiling.sheet import sheets
from space.wayback.forms.compiling.sidecar import Bindings, Entry, require_answered, require_same
from space.wayback.forms.compiling.words import Words, words
from space.wayback.forms.definition import Form as Definition
from space.wayback.forms.definition import Item, Roster, of_document, to_document
from space.wayback.forms.formulas import compiled as formula_of

# What a workbook does by itself: no item of the form.
_BY_ITSELF = ("number", "body", "formula")
_SCALE = 2
# Arguments of a sum.
_MOST = 60


def definition_of(
    forms: tuple[Form, ...], bindings: Bindings, own: Mapping[str, Element], words: Words
) -> Definition:
    """The form as the admission list takes it.

    Args:
        forms: the sheets as read.
        bindings: answered.
        own: the city's own elements in force.
        words: of the day.

    Raises:
        KeyError, TypeError, ValueError: the header holds what is no form's.
    """
    by_place = {blank.place: blank for form in forms for blank in form.blanks}
    items: list[Item] = [_extra(each) for each in bindings.extras]
    for entry in bindings.entries:
        blank = by_place.get(entry.cell)
        if blank is not None and entry.state != "dropped":
            items.extend(_items(entry, blank, own, int(words.rows["least"])))
    header = {key: value for key, value in bindings.form.items() if value}
    made = of_document({**header, "items": []})
    return replace(made, items=tuple(_computable(_totals(items, bindings))), roster=_roster(bindings))


def row_name(name: str, row: int) -> str:
    """Name of the item that a row of a table is, rows from 1.

    >>> row_name("person_name_2", 3)
    'person_name_2_r3'
    """
    return f"{name}_r{row}"


def has_rows(entry: Entry) -> bool:
    """Whether every row of an entry is an item of its own."""
    return entry.scope in ("members", "several", "area")


def _extra(entry: Entry) -> Item:
    return Item(entry.name, entry.label, entry.dataset, entry.field, entry.key, entry.via)


def _items(entry: Entry, blank: Blank, own: Mapping[str, Element], least: int) -> Iterator[Item]:
    if blank.kind is Kind.FORMULA or entry.how in _BY_ITSELF or blank.total:
        return
    if entry.how == "total" and has_rows(entry):
        return
    element = own.get(entry.element) or elements().get(entry.element)
    if has_rows(entry) and blank.table:
        rows = max(len(blank.cells), least) if entry.scope == "members" else len(blank.cells)
        headings = blank.headings if entry.scope != "members" else ()
        for row in range(1, rows + 1):
            heading = headings[row - 1] if headings else ""
            title = f"{entry.label}（{heading or row}）"
            yield _by_hand(row_name(entry.name, row), title, element, blank)
        return
    if entry.dataset:
        yield Item(entry.name, entry.label, entry.dataset, entry.field, entry.key, entry.via)
        return
    typed = _by_hand(entry.name, entry.label, element, blank)
    yield replace(typed, compute=entry.compute) if entry.compute else typed


def _by_hand(name: str, title: str, element: Element | None, blank: Blank) -> Item:
    """An item somebody types: what may stand in it is what its element says, or what the form offers."""
    if element is None or blank.options:
        return Item(name, title, allowed=() if blank.kind is not Kind.CHOICE else blank.options)
    scale = _SCALE if element.type is FieldType.NUMBER else 0
    return Item(name, title, element=element.code, type=element.type, scale=scale)


def _totals(items: list[Item], bindings: Bindings) -> list[Item]:
    """Items that sum rows of a table say so by the rows' items; what a formula reads is a number."""
    made = []
    for item in items:
        entry = next((each for each in bindings.entries if each.name == item.name), None)
        rows = [] if entry is None or entry.how != "total" else _rows_read(entry, bindings, items)
        made.append(replace(item, compute=f"total({', '.join(rows)})") if 0 < len(rows) <= _MOST else item)
    used = {name for item in made if item.compute for name in formula_of(item.compute).names}
    return [_as_number(item) if item.name in used else item for item in made]


def _rows_read(entry: Entry, bindings: Bindings, items: list[Item]) -> list[str]:
    names = {each.name for each in bindings.entries if each.cell in entry.reads}
    return [item.name for item in items if item.name.rpartition("_r")[0] in names]


def _as_number(item: Item) -> Item:
    if item.dataset or item.compute or item.type is not FieldType.STRING or item.element:
        return item
    return replace(item, type=FieldType.NUMBER, scale=_SCALE)


def _computable(items: list[Item]) -> list[Item]:
    """Items whose formula reads what is no item any more are typed."""
    names = {item.name for item in items}
    made = []
    for item in items:
        lacking = item.compute and not formula_of(item.compute).names <= names
        made.append(replace(item, compute="") if lacking else _numeric(item))
    return made


def _numeric(item: Item) -> Item:
    """What a formula gives is a number: whole where it counts years."""
    if not item.compute or item.type is not FieldType.STRING:
        return item
    whole = item.compute.startswith("age(")
    return replace(
        item, type=FieldType.INTEGER if whole else FieldType.NUMBER, scale=0 if whole else _SCALE, element=""
    )


def _roster(bindings: Bindings) -> Roster | None:
    """Whom the form is filled for."""
    dataset, key = bindings.subjects
    return Roster(dataset, key) if dataset and key else None


def write_form(engine: Engine, workbook: Path, bindings: Bindings, out: Path, now: datetime) -> Definition:
    """Write the form of a workbook for the admission list.

    Args:
        engine: the store.
        workbook: the issuer's.
        bindings: answered.
        out: the file to write.
        now: aware instant.

    Raises:
        WorkbookRefused: the file is none that is taken.
        Refused: an open question, an empty key, another workbook.
        SidecarUnreadable: the header holds what is no form's, or the file cannot be written.
    """
    import yaml

    on = local_date(now)
    require_answered(bindings)
    require_same(bindings, hashlib.sha256(workbook.read_bytes()).hexdigest())
    spoken = words(on)
    forms = tuple(form_of(sheet, spoken) for sheet in sheets(workbook, on))
    with reading(engine) as connection:
        own = life.in_force(connection, on)
    try:
        made = definition_of(forms, bindings, own, spoken)
        text = yaml.safe_dump(to_document(made), allow_unicode=True, sort_keys=False, width=110)
        out.write_text(text, encoding="utf-8")
    except (KeyError, TypeError, ValueError) as error:
        raise SidecarUnreadable(
            "the bindings' form holds what no form has — see docs/form-compiler.md"
        ) from error
    except OSError as error:
        raise SidecarUnreadable(f"{out}: cannot be written: {error.strerror or 'check path'}") from error
    return made
