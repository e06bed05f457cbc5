"""Entries of the ledger, their immutable revisions, lineage edges and editions."""

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

# One row per dataset of the ledger. `name` is `schema.table`; `code` is the resource code.
entries = Table(
    "entries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(130), nullable=False, unique=True),
    Column("code", String(60), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("department", String(200), nullable=False),
    Column("department_code", String(18), nullable=False),
    # Of the revision in force; once an entry is published it stays so while a newer revision is on its way.
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/cataloguing.csv
    Column("current_revision", Integer, nullable=False),  # the newest, in force or not
    Column("published_revision", Integer),  # what others see; None before the first publication
    Column("pending_state", String(20)),  # of a newer revision than the published one, else None
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("path", Text),  # the contract file it came from; data paths are relative to it
)

# Immutable. `contract` is the canonical JSON of the contract value.
revisions = Table(
    "revisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("contract", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("path", Text),  # the file it was compiled from; the entry's own is of the revision in force
    UniqueConstraint("entry_id", "number"),
)

# The last sequence number given under a class code; it only grows, so that no code is given twice.
code_counters = Table(
    "code_counters",
    metadata,
    Column("front", String(40), primary_key=True),
    Column("last", Integer, nullable=False),
)

# One source department per standard data item 一数一源; a second claim is a conflict case.
authorities = Table(
    "authorities",
    metadata,
    Column("element", String(60), primary_key=True),
    Column("department", String(200), nullable=False),
    Column("department_code", String(18), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
    Column("named_at", Instant, nullable=False),
    Column("basis", Text, nullable=False),
)

# Column lineage: `target` column is computed from `source` column. `subtype` is the OpenLineage word.
lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("source_dataset", String(130), primary_key=True),
    Column("source_field", String(63), primary_key=True),
    Column("target_dataset", String(130), primary_key=True),
    Column("target_field", String(63), primary_key=True),
    Column("subtype", String(30), nullable=False),
    Index("ix_lineage_edges_target", "target_dataset", "target_field"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("period", String(10), nullable=False),  # 账期, e.g. 2026-09
    Column("number", Integer, nullable=False),
    Column("closed_at", Instant, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signature", Text, nullable=False),
    Column("versions", Json, nullable=False),  # Delta table -> version
    UniqueConstraint("period", "number"),
)

# Codes given elsewhere that entries of the ledger have or are to have: the counter steps over them.
reserved_codes = Table(
    "reserved_codes",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("front", String(40), nullable=False),
    Column("number", BigInteger),  # the sequence, where it is one
    Index("ix_reserved_codes_front", "front", "number"),
)

# Identifiers of the data infrastructure 标识: the stem the ledger forms, and the whole one once its check
# characters have come from the node that gives them.
data_identifiers = Table(
    "data_identifiers",
    metadata,
    Column("stem", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("kind", String(1), nullable=False),
    Column("identifier", String(40), unique=True),
    Column("formed_at", Instant, nullable=False),
    Column("proof", Text),  # what the node gave, by reference
    Column("recorded_by", String(200)),
    Column("recorded_at", Instant),
    UniqueConstraint("dataset", "kind"),
)
