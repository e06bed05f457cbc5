"""What the server gives, made into what the statement asked for: moments are made of sums.

Decides that a figure which does not fit is a failure, never another figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from space.engines.spark.kinds import Kind
from space.engines.spark.moments import TWO, Sums, figure
from space.engines.spark.shape import HIDDEN
from space.engines.spark.sql import Statement


def kinds_of(tables: Iterable[pa.Table]) -> Mapping[str, Kind]:
    """The kind of every column; OTHER where tables give one name to several."""
    found: dict[str, Kind] = {}
    for table in tables:
        for field in table.schema:
            kind = _kind(field.type)
            found[field.name] = kind if found.get(field.name, kind) is kind else Kind.OTHER
    return found


def _kind(stored: pa.DataType) -> Kind:
    if pa.types.is_integer(stored):
        return Kind.WHOLE
    if pa.types.is_floating(stored):
        return Kind.REAL
    if pa.types.is_decimal(stored):
        return Kind.EXACT
    if pa.types.is_string(stored) or pa.types.is_large_string(stored):
        return Kind.TEXT
    if pa.types.is_date(stored):
        return Kind.DAY
    if pa.types.is_timestamp(stored) and stored.tz is None:
        return Kind.MOMENT
    if pa.types.is_boolean(stored):
        return Kind.TRUTH
    return Kind.OTHER


def finished(table: pa.Table, statement: Statement) -> pa.Table:
    """The table a statement asked for.

    Raises:
        TooLarge: the sums behind a moment may not have fitted.
    """
    for place, (name, operation) in enumerate(statement.moments):
        made = pa.array(_figures(table, f"{HIDDEN}{place}_", operation), pa.float64())
        table = table.set_column(table.column_names.index(name), name, made)
    return table.select(list(range(len(statement.columns))))


def _figures(table: pa.Table, prefix: str, operation: str) -> list[float | None]:
    wanted = [f.name for f in fields(Sums) if operation in TWO or f.name in ("n", "y", "yy", "most")]
    columns: list[list[Any]] = [table.column(prefix + name).to_pylist() for name in wanted]
    rows = ({n: int(v or 0) for n, v in zip(wanted, row, strict=True)} for row in zip(*columns, strict=True))
    return [figure(operation, Sums(**row)) for row in rows]
