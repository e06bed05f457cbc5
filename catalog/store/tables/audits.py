"""Tables of the room `audits`: what an organisation was told under thresholds, and its standing queries."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# Conditions and group columns of a paid base block, one row a unit kind it is about. Never units or figures.
audited_blocks = Table(
    "audited_blocks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("reservation_id", ForeignKey("reservations.id"), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(300), nullable=False),
    Column("columns", Json, nullable=False),  # dataset.column it groups by, sorted
    Column("columns_digest", String(64), nullable=False),
    Column("body", Json, nullable=False),  # see space.query.auditing.audit.Record
    Column("digest", String(64), nullable=False),  # of the body
    Column("at", Instant, nullable=False),
    Column(
        "datasets_digest", String(64)
    ),  # of the sorted datasets it reads; None where an earlier version wrote
    Column("withheld", Integer),  # 1 = remembered though its call is lost: its answer was too large
    Index("ix_audited_blocks_kind", "organisation", "kind", "number"),
)

# A query asked again on every release, with the runs a year may have.
standing_queries = Table(
    "standing_queries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("sql", Text, nullable=False),
    Column("query", String(64), nullable=False),  # digest of the text, salted by the grant
    Column("mode", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("runs_limit", Integer, nullable=False),
    Column("runs_used", Integer, nullable=False),
    Column("nrho_per_run", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),  # in_force, ended
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("last_day", Date, nullable=False),  # of the plan
    Column("ended_at", Instant),
    Column("ended_by", String(200)),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_standing_queries_grant_id", "grant_id", "state"),
)

# One run on the releases a grant saw then; claimed before it runs, so that no release is run twice.
standing_runs = Table(
    "standing_runs",
    metadata,
    Column("standing_id", ForeignKey("standing_queries.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("releases", Json, nullable=False),  # ids, sorted
    Column("releases_digest", String(64), nullable=False),
    Column("usage_id", String(40)),
    Column("receipt_id", String(40)),
    Column("outcome", String(20), nullable=False),  # running, answered, refused, lost
    Column("reason", String(80)),
    Column("at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("standing_id", "releases_digest"),
)
