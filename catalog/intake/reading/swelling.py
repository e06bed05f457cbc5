"""Files that were sent to a server and are far larger once they are opened than as they lie there.

Decides what a file may come to before anything of it is read: a Parquet file of equal values, or a packed
workbook, says so little of its size that a few kilobytes fill the memory everybody shares. What a steward
drafts at a command, on a machine of its own, is not judged here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.intake.errors import Unreadable
from catalog.intake.reading.packed import unpacked_bytes
from policies.rulebook import rule

_PARQUET: Final = b"PAR1"
# Texts stored by what they share with the one before; how long they are stands nowhere.
_SHARED: Final = "DELTA_BYTE_ARRAY"
_HAND_IN_PARTS: Final = "send a part of it, or draft it at the command line"


def refuse_swelling(folder: Path, on: date) -> None:
    """Refuse files of a folder that come to more than a server opens in one piece.

    Args:
        folder: holds what was sent.
        on: day of the dated rules.

    Raises:
        Unreadable: a file holds too many cells, or unpacks to too many bytes; or is damaged.
    """
    most_cells = int(rule("sent_files", "most_cells", on).value)
    most_bytes = int(rule("sent_files", "most_unpacked", on).value)
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        with path.open("rb") as file:
            start = file.read(4)
        if start == _PARQUET:
            _refuse_parquet(path, most_cells, most_bytes)
        elif start.startswith(b"PK"):
            try:
                unpacked = unpacked_bytes(path)
            except (zipfile.BadZipFile, OSError) as error:
                raise Unreadable(path.name, "damaged or cut off: the archive cannot be opened") from error
            if unpacked > most_bytes:
                raise Unreadable(path.name, f"unpacks to more than {most_bytes} bytes — {_HAND_IN_PARTS}")


def _refuse_parquet(path: Path, most_cells: int, most_bytes: int) -> None:
    try:
        with pq.ParquetFile(path) as file:
            about = file.metadata
            chunks = list(_chunks(about))
            cells = max(about.num_rows * about.num_columns, sum(each.num_values for _, _, each in chunks))
            if cells > most_cells:
                told = f"holds more than {most_cells} cells: {about.num_rows} rows of {about.num_columns}"
                raise Unreadable(path.name, f"{told} columns — {_HAND_IN_PARTS}")
            stored = sum(about.row_group(place).total_byte_size for place in range(about.num_row_groups))
            fixed = sum(
                each.num_values * max(about.schema.column(column).length, 0) for _, column, each in chunks
            )
            large = max(stored, fixed) > most_bytes
        if large or _more_text(path, chunks, most_bytes):
            raise Unreadable(path.name, f"unpacks to more than {most_bytes} bytes — {_HAND_IN_PARTS}")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Unreadable(path.name, "damaged or cut off: not a whole Parquet file") from error


def _chunks(about: Any) -> Iterator[tuple[int, int, Any]]:
    """Every column of every row group, with their places."""
    for group in range(about.num_row_groups):
        for column in range(about.num_columns):
            yield group, column, about.row_group(group).column(column)


def _more_text(path: Path, chunks: list[tuple[int, int, Any]], most: int) -> bool:
    """Whether texts that are stored once and named often come to more than that."""
    texts = [(group, each) for group, _, each in chunks if each.physical_type == "BYTE_ARRAY"]
    if any(_SHARED in each.encodings for _, each in texts):
        raise Unreadable(path.name, f"stores texts as {_SHARED} — write it with a dictionary or plain")
    found = 0
    with pq.ParquetFile(path, read_dictionary=[each.path_in_schema for _, each in texts]) as file:
        for group, each in texts:
            for name in file.read_row_group(group, columns=[each.path_in_schema], use_threads=False).columns:
                found += sum(_length(array) for array in name.chunks)
            if found > most:
                return True
    return False


def _length(array: Any) -> int:
    """Bytes of the texts of an array, each as often as it is named."""
    while pa.types.is_nested(array.type):
        array = array.flatten()[0] if pa.types.is_struct(array.type) else array.flatten()
    if not pa.types.is_dictionary(array.type):
        return int(array.nbytes)
    lengths = pc.binary_length(array.dictionary).take(array.indices)
    return int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)
