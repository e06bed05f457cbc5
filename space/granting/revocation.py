"""Ending a grant: withdrawn by the granting side, given back by its holder, or over.

Decides who may end a grant and why. What ends with it, and that everybody is told, is
:mod:`space.granting.ending`'s: from that transaction on it answers nothing, not even a call that is running.

Source: architecture, the way of a query; 政务数据共享条例 Art 25.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from catalog.store.tables.grants import grants
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space import store
from space.calls.budget import NOT_HELD
from space.errors import Refused, Unknown
from space.granting.ending import Ending, end

_REVOKED: Final = "revoked"
_ENDED: Final = "ended"


def revoke(connection: Connection, grant_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Revoke a grant; from this transaction on it answers nothing.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        reason: why, for the grantee; kept with the grant, never in the evidence log.
        by: the person who revokes.
        now: aware instant, read inside the transaction.

    Raises:
        Unknown: there is no such grant.
        Refused: it is not in force, or no reason is given.
    """
    if store.lock_grant(connection, grant_id) is None:
        raise Unknown("grant", grant_id, "`ybz grant list` shows them")
    _end(connection, grant_id, Ending(_REVOKED, "grantor", reason, by, "revoked", "space:grant:revoke"), now)


def give_back(
    connection: Connection, grant_id: str, *, holder: str, reason: str, by: str, now: datetime
) -> None:
    """Give a grant back 退回: its holder ends it, with the same effect.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        holder: code of the organisation that gives it back.
        reason: why, for the granting side.
        by: the person who acts for the holder.
        now: aware instant, read inside the transaction.

    Raises:
        Refused: the organisation does not hold it, it is not in force, or no reason is given.
    """
    row = store.lock_grant(connection, grant_id)
    if row is None or row.grantee != holder:
        raise Refused(Deny((NOT_HELD,)))
    _end(connection, grant_id, Ending(_ENDED, "grantee", reason, by, "returned", "space:grant:return"), now)


def close_expired(connection: Connection, now: datetime) -> tuple[str, ...]:
    """End every grant whose last day is over.

    Returns:
        Ids of the grants that were ended now.
    """
    over = (
        connection.execute(
            select(grants.c.id).where(grants.c.state.in_(store.HELD), grants.c.valid_to < local_date(now))
        )
        .scalars()
        .all()
    )
    ending = Ending(_ENDED, "term", "the last day is over", "", "over", "space:grant:end")
    return tuple(grant_id for grant_id in over if end(connection, grant_id, ending, now))


def _end(connection: Connection, grant_id: str, ending: Ending, now: datetime) -> None:
    reason = ending.reason.strip()
    if not reason:
        raise Refused(Deny((Reason("revoke.reason", "a revocation states its reason", "reason"),)))
    stated = Ending(ending.state, ending.side, reason, ending.by, ending.word, ending.event)
    if not end(connection, grant_id, stated, now):
        state = connection.execute(select(grants.c.state).where(grants.c.id == grant_id)).scalar_one()
        raise Refused(Deny((Reason("revoke.not_in_force", f"the grant is {state} already", "grant"),)))
