"""Lines of a log: files, plain or packed, read one line at a time with bounded memory.

Decides what is a line of data and what cannot be read as one. What a line counts as is
:mod:`catalog.usage.tallying`'s.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from catalog.usage.mapping import COLUMNS, LogMapping, UsageError

# The values of COLUMNS, in their order.
Line = tuple[str | None, ...]
_CHUNK: Final = 1 << 20


def file_digest(path: Path) -> str:
    """SHA-256 of what a log says: the same whether it is packed or not.

    Raises:
        UsageError: it is packed, and not whole.
    """
    summed = hashlib.sha256()
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                summed.update(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UsageError(f"{path}: it is no whole gzip file — fetch it again") from None
    return summed.hexdigest()


def lines(path: Path, mapping: LogMapping, most: int, bad: Callable[[str], None]) -> Iterator[Line]:
    """The lines of data of a file, the values of the mapped columns in the order of ``COLUMNS``.

    Args:
        path: of the file, plain or gzip.
        mapping: how it is read.
        most: characters a line may have.
        bad: told the reason of every line that cannot be read.

    Raises:
        UsageError: it lacks a mapped column, is not in its encoding, or is no file of lines.
    """
    try:
        with _opened(path, mapping.encoding) as file:
            text = _bounded(path, file, most)
            yield from (_csv if mapping.format == "csv" else _jsonl)(path, text, mapping, bad)
    except LookupError:
        raise UsageError(f"encoding {mapping.encoding} is not known") from None
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error):
        raise UsageError(f"{path}: it is no whole file in {mapping.encoding} — state its encoding") from None


def _opened(path: Path, encoding: str) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _bounded(path: Path, file: IO[str], most: int) -> Iterator[str]:
    """Lines of a file, none of them longer than a log has."""
    while text := file.readline(most + 1):
        if len(text) > most:
            raise UsageError(f"{path}: a line is longer than {most:,} characters — it is no log of lines")
        yield text


def _csv(path: Path, file: Iterator[str], mapping: LogMapping, bad: Callable[[str], None]) -> Iterator[Line]:
    rows = csv.reader(file, delimiter=mapping.delimiter)
    try:
        header = list(mapping.header) or next(rows, [])
    except csv.Error:
        header = []
    names = [name.strip() for name in header]
    lacking = sorted(column for column in mapping.columns.values() if column not in names)
    if lacking:
        raise UsageError(f"{path}: it has no column {', '.join(lacking)} — correct the mapping")
    # A column that is not mapped gives the extra value at the end: nothing.
    places = [names.index(mapping.columns[what]) if what in mapping.columns else -1 for what in COLUMNS]
    width = max(places) + 1
    while True:
        try:
            for row in rows:
                if not row:
                    continue
                if len(row) < width:
                    bad("it is shorter than its header")
                    continue
                row.append("")
                yield tuple([row[place] for place in places])
            return
        except csv.Error:
            bad("it is no CSV")


def _jsonl(
    _path: Path, file: Iterator[str], mapping: LogMapping, bad: Callable[[str], None]
) -> Iterator[Line]:
    paths = [tuple(mapping.columns[what].split(".")) if what in mapping.columns else () for what in COLUMNS]
    for text in file:
        if not text.strip():
            continue
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            bad("it is no JSON object")
            continue
        yield tuple([_at(document, steps) for steps in paths])


def _at(document: Any, steps: tuple[str, ...]) -> str | None:
    if not steps:
        return None
    for step in steps:
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document if isinstance(document, str) or document is None else str(document)
