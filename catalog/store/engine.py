"""One engine per process, and the two kinds of transaction: reading and writing.

A writing transaction is ``BEGIN IMMEDIATE`` on SQLite, so that two writers queue instead of
failing; on PostgreSQL it takes one advisory lock, so that they queue there alike and what one reads no
other changes before it commits. A reading one is a snapshot. Fetch inside the transaction.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import NullPool

from catalog.errors import NotInitialised, StoreBusy, StoreDriverMissing, StoreLost
from catalog.home import Home
from catalog.keys.heads import has_signed
from catalog.store import migrating, pooling, trouble

# How long a writer waits for another, in milliseconds (architecture: data at rest).
BUSY_TIMEOUT_MS = 10_000
# The lock writers queue for on PostgreSQL: "ybz" as a number; any other would do as well.
WRITERS = 0x79627A
# How long a writer of SQLite sleeps before it looks again: at first, and at most.
_PAUSES_S = (0.0005, 0.004)

_engines: dict[tuple[int, str], Engine] = {}
_alone: dict[URL, Engine] = {}
# Of which installation and address an engine is.
_of: dict[URL, tuple[Home, str]] = {}
_seen: set[Engine] = set()
# Stores that stand where they were written last, as far as this process goes.
_settled: set[Engine] = set()


def create_store(home: Home) -> Engine:
    """Make the installation's folders where missing, bring the store to this version's shape, and open it.

    Raises:
        StoreOutdated: rows of an earlier version stand against what has to be added, or the store is of a
            later version.
        MigrationFailed: a revision could not be run; the store is as it was.
    """
    home.create()
    if home.database_url.startswith("sqlite"):
        _keep_private(home)
    engine = engine_of(home)
    migrating.bring_up(engine)
    return engine


def open_store(home: Home) -> Engine:
    """Open the store of an existing installation.

    Raises:
        NotInitialised: there is none at ``home``, or what there was is gone.
    """
    refuse_lost(home)
    embedded = home.database_url.startswith("sqlite")
    if embedded and not (home.root / "ybz.db").exists():
        raise NotInitialised(f"no installation at {home.root} — run `ybz init` first")
    engine = engine_of(home)
    if not embedded and not _has_tables(engine):
        raise NotInitialised(f"the store of {home.root} has no tables yet — run `ybz init` first")
    return engine


def refuse_lost(home: Home, url: str | None = None) -> None:
    """Refuse an installation whose store is gone while what it signed is there.

    Args:
        home: of the installation.
        url: of the store from now on; None: where it is kept.

    Raises:
        StoreLost: an empty store in its place would sign a log of its own.
    """
    if not has_signed(home):
        return
    place = url or home.database_url
    embedded = place.startswith("sqlite")
    _load_tables()
    if not ((home.root / "ybz.db").exists() if embedded else _has_tables(engine_at(home, place))):
        raise StoreLost(home.root)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction: committed at the end of the block, rolled back on error.

    Raises:
        StoreElsewhere: the folder of the store was moved to another disk, or is a copy.
    """
    with anywhere(engine) as connection:
        # Looked at by the first of a process that writes.
        settled = engine in _settled or _stands(connection)
        yield connection
    if settled:
        _settled.add(engine)


def _stands(connection: Connection) -> bool:
    from catalog.store import standing  # loads every table

    return standing.require(connection)


@contextmanager
def anywhere(engine: Engine) -> Iterator[Connection]:
    """The same wherever the store stands: for whoever states where that is."""
    with (
        _connected(engine).execution_options(ybz_writing=True) as connection,
        connection.begin(),
    ):
        yield connection


def settle(engine: Engine) -> None:
    """Look where a store stands before anything runs on it for long, and note it where nobody did.

    Raises:
        StoreElsewhere: it stands in another place than the one it was written in last.
    """
    if engine not in _settled:
        with writing(engine):
            pass


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A reading transaction; fetch every result inside the block."""
    with _connected(engine) as connection, connection.begin():
        yield connection


def _connected(engine: Engine) -> Connection:
    """A connection of the pool.

    Raises:
        StoreBusy: all of them were in use for as long as one waits.
    """
    try:
        return engine.connect()
    except PoolExhausted:
        raise StoreBusy(
            "all connections to the store are in use — nothing was done; try again, or let there be more"
            f" ({pooling.SIZE})"
        ) from None


@contextmanager
def younger(connection: Connection) -> Iterator[Connection]:
    """A reading transaction that begins now: it sees what was committed after that of ``connection`` began.

    On a connection of its own, outside the pool: who holds one never waits for another.
    """
    with apart(connection.engine) as fresh:
        yield fresh


@contextmanager
def apart(engine: Engine) -> Iterator[Connection]:
    """A reading transaction on a connection of its own, for who may hold one of the pool already."""
    if engine.url not in _alone:  # keeps no connection: what costs is to make it, not to have it
        _alone[engine.url] = _made(*_of[engine.url], poolclass=NullPool)
    with _alone[engine.url].connect() as fresh, fresh.begin():
        yield fresh


def _keep_private(home: Home) -> None:
    """The store holds values: readable by its owner alone. SQLite gives the files beside it the same mode."""
    path = home.root / "ybz.db"
    path.touch(mode=0o600)
    path.chmod(0o600)


def _has_tables(engine: Engine) -> bool:
    """Whether the store was made; asked once a process."""
    if engine not in _seen:
        if not inspect(engine).has_table("entries"):
            return False
        _seen.add(engine)
    return True


def _load_tables() -> None:
    import catalog.store.tables  # noqa: F401  (registers every table with the metadata)


def engine_of(home: Home) -> Engine:
    """The engine of an installation's store, whatever is in it; its connections know whose they are."""
    _load_tables()
    engine = engine_at(home, home.database_url)
    engine.update_execution_options(ybz_home=str(home.root))
    return engine


def engine_at(home: Home, url: str) -> Engine:
    """The engine of any store, under an installation's settings."""
    # Keyed by process: an engine made before a fork must not be shared with the child.
    key = (os.getpid(), url)
    if key not in _engines:
        _engines[key] = _new_engine(home, url)
    return _engines[key]


def _new_engine(home: Home, url: str) -> Engine:
    engine = _made(home, url, **({} if url.startswith("sqlite") else pooling.pool(home)))
    _of[engine.url] = (home, url)
    return engine


def _made(home: Home, url: str, **kept: Any) -> Engine:
    if not url.startswith("sqlite"):
        kept["connect_args"] = pooling.connecting(home)
    try:
        engine = create_engine(url, hide_parameters=True, **kept)  # an error's text must show no values
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreDriverMissing(url.partition(":")[0]) from None
    event.listen(engine, "handle_error", trouble.say_in_one_line)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        _keep_to_settings(engine, pooling.session(home), pooling.lock_ms(home))
    return engine


def _keep_to_settings(engine: Engine, session: tuple[str, ...], lock_ms: int) -> None:
    """What every connection to PostgreSQL runs when it is new, and when a transaction begins."""

    def configure(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            for statement in session:
                cursor.execute(statement)
        connection.commit()

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("ybz_writing", False):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {lock_ms}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin)


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
                    trouble.say_of_file(error)
                    raise
            if time.monotonic() > ends:
                raise trouble.busy(BUSY_TIMEOUT_MS // 1000)
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, _PAUSES_S[1])
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
