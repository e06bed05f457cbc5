"""The number that grows whenever something ends or is stopped, so that running processes learn of it.

Decides only that it grows in the transaction of the act: whoever reads the new number sees the act.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from catalog.store.tables.supplies import space_changes

_ENDINGS: Final = "endings"


def announce(connection: Connection) -> None:
    """Let every process look again at what it runs; in the transaction of the ending or the stop."""
    c = space_changes.c
    done = connection.execute(update(space_changes).where(c.name == _ENDINGS).values(number=c.number + 1))
    if done.rowcount == 0:
        connection.execute(insert(space_changes).values(name=_ENDINGS, number=1))


def announced(connection: Connection) -> int:
    """How often something has ended or was stopped."""
    c = space_changes.c
    return int(connection.execute(select(c.number).where(c.name == _ENDINGS)).scalar() or 0)
