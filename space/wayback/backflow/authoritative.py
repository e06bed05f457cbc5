"""Looking up one row of an area in the published release of its source department.

Decides that a body sees rows of its own area only: a row elsewhere is answered like a row that does
not exist. Reads the vault; nothing here is reachable from a query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from catalog import revisions
from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases import published as releases
from catalog.releases.published import Release
from contracts.codes import CODES
from contracts.model import Contract
from space.errors import SpaceError, Unknown


class NotInArea(SpaceError):
    """No such row in the area of the body that asks."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(f"{dataset} has no such row in this area")


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset as published now: its contract and its release."""

    contract: Contract
    release: Release

    @property
    def needed(self) -> tuple[str, ...]:
        """Fields a lookup always reads: the key, the area and the period."""
        area = (self.contract.area.field,) if self.contract.area else ()
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
    return Source(revisions.number(connection, dataset, release.revision).contract, release)


def rows_of_area(
    home: Home,
    found: Source,
    area: str,
    fields: tuple[str, ...],
    matches: Callable[[Mapping[str, Any]], bool],
    secret: bytes,
) -> list[Found]:
    """The rows of an area that match, with their references.

    Args:
        home: the installation.
        found: the dataset as published.
        area: region code; rows outside it are never looked at.
        fields: to read beside the key, the area and the period.
        matches: which of them.
        secret: the pseudonym key.
    """
    contract = found.contract
    if contract.area is None:
        return []
    wanted = tuple(dict.fromkeys((*found.needed, *fields)))
    table = releases.read_vault(home, found.release, wanted)
    inside = pa.array([_is_inside(code, area) for code in table[contract.area.field].to_pylist()], pa.bool_())
    rows = table.filter(inside).to_pylist()
    return [_found(contract, row, secret) for row in rows if matches(row)]


def row_by_reference(
    home: Home, found: Source, area: str, reference: str, fields: tuple[str, ...], secret: bytes
) -> Found:
    """The row of an area that a delivery or a form names.

    Raises:
        NotInArea: there is none in this area.
    """
    contract = found.contract

    def is_it(row: Mapping[str, Any]) -> bool:
        return row_reference(secret, contract.name, {name: row[name] for name in contract.key}) == reference

    rows = rows_of_area(home, found, area, fields, is_it, secret)
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


def _is_inside(code: object, area: str) -> bool:
    canonical = None if code is None else CODES["region"](str(code))
    return canonical is not None and canonical.startswith(area)


def _found(contract: Contract, row: Mapping[str, Any], secret: bytes) -> Found:
    key = {name: row[name] for name in contract.key}
    return Found(row_reference(secret, contract.name, key), key, row)
