"""Which numbered shape a store has, which one this version needs, and making one where there is nothing.

Decides that no command runs for long on a store of another shape. How a store comes from one to the next is
:mod:`catalog.store.migrating`'s; Alembic is not loaded here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, insert, select

from catalog.errors import StoreOutdated
from catalog.store.schema import metadata

VERSIONS: Final = Path(__file__).with_name("migrations") / "versions"
_NAMED: Final = re.compile(r"^r(\d{4})_\w+\.py$")

# Alembic's own table: one row, the number of the store's shape. It is no part of the business metadata.
version_table: Final = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
)


@lru_cache
def head() -> str:
    """The newest revision this version has; revisions are a line, numbered in their order."""
    return max(match[1] for path in VERSIONS.iterdir() if (match := _NAMED.match(path.name)))


def numbered(connection: Connection) -> str | None:
    """The revision of a store; None where it is empty, or of a version before they were numbered."""
    if not connection.dialect.has_table(connection, version_table.name):
        return None
    return connection.execute(select(version_table.c.version_num)).scalar()


def make(connection: Connection) -> None:
    """Make every table in an empty store, at the newest revision: the same shape as all revisions give."""
    metadata.create_all(connection, checkfirst=False)
    version_table.create(connection)
    connection.execute(insert(version_table).values(version_num=head()))


def require_current(engine: Engine) -> None:
    """Refuse a store of another shape, before anything runs on it for long.

    Raises:
        StoreOutdated: which it has, and what to do.
    """
    with engine.connect() as connection, connection.begin():
        found = numbered(connection)
    refuse_later(found)
    if found != head():
        has = "before revisions were numbered" if found is None else f"revision {found}"
        raise StoreOutdated(
            f"the store is of an earlier version ({has}; this one needs {head()}) — back it up, then run"
            " `ybz init`: it brings the store to this version and keeps what is in it"
        )


def refuse_later(found: str | None) -> None:
    """Refuse a store that a later version has changed.

    Raises:
        StoreOutdated: it was.
    """
    if found is not None and found > head():
        raise StoreOutdated(
            f"the store is of a later version (revision {found}; this one knows {head()}) — run the later"
            " version again, or restore the backup made before it was installed"
        )
