"""Grants in the name of a unit that is no more 机构改革: told to whoever follows, with a time to settle them.

Decides that a grant does not pass by itself: an agreement names its parties, and what was received goes to
no third party without the provider's consent. It goes on meanwhile, so that no service stops in a reform;
whoever follows makes it anew, or it is revoked, within a dated time. Ending one is the space's matter.

Source: 政务数据共享条例 Art 25; docs/decisions/0015.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, or_, select

from catalog import evidence
from catalog.clocks import running
from catalog.clocks.owed import authority_on
from catalog.organisations import tree
from catalog.organisations.units import Span
from catalog.store.tables.grants import HELD, grants
from policies.clocks import local_date

if TYPE_CHECKING:
    from catalog.organisations.changes import Reform

# The deadline rule.
RULE: Final = "grant_succession"


def tell(connection: Connection, former: Span, successor: str | None, reform: Reform) -> tuple[str, ...]:
    """Tell whoever follows a unit of every grant in its name, and start the clock of each.

    Args:
        connection: a writing transaction.
        former: the unit as it was.
        successor: code of the one that follows; None where there are several: the authority answers then.
        reform: when, why, by whom.

    Returns:
        Ids of the grants.
    """
    g = grants.c
    mine = or_(g.grantee == former.code, g.grantor == former.code)
    running_on = g.state.in_(HELD) & (g.valid_to >= reform.on)
    found = connection.execute(
        select(g.id, g.grantee, g.grantor).where(mine, running_on).order_by(g.id)
    ).all()
    today = local_date(reform.now)
    owner, code = authority_on(connection, today)
    if successor is not None:
        owner, code = tree.name_of(connection, successor, reform.on) or successor, successor
    told = []
    for row in found:
        subject = f"grant:{row.id}"
        if any(clock.rule == RULE for clock in running.clocks_of(connection, subject, open_only=True)):
            running.cancel(connection, subject=subject, rule=RULE, reason="another reform", now=reform.now)
        running.start(
            connection, subject=subject, rule=RULE, owner=owner, owner_code=code, now=reform.now,
            words=f"make the grant {row.id} anew or end it: {former.name} is no more", received_on=reform.on,
        )  # fmt: skip
        body = {
            "grant": row.id, "grantor": row.grantor, "grantee": row.grantee, "former": former.code,
            "successor": successor or "", "basis": reform.basis.strip(), "actor": reform.by,
        }  # fmt: skip
        evidence.record(
            connection, event="catalog:organisation:grant", subject=row.id, body=body, now=reform.now
        )
        told.append(row.id)
    return tuple(told)


def settle(connection: Connection, *, now: datetime) -> tuple[str, ...]:
    """End the clock of every such grant that is in force no longer; returns their ids."""
    g, today, done = grants.c, local_date(now), []
    for clock in running.open_clocks(connection):
        if clock.rule != RULE:
            continue
        grant = clock.subject.removeprefix("grant:")
        lasting = (g.id == grant) & g.state.in_(HELD) & (g.valid_to >= today)
        if connection.execute(select(g.id).where(lasting)).first() is None:
            running.end(connection, subject=clock.subject, rule=RULE, now=now)
            done.append(grant)
    return tuple(done)
