"""What ends with a grant, in the one transaction that ends it, whichever side ends it.

Decides that with a grant end its paid calls that are under way (lost, their worker is killed by
:mod:`space.calls.watching`), its workspace, its supplies with their signed addresses, its standing queries,
the subscriptions opened under it and the tokens issued for it; that the unspent privacy allowance returns;
and that the other side is told. Whether a grant may be ended is decided by who calls.

Source: architecture, what must never be; 政务数据共享条例 Art 25; 上海市数据条例 Art 39.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.audits import standing_queries
from catalog.store.tables.backflow import notices, subscriptions
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.queries import reservations
from catalog.store.tables.supplies import grant_endings
from space import store
from space.calls import budget
from space.contracting.following import grant_ended
from space.granting.allowances import give_back
from space.granting.changes import announce
from space.supply import ending as supplies
from space.workspace import ending as workspaces

# Reason of a call that was cut off by the end of its grant.
CUT_OFF: Final = "grant.ended_meanwhile"
Side = Literal["grantor", "grantee", "term"]

_TOLD: Final = {
    "grantor": "was ended by the granting side",
    "grantee": "was given back by its holder",
    "term": "is over: its last day has passed",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a grant ends.

    Attributes:
        state: the grant is in from now on, e.g. ``revoked`` or ``ended``.
        side: who ends it; ``term`` where its last day is over.
        reason: why; the other side reads it, the evidence log does not hold it.
        by: the person who acts; empty where nobody does.
        word: why its workspace and supplies end: ``revoked``, ``returned`` or ``over``.
        event: of the evidence entry.
    """

    state: str
    side: Side
    reason: str
    by: str
    word: str
    event: str


def end(connection: Connection, grant_id: str, ending: Ending, now: datetime) -> bool:
    """End a grant with all that rests on it.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        ending: how.
        now: aware instant, read inside the transaction: no answer stored before bears a later one.

    Returns:
        False where it was not in force; nothing was changed then.
    """
    if not store.end_grant(connection, grant_id, state=ending.state, reason=ending.reason, now=now):
        return False
    body = {"by": ending.by, "side": ending.side} if ending.by else {"side": ending.side}
    evidence_id = record(connection, event=ending.event, subject=grant_id, body=body, now=now)
    cut = _cut_off(connection, grant_id, now)
    connection.execute(
        insert(grant_endings).values(
            grant_id=grant_id,
            side=ending.side,
            reason=ending.reason,
            ended_by=ending.by,
            ended_at=now,
            calls_under_way=cut,
            evidence_id=evidence_id,
        )
    )
    give_back(connection, grant_id)
    workspaces.end_of_grant(connection, grant_id, reason=ending.word, now=now)
    supplies.end_of_grant(connection, grant_id, reason=ending.word, now=now)
    _end_what_flows(connection, grant_id, ending.by, now)
    grant_ended(connection, grant_id, side=ending.side, by=ending.by, why=ending.reason, now=now)
    _tell(connection, grant_id, ending, now)
    announce(connection)
    return True


def _cut_off(connection: Connection, grant_id: str, now: datetime) -> int:
    """Lose every paid call that is under way; how many."""
    r = reservations.c
    running = select(r.id).where(r.grant_id == grant_id, r.state == "reserved")
    open_calls = list(connection.execute(running).scalars())
    return sum(budget.lose(connection, each, reason=CUT_OFF, now=now) for each in open_calls)


def _end_what_flows(connection: Connection, grant_id: str, by: str, now: datetime) -> None:
    """End standing queries, subscriptions opened under the grant, and tokens issued for it."""
    ended = (
        (standing_queries, standing_queries.c.state == "in_force",
         {"state": "ended", "ended_at": now, "ended_by": by}, "space:standing:end"),
        (subscriptions, subscriptions.c.state == "active",
         {"state": "ended", "ended_at": now}, "backflow:subscription:end"),
        (client_tokens, client_tokens.c.revoked_at.is_(None), {"revoked_at": now}, "space:token:withdraw"),
    )  # fmt: skip
    for table, open_, values, event in ended:
        mine = (table.c.grant_id == grant_id, open_)
        for row in connection.execute(select(table.c.id).where(*mine)).all():
            record(connection, event=event, subject=row.id, body={"by": by, "grant": grant_id}, now=now)
        connection.execute(update(table).where(*mine).values(**values))


def _tell(connection: Connection, grant_id: str, ending: Ending, now: datetime) -> None:
    """A notice for the other side; for both where the term is over."""
    parties = connection.execute(select(grants.c.grantor, grants.c.grantee).where(grants.c.id == grant_id))
    row = parties.one()
    told = {"grantor": (row.grantee,), "grantee": (row.grantor,), "term": (row.grantee, row.grantor)}
    for organisation in told[ending.side]:
        connection.execute(
            insert(notices).values(
                id=new_id("ntc"),
                organisation=organisation,
                kind="ending",
                subject=grant_id,
                message=f"grant {grant_id} {_TOLD[ending.side]}: {ending.reason}",
                sent_at=now,
            )
        )
