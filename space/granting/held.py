"""What the grants of an organisation say of unit kinds: what its further grants are judged beside.

Reads only. A grant that is suspended counts: it may be resumed.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalog.store.tables import grants as tables
from catalog.store.tables.grants import grants
from policies.terms import Mode
from space.granting.grant_case import Held
from space.store import HELD


def held_by(connection: Connection, grantee: str) -> tuple[Held, ...]:
    """What the grants of an organisation, in force, suspended or to come, say of unit kinds."""
    rows = connection.execute(
        select(grants.c.id, tables.allowances.c.kind, grants.c.mode)
        .join(tables.allowances, tables.allowances.c.grant_id == grants.c.id)
        .where(grants.c.grantee == grantee, grants.c.state.in_(HELD))
    ).all()
    return tuple(Held(row.id, row.kind, Mode(row.mode)) for row in rows)
