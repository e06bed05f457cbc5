"""DuckDB in memory, as every room opens it: silent.

DuckDB draws a progress bar on standard output once a statement takes two seconds, in the middle of
what a command prints for a program to read. The setting belongs to a connection, so it is made where
connections are.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SILENT: Final = "SET enable_progress_bar = false"


def connect() -> DuckDBPyConnection:
    """A fresh database in memory; close it, or use it as a context manager."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute(SILENT)
    return connection


def shared() -> DuckDBPyConnection:
    """A connection to the one database in memory of this process; close it, or use it as a context manager.

    Opening a database costs some forty milliseconds, a connection to it less than one. What is
    registered or made temporarily belongs to the connection; make nothing else.
    """
    connection = _database(os.getpid()).cursor()
    connection.execute(SILENT)
    return connection


@cache
def _database(_process: int) -> DuckDBPyConnection:
    # By process: a database opened before a fork must not be used after it.
    return connect()
