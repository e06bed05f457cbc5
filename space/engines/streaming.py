"""Rows of vault files as a stream 流式读取: one SELECT, batch by batch, in the order of the files.

Decides how the engine is held: it opens exactly the files it is given, keeps little in memory whatever their
size, and never sorts. What is selected is decided by the plan of a list (:mod:`space.query.lists`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from catalog.duck import connect

# Memory of the engine while it streams; batches waiting to be written come beside it.
_MEMORY: Final = "192MB"
_THREADS: Final = 2
# Rows of a batch; even, so that the pairs of a mark never lie across two.
BATCH_ROWS: Final = 32_768


@contextmanager
def streamed(
    sql: str, files: Mapping[str, Sequence[Path]]
) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """Run a SELECT over vault files.

    Args:
        sql: of a checked plan.
        files: dataset → its files; each is a view of that name.

    Yields:
        The columns, and the rows in batches of :data:`BATCH_ROWS`, all but the last of them full.
    """
    with connect() as connection:
        paths = [str(path.resolve()) for chosen in files.values() for path in chosen]
        if paths:
            connection.execute(f"SET allowed_paths = {_listed(paths)}")
        for setting in (
            "SET GLOBAL TimeZone = 'Asia/Shanghai'",
            f"SET memory_limit = '{_MEMORY}'",
            f"SET threads = {_THREADS}",
            "SET temp_directory = ''",
            "SET preserve_insertion_order = true",
            "SET enable_external_access = false",
        ):
            connection.execute(setting)
        for name, chosen in files.items():
            listed = _listed([str(path.resolve()) for path in chosen])
            quoted = name.replace('"', '""')
            connection.execute(f'CREATE VIEW "{quoted}" AS SELECT * FROM read_parquet({listed})')
        connection.execute("SET lock_configuration = true")
        reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
        yield reader.schema, _even(reader)


def _even(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of one size: what an engine hands over is cut as it likes."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        while rows >= BATCH_ROWS:
            whole = pa.Table.from_batches(held).combine_chunks()
            yield whole.slice(0, BATCH_ROWS).to_batches()[0]
            held = whole.slice(BATCH_ROWS).to_batches()
            rows -= BATCH_ROWS
    if rows:
        yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]


def _listed(texts: Sequence[str]) -> str:
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"
