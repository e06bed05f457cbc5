"""Takings over of existing catalogues: where an entry came from, and what the former catalogue says of it."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, metadata

# One row per entry that was taken over with its code.
adopted_entries = Table(
    "adopted_entries",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("origin", String(200), nullable=False),  # what the former catalogue is called
    Column("code", String(60), nullable=False),
    Column("published_on", Date),  # in the former catalogue
    Column("state", String(20), nullable=False),  # published, compiled
    Column("basis", Text, nullable=False),
    Column("adopted_by", String(200), nullable=False),
    Column("adopted_at", Instant, nullable=False),
)

# What the former catalogue says happened to the entry, as it says it.
adopted_history = Table(
    "adopted_history",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("place", Integer, primary_key=True),  # 1, 2, … within the entry
    Column("day", Date, nullable=False),
    Column("act", String(40), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_adopted_history_day", "day"),
)
