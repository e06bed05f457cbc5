"""Tables as files of the lake that are whole or not there: drafts first, then put in place."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.lake import Draft, Files


def written(rows: pa.Table) -> bytes:
    """A table as the content of a Parquet file; the same for the same rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def write_part(files: Files, path: Path, content: bytes) -> Draft:
    """Write what shall become a file of the lake, without a reader seeing it."""
    return files.draft(path.as_posix(), content)


def put(files: Files, part: Draft) -> None:
    """Put a written file in its place."""
    files.stand(part)
