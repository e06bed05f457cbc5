"""Looking up one row of an area in the published release of its source department.

Decides that a body sees rows of its own area only: a row elsewhere is answered like a row that does
not exist. Reads the vault; nothing here is reachable from a query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from catalog import revisions
from catalog.home import Home
from catalog.keys import row_reference
from catalog.places.attributing import attribute_rows, meaning_of, rules_of
from catalog.places.knowing import Grounds, grounds, known_from, moment_of
from catalog.releases import published as releases
from catalog.releases.published import Release
from contracts.model import Contract, Telling
from space.errors import SpaceError, Unknown

# A release nothing was delivered of yet is attributed by everything known now.
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class NotInArea(SpaceError):
    """No such row in the area of the body that asks."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(f"{dataset} has no such row in this area")


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset as published now: its contract, its release, and what its rows are attributed by.

    Attributes:
        grounds: by meaning (residence, registration, workplace).
    """

    contract: Contract
    release: Release
    grounds: Mapping[str, Grounds] = field(default_factory=dict)

    @property
    def needed(self) -> tuple[str, ...]:
        """Fields a lookup always reads: the key, what tells the area, and the period."""
        area = (name for rule in self.contract.attribution_rules for name in rule.reads)
        period = (self.contract.period_field,) if self.contract.period_field else ()
        return tuple(dict.fromkeys((*self.contract.key, *area, *period)))


@dataclass(frozen=True, slots=True)
class Found:
    """One row.

    Attributes:
        reference: keyed hash of its primary key.
        key: its primary key.
        values: the fields asked for, and the key, area and period.
    """

    reference: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]


def source(connection: Connection, dataset: str) -> Source:
    """What is published of a dataset.

    Raises:
        UnknownDataset: the ledger has no such entry.
        Unknown: nothing is released yet.
    """
    release = releases.latest(connection, dataset)
    if release is None:
        revisions.current(connection, dataset)
        raise Unknown("release of", dataset, "build it first")
    contract = revisions.number(connection, dataset, release.revision).contract
    moment = moment_of(connection, release, _LATEST)
    said = {
        meaning: grounds(connection, contract, meaning, release, moment)
        for meaning in dict.fromkeys(rule.meaning for rule in contract.attribution_rules)
    }
    return Source(contract, release, said)


def rows_of_area(
    home: Home,
    found: Source,
    area: str,
    fields: tuple[str, ...],
    matches: Callable[[Mapping[str, Any]], bool],
    secret: bytes,
    *,
    meaning: str = "",
) -> list[Found]:
    """The rows of an area that match, with their references.

    Args:
        home: the installation.
        found: the dataset as published.
        area: region code; a row outside it is never given.
        fields: to read beside the key, what tells the area, and the period.
        matches: which of them.
        secret: the pseudonym key.
        meaning: whose area: residence, registration or workplace; the dataset's first where empty.
    """
    contract = found.contract
    if not contract.attribution_rules:
        return []
    wanted = tuple(dict.fromkeys((*found.needed, *fields)))
    table = releases.read_vault(home, found.release, wanted)
    told = meaning_of(contract, meaning)
    if all(rule.by is Telling.CODE for rule in rules_of(contract, told)):
        inside = table.filter(_inside(home, found, area, table, secret, told)).to_pylist()
        return [_found(contract, row, secret) for row in inside if matches(row)]
    # An address or a register is asked for the few rows that match, not for all.
    table = table.filter(pa.array([matches(row) for row in table.to_pylist()], pa.bool_()))
    inside = table.filter(_inside(home, found, area, table, secret, told)).to_pylist()
    return [_found(contract, row, secret) for row in inside]


def row_by_reference(
    home: Home,
    found: Source,
    area: str,
    reference: str,
    fields: tuple[str, ...],
    secret: bytes,
    *,
    meaning: str = "",
) -> Found:
    """The row of an area that a delivery or a form names.

    Raises:
        NotInArea: there is none in this area.
    """
    contract = found.contract

    def is_it(row: Mapping[str, Any]) -> bool:
        return row_reference(secret, contract.name, {name: row[name] for name in contract.key}) == reference

    rows = rows_of_area(home, found, area, fields, is_it, secret, meaning=meaning)
    if not rows:
        raise NotInArea(contract.name)
    return rows[0]


def value_by_key(
    home: Home, found: Source, key: Mapping[str, str | None], field: str
) -> tuple[str | None] | None:
    """The value of one field of the row with that key, anywhere; None where there is no such row.

    Args:
        home: the installation.
        found: the dataset as published.
        key: primary key field → value as text.
        field: which value.

    Returns:
        A tuple of the value as text, so that a missing value is told from a missing row.
    """
    wanted = tuple(dict.fromkeys((*key, field)))
    table = releases.read_vault(home, found.release, wanted)
    for row in table.to_pylist():
        if all(as_text(row[name]) == value for name, value in key.items()):
            return (as_text(row[field]),)
    return None


def as_text(value: Any) -> str | None:
    """A value as a person writes it; the same text for the same value in every release."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _inside(
    home: Home, found: Source, area: str, rows: pa.Table, secret: bytes, meaning: str
) -> pa.BooleanArray:
    """Which rows lie in an area, told as their delivery tells it."""
    said = found.grounds.get(meaning)
    if said is None or not rows.num_rows:
        return pa.array([False] * rows.num_rows, pa.bool_())
    told = attribute_rows(found.contract, meaning, rows, known_from(home, secret, said))
    tree, codes = said.places.tree, told.codes.dictionary_encode()
    inside = pa.array([tree.inside(code, area) for code in codes.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(inside.take(codes.indices), False)


def _found(contract: Contract, row: Mapping[str, Any], secret: bytes) -> Found:
    key = {name: row[name] for name in contract.key}
    return Found(row_reference(secret, contract.name, key), key, row)
