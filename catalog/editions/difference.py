"""What changed from one edition to the next, in words and numbers.

Decides what counts as a change of the ledger: an entry that came or left, a column of an entry or of one
of its fields that reads differently, a release that is new. Pure: it sees the tables of two editions, so
the public view alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

# Table of an edition -> the columns that name a row of it.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "datasets": ("name",),
    "fields": ("dataset", "name"),
    "releases": ("dataset",),
    "quality": ("dataset", "dimension"),
}
# Columns whose difference says nothing that another column does not say better.
_SILENT: Final = frozenset({"revision_digest", "content_hash", "release", "number", "rows_withheld"})
_WITHHELD: Final = "withheld"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reads differently.

    Attributes:
        dataset: ``schema.table``.
        field: of the dataset, a quality dimension, or empty.
        kind: ``added``, ``removed`` or ``changed``.
        what: ``entry``, ``field``, ``release``, or the column that changed.
        before, after: as printed; empty where there was or is nothing.
    """

    dataset: str
    field: str
    kind: str
    what: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """The change as one line."""
        where = f"{self.dataset}.{self.field}" if self.field else self.dataset
        if self.kind != "changed":
            return f"{where}: {self.what} {self.kind}"
        return f"{where}: {self.what.replace('_', ' ')} {self.before or 'none'} → {self.after or 'none'}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two editions.

    Attributes:
        changes: in the order of datasets.
        numbers: figure → before and after.
    """

    changes: tuple[Change, ...]
    numbers: Mapping[str, tuple[int, int]]

    @property
    def words(self) -> tuple[str, ...]:
        """Numbers first, then every change, one line each."""
        counted = (f"{name}: {before} → {after}" for name, (before, after) in self.numbers.items())
        return (*counted, *(change.words for change in self.changes))


def difference(before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> Difference:
    """What changed from the tables of one edition to those of another.

    Args:
        before: table name → rows; empty where there is no former edition.
        after: the same of the later one.
    """
    changes = [
        change for table in _KEYS for change in _changes(table, _rows(before, table), _rows(after, table))
    ]
    numbers = {
        name: (_count(before, name), _count(after, name))
        for name in ("datasets", "fields", "releases", "lineage")
    }
    return Difference(
        tuple(sorted(changes, key=lambda c: (c.dataset, c.field != "", c.field, c.what))), numbers
    )


def _changes(
    table: str, before: Mapping[tuple[str, ...], Row], after: Mapping[tuple[str, ...], Row]
) -> Iterator[Change]:
    noun = {"datasets": "entry", "fields": "field", "releases": "release", "quality": "quality"}[table]
    whole = {key[0] for key in before} ^ {key[0] for key in after} if table != "datasets" else set()
    for key in sorted(before.keys() | after.keys()):
        dataset, field = key[0], key[1] if len(key) > 1 else ""
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            # What came or left with its dataset is told with that dataset, save its first release.
            if dataset not in whole or table == "releases":
                yield Change(dataset, field, "added" if old is None else "removed", noun)
            continue
        yield from _reads_differently(table, dataset, field, old, new)


def _reads_differently(table: str, dataset: str, field: str, old: Row, new: Row) -> Iterator[Change]:
    if table == "releases" and old["release"] != new["release"]:
        yield Change(dataset, "", "changed", "release", str(old["number"]), str(new["number"]))
    for column in new:
        if column in _SILENT or column in _KEYS[table] or column == "position":
            continue
        said = _said(old, column), _said(new, column)
        # The dataset's own line says how many rows and how good; the release's repeats it.
        if said[0] != said[1] and (table != "releases" or column == "quarantined"):
            yield Change(dataset, field, "changed", column, *said)


def _said(row: Row, column: str) -> str:
    value = row.get(column)
    if column == "rows" and row.get("rows_withheld"):
        return _WITHHELD
    return "" if value is None else str(value)


def _rows(tables: Mapping[str, pa.Table], name: str) -> dict[tuple[str, ...], Row]:
    if name not in tables:
        return {}
    return {tuple(row[column] for column in _KEYS[name]): row for row in tables[name].to_pylist()}


def _count(tables: Mapping[str, pa.Table], name: str) -> int:
    return int(tables[name].num_rows) if name in tables else 0
