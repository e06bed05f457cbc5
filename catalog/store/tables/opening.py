"""Opening to the public 开放: proposals, assessments, machine checks, publications, tombstones."""

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
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# One row per dataset proposed for opening; it goes its way again after a return, refusal or withdrawal.
openings = Table(
    "openings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False, unique=True),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/opening.csv
    Column("licence", String(40), nullable=False),
    Column("method", String(40), nullable=False),  # of de-identification, as declared
    Column("effect_grade", Integer, nullable=False),  # 1-4, as declared
    Column("reason", Text, nullable=False),  # of the proposal
    Column("assessment", Json),  # the security office's form
    Column("assessed_by", String(200)),
    Column("check", Json),  # what the machine found, and of which release
    Column("approval", Text),  # the authority's ground
    Column("approved_by", String(200)),
    Column("opened_at", Instant, nullable=False),  # proposed first
    Column("changed_at", Instant, nullable=False),
    Column("scope", String(64)),  # digest of the columns and SQL the security office assessed
)

# Every step, in order.
opening_steps = Table(
    "opening_steps",
    metadata,
    Column("opening_id", ForeignKey("openings.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("event", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # it led to
    Column("reason", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A dated export in the installation's folder `open`. A withdrawn one keeps its row; its files are gone.
open_files = Table(
    "open_files",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("opening_id", ForeignKey("openings.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("folder", Text, nullable=False),  # relative to the installation
    Column("sha256", String(64), nullable=False),  # of the CSV
    Column("metadata_sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("licence", String(40), nullable=False),
    Column("published_by", String(200), nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("withdraw_reason", Text),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("dataset", "folder"),
    Index("ix_open_files_opening_id", "opening_id"),
)
