"""The stores tests run on: the one of this run, and both where a test is about what holds on either.

Decides which databases a fixture is repeated for: the embedded store and the server, or the server alone
where the whole run is told to use it (``YBZ_TEST_STORE=postgresql pytest …``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from catalog.home import Home
from catalog.store.additions import held
from catalog.store.frozen import shape
from catalog.store.schema import metadata
from tests.servers import PostgreSQL, moved_to_server

STORE = os.environ.get("YBZ_TEST_STORE", "sqlite")


def each_store(*server_marks: pytest.MarkDecorator) -> list[Any]:
    """Parameters of a fixture that is made on every database; marks are of the server's."""
    server = pytest.param("postgresql", marks=server_marks)
    return ["sqlite", server] if STORE == "sqlite" else [server]


@contextmanager
def store_moved(request: pytest.FixtureRequest, home: Home, engine: Engine) -> Iterator[Engine]:
    """The engine of an installation on the database a fixture asks for: its own, or moved to the server."""
    if request.param == engine.dialect.name:
        yield engine
        return
    server: PostgreSQL = request.getfixturevalue("postgres")
    moved = moved_to_server(home, engine, server)
    yield moved
    moved.dispose()


def become_0_1_0(connection: Connection) -> None:
    """Leave a store with the shape of version 0.1.0: not numbered, and with none of what came after."""
    had = {made.name: made.columns for made in shape("0001", connection.dialect.name) if not made.table}
    connection.execute(text("DROP TABLE alembic_version"))
    for table in reversed(metadata.sorted_tables):
        if table.name not in had:
            table.drop(connection)
    for name, column in sorted(held(connection).columns):
        if column not in had.get(name, {column}):
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN {column}"))
