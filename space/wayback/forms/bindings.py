"""Where an item's value comes from: the one authoritative field 一数一源, also when it changes later.

Decides which field answers for an item now. An item that names a standard element only is bound to the
source of that element; one that names a field another answers for by now reads the other, unless the
authority permitted the copy.

Source: 政务数据共享条例 Art 19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.authority import naming
from catalog.authority.items import items_of
from catalog.authority.naming import Authority
from catalog.authority.reading import permitted
from contracts.model import Contract, ShareType
from space.granting.kinds import published
from space.wayback.forms.definition import Form, Item

# An item reaches over at most so many others; a form is no graph.
MOST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Bound:
    """The items of a form as they are read now.

    Attributes:
        form: with every item bound to the field that answers for it.
        contracts: of the datasets it reads that are published, by name.
        moved: item → the field the form names, where another answers by now.
    """

    form: Form
    contracts: Mapping[str, Contract]
    moved: Mapping[str, str]

    def kind(self, item: Item) -> str | None:
        """The kind of unit an item's row is about; None where its way is broken."""
        return kind_of(self.form, item, self.contracts)


def bind(connection: Connection, form: Form, on: date) -> Bound:
    """The form with every item bound to the field that answers for it.

    Args:
        connection: to read with.
        form: as admitted, or as asked for.
        on: day of the authority's permits.
    """
    sources = {(each.element, each.subject): each for each in naming.sources(connection)}
    contracts = published(connection, [*form.datasets, *(each.dataset for each in sources.values())])
    allowed = permitted(connection, on) if sources else frozenset()
    items, moved = list(form.items), {}
    for place, item in enumerate(form.items):
        bound = replace(form, items=tuple(items))
        kind = kind_of(bound, item, contracts)
        if item.compute or kind is None:
            continue
        source = _source(item, kind, contracts, sources)
        if source is None or source.place == f"{item.dataset}.{item.field}":
            continue
        if (f"form:{form.code}.{item.name}", f"{item.dataset}.{item.field}") in allowed:
            continue
        answering = contracts.get(source.dataset)
        key = key_of(answering, kind)
        if key is None or answering is None or withheld(answering, source.field):
            continue
        if item.dataset:
            moved[item.name] = f"{item.dataset}.{item.field}"
        items[place] = replace(item, dataset=source.dataset, field=source.field, key=key)
    return Bound(replace(form, items=tuple(items)), contracts, moved)


def kind_of(form: Form, item: Item, contracts: Mapping[str, Contract], steps: int = 0) -> str | None:
    """The kind of unit a row of an item is about: the subject's, or of what ``via`` identifies."""
    if not item.via:
        return form.subject_kind
    through = next((one for one in form.items if one.name == item.via), None)
    contract = None if through is None else contracts.get(through.dataset)
    if through is None or contract is None or steps >= MOST_STEPS:
        return None
    if kind_of(form, through, contracts, steps + 1) is None:
        return None
    field = next((each for each in contract.fields if each.name == through.field), None)
    return field.unit.kind if field is not None and field.unit is not None else None


def withheld(contract: Contract, field: str) -> bool:
    """Whether a field, or its whole dataset, is not shared 不予共享: no form reads it."""
    if contract.sharing.type is ShareType.WITHHELD:
        return True
    return any(each.name == field and each.sharing is ShareType.WITHHELD for each in contract.fields)


def key_of(contract: Contract | None, kind: str) -> str | None:
    """The field of a dataset that identifies a unit of a kind; one its rows are about before others."""
    if contract is None:
        return None
    named = [each for each in contract.unit_fields if each.unit is not None and each.unit.kind == kind]
    named.sort(key=lambda each: not (each.unit is not None and each.unit.about))
    return named[0].name if named else None


def _source(
    item: Item,
    kind: str,
    contracts: Mapping[str, Contract],
    sources: Mapping[tuple[str, str], Authority],
) -> Authority | None:
    """Who answers for an item: by its element, or by that of the field it names."""
    contract = contracts.get(item.dataset)
    if contract is None:
        return sources.get((item.element, kind)) if item.element and not item.dataset else None
    # A field that identifies a unit is how its rows are found, not a copy of a value.
    if item.field in {each.name for each in contract.unit_fields}:
        return None
    named = next((each for each in items_of(contract) if each.field == item.field), None)
    return None if named is None else sources.get(named.key)
