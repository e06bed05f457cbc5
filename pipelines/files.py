"""Files of the lake that are whole or not there: written under a name no reader knows, then put in place."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog import lasting


def written(rows: pa.Table) -> bytes:
    """A table as the content of a Parquet file; the same for the same rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def write_part(path: Path, content: bytes) -> Path:
    """Write what shall become ``path`` under a name no reader knows, on the disk; returns where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return part


def put(part: Path, path: Path) -> None:
    """Put a written file in its place."""
    lasting.stand(part, path)
