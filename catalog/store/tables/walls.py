"""Overrides of missing walls: two people who let operators be granted without them."""

from __future__ import annotations

from sqlalchemy import Column, Date, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

wall_overrides = Table(
    "wall_overrides",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("missing", Json, nullable=False),  # names of the walls it does without
    Column("reason", Text, nullable=False),
    Column("valid_to", Date, nullable=False),  # last day, Asia/Shanghai
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("agreed_by", String(200)),
    Column("agreed_at", Instant),
    Column("withdrawn_by", String(200)),
    Column("withdrawn_at", Instant),
    Column("evidence_id", String(40), nullable=False),
)
