"""Files of supplies 供数文件: CSV, workbook or Parquet, written batch by batch with their visible mark.

Decides the form of each. Values are written as they are; the first line of a CSV file is the visible mark,
its second the header, which holds the names of the fields; a workbook has their titles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from space.supply import workbook
from space.supply.label import Label

# Spreadsheets take a CSV file for UTF-8 by this.
_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 1 << 20


class Form(StrEnum):
    """In which form a supply is handed over."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    TABLE = "table"  # of the department's exchange database


FILES: Final = (Form.CSV, Form.XLSX, Form.PARQUET)

MEDIA_TYPES: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PARQUET: "application/vnd.apache.parquet",
}


def write(form: Form, path: Path, label: Label, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write a file; how many rows it holds.

    Args:
        form: of the file.
        path: where.
        label: what it says of itself.
        schema: columns of the batches.
        batches: the rows.
    """
    if form is Form.XLSX:
        return workbook.write(path, label, batches)
    if form is Form.PARQUET:
        return _parquet(path, label, schema, batches)
    return _csv(path, label, schema, batches)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while part := stream.read(_CHUNK):
            found.update(part)
    return found.hexdigest()


def _csv(path: Path, label: Label, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    options = pa.csv.WriteOptions(include_header=True, quoting_style="needed")
    with path.open("wb") as stream:
        said = label.line.replace('"', '""')
        stream.write(_BOM + f'"{said}"\n'.encode())
        with pa.csv.CSVWriter(stream, schema, write_options=options) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
    return rows


def _parquet(path: Path, label: Label, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    titles = {name: title for name, title, _ in label.columns}
    fields = [field.with_metadata({"title": titles[field.name]}) for field in schema]
    said = {"ybz.supply": label.supply, "ybz.mark": label.line}
    with pq.ParquetWriter(path, pa.schema(fields, metadata=said), compression="zstd") as writer:
        for table in _groups(batches, schema):
            writer.write_table(table.cast(pa.schema(fields, metadata=said)))
            rows += table.num_rows
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Row groups: a few batches each."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if len(held) == _GROUP:
            yield pa.Table.from_batches(held, schema=schema)
            held = []
    if held:
        yield pa.Table.from_batches(held, schema=schema)


# Batches of a row group.
_GROUP: Final = 4
