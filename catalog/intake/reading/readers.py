"""Which reader reads a source: one per format, each giving batches."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO, Final

from catalog.intake.errors import Unreadable
from catalog.intake.reading import database, delimited, delta_folder, excel, json_documents, parquet
from catalog.intake.reading.records import Batch, Records, Stream, gathered
from catalog.intake.reading.sniff import form_of
from contracts.model import Source, SourceFormat


def records_of(source: Source, path: Path | None, folder: Path) -> Records:
    """Records of one input, in memory."""
    return gathered(stream_of(source, path, folder))


def stream_of(
    source: Source, path: Path | None, folder: Path, *, from_: database.From | None = None
) -> Stream:
    """Batches of one input, by the source's format.

    Args:
        source: the layout.
        path: of the file or Delta folder; None for a database behind a URL.
        folder: what a database file is relative to.
        from_: where a SQL source goes on.
    """
    if source.format is SourceFormat.SQL:
        return database.stream(folder, source, from_)
    assert path is not None, "only a database is read without a file"
    where = path.name
    if source.format is SourceFormat.DELTA:
        return delta_folder.stream(path, source, where)
    if source.format is SourceFormat.PARQUET:
        return parquet.stream(path, source, where)
    if source.format is SourceFormat.EXCEL:
        form_of(path, where)
        return excel.stream(path, source, where)
    return _opened(path, source, where)


_TEXT: Final[dict[SourceFormat, Callable[[BinaryIO, Source, str], Stream]]] = {
    SourceFormat.CSV: delimited.stream,
    SourceFormat.JSON: json_documents.stream,
    SourceFormat.JSONL: json_documents.stream,
}


def _opened(path: Path, source: Source, where: str) -> Stream:
    """A text file, open while its batches are taken."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unreadable(where, f"cannot be opened: {error.strerror}") from error
    try:
        read = _TEXT[source.format](file, source, where)
    except Unreadable:
        file.close()
        raise

    def batches() -> Generator[Batch]:
        with file:
            yield from read.batches

    return Stream(batches(), read.tally)
