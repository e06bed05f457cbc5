"""Tables of the room `operation`: agreements by version, scenarios, reviews, disclosures, every step."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from catalog.store.schema import Instant, Json, metadata

# An authorised-operation agreement 授权运营协议. What it says is in its versions; `version` is in force.
operation_agreements = Table(
    "operation_agreements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", String(80), nullable=False, unique=True),  # 协议编号
    Column("body_code", String(40), nullable=False),  # 实施机构
    Column("body_name", String(200), nullable=False),
    Column("operator_code", String(40), nullable=False),  # 运营机构
    Column("operator_name", String(200), nullable=False),
    Column("mode", String(20), nullable=False),  # whole, field, scenario
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/agreement.csv
    Column("version", Integer, nullable=False),  # newest signed; 0 before the first signature
    Column("drafted_at", Instant, nullable=False),
    Column("signed_at", Instant),
    Column("ended_on", Date),  # first day without it
    Column("end_reason", Text),
    Index("ix_operation_agreements_operator", "operator_code", "state"),
)

# What was agreed: 1 is the agreement itself, each further one a supplement 补充协议. Signed, it stays.
operation_versions = Table(
    "operation_versions",
    metadata,
    Column("agreement_id", ForeignKey("operation_agreements.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),  # drafted, offered, signed, declined
    Column("document", Text, nullable=False),  # canonical JSON
    Column("digest", String(64), nullable=False),
    Column("reason", Text, nullable=False),  # of a supplement; empty for the agreement itself
    Column("signature", Text),  # JWS over document and both persons
    Column("body_person", String(200)),  # who signed for the implementing body, and when
    Column("body_signed_at", Instant),
    Column("operator_person", String(200)),
    Column("operator_signed_at", Instant),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# The catalogue list 目录清单 of a version: which revision of which entry.
operation_listed = Table(
    "operation_listed",
    metadata,
    Column("agreement_id", ForeignKey("operation_agreements.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("dataset", String(130), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of the contract in that revision
)

# A scenario 应用场景 under an agreement: between it and the grants.
operation_scenarios = Table(
    "operation_scenarios",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("agreement_id", ForeignKey("operation_agreements.id"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("description", Text, nullable=False),
    Column("valid_to", Date, nullable=False),  # last day
    Column("risk", Json, nullable=False),  # level, findings, measures, assessed_by, assessed_on
    Column("products", Json, nullable=False),  # name, kind, standard, receivers
    Column("person", String(200), nullable=False),  # 谁使用谁负责
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/scenario.csv
    Column("digest", String(64), nullable=False),
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("adopted_at", Instant),
    Column("ended_on", Date),
    UniqueConstraint("agreement_id", "title"),
)

# Each item of a scenario, and why it is needed.
operation_scenario_items = Table(
    "operation_scenario_items",
    metadata,
    Column("scenario_id", ForeignKey("operation_scenarios.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("field", String(63), primary_key=True),
    Column("necessity", Text, nullable=False),
)

# Which agreement and scenario an operator's request stands under, as found when it was filed.
operation_requests = Table(
    "operation_requests",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("agreement_id", ForeignKey("operation_agreements.id"), nullable=False),
    Column("scenario_id", ForeignKey("operation_scenarios.id"), nullable=False),
    Index("ix_operation_requests_agreement", "agreement_id"),
)

# Grants an agreement's suspension set aside; they are resumed with it.
operation_set_aside = Table(
    "operation_set_aside",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("agreement_id", ForeignKey("operation_agreements.id"), nullable=False),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("set_aside_at", Instant, nullable=False),
    Column("resumed_at", Instant),
    Index("ix_operation_set_aside_of", "agreement_id"),
)

# Steps of agreements and scenarios.
operation_steps = Table(
    "operation_steps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject", String(40), nullable=False),  # id of the agreement or the scenario
    Column("number", Integer, nullable=False),
    Column("event", String(30), nullable=False),
    Column("state", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("subject", "number"),
)

# Yearly review 年度评估 of an agreement, and what was found.
operation_reviews = Table(
    "operation_reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("agreement_id", ForeignKey("operation_agreements.id"), nullable=False),
    Column("until", Date, nullable=False),  # last day of the year of the agreement it is about
    Column("conclusion", Text, nullable=False),
    Column("facts", Json, nullable=False),  # grants, calls, refusals, income of that year, from the ledger
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("agreement_id", "until"),
)

operation_findings = Table(
    "operation_findings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("review_id", ForeignKey("operation_reviews.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("owed_by", String(20), nullable=False),  # body, operator
    Column("state", String(20), nullable=False),  # open, mended
    Column("answer", Text),
    Column("mended_by", String(200)),
    Column("mended_at", Instant),
)

# Yearly disclosure 信息披露 as it was made: the newest of a year and a party is the one that counts.
operation_disclosures = Table(
    "operation_disclosures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("year", Integer, nullable=False),
    Column("role", String(20), nullable=False),  # implementing-body, operator
    Column("code", String(40), nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON
    Column("digest", String(64), nullable=False),
    Column("lacks", Json, nullable=False),  # what it should say and the ledger does not know
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_operation_disclosures_of", "year", "role", "code"),
)
