"""The rows of a store as files, one a table, and a store made of them again, on either database.

Decides how a value is written so that it comes back the same: instants and texts as they are kept, days as
ISO 8601, bytes in base 64. The search index is left out: it follows from the entries.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
    type_coerce,
)

from catalog.backup.errors import BackupDamaged
from catalog.store.revision import head, numbered
from catalog.store.schema import Instant, metadata
from catalog.store.tables import search, standing

# Rows fetched, or inserted, at once.
_PAGE: Final = 2000
# Follows from the rest, or is not so in the place a backup is restored to.
LEFT_OUT: Final = frozenset(
    table.name
    for table in (
        search.search_state,
        search.search_entries,
        search.search_facets,
        search.search_pairs,
        search.search_texts,
        standing.store_places,
    )
)
_TYPES: Final[Mapping[str, Any]] = {
    "bytes": LargeBinary(),
    "day": Date(),
    "json": JSON(none_as_null=True),
    "flag": Boolean(),
    "plain": None,
}
_OUT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bytes": lambda value: base64.b64encode(value).decode(),
    "day": date.isoformat,
}
_IN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "day": date.fromisoformat,
}


def write(connection: Connection, folder: Path) -> dict[str, int]:
    """Write every table of a store.

    Args:
        connection: a reading transaction; what it sees is what is written.
        folder: gets one file a table.

    Returns:
        How many rows each has.
    """
    folder.mkdir(parents=True)
    counts = {}
    for table in metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            counts[table.name] = _write(connection, table, folder / f"{table.name}.jsonl")
    return counts


def load(connection: Connection, folder: Path, counts: Mapping[str, int]) -> None:
    """Put the rows of a backup into an empty store of the shape they were written in.

    Args:
        connection: a writing transaction.
        folder: of :func:`write`.
        counts: what it returned.

    Raises:
        BackupDamaged: a table has another number of rows.
    """
    for name in _in_order(connection, counts):
        path = folder / f"{name}.jsonl"
        if (found := _load(connection, name, path)) != counts[name]:
            raise BackupDamaged(f"{path} has {found} rows, {counts[name]} were written")
    if connection.dialect.name == "postgresql":
        _count_on(connection)


def _kind(column: Column[Any]) -> str:
    kind = column.type
    for name, known in (("bytes", LargeBinary), ("day", Date), ("json", JSON), ("flag", Boolean)):
        if isinstance(kind, known):
            return name
    return "plain"


def _write(connection: Connection, table: Table, path: Path) -> int:
    kinds = [_kind(column) for column in table.columns]
    # Instants are written as the text they are kept as.
    wanted = [
        type_coerce(column, String).label(column.name) if isinstance(column.type, Instant) else column
        for column in table.columns
    ]
    heading = {
        "table": table.name,
        "columns": [[c.name, k] for c, k in zip(table.columns, kinds, strict=True)],
    }
    rows = connection.execution_options(yield_per=_PAGE).execute(select(*wanted))
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(heading, ensure_ascii=False) + "\n")
        count = 0
        for row in _parents_first(table, rows):
            values = [
                None if v is None else _OUT[k](v) if k in _OUT else v for v, k in zip(row, kinds, strict=True)
            ]
            out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def _parents_first(table: Table, rows: Iterable[Any]) -> Iterator[Any]:
    """Rows of a table that refers to itself, those referred to before those that refer to them."""
    own = [key for key in table.foreign_keys if key.column.table is table]
    if not own:
        yield from rows
        return
    names = [column.name for column in table.columns]
    child, parent = names.index(own[0].parent.name), names.index(own[0].column.name)
    waiting, given = list(rows), set[Any]()
    while waiting:
        ready = [
            row for row in waiting if row[child] is None or row[child] in given or row[child] == row[parent]
        ]
        ready = ready or waiting
        yield from ready
        given |= {row[parent] for row in ready}
        waiting = [row for row in waiting if row[parent] not in given]


def _load(connection: Connection, name: str, path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        columns = json.loads(next(lines))["columns"]
        table = Table(name, MetaData(), *(Column(column, _TYPES[kind]) for column, kind in columns))
        count = 0
        for page in _pages(lines):
            rows = [_row(columns, json.loads(line)) for line in page]
            connection.execute(insert(table), rows)
            count += len(rows)
    return count


def _row(columns: Sequence[Sequence[str]], values: Sequence[Any]) -> dict[str, Any]:
    return {
        column: None if value is None else _IN[kind](value) if kind in _IN else value
        for (column, kind), value in zip(columns, values, strict=True)
    }


def _pages(lines: Iterable[str]) -> Iterator[list[str]]:
    page: list[str] = []
    for line in lines:
        page.append(line)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _in_order(connection: Connection, counts: Mapping[str, int]) -> list[str]:
    """Tables in the order they refer to each other, as the store itself has it."""
    known = [table.name for table in metadata.sorted_tables if table.name in counts]
    if len(known) == len(counts) and numbered(connection) == head():
        return known
    found = MetaData()
    found.reflect(connection, only=sorted(counts))
    return [table.name for table in found.sorted_tables]


def _count_on(connection: Connection) -> None:
    """Numbers that PostgreSQL gives go on after the highest there is."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or table.name in LEFT_OUT:
            continue
        named = {"table": table.name, "column": column.name}
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), named).scalar()
        highest = connection.execute(select(func.max(column))).scalar()
        if sequence and highest is not None:
            connection.execute(
                text("SELECT setval(:sequence, :value)"), {"sequence": sequence, "value": highest}
            )
