"""Tables of the room `inbox`: who sees to what was delivered, what was noted, and what was un-masked."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# Something of the inbox is given to one person of the body: a delivery, one of its rows, or a notice.
inbox_tasks = Table(
    "inbox_tasks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("subject", String(40), nullable=False),  # id of the delivery or of what a notice is about
    Column("row", String(32), nullable=False),  # reference of one row; '' = all of it
    Column("assignee", String(200), nullable=False),
    Column("task", Text, nullable=False),
    Column("due_on", String(10), nullable=False),  # '' = none
    Column("assigned_by", String(200), nullable=False),
    Column("assigned_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),  # open, done, given_on
    Column("closed_by", String(200)),
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_inbox_tasks_body", "body", "state"),
    Index("ix_inbox_tasks_subject", "subject"),
)

# What people of the body wrote beside it. Never leaves the body.
inbox_notes = Table(
    "inbox_notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("row", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_by", String(200), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_inbox_notes_subject", "body", "subject"),
)

# Values of one row that a person may look at unmasked, for a reason and a time. Never a value.
unmaskings = Table(
    "unmaskings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("row", String(32), nullable=False),
    Column("fields", Json, nullable=False),
    Column("task", String(40), nullable=False),  # id of the inbox task it serves; '' = none
    Column("reason", Text, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_unmaskings_body", "body", "asked_at"),
    Index("ix_unmaskings_person", "asked_by", "asked_at"),
)
