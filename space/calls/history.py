"""The answers a grant was given, from their receipts: what was asked when, and what it cost.

Decides which figures of an answered call are told again: those its receipt states, its time in the receipt's
bucket. The text of a question is not kept, so it is not told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, or_, select

from catalog.store.tables.queries import receipts, usages
from space.calls.receipts import time_bucket
from space.errors import Unknown


def given(
    connection: Connection, grant_id: str, *, month: str = "", after: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """Answers handed out under a grant, the newest first.

    Args:
        connection: to read with.
        grant_id: of the grant.
        month: YYYY-MM, of the bill; every one where empty.
        after: id of the receipt a page ended with; from the newest on where empty.
        limit: most of them.

    Raises:
        Unknown: the grant has no receipt of that id.
    """
    u, r = usages.c, receipts.c
    wanted = (
        select(r.id, r.issued_at, u.id.label("usage"), u.outcome, u.product, u.calls, u.nrho, u.price_fen,
               u.month, u.records)
        .join(usages, u.id == r.usage_id)
        .where(u.grant_id == grant_id, r.grant_id == grant_id)
        .order_by(u.at.desc(), u.id.desc())
        .limit(limit)
    )  # fmt: skip
    if month:
        wanted = wanted.where(u.month == month)
    if after:
        last = connection.execute(
            select(u.at, u.id).join(receipts, u.id == r.usage_id).where(r.id == after, r.grant_id == grant_id)
        ).first()
        if last is None:
            raise Unknown("receipt", after)
        wanted = wanted.where(or_(u.at < last.at, and_(u.at == last.at, u.id < last.id)))
    return [
        {
            "id": row.id, "grant": grant_id, "time": time_bucket(row.issued_at), "product": row.product,
            "repeated": row.outcome == "cached", "calls": row.calls, "rho": row.nrho / 1e9,
            "price_fen": row.price_fen, "month": row.month, "records": row.records,
        }
        for row in connection.execute(wanted)
    ]  # fmt: skip
