"""Tables of the room `corrections`: the steps of a case, evidence attached, forms that held the old value."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from catalog.store.schema import Instant, metadata

# Every step of a case, in order; the case itself stands in `corrections`. Append only.
correction_steps = Table(
    "correction_steps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("correction_id", ForeignKey("corrections.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the case
    Column("event", String(20), nullable=False),  # open, accept, reject, appeal, uphold, …
    Column("office", String(20), nullable=False),  # reporter, department, authority, …, clock
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("acted_by", String(200), nullable=False),
    Column("acted_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("department_code", String(18), nullable=False),  # that answers for the value
    Column("due_on", Date),  # of what the step starts
    Column("release_id", String(40)),  # that was looked at
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("correction_id", "number"),
    Index("ix_correction_steps_event", "event", "acted_at"),
)

# Evidence attached to a case: a sealed file below `lake/corrections`. Its name is of the store alone.
correction_attachments = Table(
    "correction_attachments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("correction_id", ForeignKey("corrections.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # of the rule `attachment_types`
    Column("title", String(200), nullable=False),
    Column("size_bytes", Integer, nullable=False),  # of the file as it was given
    Column("path", Text, nullable=False),  # of the sealed file, relative to the lake
    Column("sha256", String(64), nullable=False),  # of the sealed file
    Column("organisation", String(40), nullable=False),
    Column("attached_by", String(200), nullable=False),
    Column("attached_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_correction_attachments_case", "correction_id"),
)

# Forms that were submitted with the value a correction found wrong.
submission_marks = Table(
    "submission_marks",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("correction_id", ForeignKey("corrections.id"), primary_key=True),
    Column("item", String(63), primary_key=True),
    Column("marked_at", Instant, nullable=False),
    Column("lifted_at", Instant),  # the value stood after all
    Column("evidence_id", String(40), nullable=False),
    Index("ix_submission_marks_correction", "correction_id"),
)
