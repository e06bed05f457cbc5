"""The rows behind the items of a form, for one subject or hundreds: each source is read once.

Decides that rows outside the area of the filler are not looked at, and which of several rows of a subject
speaks: the one of the latest period. Reads the vault; what of it is shown is
:mod:`space.wayback.forms.prefill`'s, which asks first whether a stop closes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, String, cast, column
from sqlalchemy.sql.elements import quoted_name

from catalog import duck, keys
from catalog.home import Home
from catalog.keys import row_reference
from catalog.places.attributing import attribute_rows, meaning_of
from catalog.places.knowing import known_from
from catalog.releases import published as releases
from contracts.codes import canonical_id
from contracts.conditions import sql_text
from contracts.model import FieldType
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import Found, Source, as_text, source
from space.wayback.forms.bindings import MOST_STEPS, Bound, withheld
from space.wayback.forms.definition import Form, Item, Roster

# Identifiers of one read.
_AT_ONCE: Final = 5_000
_Rows = Mapping[str, Found]
_EVERY: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Looked:
    """An item with the row it comes from, for the code that fills forms; never shown."""

    item: Item
    found: Source | None
    row: Found | None

    @property
    def value(self) -> str | None:
        """As the source has it, unmasked."""
        return None if self.row is None else as_text(self.row.values[self.item.field])


@dataclass(slots=True)
class Lookup:
    """Rows read for one form and filler.

    Attributes:
        home: the installation.
        connection: a transaction.
        bound: the form with its items bound.
        area: region code of the filler; rows elsewhere are never looked at.
    """

    home: Home
    connection: Connection
    bound: Bound
    area: str
    _sources: dict[str, Source] = field(default_factory=dict)

    def sheets(self, subjects: Sequence[str]) -> dict[str, tuple[Looked, ...]]:
        """Every item of every subject with its row, in the form's order.

        Args:
            subjects: canonical identifiers.

        Raises:
            Unknown: a source is not released, or has lost a field of the form.
        """
        read: dict[tuple[str, str, str], tuple[Source, _Rows]] = {}
        for group in self._groups():
            item = group[0]
            wanted = subjects if not item.via else self._identified(item.via, subjects, read)
            found = self._source(item.dataset)
            names = tuple(dict.fromkeys(each.field for each in group))
            kind = self.bound.kind(item) or self.bound.form.subject_kind
            _refuse_missing(found, (*names, item.key))
            rows = newest_rows(self.home, found, self.area, (item.key, kind), names, wanted)
            read[item.dataset, item.key, item.via] = found, rows
        return {subject: tuple(self._looked(item, subject, read) for item in self.bound.form.items)
                for subject in subjects}  # fmt: skip

    def roster(self, roster: Roster) -> tuple[str, ...]:
        """Whom the form is filled for in the area, each once, in the order of the identifiers."""
        return self.rosters(roster, (self.area,))[self.area]

    def rosters(self, roster: Roster, areas: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Area → whom the form is filled for in it; the dataset is read once.

        Raises:
            Unknown: the dataset is not released, or has lost a field.
            Refused: it is not shared.
        """
        found, names = self._source(roster.dataset), tuple(roster.where)
        _refuse_missing(found, (*names, roster.key))
        contract = self.bound.contracts.get(roster.dataset, found.contract)
        if any(withheld(contract, name) for name in (roster.key, *names)):
            reason = Reason("form.dataset.withheld", "it is not shared 不予共享", where=roster.dataset)
            raise Refused(Deny((reason,)))
        read = (roster.key, *names)
        rows = rows_in_areas(self.home, found, areas, read, None, roster.where)
        kind = self.bound.form.subject_kind
        named = {area: {canonical_id(kind, as_text(row[roster.key])) for row in there}
                 for area, there in rows.items()}  # fmt: skip
        return {area: tuple(sorted(each for each in there if each is not None))
                for area, there in named.items()}  # fmt: skip

    def _groups(self) -> Iterator[list[Item]]:
        """Items that are read together; those that lead to others come before them."""
        groups: dict[tuple[str, str, str], list[Item]] = {}
        for item in self.bound.form.items:
            if self._shared(item):
                groups.setdefault((item.dataset, item.key, item.via), []).append(item)
        yield from sorted(groups.values(), key=lambda group: self._steps(group[0]))

    def _shared(self, item: Item) -> bool:
        """Whether an item's source is there; nothing is shown of one withdrawn, or not shared since."""
        contract = self.bound.contracts.get(item.dataset)
        return contract is not None and not withheld(contract, item.field)

    def _steps(self, item: Item) -> int:
        steps = 0
        while item.via and steps <= MOST_STEPS:
            item, steps = self.bound.form.item(item.via), steps + 1
        return steps

    def _identified(self, via: str, subjects: Sequence[str], read: Mapping[Any, Any]) -> list[str]:
        """The identifiers an item holds for the subjects."""
        through = self.bound.form.item(via)
        looked = (self._looked(through, subject, read) for subject in subjects)
        return sorted({one.value for one in looked if one.value is not None})

    def _looked(
        self, item: Item, subject: str, read: Mapping[tuple[str, str, str], tuple[Source, _Rows]]
    ) -> Looked:
        found, rows = read.get((item.dataset, item.key, item.via), (None, {}))
        if found is None or not self._shared(item):
            return Looked(item, None, None)
        if not item.via:
            return Looked(item, found, rows.get(subject))
        through = self._looked(self.bound.form.item(item.via), subject, read).value
        kind = self.bound.kind(item)
        identified = None if through is None or kind is None else canonical_id(kind, through)
        return Looked(item, found, None if identified is None else rows.get(identified))

    def _source(self, dataset: str) -> Source:
        if dataset not in self._sources:
            self._sources[dataset] = source(self.connection, dataset)
        return self._sources[dataset]


def newest_rows(
    home: Home,
    found: Source,
    area: str,
    by: tuple[str, str],
    fields: tuple[str, ...],
    wanted: Sequence[str],
) -> dict[str, Found]:
    """Identifier → its row in an area: of the latest period; where the dataset has none, the last by key.

    Args:
        home: the installation.
        found: the dataset as published.
        area: region code.
        by: field that identifies, and the kind of unit it identifies.
        fields: to read beside the key, the area and the period.
        wanted: canonical identifiers.
    """
    key, kind = by
    secret = keys.load(home).pseudonym
    period, best = found.contract.period_field, dict[str, tuple[tuple[str, str], dict[str, Any]]]()
    for row in rows_in_area(home, found, area, (*fields, key), (key, wanted)):
        identified = canonical_id(kind, as_text(row[key]))
        if identified is None:
            continue
        age = (as_text(row[period]) or "" if period else "", str([row[name] for name in found.contract.key]))
        if identified not in best or best[identified][0] < age:
            best[identified] = age, row
    return {identified: _found(found, row, secret) for identified, (_, row) in best.items()}


def rows_in_area(
    home: Home, found: Source, area: str, fields: Iterable[str], among: tuple[str, Sequence[str]] | None
) -> list[dict[str, Any]]:
    """Rows of a dataset in an area; one read of its files.

    Args:
        home: the installation.
        found: the dataset as published.
        area: region code; what lies inside is told as its delivery tells it.
        fields: to read beside the key, the area and the period.
        among: a field and the values of it that are wanted; None for every row.
    """
    return rows_in_areas(home, found, (area,), fields, among)[area]


def rows_in_areas(
    home: Home,
    found: Source,
    areas: Collection[str],
    fields: Iterable[str],
    among: tuple[str, Sequence[str]] | None,
    where: Mapping[str, Sequence[str]] = _EVERY,
) -> dict[str, list[dict[str, Any]]]:
    """Area → its rows, for many areas; one read of the files of the dataset.

    Args and meaning as of :func:`rows_in_area`.
        where: field → the values that count; empty for every row.
    """
    names = tuple(dict.fromkeys((*found.needed, *fields)))
    files = [str(path) for path in releases.vault_files(home, found.release)]
    rows: dict[str, list[dict[str, Any]]] = {area: [] for area in areas}
    told = meaning_of(found.contract, "")
    said = found.grounds.get(told)
    if said is None or not files:
        return rows
    known, tree = known_from(home, keys.load(home).pseudonym, said), said.places.tree
    for table in _tables(found, files, names, among):
        # An address or a register is asked for the rows that are wanted, not for all.
        for name, values in where.items():
            table = table.filter(_holds(table[name], values))
        if table.num_rows:
            codes = attribute_rows(found.contract, told, table, known).codes
            told_codes = codes.unique().drop_null().to_pylist()
            for area in rows:
                inside = [code for code in told_codes if tree.inside(code, area)]
                rows[area] += table.filter(_holds(codes, inside)).to_pylist()
    return rows


def _tables(
    found: Source, files: list[str], names: Sequence[str], among: tuple[str, Sequence[str]] | None
) -> Iterator[pa.Table]:
    chosen = ", ".join(f'"{name}"' for name in names)
    with duck.shared() as engine:
        for page in [None] if among is None else _pages(among[1]):
            relation = engine.read_parquet(files, hive_partitioning=False)
            if among is not None:
                kind = found.contract.field(among[0]).type
                relation = relation.filter(_is_among(kind, among[0], page or []))
            yield relation.project(chosen).to_arrow_table()


def _holds(column: pa.Array | pa.ChunkedArray, texts: Collection[str]) -> pa.Array:
    """Which cells hold a value of one of the texts; every value is compared once."""
    values = column.unique().drop_null()
    wanted = [value for value in values if as_text(value.as_py()) in texts]
    return pc.is_in(column, value_set=pa.array(wanted, values.type))


def canonical_subject(form: Form, subject: str) -> str:
    """The one spelling of a subject's identifier.

    Raises:
        Refused: it is no identifier of the form's kind.
    """
    found = canonical_id(form.subject_kind, subject)
    if found is None:
        reason = Reason("form.subject", f"not the identifier of a {form.subject_kind}", "subject")
        raise Refused(Deny((reason,)))
    return found


def _is_among(kind: FieldType, name: str, values: Sequence[str]) -> str:
    condition = _text(name) if kind is FieldType.STRING else cast(_text(name), String())
    return sql_text(condition.in_(list(values)))


def _text(name: str) -> ColumnElement[str]:
    return column(quoted_name(name, True), String())


def _pages(values: Sequence[str]) -> list[list[str]]:
    listed = sorted(set(values))
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]


def _found(found: Source, row: dict[str, Any], secret: bytes) -> Found:
    key = {name: row[name] for name in found.contract.key}
    return Found(row_reference(secret, found.contract.name, key), key, row)


def _refuse_missing(found: Source, fields: tuple[str, ...]) -> None:
    """A later contract may have dropped a field the form was admitted with."""
    known = {field.name for field in found.contract.fields}
    for name in fields:
        if name not in known:
            raise Unknown("field", f"{found.contract.name}.{name}", "ask the issuer to bind the item anew")
