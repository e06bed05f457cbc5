"""Tables of the room `access`: since when commands are judged by the matrix."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from catalog.store.schema import Instant, metadata

# One row per span in which every command acts as a person; the one that is not ended holds.
access_enforcements = Table(
    "access_enforcements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(200)),
    Column("end_reason", Text),
    Column("end_evidence_id", String(40)),
)
