"""Metering 计量: every call of a known caller leaves one row, allowed or refused.

Decides what a call counts: one call (a verification: one for each record) and its price where an answer
was handed out, the calls alone where a paid one was lost, nothing where it was refused or failed of our own.
What a call costs is :mod:`space.calls.pricing`'s. Rows hold codes and identifiers, never caller text.

Source: 发改价格〔2025〕65号 (units: number of products, number of services, time, data call volume).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, func, insert, select

from catalog.evidence.append import enter
from catalog.store.prepared import Prepared
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import usages
from policies.clocks import local_date
from policies.purpose import purposes
from space import store
from space.errors import Unknown

Outcome = Literal["answered", "cached", "delivered", "refused", "lost", "failed"]
Product = Literal["query", "list", "masked_list", "verification", "supply"]

# Outcomes in which something was handed out: these are priced, and have a receipt.
GIVEN: Final = frozenset({"answered", "cached"})
# The first two parts of the event of each product; the third is the verb of the outcome.
_EVENTS: Final = {"verification": "space:verification", "supply": "space:supply"}
_VERBS: Final = {
    "answered": "answer",
    "cached": "repeat",
    "delivered": "deliver",  # bytes of a supply that was answered before
    "refused": "refuse",
    "lost": "lose",
    "failed": "fail",
}
# Modes of a paid call that are no query's.
_PRODUCTS: Final[Mapping[str, Product]] = {
    "verify": "verification",
    "list": "list",
    "masked_list": "masked_list",
    "supply": "supply",
}
# Every event that stands for one call.
EVENTS: Final = tuple(
    f"{start}:{verb}" for start in ("space:query", *_EVENTS.values()) for verb in _VERBS.values()
)
# What is metered and stated in evidence where it is known.
UNITS: Final = (
    "records", "purpose", "purpose_class", "product", "size_class", "cells", "bytes_supplied", "month",
    "month_place", "month_before",
)  # fmt: skip


# Put together once: every call runs them while other writers wait.
_ROW: Final = Prepared(insert(usages), tuple(usages.c.keys()))
_PURPOSE: Final = select(grants.c.purpose).where(grants.c.id == bindparam("grant"))


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
        purpose: the grant's; looked up where None.
        product: what was asked for.
        size_class: published size class of the largest table it reads.
        cells: of the public key domain of its plan; None where a key has none.
        bytes_supplied: of what was handed over as file or table.
        month_place, month_before: of an answer, its place in the grant's month and what its price was
            counted from, see :mod:`space.calls.pricing`.
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
    purpose: str | None = None
    product: Product | None = None
    size_class: str | None = None
    cells: int | None = None
    bytes_supplied: int | None = None
    month_place: int | None = None
    month_before: int | None = None


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
    usage_id, day = new_id("use"), local_date(now)
    month = month_of(day)
    purpose, product = _purpose(connection, use), _product(use)
    given = use.grant_id is not None and use.outcome in GIVEN
    place = use.month_place
    if given and place is None:
        rows = store.months(connection, use.grant_id or "", month)
        place = 1 + sum(row.answers for row in rows)
    units: dict[str, Any] = {
        "records": use.records,
        "purpose": purpose,
        "purpose_class": purpose_class(purpose, day),
        "product": product,
        "size_class": use.size_class,
        "cells": use.cells,
        "bytes_supplied": use.bytes_supplied,
        "month": month,
        "month_place": place,
        "month_before": use.month_before,
    }
    taken = {"outcome": use.outcome, "reason": use.reason, "calls": use.calls, "nrho": use.nrho,
             "price_fen": use.price_fen}  # fmt: skip
    body = taken | {
        "usage": usage_id,
        "organisation": use.organisation,
        "reservation": use.reservation_id,
        "query": use.query,
    }
    entry = enter(
        connection,
        event=f"{_EVENTS.get(product, 'space:query')}:{_VERBS[use.outcome]}",
        subject=use.grant_id or use.organisation,
        body=body | {name: value for name, value in units.items() if value is not None},
        now=now,
    )
    row = {
        "id": usage_id,
        "grant_id": use.grant_id,
        "organisation": use.organisation,
        "reservation_id": use.reservation_id,
        "at": now,
        "evidence_id": entry.id,
    }
    _ROW.run(connection, row | taken | units)
    if use.grant_id is not None and given:
        store.count_month(connection, use.grant_id, month, product, calls=use.calls, price_fen=use.price_fen)
        if use.price_fen:
            store.charge(connection, use.grant_id, use.price_fen)
    return Metered(usage_id, entry.id, entry.leaf_hash)


def by_id(connection: Connection, usage_id: str) -> Use:
    """A metered call, without the digest of its query.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(usages).where(usages.c.id == usage_id)).first()
    if row is None:
        raise Unknown("call", usage_id)
    same = {name: row._mapping[name] for name in Use.__dataclass_fields__ if name != "query"}
    return Use(**same)


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


def month_of(day: date) -> str:
    """The month a call is billed in.

    >>> month_of(date(2026, 9, 24))
    '2026-09'
    """
    return f"{day:%Y-%m}"


def product_of(mode: str) -> Product:
    """The product a paid call was for, by how its answer is made safe."""
    return _PRODUCTS.get(mode, "query")


def purpose_class(purpose: str | None, on: date) -> str | None:
    """Class of a purpose: ``governance``, ``public_good`` or ``industry``; None where it is not known."""
    known = None if purpose is None else purposes(on).get(purpose)
    return None if known is None else known.group


def _purpose(connection: Connection, use: Use) -> str | None:
    """The purpose of the grant; what a caller states may be any text, and is not kept."""
    if use.grant_id is None or use.purpose is not None:
        return use.purpose
    return connection.execute(_PURPOSE, {"grant": use.grant_id}).scalar()


def _product(use: Use) -> Product:
    if use.product is not None:
        return use.product
    return "query" if use.records is None else "verification"
