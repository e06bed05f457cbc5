"""Tables of the room `queries`: reservations, answers, usage, receipts, idempotency keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from catalog.store.schema import Instant, Json, metadata

# A paid call. The row is the lock of its answer: the partial unique index below lets one caller run.
reservations = Table(
    "reservations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("answer_key", String(64), nullable=False),  # digest of the five parts of an answer's identity
    Column("canonical_digest", String(64), nullable=False),  # salted by the grant
    Column("releases", Json, nullable=False),  # release ids, sorted
    Column("mode", String(20), nullable=False),
    Column("nrho", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),  # reserved, answered, lost
    Column("reserved_at", Instant, nullable=False),
    Column("deadline_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("answer_sha256", String(64)),
    Column("mechanism", Json),  # how the answer was made safe, for receipts
    Column("calls", Integer),  # what it took of the quota; None = one
    Index(
        "uq_reservations_answer_key",
        "grant_id",
        "answer_key",
        unique=True,
        sqlite_where=text("state <> 'lost'"),
        postgresql_where=text("state <> 'lost'"),
    ),
    Index("ix_reservations_state", "state", "deadline_at"),
)

# Every call of a known caller, allowed or refused. Append only; codes, never caller text.
usages = Table(
    "usages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", String(40)),  # None where no grant of the caller was named
    Column("organisation", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),  # answered, cached, refused, lost
    Column("reason", String(80)),  # code, where refused or lost
    Column("reservation_id", ForeignKey("reservations.id")),
    Column("calls", Integer, nullable=False),
    Column("nrho", BigInteger, nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("records", Integer),  # of a verification; None where the call was a query
    Column("at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    # What was used of what, see space.calls.metering. None in rows of earlier versions, and where not known.
    Column("purpose", String(60)),  # the grant's
    Column("purpose_class", String(20)),  # governance, public_good, industry
    Column("product", String(20)),  # query, list, masked_list, verification, supply
    Column("size_class", String(10)),  # published size class of the largest table read, e.g. <10^5
    Column("cells", BigInteger),  # of the public key domain of the plan; None where the keys have none
    Column("bytes_supplied", BigInteger),  # of a file or table handed over
    Column("month", String(7)),  # 2026-09, Asia/Shanghai: the month it is billed in
    Column("month_place", Integer),  # 1, 2, … of what the grant was given in the month
    Column("month_before", Integer),  # units of the price taken in the month before this call
    Index("ix_usages_grant_id", "grant_id", "at"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("usage_id", ForeignKey("usages.id"), nullable=False, unique=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("jws", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
)

# One row per `Idempotency-Key` of an organisation; without `usage_id` the first call still runs.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("usage_id", ForeignKey("usages.id")),
    Column("expires_at", Instant, nullable=False),
    Column("subject", String(80)),  # what an act of the key made or moved, where it was no call
)

# Calls refused before anyone is known are counted, not logged one by one.
refused_strangers = Table(
    "refused_strangers",
    metadata,
    Column("minute", Instant, primary_key=True),
    Column("reason", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
)
