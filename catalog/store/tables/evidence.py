"""The append-only evidence log: entries (outbox and leaf in one row) and signed checkpoints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from catalog.store.schema import Instant, metadata

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
