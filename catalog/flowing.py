"""Which subscriptions rows flow to 回流 now: the one question every delivery and every desk asks.

Decides when a subscription is open: it is active, a day of its term runs, and the entry of its dataset is
published. What was delivered before stays delivered.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from catalog import revisions
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.ledger import entries
from policies.clocks import local_date


def flowing(now: datetime) -> ColumnElement[bool]:
    """The condition on ``subscriptions``: active, in their term, of published datasets.

    Args:
        now: aware instant.
    """
    s, today = subscriptions.c, local_date(now).isoformat()
    published = select(entries.c.name).where(entries.c.state == revisions.PUBLISHED)
    return and_(
        s.state == "active",
        s.dataset.in_(published),
        s.valid_from.is_(None) | (s.valid_from <= today),
        s.valid_to.is_(None) | (s.valid_to >= today),
    )


def flows(connection: Connection, subscription_id: str, now: datetime, *, lock: bool = False) -> bool:
    """Whether rows flow to a subscription.

    Args:
        connection: the transaction that hands rows out, where there is one.
        subscription_id: which.
        now: aware instant.
        lock: in a writing transaction, nobody ends it before that is over.
    """
    mine = select(subscriptions.c.id).where(subscriptions.c.id == subscription_id, flowing(now))
    return connection.execute(mine.with_for_update() if lock else mine).first() is not None
