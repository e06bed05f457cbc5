"""The append-only evidence log: entries (outbox and leaf in one row), subtree hashes, signed checkpoints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# Written in the transaction of the business row; `position` is given by the integrator.
evidence_entries = Table(
    "evidence_entries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("event", String(80), nullable=False),  # source:subject:action
    Column("subject", String(200), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON; identifiers and digests, no person's values
    Column("leaf_hash", String(64), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("position", BigInteger, unique=True),
    Index("ix_evidence_entries_subject", "subject"),
)

# A size is stored before it is signed, so that no size is ever signed with two roots.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("frontier", Text, nullable=False),  # roots of the full subtrees in hex, largest first
    Column("note", Text),  # signed note (C2SP); None until signed
    Column("made_at", Instant, nullable=False),
)

# Roots of full subtrees, up to 64 in a row; all of it follows from the leaf hashes.
evidence_tiles = Table(
    "evidence_tiles",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),  # level << 56 | number
    Column("hashes", LargeBinary, nullable=False),  # 32 bytes each
)

# A checkpoint printed, or handed to another body, and where it is kept there.
evidence_anchors = Table(
    "evidence_anchors",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of the anchored text
    Column("kept_by", Text, nullable=False),  # newspaper, notary, archive, upper level …
    Column("reference", Text, nullable=False),  # number or page there
    Column("anchored_by", String(200), nullable=False),
    Column("anchored_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A restored store that was brought to continue the published log.
evidence_resumptions = Table(
    "evidence_resumptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("restored_size", BigInteger, nullable=False),  # entries the restored store had in common
    Column("published_size", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),  # brought back from the published copy
    Column("recharged", Json, nullable=False),  # what was charged again, by kind
    Column("lost_size", BigInteger),  # of a checkpoint that was signed, never published, and given up
    Column("lost_root", String(64)),
    Column("resumed_by", String(200), nullable=False),
    Column("resumed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)
