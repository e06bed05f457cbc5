"""Parquet files: typed columns turned into canonical text, so that every source is cast the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.intake.errors import Unreadable
from catalog.intake.reading.records import (
    Raw,
    Records,
    Stream,
    Tally,
    gathered,
    line_column,
    streamed,
    text_column,
)
from contracts.model import Source

# Rows turned into text at a time.
BATCH_ROWS: Final = 65_536


def read(path: Path, source: Source, where: str) -> Records:
    """Rows of a Parquet file, in memory; see :func:`stream`."""
    return gathered(stream(path, source, where))


def stream(path: Path, source: Source, where: str) -> Stream:
    """Rows of a Parquet file, some at a time.

    Args:
        path: the file.
        source: layout (drop rules only).
        where: the file's name for messages.

    Returns:
        Records whose line numbers are row numbers from 1.

    Raises:
        Unreadable: damaged or cut off.
    """
    return streamed(_read(path, where), source.drop, Tally())


def _read(path: Path, where: str) -> Iterator[Raw]:
    done = 0
    try:
        with pq.ParquetFile(path) as file:
            names = tuple(file.schema_arrow.names)
            for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
                columns = [as_text(pa.chunked_array([c])) for c in batch.columns]
                yield names, columns, line_column(range(done + 1, done + batch.num_rows + 1))
                done += batch.num_rows
            if not done:
                yield names, [text_column([]) for _ in names], line_column([])
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(where, "damaged or cut off: not a whole Parquet file") from error


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
