"""Who reads a copy although another field is authoritative: forms and composed datasets.

Decides nothing: it lists what should read its value elsewhere, so that it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from catalog import revisions
from catalog.authority import naming
from catalog.authority.items import items_of
from catalog.authority.naming import Authority
from catalog.lineage import graph
from catalog.store.tables.authority import authority_permits
from catalog.store.tables.forms import forms
from contracts.model import Contract

# OpenLineage's word for a column taken over as it is.
TAKEN_OVER: Final = "IDENTITY"


@dataclass(frozen=True, slots=True)
class Misread:
    """A place that reads a copy.

    Attributes:
        reader: ``form:<code>.<item>`` or ``dataset:<name>.<field>``.
        reads: ``schema.table.field`` it reads.
        source: the field that answers for the item.
        department: who answers for it.
        element, subject: the item.
    """

    reader: str
    reads: str
    source: str
    department: str
    element: str
    subject: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def misread(connection: Connection, on: date | None = None) -> tuple[Misread, ...]:
    """Every form in force and composed dataset that reads a field another one answers for, unpermitted."""
    copies = copies_of(connection, on)
    found = [*_forms(connection, copies, on), *_composed(connection, copies)]
    allowed = permitted(connection, on)
    left = (each for each in found if (each.reader.removeprefix("dataset:"), each.reads) not in allowed)
    return tuple(sorted(left, key=lambda each: (each.reader, each.reads)))


def permitted(connection: Connection, on: date | None = None) -> frozenset[tuple[str, str]]:
    """Reader and copy of every permit of the authority that stands, on a day where one is given."""
    p = authority_permits.c
    query = select(p.reader, p.reads).where(p.ended_at.is_(None))
    if on is not None:
        query = query.where(or_(p.until.is_(None), p.until >= on))
    return frozenset((row.reader, row.reads) for row in connection.execute(query))


def copies_of(connection: Connection, on: date | None = None) -> Mapping[str, Authority]:
    """``schema.table.field`` → the source of its item, for every field that is not that source.

    A field that identifies the unit is how its rows are found, not a copy of a value.
    """
    sources = {(each.element, each.subject): each for each in naming.sources(connection, on)}
    if not sources:
        return {}
    found = {}
    for revision in revisions.all_current(connection):
        keys = {field.name for field in revision.contract.unit_fields}
        for item in items_of(revision.contract):
            if item.field in keys:
                continue
            source = sources.get(item.key)
            if source is not None and source.place != item.place:
                found[item.place] = source
    return found


def instead_of(connection: Connection, contract: Contract, field: str) -> Authority | None:
    """The source that answers for a field's item, where that is another field; None where it may be read."""
    keys = {each.name for each in contract.unit_fields}
    for item in items_of(contract):
        if item.field == field and field not in keys:
            source = naming.source_of(connection, *item.key)
            return source if source is not None and source.place != item.place else None
    return None


def _forms(connection: Connection, copies: Mapping[str, Authority], on: date | None) -> Iterator[Misread]:
    query = select(forms.c.code, forms.c["items"].label("asked")).order_by(forms.c.code)
    if on is not None:
        query = query.where(forms.c.valid_from <= on, forms.c.valid_to >= on)
    for row in connection.execute(query):
        for item in row.asked:
            place = f"{item['dataset']}.{item['field']}"
            if item["dataset"] and place in copies:
                yield _misread(f"form:{row.code}.{item['name']}", place, copies[place])


def _composed(connection: Connection, copies: Mapping[str, Authority]) -> Iterable[Misread]:
    """Columns taken over as they are; what is joined, filtered or counted by a copy is no reading of it."""
    if not copies:
        return
    composed = {one.name for one in revisions.all_current(connection) if one.contract.composed is not None}
    read = {place.rpartition(".")[0] for place in copies}
    for edge in graph.edges_between(connection, composed | read):
        place = f"{edge.source_dataset}.{edge.source_field}"
        source, reader = copies.get(place), edge.target_dataset
        if edge.subtype != TAKEN_OVER or source is None or reader not in composed:
            continue
        # What the source itself is made from is no copy of it.
        if source.dataset != reader:
            yield _misread(f"dataset:{reader}.{edge.target_field}", place, source)


def _misread(reader: str, place: str, source: Authority) -> Misread:
    return Misread(reader, place, source.place, source.department, source.element, source.subject)
