"""Ending a grant: withdrawn by the granting side, or over.

Decides that an ended grant answers no further call (also one that is running), and that the unspent
part of its privacy allowance returns to the year it came from. The holder's own tables end with it; their
files are deleted by the next sweep of :mod:`space.workspace.ending`.

Source: architecture, the way of a query; 政务数据共享条例 Art 25.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from catalog.evidence import record
from catalog.store.tables.grants import grants
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space import store
from space.errors import Refused, Unknown
from space.granting.allowances import give_back
from space.workspace.ending import end_of_grant


def revoke(connection: Connection, grant_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Revoke a grant; from this transaction on it answers nothing.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        reason: why, for the grantee; kept with the grant, never in the evidence log.
        by: the person who revokes.
        now: aware instant.

    Raises:
        Unknown: there is no such grant.
        Refused: it is not in force, or no reason is given.
    """
    row = store.lock_grant(connection, grant_id)
    if row is None:
        raise Unknown("grant", grant_id, "`ybz grant list` shows them")
    if not reason.strip():
        raise Refused(Deny((Reason("revoke.reason", "a revocation states its reason", "reason"),)))
    if not store.end_grant(connection, grant_id, state="revoked", reason=reason.strip(), now=now):
        raise Refused(Deny((Reason("revoke.not_in_force", f"the grant is {row.state} already", "grant"),)))
    record(connection, event="space:grant:revoke", subject=grant_id, body={"by": by}, now=now)
    give_back(connection, grant_id)
    end_of_grant(connection, grant_id, reason="revoked", now=now)


def close_expired(connection: Connection, now: datetime) -> tuple[str, ...]:
    """End every grant whose last day is over.

    Returns:
        Ids of the grants that were ended now.
    """
    over = (
        connection.execute(
            select(grants.c.id).where(grants.c.state == "in_force", grants.c.valid_to < local_date(now))
        )
        .scalars()
        .all()
    )
    for grant_id in over:
        store.end_grant(connection, grant_id, state="ended", reason="the last day is over", now=now)
        record(connection, event="space:grant:end", subject=grant_id, body={}, now=now)
        give_back(connection, grant_id)
        end_of_grant(connection, grant_id, reason="over", now=now)
    return tuple(over)
