"""Handing a supply over 供数交付: one call of its grant, with its receipt, in one transaction.

Decides that quota, volume, price, receipt, the row and the notice come about together or not at all.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, update

from catalog.keys import Keys
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from space import store
from space.calls import metering, pricing
from space.granting import counters
from space.supply import receipts
from space.supply.ending import READY
from space.supply.intents import Intent, Made
from space.supply.permitted import Suppliable
from space.supply.supplies import Supply, by_id


def hand_over(connection: Connection, keys: Keys, intent: Intent, made: Made, now: datetime) -> Supply:
    """Hand a supply over: quota, usage, receipt, row and notice together.

    Args:
        connection: a writing transaction that holds the grant's row.
        keys: sign the receipt.
        intent: of the supply.
        made: what was written.
        now: aware instant, read inside the transaction.
    """
    ready, grant = intent.ready, intent.ready.grant
    taken = store.spend(connection, grant.id, calls=1, nrho=0, day=local_date(now))
    assert taken, "the quota was looked at under the lock of the grant's row"
    counters.take_calls(connection, grant.id, grant.terms, now)
    size = counters.Size(made.rows, len(ready.columns), made.size_bytes)
    counters.take_volume(connection, grant.id, grant.terms, size, now)
    measure = pricing.Measure("supply")
    priced = pricing.price(connection, grant.id, grant.terms, measure, fresh=True, now=now)
    use = metering.Use(
        organisation=ready.receiver.code,
        outcome="answered",
        grant_id=grant.id,
        calls=1,
        price_fen=priced.charge.fen,
        query=grant.salted(ready.statement),
        product="supply",
        month_place=priced.place,
        month_before=priced.before,
    )
    metered = metering.meter(connection, use, now)
    receipt = receipts.delivered(intent, made, priced, metered, now)
    connection.execute(
        update(supplies)
        .where(supplies.c.id == intent.id)
        .values(
            state=READY,
            ready_at=now,
            rows=made.rows,
            size_bytes=made.size_bytes,
            sha256=made.sha256,
            place=made.place,
            usage_id=metered.id,
            receipt_id=receipt["id"],
            receipt=receipts.sign(connection, keys, receipt, now),
            keep_until=_keep_until(ready, now),
        )
    )
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"),
            organisation=ready.receiver.code,
            kind="supply",
            subject=intent.id,
            message=f"{ready.contract.name}, release {ready.release.number}, is ready as {ready.form}",
            sent_at=now,
        )
    )
    return by_id(connection, intent.id)


def _keep_until(ready: Suppliable, now: datetime) -> date | None:
    """The last day the receiver may keep it, where the terms say so."""
    retention = ready.grant.terms.retention
    return None if retention is None else local_date(now) + timedelta(days=retention.days)
