"""Items of an entry from the lines of a form, laid over the fields it has.

Decides which standing field a line is about, and of what type and name a new one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog.bulk.form import ITEM, TYPES, Column
from catalog.bulk.reading import Line
from catalog.intake.drafting.names import physical
from catalog.workbook.cells import BadCell
from catalog.workbook.faults import Fault
from contracts.errors import ContractError
from contracts.fields import LETTERS
from contracts.model import Contract, Field, FieldType, ItemType


def read_cell(column: Column, line: Line, text: str, faults: list[Fault]) -> Any:
    """What a cell says; None, and a fault, where it cannot be taken."""
    try:
        return column.spelling.read(text)
    except BadCell as error:
        faults.append(Fault(line.sheet, line.at(column.key), f"{column.heading} {error.what}", error.remedy))
        return None


def fields_of(group: Sequence[Line], base: Contract | None, faults: list[Fault]) -> tuple[Field, ...]:
    """The items of an entry, laid over the fields it has by name or by printed name."""
    rows = [
        (line, {c.key: read_cell(c, line, line.cells[c.key], faults) for c in ITEM if c.key in line.cells})
        for line in group
    ]
    said = [str(row.get("business_name") or "") for _, row in rows]
    for place, ((line, _), name) in enumerate(zip(rows, said, strict=True)):
        at = line.sheet, line.at("business_name")
        if not name:
            faults.append(Fault(*at, "信息项名称 is empty", "fill it in"))
        elif name in said[:place]:
            faults.append(Fault(*at, "the item is there twice in its entry", "remove or rename one"))
    if faults:
        return ()
    known = (
        {} if base is None else {f.name: f for f in base.fields} | {f.business_name: f for f in base.fields}
    )
    made: list[Field] = []
    for (line, row), name, spelt in zip(rows, said, physical(said), strict=True):
        old = known.get(str(row.get("field") or "")) or known.get(name)
        try:
            field = _field(row, old, str(row.get("field") or (old.name if old else spelt)), name)
        except ContractError as error:
            faults.append(Fault(line.sheet, line.at("field"), error.told, error.remedy))
            continue
        if any(other.name == field.name for other in made):
            what = f"the item {field.name} is there twice in its entry"
            faults.append(
                Fault(
                    line.sheet,
                    line.at("field" if row.get("field") else "business_name"),
                    what,
                    "remove or rename one",
                )
            )
        made.append(field)
    keys = [place for place, (_, row) in enumerate(rows) if row.get("key")]
    if keys and not faults:
        return tuple(
            replace(field, key_position=keys.index(place) + 1 if place in keys else None)
            for place, field in enumerate(made)
        )
    return tuple(made)


def _field(row: Mapping[str, Any], old: Field | None, name: str, title: str) -> Field:
    letter = row.get("letter")
    type_ = _type(letter, old)
    values: dict[str, Any] = {"name": name, "business_name": title, "type": type_}
    values |= {key: row[key] for key in ("required", "personal", "sensitive", "description") if key in row}
    if row.get("element"):
        values["element"] = str(row["element"]).split(" ")[0]
    if row.get("item_sharing") is not None:
        values["sharing"] = row["item_sharing"]
    length = str(row.get("max_length") or "")
    if type_ is FieldType.STRING and length.isdigit() and int(length):
        values["max_length"] = int(length)
    if isinstance(letter, ItemType):
        values["item_type"] = None if letter is LETTERS[type_][0] else letter
    if values.get("sensitive"):
        values["personal"] = True
    return Field(**values) if old is None else replace(old, **values)


def _type(letter: ItemType | None, old: Field | None) -> FieldType:
    """The type a letter asks for; a standing field keeps its own where the letter fits it."""
    if letter is None:
        return FieldType.STRING if old is None else old.type
    if old is not None and letter in LETTERS[old.type]:
        return old.type
    return TYPES[letter]
