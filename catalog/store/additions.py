"""What a store lacks of this version's tables, named one by one.

Decides nothing and changes nothing: a store comes to this version by its numbered revisions
(:mod:`catalog.store.migrating`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, Table, text

from catalog.store.schema import metadata

# What a store has, read at once: asking table by table takes longer than making an empty store.
_COLUMNS: Final = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c"
    " WHERE t.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()",
}
_INDEXES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Names of what a store has.

    Attributes:
        tables, indexes: by name.
        columns: table and column.
    """

    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]
    indexes: frozenset[str]


def held(connection: Connection) -> Held:
    """Names of what a store has."""
    dialect = connection.dialect.name
    columns = frozenset((row[0], row[1]) for row in connection.execute(text(_COLUMNS[dialect])))
    indexes = frozenset(connection.execute(text(_INDEXES[dialect])).scalars())
    return Held(frozenset(table for table, _ in columns), columns, indexes)


def lacking(connection: Connection) -> tuple[str, ...]:
    """What a store lacks, in words such as ``column entries.path``; empty where nothing is."""
    has = held(connection)
    named = [f"table {table.name}" for table in metadata.sorted_tables if table.name not in has.tables]
    named += [f"column {table.name}.{column.name}" for table, column in _columns(has)]
    named += [f"index {index.name}" for index in _indexes(has)]
    return tuple(named)


# Columns and indexes of a table that is missing are made with it.
def _columns(has: Held) -> Iterator[tuple[Table, Column[Any]]]:
    """Columns that tables of the store lack."""
    for table in metadata.sorted_tables:
        if table.name in has.tables:
            yield from ((table, each) for each in table.columns if (table.name, each.name) not in has.columns)


def _indexes(has: Held) -> Iterator[Index]:
    """Indexes that tables of the store lack."""
    for table in metadata.sorted_tables:
        if table.name in has.tables:
            lacked = [index for index in table.indexes if index.name not in has.indexes]
            yield from sorted(lacked, key=lambda index: str(index.name))
