"""A file an operator brings, as columns of text: the stated ones and no other.

Decides which files can be read. No message repeats anything of the file, not even what a library says of it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalog.intake.reading.encoding import text_of
from policies.decision import Deny, Reason
from space.errors import Refused

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of a Parquet file looked at together.
_BATCH: Final = 16_384
_PARQUET: Final = b"PAR1"


@dataclass(frozen=True, slots=True)
class Brought:
    """What was read of a file.

    Attributes:
        rows: stated columns, as text.
        dropped: headings of columns that were not stated; they did not enter.
    """

    rows: pa.Table
    dropped: tuple[str, ...]


def read_file(raw: bytes, columns: tuple[str, ...], *, most_rows: int, parquet: bool = False) -> Brought:
    """The stated columns of a CSV file in UTF-8 or GB 18030, or of a Parquet file.

    Args:
        raw: the file.
        columns: names of the stated columns; headings compare without case.
        most_rows: a longer file is refused.
        parquet: whether Parquet is read. It can unfold to any size, so only where the reader is a process
            of its own.

    Raises:
        Refused: the file is none, is too long, or lacks a stated column.
    """
    import pyarrow as pa

    if raw.startswith(_PARQUET) and not parquet:
        raise refused_file()
    try:
        brought = _parquet(raw, columns, most_rows) if raw.startswith(_PARQUET) else _csv(raw, columns)
    # What the library says may repeat a row.
    except (pa.ArrowException, UnicodeError, csv.Error, OSError, MemoryError):
        raise refused_file() from None
    if brought.rows.num_rows > most_rows:
        raise too_large()
    return brought


def refused_file() -> Refused:
    """The refusal of a file that cannot be read as stated."""
    return Refused(
        Deny(
            (
                Reason(
                    "workspace.file",
                    "the file cannot be read, or lacks a stated column",
                    "file",
                    "CSV in UTF-8 or GB 18030 with one line of headings, each once; Parquet from the command "
                    "line only",
                ),
            )
        )
    )


def too_large() -> Refused:
    """The refusal of a file beyond the rules."""
    return Refused(
        Deny(
            (
                Reason(
                    "workspace.size",
                    "the file has more rows or bytes than a table of a workspace may have",
                    "file",
                    "bring the units the question is about (rules `most_rows`, `most_bytes` of `workspace`)",
                ),
            )
        )
    )


def _csv(raw: bytes, columns: tuple[str, ...]) -> Brought:
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

    text = text_of(raw)
    if text is None:
        raise refused_file()
    headings = next(csv.reader(io.StringIO(text)), [])
    places = _places(headings, columns)
    names = [f"c{place}" for place in range(len(headings))]
    read = read_csv(
        io.BytesIO(text.encode()),
        ReadOptions(column_names=names, skip_rows=1),
        ParseOptions(newlines_in_values=False),
        ConvertOptions(
            include_columns=[names[place] for place in places.values()],
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        ),
    )
    return Brought(read.rename_columns(list(places)), _others(headings, places))


def _parquet(raw: bytes, columns: tuple[str, ...], most_rows: int) -> Brought:
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(pa.BufferReader(raw))
    headings: list[str] = file.schema_arrow.names
    places = _places(headings, columns)
    if file.metadata.num_rows > most_rows:
        raise too_large()
    wanted = [headings[place] for place in places.values()]
    parts: list[Any] = []
    rows = 0
    for batch in file.iter_batches(_BATCH, columns=wanted):
        rows += batch.num_rows
        if rows > most_rows:
            raise too_large()
        parts.append(pa.table([batch[name].cast(pa.string()) for name in wanted], names=list(places)))
    empty = pa.table({name: pa.array([], pa.string()) for name in places})
    return Brought(pa.concat_tables([empty, *parts]), _others(headings, places))


def _places(headings: list[str], columns: tuple[str, ...]) -> dict[str, int]:
    """Where each stated column stands.

    Raises:
        Refused: one is missing, or stands twice.
    """
    plain = [heading.strip().lower() for heading in headings]
    if any(plain.count(column) != 1 for column in columns):
        raise refused_file()
    return {column: plain.index(column) for column in columns}


def _others(headings: list[str], places: dict[str, int]) -> tuple[str, ...]:
    return tuple(heading for place, heading in enumerate(headings) if place not in places.values())
