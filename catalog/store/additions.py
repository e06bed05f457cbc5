"""What the store of an earlier version lacks, and adding it: tables, columns that may be empty, indexes.

Decides one rule: ``ybz init`` adds whatever this version's tables name and the store has not; what is there
is never changed or dropped, so that an earlier version still reads it. Nothing else changes the shape of a
store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine, Index, Table, text
from sqlalchemy.exc import IntegrityError

from catalog.errors import StoreOutdated
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
class _Held:
    """Names of what a store has."""

    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]
    indexes: frozenset[str]


def lacking(connection: Connection) -> tuple[str, ...]:
    """What :func:`add` would add, in words such as ``column entries.path``; empty where nothing is."""
    held = _held(connection)
    named = [f"table {table.name}" for table in metadata.sorted_tables if table.name not in held.tables]
    named += [f"column {table.name}.{column.name}" for table, column in _columns(held)]
    named += [f"index {index.name}" for index in _indexes(held)]
    return tuple(named)


def add(connection: Connection) -> None:
    """Add what is missing, the columns before the indexes over them.

    Args:
        connection: a writing transaction.

    Raises:
        StoreOutdated: rows of the store stand against a unique index.
    """
    held = _held(connection)
    missing = [table for table in metadata.sorted_tables if table.name not in held.tables]
    if missing:  # what is there is known: nothing is asked for table by table
        metadata.create_all(connection, tables=missing, checkfirst=False)
    for table, column in _columns(held):
        kind = column.type.compile(connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}")
    for index in _indexes(held):
        try:
            index.create(connection)
        except IntegrityError:
            where = "" if index.table is None else f" of {index.table.name}"
            raise StoreOutdated(
                f"the index {index.name} cannot be made: rows{where} stand twice where one may stand —"
                " restore a backup, or delete the rows that are wrong, and run `ybz init` again"
            ) from None


def require_current(engine: Engine) -> None:
    """Refuse a store that lacks something, before anything runs on it for long.

    Raises:
        StoreOutdated: what is missing, and what to do.
    """
    with engine.connect() as connection, connection.begin():
        missing = lacking(connection)
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise StoreOutdated(
            f"the store is of an earlier version (no {missing[0]}{others}) — run `ybz init`: it adds what is"
            " missing and keeps what is there"
        )


def _held(connection: Connection) -> _Held:
    dialect = connection.dialect.name
    columns = frozenset((row[0], row[1]) for row in connection.execute(text(_COLUMNS[dialect])))
    indexes = frozenset(connection.execute(text(_INDEXES[dialect])).scalars())
    return _Held(frozenset(table for table, _ in columns), columns, indexes)


# Columns and indexes of a table that is missing are made with it.
def _columns(held: _Held) -> Iterator[tuple[Table, Column[Any]]]:
    """Columns that tables of the store lack."""
    for table in metadata.sorted_tables:
        if table.name in held.tables:
            yield from (
                (table, each) for each in table.columns if (table.name, each.name) not in held.columns
            )


def _indexes(held: _Held) -> Iterator[Index]:
    """Indexes that tables of the store lack."""
    for table in metadata.sorted_tables:
        if table.name in held.tables:
            lacked = [index for index in table.indexes if index.name not in held.indexes]
            yield from sorted(lacked, key=lambda index: str(index.name))
