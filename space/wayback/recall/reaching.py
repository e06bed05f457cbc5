"""Whom a receiver's notice goes to: itself, or the one unit that stands in its place.

Decides that nobody is told in the place of a unit whose duties went several ways: then the receiver is
unreachable, with the reason.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from catalog.organisations.following import Following
from catalog.store.tables.identity import organisations
from catalog.store.tables.organisations import organisation_units


def reach(connection: Connection, receiver: str, on: date) -> tuple[str | None, str]:
    """Who is told for a receiver, or why nobody can be.

    Args:
        connection: a transaction.
        receiver: code of who holds the value.
        on: day.

    Returns:
        The code of the receiver or of its one successor, and ""; or None and the reason.
    """
    following = Following(connection, on)
    u = organisation_units.c
    known = connection.execute(select(u.code).where(u.code == receiver)).first() is not None
    if known and receiver not in following.here:
        after = following.successors(receiver)
        if len(after) != 1:
            return None, "the unit is no more, and no one unit stands in its place"
        receiver = after[0]
    if (
        connection.execute(select(organisations.c.code).where(organisations.c.code == receiver)).first()
        is None
    ):
        return None, "no organisation of that code is registered: it has no inbox"
    return receiver, ""
