"""Parquet files: typed columns turned into canonical text, so that every source is cast the same way."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.intake.errors import Unreadable
from catalog.intake.records import Records, line_column, sifted
from contracts.model import Source


def read(path: Path, source: Source, where: str) -> Records:
    """Rows of a Parquet file.

    Args:
        path: the file.
        source: layout (drop rules only).
        where: the file's name for messages.

    Returns:
        Records whose line numbers are row numbers from 1.

    Raises:
        Unreadable: damaged or cut off.
    """
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(where, "damaged or cut off: not a whole Parquet file") from error
    columns = [as_text(c) for c in table.columns]
    return sifted(tuple(table.column_names), columns, line_column(range(1, table.num_rows + 1)), source.drop)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of any type as text: ISO dates and instants, decimals in full, lists and structs as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(pc.cast(column, kind.value_type))
    if pa.types.is_timestamp(kind):
        if kind.tz is not None:  # local time of the ledger; instants are compared in one zone
            column = pc.local_timestamp(pc.cast(column, pa.timestamp(kind.unit, "Asia/Shanghai")))
        return pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0+$", "")
    if pa.types.is_nested(kind):
        texts = [
            None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = [None if v is None else v.hex() for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_floating(kind):
        texts = [_number(v) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return pc.cast(column, pa.string())


def _number(value: float | None) -> str | None:
    """Shortest digits that read back to the same double, without an exponent where short."""
    if value is None or value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
