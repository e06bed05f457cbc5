"""JSON documents and JSON lines.

Decides how nested objects become columns: keys joined by dots, the places of a short list of plain
values numbered (``geometry.coordinates.0``), any other list kept as JSON text. Numbers keep the
digits they were written with.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from catalog.intake.encoding import decode
from catalog.intake.errors import Unreadable
from catalog.intake.records import Records, line_column, sifted, text_column
from contracts.model import Source, SourceFormat

# A list of at most this many plain values becomes columns: a point has two or three.
PLACES_LIMIT: Final = 3

# Numbers stay as written: 495.0 and 1.50 are what the sender printed.
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def read(data: bytes, source: Source, where: str) -> Records:
    """Rows of a JSON document or of JSON lines.

    Args:
        data: all bytes of the file.
        source: layout: format, encoding, record path.
        where: the file's name for messages.

    Returns:
        Records whose line numbers are array places, or lines, from 1.

    Raises:
        Unreadable: not JSON, or no array at the record path.
    """
    text, damaged = decode(data, source.encoding or "utf-8")
    if damaged:
        raise Unreadable(where, f"is not valid {source.encoding or 'utf-8'}")
    if source.format is SourceFormat.JSONL:
        return _lines(text, source)
    return _table(enumerate(array_at(parse(text, where), source.record_path, where), 1), source, Counter())


def parse(text: str, where: str) -> Any:
    """The document, numbers left as written."""
    try:
        return _DECODER.decode(text)
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


def _lines(text: str, source: Source) -> Records:
    dropped: Counter[str] = Counter()
    records: list[tuple[int, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            dropped["blank"] += 1
            continue
        try:
            records.append((number, _DECODER.decode(line)))
        except (json.JSONDecodeError, RecursionError):
            dropped["malformed"] += 1
    return _table(records, source, dropped)


def _table(records: Iterable[tuple[int, Any]], source: Source, dropped: Counter[str]) -> Records:
    flat: list[dict[str, str | None]] = []
    places: list[int] = []
    headings: dict[str, None] = {}
    for place, record in records:
        if not isinstance(record, dict):
            dropped["malformed"] += 1
            continue
        row = flatten(record)
        headings.update(dict.fromkeys(row))
        flat.append(row)
        places.append(place)
    columns = [text_column([row.get(h) for row in flat]) for h in headings]
    return sifted(tuple(headings), columns, line_column(places), source.drop, dropped=dropped)
