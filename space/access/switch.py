"""Whether commands are judged at all: asked before every command, so it costs next to nothing.

Decides nothing. Of the embedded store it reads one row with the standard library; no other library is loaded
unless the store is a server.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from catalog.home import Home

_EMBEDDED: Final = "sqlite:///"
_HOLDS: Final = "SELECT 1 FROM access_enforcements WHERE ended_at IS NULL"


def judged(home: Home) -> bool:
    """Whether commands of an installation are judged by the matrix; False where there is none."""
    url = home.database_url
    if not url.startswith(_EMBEDDED):
        return _of_server(home)
    path = Path(url.removeprefix(_EMBEDDED))
    if not path.is_file():
        return False
    store = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return store.execute(_HOLDS).fetchone() is not None
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            return False  # a store of an earlier version, or none yet
        from catalog.store.trouble import say_of_file

        say_of_file(error)
        raise
    finally:
        store.close()


def _of_server(home: Home) -> bool:
    from catalog.errors import NotInitialised
    from catalog.store import open_store, reading
    from catalog.store.tables.access import access_enforcements
    from space.access.enforcing import enforced

    try:
        engine = open_store(home)
    except NotInitialised:
        return False  # none yet: `ybz init` makes one there, `ybz restore` puts one there
    with reading(engine) as connection:
        if not connection.dialect.has_table(connection, access_enforcements.name):
            return False
        return enforced(connection) is not None
