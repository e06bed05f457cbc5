"""Bringing a store from its numbered shape to another, in one transaction, by one process at a time.

Decides that a migration happens whole or not at all, on SQLite and PostgreSQL alike: it runs in the
transaction of the one writer, references between rows are looked at before it is committed, and whoever
waited for it finds nothing left to do. What a revision changes is said in :mod:`catalog.store.migrations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from catalog.errors import CatalogError
from catalog.store.additions import held
from catalog.store.revision import VERSIONS, make, numbered, refuse_later

FOLDER: Final = Path(__file__).with_name("migrations")
HEAD: Final = "head"


class MigrationFailed(CatalogError):
    """A migration stopped; the store is as it was."""


def bring_up(engine: Engine) -> None:
    """Bring a store to this version's shape: make it where there is nothing, migrate it where it is older.

    Raises:
        StoreOutdated: the store is of a later version, or rows stand against a unique index.
        MigrationFailed: a revision could not be run; nothing was changed.
    """
    from catalog.store.engine import writing
    from catalog.store.revision import head

    with writing(engine) as connection:
        found = numbered(connection)
        refuse_later(found)
        if found == head():
            return
        if found is None and not held(connection).tables:
            make(connection)
            return
    migrate(engine)


def migrate(engine: Engine, to: str = HEAD, versions: Sequence[Path] = (VERSIONS,)) -> None:
    """Run the revisions between what the store has and ``to``.

    Args:
        engine: of the store; it may be empty, or of a version before revisions were numbered.
        to: a revision.
        versions: folders of revisions.

    Raises:
        MigrationFailed: one could not be run; nothing was changed.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(_escaped(each) for each in versions))
    with _changing(engine) as connection:
        config.attributes["connection"] = connection
        at = numbered(connection) or "none"
        try:
            command.upgrade(config, to)
        except CatalogError:
            raise
        except Exception as error:  # whatever a revision raises, the store stays as it was
            raise MigrationFailed(
                f"the store could not be brought from revision {at} to {to} ({type(error).__name__}) —"
                " nothing was changed; keep the former version in service, and report it"
            ) from error


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction in which tables may be made anew: references are looked at at its end."""
    with engine.connect().execution_options(ybz_writing=True) as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")  # has no effect once a transaction is open
        try:
            with connection.begin():
                yield connection
                _require_references(connection)
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _require_references(connection: Connection) -> None:
    broken = sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
    if broken:
        raise MigrationFailed(
            f"rows of {', '.join(broken)} would refer to rows that are not there — nothing was changed"
        )


def _escaped(path: Path) -> str:
    """A path as Alembic's configuration takes it."""
    return str(path).replace("%", "%%")
