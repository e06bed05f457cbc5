"""Programs and office tokens behind acts that wait: whether what asked is still good.

Decides that a token that was withdrawn or is over asks for nothing any more, and neither does a machine
client that ended, acts in another role by now, or whose tokens were revoked since.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from catalog.store.tables.identity import client_tokens
from catalog.store.tables.machine_clients import machine_clients
from space.identity.tokens import Caller


def still_good(connection: Connection, who: Caller, asked_at: datetime, now: datetime) -> bool:
    """Whether the token or machine client that asked for something may still be heard.

    Args:
        connection: to read with.
        who: asked, as no person; of one that is not known which it was, nothing is good.
        asked_at: aware instant of it.
        now: aware instant.
    """
    t, m = client_tokens.c, machine_clients.c
    token = select(t.id).where(
        t.id == who.program, t.organisation == who.organisation, t.role == who.role.value,
        t.membership_id.is_(None), t.revoked_at.is_(None), t.expires_at > now,
    )  # fmt: skip
    client = select(m.id).where(
        m.id == who.program, m.organisation == who.organisation, m.role == who.role.value,
        m.ended_at.is_(None), m.not_before <= asked_at,
    )  # fmt: skip
    return who.program is not None and connection.execute(token.union_all(client)).first() is not None
