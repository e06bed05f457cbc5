"""Tables of the room `evaluation`: evaluations, reviews, objections, payment bound to results.

Documents are canonical JSON and are written once; an objection that is upheld makes a further version.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

from catalog.store.schema import Instant, Json, metadata

# One evaluation 评价: of one subject in one period, by one scheme.
evaluations = Table(
    "evaluations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("scheme", String(60), nullable=False),
    Column("scheme_on", Date, nullable=False),  # day whose scheme applies: the first of the period
    Column("subject_kind", String(20), nullable=False),  # agreement, scenario, operator, dataset, grant
    Column("subject", String(130), nullable=False),  # id, code or name of it
    Column("party", String(40), nullable=False),  # organisation that is evaluated
    Column("period", String(10), nullable=False),  # 2026Q3, 2026
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/evaluation.csv
    Column("version", Integer, nullable=False),  # of its document; 0 before it is published
    Column("contest_until", Date),  # last day for an objection
    Column("contest_provisional", Boolean),
    Column("frozen_digest", String(64)),
    Column("opened_at", Instant, nullable=False),
    Column("frozen_at", Instant),
    Index("ix_evaluations_subject", "subject_kind", "subject", "period"),
)

# What was published, by version.
evaluation_documents = Table(
    "evaluation_documents",
    metadata,
    Column("evaluation_id", ForeignKey("evaluations.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),  # canonical JSON
    Column("digest", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A review: one of an organisation in an office.
evaluation_reviews = Table(
    "evaluation_reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("evaluation_id", ForeignKey("evaluations.id"), nullable=False),
    Column("office", String(20), nullable=False),  # self, user, third_party
    Column("organisation", String(40), nullable=False),
    Column("mark", Integer, nullable=False),  # 0–100
    Column("words", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("evaluation_id", "organisation"),
    CheckConstraint("mark >= 0 AND mark <= 100", name="ck_evaluation_reviews_mark"),
)

# An objection 异议 to one indicator, and its answer.
evaluation_objections = Table(
    "evaluation_objections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("evaluation_id", ForeignKey("evaluations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("office", String(20), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("indicator", String(60), nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("outcome", String(20)),  # rejected, recounted, set_aside; empty while it is open
    Column("basis", Text),
    Column("answered_by", String(200)),
    Column("answered_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("evaluation_id", "number"),
)

# Steps of evaluations.
evaluation_steps = Table(
    "evaluation_steps",
    metadata,
    Column("evaluation_id", ForeignKey("evaluations.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A share of payment bound to a result 效果付费. It holds once the other side has accepted it.
result_bonds = Table(
    "result_bonds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject_kind", String(20), nullable=False),  # agreement, grant
    Column("subject", String(130), nullable=False),
    Column("scheme", String(60), nullable=False),
    Column("indicator", String(60), nullable=False),
    Column("period_kind", String(10), nullable=False),  # quarter, year
    Column("share_percent", Integer, nullable=False),
    Column("target", String(40), nullable=False),  # decimals, exactly as stated
    Column("floor", String(40)),
    Column("direction", String(10), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # last day; None: as long as what it is bound for
    Column("basis", Text, nullable=False),  # clause of the agreement or the terms
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("accepted_by", String(200)),
    Column("accepted_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint("share_percent > 0 AND share_percent <= 100", name="ck_result_bonds_share"),
    Index("ix_result_bonds_subject", "subject_kind", "subject"),
)

# What a frozen evaluation took off the payments of its period, once a bond.
result_settlements = Table(
    "result_settlements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("bond_id", ForeignKey("result_bonds.id"), nullable=False),
    Column("evaluation_id", ForeignKey("evaluations.id"), nullable=False),
    Column("month", String(7), nullable=False),  # of the statement that shows it
    Column("payers", Json, nullable=False),  # codes
    Column("document", Text, nullable=False),  # canonical JSON of the computation
    Column("credit_fen", BigInteger, nullable=False),
    Column("settled_by", String(200), nullable=False),
    Column("settled_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("bond_id", "evaluation_id"),
    CheckConstraint("credit_fen >= 0", name="ck_result_settlements_credit"),
    Index("ix_result_settlements_month", "month"),
)

# A report that was kept as it was made 数据安全风险评估报告 等.
evaluation_reports = Table(
    "evaluation_reports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(30), nullable=False),  # risk_report, impact_register, important_data
    Column("year", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_evaluation_reports_kind", "kind", "year"),
)
