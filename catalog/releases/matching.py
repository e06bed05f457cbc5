"""Rows of a delivery beside the rows published before, matched by primary key.

Decides which rows are new, changed, gone or the same 增删改, and what a row that stays brings along:
its number within its unit and its pseudonym, which therefore is hashed once for as long as the row
stays. Reads a published version; what becomes of the rows is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.duck import shared
from contracts.model import Contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Numbers = npt.NDArray[np.int64]

_NEW: Final = 0
_CHANGED: Final = 1


@dataclass(frozen=True, slots=True)
class Former:
    """The vault of a former release: where its rows are, and their columns.

    Attributes:
        rows: its files, or the rows themselves.
        schema: names and types of its columns, the vault's own included.
        count: how many rows it has.
        keyed: whether its pseudonyms were made with the key of this installation.
    """

    rows: tuple[Path, ...] | pa.Table
    schema: pa.Schema
    count: int
    keyed: bool = False

    @classmethod
    def of(cls, rows: pa.Table) -> Former:
        """The vault of a former release held in memory."""
        return cls(rows, rows.schema, rows.num_rows)

    def open(self, connection: DuckDBPyConnection, view: str, columns: Sequence[str]) -> None:
        """Let ``connection`` read some columns of the rows as ``view``."""
        if isinstance(self.rows, pa.Table):
            connection.register(view, self.rows.select(list(columns)))
        elif not self.rows:
            connection.register(view, pa.schema([self.schema.field(c) for c in columns]).empty_table())
        else:
            listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self.rows)
            named = ", ".join(f'"{name}"' for name in columns)
            connection.execute(f"CREATE TEMP VIEW {view} AS SELECT {named} FROM read_parquet([{listed}])")


@dataclass(frozen=True, slots=True)
class Matched:
    """What the rows of a delivery were before.

    Attributes:
        numbers: ``_n_<kind>`` → former number of every row, 0 where it had none or its unit changed.
        pseudonyms: field → former pseudonym of every row, NULL where it had none or its unit changed.
        changes: rows ``added``, ``changed``, ``removed`` and the ``same``; empty without a key.
    """

    numbers: Mapping[str, Numbers]
    pseudonyms: Mapping[str, pa.Array]
    changes: Mapping[str, int]


NOTHING: Final = Matched({}, {}, {})


def match(contract: Contract, rows: pa.Table, former: Former | None) -> Matched:
    """Find every row of a delivery among the rows published before.

    Args:
        contract: names the primary key; without one nothing can be matched.
        rows: typed, checked rows, unique by that key.
        former: the vault they follow, or None.
    """
    if former is None:
        return Matched({}, {}, {"added": rows.num_rows, "changed": 0, "removed": 0, "same": 0})
    had = set(former.schema.names)
    if not contract.key or not set(contract.key) <= had:
        return NOTHING
    carried = _carried(contract, had, former.keyed)
    fields = [f.name for f in contract.fields]
    alike = all(f in had and former.schema.field(f).type == rows.schema.field(f).type for f in fields)
    needed = dict.fromkeys([*contract.key, *carried, *carried.values(), *(fields if alike else ())])
    with shared() as connection:
        former.open(connection, "then_rows", tuple(needed))
        connection.register(
            "now_rows", rows.select(fields).append_column("_row", pa.array(np.arange(rows.num_rows)))
        )
        found = connection.sql(_query(contract.key, carried, fields if alike else ())).to_arrow_table()
    return _scattered(rows.num_rows, found, former.count)


def _carried(contract: Contract, had: set[str], keyed: bool) -> dict[str, str]:
    """Column of the vault a row brings along → the field that must not have changed for it."""
    carried = {}
    for field in contract.unit_fields:
        assert field.unit is not None
        if field.name not in had:
            continue
        if field.unit.about and f"_n_{field.unit.kind}" in had:
            carried[f"_n_{field.unit.kind}"] = field.name
        if keyed and f"_u_{field.name}" in had:
            carried[f"_u_{field.name}"] = field.name
    return carried


def _query(key: Sequence[str], carried: Mapping[str, str], fields: Sequence[str]) -> str:
    on = " AND ".join(f'n."{name}" = o."{name}"' for name in key)
    kept = "".join(
        f', CASE WHEN n."{field}" IS NOT DISTINCT FROM o."{field}" THEN o."{column}" END AS "{column}"'
        for column, field in carried.items()
    )
    listed = ", ".join(f'"{name}"' for name in fields)
    digest = f"hash({listed})" if fields else "NULL"
    then = f"SELECT *, {digest} AS _hash, true AS _here FROM then_rows"
    now = f"SELECT *, {digest} AS _hash FROM now_rows"
    state = "CASE WHEN o._here IS NULL THEN 0 WHEN n._hash = o._hash THEN 2 ELSE 1 END::TINYINT"
    return f"SELECT n._row, {state} AS _state{kept} FROM ({now}) n LEFT JOIN ({then}) o ON {on}"


def _scattered(rows: int, found: pa.Table, before: int) -> Matched:
    """The joined columns back in the order of the rows."""
    place = found["_row"].to_numpy()
    order = np.empty(rows, dtype=np.int64)
    order[place] = np.arange(rows)
    numbers: dict[str, Numbers] = {}
    pseudonyms: dict[str, pa.Array] = {}
    for name in found.column_names[2:]:
        column: Any = found[name].combine_chunks()
        if name.startswith("_n_"):
            numbers[name] = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)[order]
        else:
            pseudonyms[name.removeprefix("_u_")] = column.take(pa.array(order))
    states = np.bincount(found["_state"].to_numpy(), minlength=3)
    added, changed, same = (int(count) for count in states)
    removed = before - changed - same
    return Matched(
        numbers, pseudonyms, {"added": added, "changed": changed, "removed": removed, "same": same}
    )
