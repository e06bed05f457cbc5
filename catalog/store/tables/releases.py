"""Builds and releases: leases, intents, published versions, quality results, findings."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# Who builds a dataset now. `fence` only grows; it is written into the Delta commits.
leases = Table(
    "leases",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("holder", String(80)),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Instant),
)

# What a release is about to write; open until the release row exists.
intents = Table(
    "intents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("vault_version", BigInteger, nullable=False),
    Column("protected_version", BigInteger, nullable=False),
    Column("release", Json, nullable=False),  # the release row to be, ready to insert
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", String(20)),  # published, rolled_back
)

# A published version. Every reader of data passes `vault_version` or `protected_version`.
releases = Table(
    "releases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the dataset
    Column("revision", Integer, nullable=False),  # of the contract
    Column("vault_version", BigInteger, nullable=False),
    Column("protected_version", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of the inputs and the contract
    Column("lines_read", BigInteger, nullable=False),
    Column("landed", BigInteger, nullable=False),
    Column("typed", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("counts", Json, nullable=False),  # preamble, header, dropped by rule, quarantined by rule
    Column("quality", Float),  # 0–1, None = not assessed
    Column("dimensions", Json, nullable=False),  # dimension -> {a, b, x}
    Column("grade", Integer, nullable=False),
    Column("facts", Json, nullable=False),  # checked facts; see catalog.releases.published.Facts
    Column("published_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("dataset", "number"),
    Index("ix_releases_dataset", "dataset"),
    Index("ix_releases_published_at", "published_at", "dataset"),
)

# One row per attempt to build a dataset, whatever came of it.
builds = Table(
    "builds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("run", String(60), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("state", String(20), nullable=False),  # released, unchanged, stopped, failed
    Column("reason", Text, nullable=False),
    Column("lines_read", BigInteger, nullable=False),
    Column("landed", BigInteger, nullable=False),
    Column("typed", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("quality", Float),
    Column("grade", Integer),
    Column("timings", Json, nullable=False),  # stage -> milliseconds
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Index("ix_builds_dataset", "dataset", "ended_at"),
)

# Outcome of every quality rule of a build: x = a / b, None where b = 0.
quality_results = Table(
    "quality_results",
    metadata,
    Column("build_id", ForeignKey("builds.id"), primary_key=True),
    Column("rule", String(120), primary_key=True),
    Column("fields", Json, nullable=False),
    Column("dimension", String(20), nullable=False),
    Column("action", String(20), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("good", BigInteger, nullable=False),
    Column("evaluated", BigInteger, nullable=False),
)

# What detectors found in a column, beside what the contract declares.
findings = Table(
    "findings",
    metadata,
    Column("build_id", ForeignKey("builds.id"), primary_key=True),
    Column("field", String(63), primary_key=True),
    Column("detector", String(40), primary_key=True),
    Column("grade", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Json, nullable=False),  # counts, ratios, name match; never values
    Column("beyond_declared", Boolean, nullable=False),
)
