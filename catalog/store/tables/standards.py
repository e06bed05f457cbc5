"""A city's own standard elements: their versions, and every act in their life."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from catalog.store.schema import Instant, metadata

# One row per version of an own element. Days are Asia/Shanghai, `YYYY-MM-DD`.
own_standards = Table(
    "own_standards",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("code", String(100), nullable=False),  # with a dot: `yunzhou.household_grade`
    Column("number", Integer, nullable=False),  # of the version: 1, 2, …
    Column("element", Text, nullable=False),  # canonical JSON of the entry as proposed
    Column("state", String(20), nullable=False),  # proposed, published, enforced, withdrawn
    Column("starts_on", String(10)),  # first day in force
    Column("ends_on", String(10)),  # first day no longer in force
    UniqueConstraint("code", "number"),
)

# Immutable: who did what to a version, and why.
own_standard_acts = Table(
    "own_standard_acts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("standard_id", ForeignKey("own_standards.id"), nullable=False),
    Column("place", Integer, nullable=False),  # of the act in the life of the version: 1, 2, …
    Column("act", String(20), nullable=False),  # propose, publish, enforce, withdraw, supersede
    Column("made_by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("effective_on", String(10)),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("standard_id", "place"),
)
