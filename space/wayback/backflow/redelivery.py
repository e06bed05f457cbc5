"""Ordering rows once more 重新回流: after a correction, or because they were claimed.

Decides who is sent a row again: an order is entered here, in the caller's transaction; the next `ybz build`
carries it out and says what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.attributions import redelivery_orders
from catalog.store.tables.backflow import subscriptions
from space.errors import Unknown

Kind = Literal["correction", "claim"]


@dataclass(frozen=True, slots=True)
class Order:
    """A row that one subscription shall be sent again.

    Attributes:
        subject: id of the correction or claim it serves.
        outcome: ``delivered``; ``not_in_area``: it lies elsewhere now, and its removal was delivered;
            ``ended``: nothing flows to the subscription any more; empty while it waits for the next round.
        redelivery: id of what brought it; empty where nothing did.
    """

    id: str
    subscription: str
    dataset: str
    row: str
    kind: str
    subject: str
    outcome: str
    redelivery: str
    closed_at: datetime | None


def redeliver(
    connection: Connection,
    *,
    subscription: str,
    row: str,
    subject: str,
    reason: str,
    by: str,
    now: datetime,
    kind: Kind = "correction",
) -> str:
    """Order a row once more for one subscription; ordering again what waits changes nothing.

    Args:
        connection: a writing transaction, the one of the act it serves.
        subscription: id of the subscription that was sent the row.
        row: its reference.
        subject: id of the correction or claim.
        reason: why, without a value.
        by: the person who orders it.
        now: aware instant.
        kind: ``correction``, or ``claim`` for a row that is new to the area.

    Returns:
        The id of the order.

    Raises:
        Unknown: there is no such subscription.
    """
    o, s = redelivery_orders.c, subscriptions.c
    found = connection.execute(select(s.dataset).where(s.id == subscription)).scalar()
    if found is None:
        raise Unknown("subscription", subscription, "see `ybz backflow subscriptions`")
    waits = select(o.id).where(
        o.subscription_id == subscription, o.row == row, o.subject == subject, o.closed_at.is_(None)
    )
    there = connection.execute(waits).scalar()
    if there is not None:
        return str(there)
    made = new_id("rdo")
    body = {"subscription": subscription, "row": row, "kind": kind, "subject": subject, "by": by}
    evidence = record(connection, event="backflow:delivery:order", subject=made, body=body, now=now)
    connection.execute(
        insert(redelivery_orders).values(
            id=made,
            subscription_id=subscription,
            dataset=found,
            row=row,
            kind=kind,
            subject=subject,
            reason=reason,
            ordered_by=by,
            ordered_at=now,
            evidence_id=evidence,
        )
    )
    return made


def orders_of(connection: Connection, subject: str) -> tuple[Order, ...]:
    """Every order that serves a correction or a claim, oldest first."""
    o = redelivery_orders.c
    query = select(redelivery_orders).where(o.subject == subject).order_by(o.ordered_at, o.id)
    return tuple(
        Order(
            id=row.id,
            subscription=row.subscription_id,
            dataset=row.dataset,
            row=row.row,
            kind=row.kind,
            subject=row.subject,
            outcome=row.outcome or "",
            redelivery=row.redelivery_id or "",
            closed_at=row.closed_at,
        )
        for row in connection.execute(query)
    )
