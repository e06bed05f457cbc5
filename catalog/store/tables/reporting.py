"""The monthly report: its drafts, the departments' replies, and what was closed."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, metadata

# The report of a month. `content` is canonical JSON; it is replaced while the report is a draft and
# never changes once it is closed.
monthly_reports = Table(
    "monthly_reports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("period", String(7), nullable=False),  # 账期, e.g. 2026-09
    Column("number", Integer, nullable=False),  # of the draft: 1, 2, …
    Column("state", String(20), nullable=False),  # drafted, closed
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the content
    Column("reply_until", Date, nullable=False),
    Column("reply_provisional", Boolean, nullable=False),
    Column("drafted_by", String(200), nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("closed_by", String(200)),
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),  # of the last act
    UniqueConstraint("period"),
)

# What a department says to the figures 申辩; printed beside them, frozen when the report is closed.
monthly_replies = Table(
    "monthly_replies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("report_id", ForeignKey("monthly_reports.id"), nullable=False),
    Column("department", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("to_digest", String(64), nullable=False),  # of the draft that was replied to
    Column("replied_by", String(200), nullable=False),
    Column("replied_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_monthly_replies_report_id", "report_id", "department"),
)
