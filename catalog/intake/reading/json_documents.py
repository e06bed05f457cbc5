"""JSON documents and JSON lines.

Decides how nested objects become columns: keys joined by dots, the places of a short list of plain
values numbered (``geometry.coordinates.0``), any other list kept as JSON text. Numbers keep the
digits they were written with.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from catalog.intake.errors import Unreadable
from catalog.intake.reading import json_stream
from catalog.intake.reading.chunks import CHUNK_BYTES, Decoder
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
from catalog.intake.reading.undeclared import encoding_of
from contracts.model import Source, SourceFormat

# A list of at most this many plain values becomes columns: a point has two or three.
PLACES_LIMIT: Final = 3

# Records turned into columns at a time.
BATCH_ROWS: Final = 20_000


def read(data: bytes, source: Source, where: str) -> Records:
    """Rows of a JSON document or of JSON lines in memory; see :func:`stream`."""
    return gathered(stream(io.BytesIO(data), source, where))


def stream(file: BinaryIO, source: Source, where: str, chunk_bytes: int = CHUNK_BYTES) -> Stream:
    """Rows of a JSON document or of JSON lines, some at a time.

    Args:
        file: open at its first byte.
        source: layout: format, encoding, record path.
        where: the file's name for messages.
        chunk_bytes: read at a time.

    Returns:
        Records whose line numbers are array places, or lines, from 1.

    Raises:
        Unreadable: not JSON, or no array at the record path.
    """
    tally = Tally()
    pieces = _pieces(file, source, where, chunk_bytes)
    if source.format is SourceFormat.JSONL:
        numbered = _lines(pieces, tally, where)
    else:
        numbered = enumerate(json_stream.records(pieces, source.record_path, where), 1)
    return streamed(_tables(numbered, tally), source.drop, tally)


def parse(text: str, where: str) -> Any:
    """The document, numbers left as written."""
    try:
        return json_stream.DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(where, f"is not valid JSON{place}: cut off or damaged") from error


def array_at(document: Any, record_path: str | None, where: str) -> list[Any]:
    """The array of records inside a document."""
    found = document
    for step in (record_path or "").split("."):
        if step:
            found = found.get(step) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise Unreadable(where, f"has no list of records at {record_path or 'its top'}")
    return found


def record_paths(document: Any, path: str = "") -> list[tuple[str, int]]:
    """Every list of objects in a document, by dotted path, with its length."""
    if isinstance(document, list):
        return [(path, len(document))] if document and isinstance(document[0], dict) else []
    if not isinstance(document, dict):
        return []
    return [
        found for k, v in document.items() for found in record_paths(v, f"{path}.{k}" if path else str(k))
    ]


def flatten(record: Mapping[str, Any], path: str = "") -> dict[str, str | None]:
    """One record as dotted names and text.

    >>> flatten({"a": {"b": "1"}, "p": ["2", "3"]})
    {'a.b': '1', 'p.0': '2', 'p.1': '3'}
    """
    out: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{path}.{key}" if path else key
        if value is None or type(value) is str:
            out[name] = value
        elif isinstance(value, dict):
            out |= flatten(value, name)
        elif isinstance(value, list):
            out |= _listed(name, value)
        else:
            out[name] = "true" if value else "false"
    return out


def _listed(name: str, value: list[Any]) -> dict[str, str | None]:
    plain = all(isinstance(v, str | None) for v in value)
    if plain and 0 < len(value) <= PLACES_LIMIT:
        return {f"{name}.{i}": v for i, v in enumerate(value)}
    return {name: json.dumps(value, ensure_ascii=False) if value else None}


def _pieces(file: BinaryIO, source: Source, where: str, chunk_bytes: int) -> Iterator[str]:
    """The text of a file, some megabytes at a time."""
    encoding = source.encoding or encoding_of(file, where)
    decoder = Decoder(encoding, where)
    ended = False
    while not ended:
        data = file.read(chunk_bytes)
        ended = len(data) < chunk_bytes
        text, damaged = decoder.text(data, ended)
        if damaged:
            raise Unreadable(where, f"is not valid {encoding}")
        yield text


def _lines(pieces: Iterator[str], tally: Tally, where: str) -> Iterator[tuple[int, Any]]:
    """The record of each line, with its number; blank and malformed ones are counted."""
    for number, line in enumerate(_split(pieces, where), 1):
        if not line.strip():
            tally.dropped["blank"] += 1
            continue
        try:
            record = json_stream.DECODER.decode(line)
        except (json.JSONDecodeError, RecursionError):
            tally.dropped["malformed"] += 1
            continue
        yield number, record


def _split(pieces: Iterator[str], where: str) -> Iterator[str]:
    """Lines: a line feed ends one, a carriage return before it belongs to the break."""
    rest, number = "", 1
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        number += len(whole)
        yield from whole
        if len(rest) > json_stream.VALUE_LIMIT:
            raise Unreadable(where, f"line {number} is too long for a record: is each record on a line?")
    if rest:
        yield rest


def _tables(numbered: Iterable[tuple[int, Any]], tally: Tally) -> Iterator[Raw]:
    """The records as columns, some at a time; a later batch knows the keys of those before."""
    headings: dict[str, None] = {}
    rows: list[dict[str, str | None]] = []
    places: list[int] = []
    for place, record in numbered:
        if not isinstance(record, dict):
            tally.dropped["malformed"] += 1
            continue
        row = flatten(record)
        headings.update(dict.fromkeys(row))
        rows.append(row)
        places.append(place)
        if len(rows) == BATCH_ROWS:
            yield _table(rows, places, headings)
            rows, places = [], []
    if rows or not headings:
        yield _table(rows, places, headings)


def _table(rows: list[dict[str, str | None]], places: list[int], headings: dict[str, None]) -> Raw:
    columns = [text_column([row.get(h) for row in rows]) for h in headings]
    return tuple(headings), columns, line_column(places)
