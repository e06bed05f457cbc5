"""Tables of the room `burden`: one rating per completed use."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from catalog.store.schema import Instant, metadata

# How content the person was who used it: a submitted form, an answered challenge, a task that is done.
use_ratings = Table(
    "use_ratings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # form, correction, task
    Column("subject", String(40), nullable=False),  # id of the completed use
    Column("body", String(40), nullable=False),  # that used it
    Column("department", String(200), nullable=False),  # that it was done for
    Column("month", String(7), nullable=False),  # of the completion
    Column("score", Integer, nullable=False),
    Column("rated_by", String(200), nullable=False),
    Column("rated_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("kind", "subject"),
    Index("ix_use_ratings_month", "month"),
)
