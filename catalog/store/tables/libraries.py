"""Basic 基础库, theme 主题库 and special-topic 专题库 databases: owners, demands, members, checks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

libraries = Table(
    "libraries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),  # basic, theme, special
    Column("subject", String(60), nullable=False),  # of a basic or theme library; empty for a special one
    Column("title", String(200), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("owner_code", String(40), nullable=False),
    Column("task", Text, nullable=False),  # why it is kept: what for
    Column("basis", Text, nullable=False),  # and on what ground
    Column("demand", String(200), nullable=False),  # reference of the demand it answers, or empty
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/library.csv
    Column("ends_on", Date),  # of a special-topic library's task
    Column("reviewed_on", Date, nullable=False),
    Column("review_due_on", Date, nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_by", String(200)),
    Column("closed_at", Instant),
    Column("close_reason", Text),
    Column("evidence_id", String(40), nullable=False),
)

# A dataset's time in a library; one that left keeps its row.
library_members = Table(
    "library_members",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("library_id", ForeignKey("libraries.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("part", String(20), nullable=False),  # source, composed
    Column("sources", Json, nullable=False),  # names of the authoritative datasets it draws on
    Column("joined_by", String(200), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("left_by", String(200)),
    Column("left_at", Instant),
    Column("leave_reason", Text),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_library_members_library_id", "library_id"),
    Index("ix_library_members_dataset", "dataset"),
)

library_checks = Table(
    "library_checks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("library_id", ForeignKey("libraries.id"), nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("members", Integer, nullable=False),
    Column("findings", Json, nullable=False),  # [{code, message, where, allowed}]
    Column("checked_by", String(200), nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_library_checks_library_id", "library_id", "checked_at"),
)
