"""Telling the other side of a contract what was done with it: a line in its inbox, in the same transaction.

Decides who is told: the side that did not act; both where the platform did.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from space.contracting.values import DigitalContract, Side


def tell(
    connection: Connection, contract: DigitalContract, side: Side, what: str, now: datetime, why: str = ""
) -> None:
    """A notice for the other side; for both where the platform acts.

    Args:
        connection: the writing transaction of the step.
        contract: as it stands after it.
        side: that took the step.
        what: was done; it follows the contract's id.
        now: aware instant.
        why: as it was said.
    """
    told = {Side.PROVIDER: (contract.consumer,), Side.CONSUMER: (contract.provider,)}
    message = f"contract {contract.id} {what}" + (f": {why.strip()}" if why.strip() else "")
    for organisation in told.get(side, (contract.provider, contract.consumer)):
        connection.execute(
            insert(notices).values(
                id=new_id("ntc"),
                organisation=organisation,
                kind="contract",
                subject=contract.id,
                message=message,
                sent_at=now,
            )
        )
