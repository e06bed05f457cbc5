"""Decisions on what was found in fields, and reviews of merged personal sources."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# One row a decision. `kind` is the detector whose finding it is about, `*` for the field as such.
classification_decisions = Table(
    "classification_decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("act", String(20), nullable=False),  # confirm, override, raise, lower
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/classification.csv
    Column("grade_before", Integer, nullable=False),  # found, inherited or declared when it was proposed
    Column("grade", Integer, nullable=False),  # decided
    Column("reason", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("field_digest", String(64), nullable=False),  # of the field as declared then
    Column("until", Date),  # last day, or until the field changes
    Column("made_by", String(200), nullable=False),  # first signature
    Column("made_as", String(20), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("second_by", String(200)),  # second signature
    Column("second_as", String(20)),
    Column("second_at", Instant),
    Column("ended_by", String(200)),
    Column("ended_at", Instant),
    Column("ended_why", Text),
    Index("ix_classification_decisions_field", "dataset", "field"),
)

# One row a merge of personal sources into one dataset; `digest` names the merged sources.
merge_reviews = Table(
    "merge_reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sources", Json, nullable=False),  # dataset -> personal fields that come in
    Column("grade", Integer, nullable=False),  # highest inherited
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/merge_review.csv
    Column("opened_at", Instant, nullable=False),
    Column("decided_by", String(200)),
    Column("decided_as", String(20)),
    Column("decided_at", Instant),
    Column("reason", Text),
    Column("basis", Text),
    Index("ix_merge_reviews_dataset", "dataset", "digest"),
)
