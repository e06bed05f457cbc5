"""Tables of the room `requesting`: cases of a request, answers by item, steps, chains, delegations."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from catalog.store.schema import Instant, Json, metadata

# What one owner answers of a request, by one chain: a request over data of several owners has several cases.
request_cases = Table(
    "request_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the request
    Column("owner", String(200), nullable=False),  # department of the entries
    Column("owner_code", String(40), nullable=False),
    Column("share_type", String(20), nullable=False),  # of all its items, or `open`
    Column("rule", String(60), nullable=False),  # deadline rule of the answer
    Column("chain", Json, nullable=False),  # seats, as they were when the case was opened
    Column("state", String(30), nullable=False),  # see policies/rules/procedures/request.csv
    Column("lacks", Json),  # what the provider found missing, told once
    Column("given", Json),  # what the applicant then gave, one text for each
    Column("disputed", Json),  # items a dispute is about: dataset.field
    Column("opened_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Index("ix_request_cases_request_id", "request_id"),
    Index("ix_request_cases_state", "state"),
)

# One row per item asked for; `answer` None while it is waited for.
request_answers = Table(
    "request_answers",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("field", String(63), primary_key=True),
    Column("case_id", ForeignKey("request_cases.id"), nullable=False),
    Column("answer", String(20)),  # permitted, refused, withdrawn
    Column("ground", String(40)),  # of a refusal, see policies/rules/requests.yaml
    Column("basis", Text),  # what the answer rests on
    Column("answered_by", String(200)),
    Column("answered_at", Instant),
    Index("ix_request_answers_case_id", "case_id"),
)

# Every step of a request and of its cases.
request_steps = Table(
    "request_steps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("case_id", ForeignKey("request_cases.id")),  # None: of the request as a whole
    Column("number", Integer, nullable=False),  # 1, 2, … within the request
    Column("event", String(30), nullable=False),
    Column("state", String(30), nullable=False),  # the step led to
    Column("office", String(20), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("for_person", String(200)),  # whose delegate acted
    Column("reason", Text, nullable=False),
    Column("items", Json, nullable=False),  # dataset.field, where the step is about some only
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("request_id", "number"),
)

# Who answers for a dataset, as its owner states it from a day on. Append only: of the rows for one sharing
# type and grade the newest that has begun holds; without `seats` it takes the statement back.
approval_chains = Table(
    "approval_chains",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("number", Integer, nullable=False),
    Column("share_type", String(20), nullable=False),  # or `any`
    Column("from_grade", Integer, nullable=False),
    Column("seats", Json),
    Column("owner", String(40), nullable=False),
    Column("basis", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("dataset", "number"),
)

# Whose approvals somebody else gives for a time.
approval_delegations = Table(
    "approval_delegations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("person", String(200), nullable=False),
    Column("delegate", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_on", Date),  # first day without it, where it was taken back
    Column("ended_by", String(200)),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_approval_delegations_of", "organisation", "delegate"),
)
