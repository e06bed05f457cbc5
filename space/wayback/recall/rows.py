"""One row of one release, found by its key, its reference or whom it is about: what recall computes with.

Decides that a release whose version is no longer kept is told apart from one that has no such row: of the
first nothing can be excluded. Reads the vault; nothing here is reachable from a query, and no value of a row
leaves this package but into the store of the installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases import published as releases
from catalog.releases.delta import rows_held
from catalog.releases.published import Release
from contracts.codes import canonical_id
from contracts.model import Contract
from space.errors import SpaceError
from space.wayback.backflow.authoritative import as_text


class VersionGone(SpaceError):
    """The version of a release is no longer kept: what stood in it cannot be told."""


@dataclass(frozen=True, slots=True)
class Target:
    """A row whose holders are looked for.

    Attributes:
        dataset: ``schema.table``.
        key: primary key field → value as text.
        names: references it goes by: that of its key, and those of the units it is about, under which a
            record of a 核验 is posted.
        items: fields whose holders are looked for; empty: of any.
        value: the version that is looked for, as text; ``...`` of Ellipsis: any version.
    """

    dataset: str
    key: Mapping[str, str | None]
    names: frozenset[str]
    items: frozenset[str] = frozenset()
    value: Any = ...

    @property
    def any_version(self) -> bool:
        """Whether every version of the row counts."""
        return self.value is ...


def row_at(home: Home, release: Release, key: Mapping[str, str | None]) -> pa.Table:
    """The row of a key with all its columns; no row where the release has none.

    Raises:
        VersionGone: the version is no longer kept.
    """
    return _matching(home, release, key)


def value_at(
    home: Home, release: Release, key: Mapping[str, str | None], field: str
) -> tuple[str | None] | None:
    """The value of a field as text, in a tuple; None where the release has no such row or field.

    Raises:
        VersionGone: the version is no longer kept.
    """
    found = _matching(home, release, key)
    if not found.num_rows or field not in found.column_names:
        return None
    return (as_text(found[field][0].as_py()),)


def key_of_reference(
    home: Home, release: Release, contract: Contract, reference: str, secret: bytes
) -> dict[str, str | None] | None:
    """The primary key a reference stands for; None where the release has no such row.

    Raises:
        VersionGone: the version is no longer kept.
    """
    _require_kept(home, release)
    try:
        keys = releases.read_vault(home, release, contract.key)
    except (CatalogError, OSError) as error:
        raise _gone(release) from error
    for batch in keys.to_batches():
        for key in batch.to_pylist():
            if row_reference(secret, contract.name, key) == reference:
                return {name: as_text(value) for name, value in key.items()}
    return None


def names_of(contract: Contract, row: Mapping[str, Any], secret: bytes) -> frozenset[str]:
    """The references a row goes by: its key's, and those of the units it is about.

    Args:
        contract: of the dataset.
        row: its values, as the release holds them.
        secret: the pseudonym key.
    """
    about = [f.name for f in contract.fields if f.unit is not None and f.unit.about and f.name in row]
    named = [{name: row[name] for name in contract.key}, *({name: row[name]} for name in about)]
    return frozenset(row_reference(secret, contract.name, each) for each in named)


def rows_about(
    home: Home, release: Release, contract: Contract, kind: str, identifier: str
) -> list[dict[str, Any]]:
    """Key and units of the rows of a release that name a unit, in any column that does.

    Args:
        home: the installation.
        release: which version.
        contract: of it.
        kind: person, household or enterprise.
        identifier: canonical.

    Raises:
        VersionGone: the version is no longer kept.
    """
    naming = [f.name for f in contract.fields if f.unit is not None and f.unit.kind == kind]
    wanted = tuple(dict.fromkeys((*contract.key, *(f.name for f in contract.fields if f.unit is not None))))
    found: dict[str, dict[str, Any]] = {}
    for name in naming:
        for row in _matching(home, release, {name: identifier}, wanted).to_pylist():
            found[str(row)] = row
    return list(found.values())


def identifier_of(kind: str, text: str) -> str | None:
    """The one spelling of an identifier, as releases hold it; None where it is none."""
    return canonical_id(kind, text)


def _matching(
    home: Home, release: Release, cells: Mapping[str, str | None], columns: Sequence[str] | None = None
) -> pa.Table:
    _require_kept(home, release)
    try:
        parts = [_of_file(path, cells, columns) for path in releases.vault_files(home, release)]
    except (CatalogError, OSError) as error:
        raise _gone(release) from error
    # A merge writes text in another of Arrow's forms than a plain write does.
    return pa.concat_tables(parts, promote_options="permissive") if parts else pa.table({})


def _of_file(path: Any, cells: Mapping[str, str | None], columns: Sequence[str] | None) -> pa.Table:
    schema = pq.read_schema(path)
    wanted = None if columns is None else [name for name in columns if name in schema.names]
    chosen = _condition(schema, cells)
    if chosen is None:
        return schema.empty_table() if wanted is None else schema.empty_table().select(wanted)
    return pq.read_table(path, columns=wanted, filters=chosen, partitioning=None)


def _condition(schema: pa.Schema, cells: Mapping[str, str | None]) -> pc.Expression | None:
    """Rows with these cells; None where the file can hold none."""
    made: pc.Expression | None = None
    for name, text in cells.items():
        if name not in schema.names:
            return None
        try:
            one = _equal(schema.field(name), text)
        except pa.ArrowInvalid:  # no value of the column's type
            return None
        made = one if made is None else made & one
    return made


def _equal(column: pa.Field, text: str | None) -> pc.Expression:
    if text is None:
        return pc.field(column.name).is_null()
    value = pa.scalar(text, pa.string())
    plain = pa.types.is_dictionary(column.type) or column.type in (pa.string(), pa.large_string())
    return pc.field(column.name) == (value if plain else value.cast(column.type))


def _require_kept(home: Home, release: Release) -> None:
    if rows_held(releases.vault_folder(home, release.dataset), release.vault_version) is None:
        raise _gone(release)


def _gone(release: Release) -> VersionGone:
    return VersionGone(f"release {release.id} of {release.dataset} is no longer kept")


def together(targets: Iterable[Target]) -> dict[str, tuple[Target, ...]]:
    """Targets by dataset."""
    found: dict[str, tuple[Target, ...]] = {}
    for one in targets:
        found[one.dataset] = (*found.get(one.dataset, ()), one)
    return found
