"""Tables of the room `entitlements`: comparisons of an entitlement list, their runs, the cases they open.

A case names a person by a keyed reference; no value of a person stands here.
"""

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

from catalog.store.schema import Instant, Json, metadata

# What a department may compare, for which purpose and by which right.
entitlement_comparisons = Table(
    "entitlement_comparisons",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entitlement", String(60), nullable=False),  # row of policies/rules/entitlements.yaml
    Column("dataset", String(130), nullable=False),  # the list
    Column("register", String(130), nullable=False),  # the population register
    Column("others", Json, nullable=False),  # other lists it is held against: name in the rule -> dataset
    Column("department", String(200), nullable=False),
    Column("department_code", String(40), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("basis", Text, nullable=False),
    Column("grants", Json, nullable=False),  # dataset of another department -> grant
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
)

# One comparison of named releases; the same releases are not compared twice.
entitlement_runs = Table(
    "entitlement_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("comparison_id", ForeignKey("entitlement_comparisons.id"), nullable=False),
    Column("releases", Json, nullable=False),  # dataset -> release
    Column("compared", Integer, nullable=False),  # persons of the list
    Column("found", Json, nullable=False),  # finding -> persons
    Column("opened", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("ran_by", String(200), nullable=False),
    Column("ran_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_entitlement_runs_comparison_id", "comparison_id", "ran_at"),
)

# A finding that somebody has to look at. It decides nothing about the person.
entitlement_cases = Table(
    "entitlement_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("comparison_id", ForeignKey("entitlement_comparisons.id"), nullable=False),
    Column("finding", String(40), nullable=False),
    Column("subject", String(64), nullable=False),  # keyed reference of the person
    Column("round", Integer, nullable=False),  # 1, 2, …: found again after it was gone or settled
    Column("dataset", String(130), nullable=False),  # whose row it is about
    Column("row", String(64), nullable=False),  # keyed reference of that row
    Column("area", String(12), nullable=False),  # '' = no row names one
    Column("body", String(40)),  # that answers for the area
    Column("record_id", String(40)),  # of the person in that body's ledger, where it has one
    Column("department_code", String(40), nullable=False),
    Column("confidence", String(60), nullable=False),
    Column("state", String(12), nullable=False),  # open, settled, gone
    Column("outcome", String(20)),  # confirmed, unfounded, unclear
    Column("answer", Text),
    Column("answered_by", String(200)),
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("opened_run", ForeignKey("entitlement_runs.id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("comparison_id", "finding", "subject", "round"),
    Index("ix_entitlement_cases_department_code", "department_code", "state"),
    Index("ix_entitlement_cases_body", "body", "state"),
)
