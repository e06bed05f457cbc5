"""One engine per process, and the two kinds of transaction: reading and writing.

A writing transaction is ``BEGIN IMMEDIATE`` on SQLite, so that two writers queue instead of
failing; on PostgreSQL it takes one advisory lock, so that they queue there alike and what one reads no
other changes before it commits. A reading one is a snapshot. Fetch inside the transaction.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from catalog.errors import NotInitialised, StoreBusy, StoreOutdated, StoreUnreachable
from catalog.home import Home
from catalog.store import additions

# How long a writer waits for another, in milliseconds (architecture: data at rest).
BUSY_TIMEOUT_MS = 10_000
# The lock writers queue for on PostgreSQL: "ybz" as a number; any other would do as well.
WRITERS = 0x79627A
# How the databases say that a table or column is not there: words of SQLite, codes of PostgreSQL.
_LACKS = re.compile(r"^(no such (table|column): |table \S+ has no column named )")
_LACKING_STATES = ("42P01", "42703")  # undefined_table, undefined_column
_LOCK_TIMEOUT = "55P03"  # lock_not_available
# How long a writer of SQLite sleeps before it looks again: at first, and at most.
_PAUSES_S = (0.0005, 0.004)

_engines: dict[tuple[int, str], Engine] = {}
_seen: set[Engine] = set()


def create_store(home: Home) -> Engine:
    """Make the installation's folders where missing, add to the store what it lacks, and open it.

    Raises:
        StoreOutdated: rows of an earlier version stand against what has to be added.
    """
    home.create()
    if home.database_url.startswith("sqlite"):
        _keep_private(home)
    engine = _of_home(home)
    _load_tables()
    with writing(engine) as connection:
        additions.add(connection)
    return engine


def open_store(home: Home) -> Engine:
    """Open the store of an existing installation.

    Raises:
        NotInitialised: there is none at ``home``.
    """
    embedded = home.database_url.startswith("sqlite")
    if embedded and not (home.root / "ybz.db").exists():
        raise NotInitialised(f"no installation at {home.root} — run `ybz init` first")
    _load_tables()
    engine = _of_home(home)
    if not embedded and not _has_tables(engine):
        raise NotInitialised(f"the store of {home.root} has no tables yet — run `ybz init` first")
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction: committed at the end of the block, rolled back on error."""
    with engine.connect().execution_options(ybz_writing=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A reading transaction; fetch every result inside the block."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def younger(connection: Connection) -> Iterator[Connection]:
    """A reading transaction that begins now: it sees what was committed after that of ``connection`` began.

    On a connection of its own, outside the pool: who holds one never waits for another.
    """
    apart = create_engine(connection.engine.url, poolclass=NullPool, hide_parameters=True)
    try:
        with apart.connect() as fresh, fresh.begin():
            yield fresh
    finally:
        apart.dispose()


def _keep_private(home: Home) -> None:
    """The store holds values: readable by its owner alone. SQLite gives the files beside it the same mode."""
    path = home.root / "ybz.db"
    path.touch(mode=0o600)
    path.chmod(0o600)


def _has_tables(engine: Engine) -> bool:
    """Whether the store was made; asked once a process."""
    if engine not in _seen:
        try:
            found = inspect(engine).has_table("entries")
        except OperationalError as error:
            # The driver's first line names the server and why; there is no value of a row in it.
            why = str(error.orig).strip().splitlines()[0]
            raise StoreUnreachable(f"the store cannot be reached: {why} — check its URL") from None
        if not found:
            return False
        _seen.add(engine)
    return True


def _load_tables() -> None:
    import catalog.store.tables  # noqa: F401  (registers every table with the metadata)


def _of_home(home: Home) -> Engine:
    """The engine of an installation's store; its connections know whose they are."""
    engine = _engine(home.database_url)
    engine.update_execution_options(ybz_home=str(home.root))
    return engine


def _engine(url: str) -> Engine:
    # Keyed by process: an engine made before a fork must not be shared with the child.
    key = (os.getpid(), url)
    if key not in _engines:
        _engines[key] = _new_engine(url)
    return _engines[key]


def _new_engine(url: str) -> Engine:
    # Values must not show in the text of an error.
    # A server may have been restarted since a connection was last used.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    event.listen(engine, "handle_error", _say_in_one_line)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _configure_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _say_in_one_line(context: ExceptionContext) -> None:
    """One line for a store that is busy, or lacks what this version reads, instead of the driver's words.

    Raises:
        StoreBusy: the turn of a writer did not come in time.
        StoreOutdated: a table or column is not there.
    """
    error = context.original_exception
    if getattr(error, "sqlstate", None) == _LOCK_TIMEOUT:
        raise _busy() from None
    words = str(error).strip().splitlines()[0] if str(error).strip() else ""
    if _LACKS.match(words) or getattr(error, "sqlstate", None) in _LACKING_STATES:
        raise StoreOutdated(
            f"the store is of an earlier version ({words}) — run `ybz init`: it adds what is missing and"
            " keeps what is there"
        ) from None


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: `begin` below says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _configure_postgresql(connection: Any, _record: Any) -> None:
    # Statements here take milliseconds: compiling one before it runs takes longer than running it.
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("ybz_writing", False):
        _begin_writing_sqlite(connection.connection.driver_connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing_sqlite(driver: Any) -> None:
    """Take the one writer's place, looking for it so often that nobody is passed over for long.

    SQLite's own waiting looks ten times a second: among many writers one that waits comes away empty.
    """
    ends, pause_s = time.monotonic() + BUSY_TIMEOUT_MS / 1000, _PAUSES_S[0]
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            if time.monotonic() > ends:
                raise _busy()
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, _PAUSES_S[1])
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _busy() -> StoreBusy:
    return StoreBusy(
        f"others have been writing to the store for {BUSY_TIMEOUT_MS // 1000} s — nothing was done; try again"
    )


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("ybz_writing", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
