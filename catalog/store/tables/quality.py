"""Rectification of faulty data and quarterly evaluation: cases, what became of them, frozen quality.

No table here holds a value of a dataset: faults are counted, and rows that were sent or corrected lie
in the lake, named by their digest.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# One fault of a dataset 问题: what fails, by which rule, in which field, for which cause. It is one case
# however often it comes back.
rectification_cases = Table(
    "rectification_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("rule", String(120), nullable=False),  # id of the rule, or cast:<type>, drift:<kind>
    Column("field", String(500), nullable=False),  # names, joined by commas; empty: the whole dataset
    Column("cause", String(40), nullable=False),  # see catalog.rectification.causes
    Column("department", String(200), nullable=False),
    Column("department_code", String(18), nullable=False),
    Column("urgency", String(20), nullable=False),  # urgent, important, general
    Column("state", String(20), nullable=False),  # open, sent, closed, withdrawn
    Column("found", BigInteger, nullable=False),  # items that failed when it was opened or reopened
    Column("remaining", BigInteger, nullable=False),  # items that fail as last counted
    Column("evaluated", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),  # of this round: the opening or the last reopening
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("due_rule", Text, nullable=False),
    Column("sent_at", Instant),
    Column("returned_at", Instant),
    Column("closed_at", Instant),
    Column("closed_by", String(20)),  # return, build, contract
    Column("on_time", Boolean),
    Column("rounds", Integer, nullable=False),  # 1, and 1 more each time it is reopened
    Column("build_id", String(40), nullable=False),  # that last saw it
    Column("files", Json, nullable=False),  # path -> sha256, raw: what that build read
    UniqueConstraint("dataset", "rule", "field", "cause"),
    Index("ix_rectification_cases_department", "department_code", "state"),
)

# What happened to a case, in order; the figures are counted from here.
rectification_events = Table(
    "rectification_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", ForeignKey("rectification_cases.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the case
    Column("event", String(20), nullable=False),  # open, send, return, close, reopen, withdraw, undo
    Column("at", Instant, nullable=False),
    Column("remaining", BigInteger, nullable=False),
    Column("on_time", Boolean),  # of a closing
    Column("actor", String(200), nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("case_id", "number"),
)

# A workbook that went to the department. Its rows lie in the lake under `digest`.
rectification_sendings = Table(
    "rectification_sendings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", ForeignKey("rectification_cases.id"), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("sent_by", String(200), nullable=False),
)

# Versions of a dataset's corrected cells; the one with the highest number applies. The cells lie in the
# lake under `digest`.
rectified_overlays = Table(
    "rectified_overlays",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("cells", BigInteger, nullable=False),
    Column("case_id", ForeignKey("rectification_cases.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# The newest release of a dataset whose outcomes were looked at for cases: a build that died between its
# release and its cases is caught up with by the next one.
rectification_marks = Table(
    "rectification_marks",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("release_id", String(40), nullable=False),
)

# A quarter's evaluation 质量评价, frozen. `content` is canonical JSON and never changes; a corrected one is
# a further version.
quality_evaluations = Table(
    "quality_evaluations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("period", String(6), nullable=False),  # 2026Q3
    Column("version", Integer, nullable=False),  # 1, 2, … within the period
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signature", Text, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("frozen_at", Instant, nullable=False),
    Column("frozen_by", String(200), nullable=False),
    Column("published_at", Instant),
    Column("contest_until", Date),
    Column("contest_provisional", Boolean),
    Column("contest_rule", Text),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("period", "version"),
)

# A department's objection to one line of a published evaluation, and its decision.
quality_contests = Table(
    "quality_contests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("evaluation_id", ForeignKey("quality_evaluations.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("department_code", String(18), nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("state", String(20), nullable=False),  # open, upheld, rejected
    Column("decision", Text),
    Column("decided_at", Instant),
    Column("decided_by", String(200)),
    Column("late", Boolean),
    Column("corrected_score", Float),
    Column("corrected_evaluation_id", String(40)),
    UniqueConstraint("evaluation_id", "dataset"),
)
