"""Delta tables a department delivers as a folder: one version of it, as text like every source.

Decides which version is read: the one the source's query names, else the newest. Which features are
refused because plain Parquet reading would misread them is :mod:`catalog.releases.delta`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.intake.errors import Unreadable
from catalog.intake.reading.parquet import BATCH_ROWS, as_text
from catalog.intake.reading.records import Raw, Stream, Tally, line_column, streamed, text_column
from catalog.releases import delta
from contracts.model import Source


def stream(path: Path, source: Source, where: str) -> Stream:
    """Rows of a Delta table, some at a time.

    Args:
        path: its folder.
        source: layout: drop rules, and the version as ``query``.
        where: the folder's name for messages.

    Returns:
        Records whose line numbers are row numbers from 1, over the files of the version.

    Raises:
        Unreadable: no Delta table, no such version, damaged, or with a feature that would be misread.
    """
    return streamed(_read(path, source, where), source.drop, Tally())


def _read(path: Path, source: Source, where: str) -> Iterator[Raw]:
    version = _version(path, source, where)
    files, names = _content(path, version, where)
    done = 0
    for file in files:
        try:
            with pq.ParquetFile(file) as part:
                for batch in part.iter_batches(BATCH_ROWS, use_threads=False):
                    lines = line_column(range(done + 1, done + batch.num_rows + 1))
                    yield names, [_column(batch, name) for name in names], lines
                    done += batch.num_rows
        except FileNotFoundError as error:
            raise Unreadable(
                where, f"a file of version {version} is gone: the table was cleaned up"
            ) from error
        except (pa.ArrowInvalid, OSError) as error:
            raise Unreadable(where, "damaged or cut off: a file of it is not whole") from error
    if not done:
        yield names, [text_column([]) for _ in names], line_column([])


def _version(path: Path, source: Source, where: str) -> int:
    newest = delta.head(path)
    if newest is None:
        raise Unreadable(where, "is no Delta table: it has no _delta_log")
    asked = (source.query or "").strip()
    if not asked:
        return newest
    if not asked.isdigit():
        raise Unreadable(
            where, "its query is no version of the table: write digits, or nothing for the newest"
        )
    if int(asked) > newest:
        raise Unreadable(where, f"has no version {asked}, its newest is {newest}")
    return int(asked)


def _content(path: Path, version: int, where: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Data files and column names of a version."""
    from deltalake.exceptions import DeltaError

    try:
        return delta.files(path, version), tuple(delta.schema(path, version).names)
    except delta.UnsupportedTable as error:
        raise Unreadable(where, str(error)) from error
    except (DeltaError, OSError, ValueError) as error:
        raise Unreadable(where, "its log cannot be read: damaged, or made by newer software") from error


def _column(batch: pa.RecordBatch, name: str) -> pa.ChunkedArray:
    """A column as text; a file written before the column was added has none of it."""
    if name not in batch.schema.names:
        return pa.chunked_array([pa.nulls(batch.num_rows, pa.string())])
    return as_text(pa.chunked_array([batch.column(name)]))
