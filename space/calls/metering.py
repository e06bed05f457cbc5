"""Metering: every call of a known caller leaves one row, allowed or refused.

Decides what a call counts: one call (a verification: one for each record) and its price where an answer
was handed out, the calls alone where a paid one was lost, nothing where it was refused. Rows hold codes
and identifiers, never caller text.

Source: 发改价格〔2025〕65号 (units: number of services, data call volume).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import usages
from space import store
from space.errors import Unknown

Outcome = Literal["answered", "cached", "refused", "lost"]


@dataclass(frozen=True, slots=True)
class Use:
    """One call, as it is metered.

    Attributes:
        organisation: who called.
        outcome: see :data:`Outcome`.
        grant_id: None where the caller holds no grant of the name given.
        reason: code of a refusal or loss.
        reservation_id: the paid call behind it.
        calls, nrho, price_fen: what it took.
        query: salted digest of the query as it was written; None where no grant salts it.
        records: how many were verified; None where the call was a query.
    """

    organisation: str
    outcome: Outcome
    grant_id: str | None = None
    reason: str | None = None
    reservation_id: str | None = None
    calls: int = 0
    nrho: int = 0
    price_fen: int = 0
    query: str | None = None
    records: int | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """A stored usage row and its evidence.

    Attributes:
        id: of the usage row.
        evidence_id: of the evidence entry.
        leaf_hash: of that entry, hexadecimal.
    """

    id: str
    evidence_id: str
    leaf_hash: str


def meter(connection: Connection, use: Use, now: datetime) -> Metered:
    """Store one call with its evidence; money is charged here, so only with the stored answer.

    Args:
        connection: the writing transaction that stores the answer, or the refusal.
        use: the call.
        now: aware instant.
    """
    usage_id = new_id("use")
    body: dict[str, Any] = {
        "usage": usage_id,
        "organisation": use.organisation,
        "outcome": use.outcome,
        "reason": use.reason,
        "reservation": use.reservation_id,
        "query": use.query,
        "nrho": use.nrho,
        "price_fen": use.price_fen,
    }
    if use.records is not None:
        body["records"] = use.records
    event = f"space:{'query' if use.records is None else 'verification'}:{_VERBS[use.outcome]}"
    evidence_id = record(
        connection, event=event, subject=use.grant_id or use.organisation, body=body, now=now
    )
    connection.execute(
        insert(usages).values(
            id=usage_id,
            grant_id=use.grant_id,
            organisation=use.organisation,
            outcome=use.outcome,
            reason=use.reason,
            reservation_id=use.reservation_id,
            calls=use.calls,
            nrho=use.nrho,
            price_fen=use.price_fen,
            records=use.records,
            at=now,
            evidence_id=evidence_id,
        )
    )
    if use.price_fen and use.grant_id is not None:
        store.charge(connection, use.grant_id, use.price_fen)
    leaf = select(evidence_entries.c.leaf_hash).where(evidence_entries.c.id == evidence_id)
    return Metered(usage_id, evidence_id, connection.execute(leaf).scalar_one())


def by_id(connection: Connection, usage_id: str) -> Use:
    """A metered call, without the digest of its query.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(usages).where(usages.c.id == usage_id)).first()
    if row is None:
        raise Unknown("call", usage_id)
    return Use(
        organisation=row.organisation,
        outcome=row.outcome,
        grant_id=row.grant_id,
        reason=row.reason,
        reservation_id=row.reservation_id,
        calls=row.calls,
        nrho=row.nrho,
        price_fen=row.price_fen,
        records=row.records,
    )


def count_stranger(connection: Connection, reason: str, now: datetime) -> None:
    """Count a call that was refused before the caller was known; such calls are not logged singly."""
    store.count_stranger(connection, now.replace(second=0, microsecond=0), reason)


def totals(connection: Connection, grant_id: str) -> dict[str, int]:
    """What the usage log adds up to for a grant: the other side of its counters (对账)."""
    u = usages.c
    row = connection.execute(
        select(func.sum(u.calls), func.sum(u.nrho), func.sum(u.price_fen)).where(u.grant_id == grant_id)
    ).one()
    return {"calls": int(row[0] or 0), "nrho": int(row[1] or 0), "price_fen": int(row[2] or 0)}


_VERBS = {"answered": "answer", "cached": "repeat", "refused": "refuse", "lost": "lose"}
