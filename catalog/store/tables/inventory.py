"""Inventory of systems and their tables, how each is accounted for, and the three lists.

No table here holds a value of a surveyed system: names, comments, types and counts of rows.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

# An information system 信息系统 of a department.
inventory_systems = Table(
    "inventory_systems",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("code", String(60), nullable=False),  # of the department's own register; may be empty
    Column("department", String(200), nullable=False),
    Column("department_code", String(40), nullable=False),
    Column("address", Text, nullable=False),  # where it was scanned, without user and password; may be empty
    Column("first_seen_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A table 库表 of a system. `columns` is [{name, type, comment}]; `digest` is over names and types.
inventory_tables = Table(
    "inventory_tables",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("system_id", ForeignKey("inventory_systems.id"), nullable=False),
    Column("name", String(260), nullable=False),  # schema.table, as the database spells it
    Column("kind", String(20), nullable=False),  # table, view
    Column("comment", Text, nullable=False),
    Column("columns", Json, nullable=False),
    Column("digest", String(64), nullable=False),  # empty where the columns are not known
    Column("rows", BigInteger),  # None where nobody could count
    Column("rows_how", String(20), nullable=False),  # stated, estimated, counted, unknown
    Column("first_seen_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("changed_at", Instant),  # when its columns last differed from those of before
    Column("gone_at", Instant),  # when a complete listing of its system did not have it any more
    UniqueConstraint("system_id", "name"),
)

# One row per listing of a system that was taken: from a workbook or by a scan.
inventory_listings = Table(
    "inventory_listings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("system_id", ForeignKey("inventory_systems.id"), nullable=False),
    Column("source", String(20), nullable=False),  # workbook, scan
    Column("complete", Boolean, nullable=False),  # whether it names every table of the system
    Column("tables", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("taken_by", String(200), nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_inventory_listings_system_id", "system_id", "taken_at"),
)

# A table stands behind an entry. A table may feed several entries, an entry may stand on several tables.
inventory_matches = Table(
    "inventory_matches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("table_id", ForeignKey("inventory_tables.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("state", String(20), nullable=False),  # proposed, confirmed, rejected
    Column("certain", Boolean, nullable=False),  # the entry's contract names this very table
    Column("score", Integer, nullable=False),  # 0–100
    Column("why", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("decided_by", String(200)),
    Column("decided_at", Instant),
    Column("evidence_id", String(40)),
    UniqueConstraint("table_id", "dataset"),
    Index("ix_inventory_matches_dataset", "dataset", "state"),
)

# A table that is not catalogued, for a reason of the controlled list. An ended one stays as history.
inventory_exclusions = Table(
    "inventory_exclusions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("table_id", ForeignKey("inventory_tables.id"), nullable=False),
    Column("reason", String(40), nullable=False),  # code; see policies/rules/completeness.yaml
    Column("words", Text, nullable=False),
    Column("basis", Text, nullable=False),  # law cited, where the reason needs one
    Column("review_on", Date),  # last day it holds, where the reason needs one
    Column("excluded_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("excluded_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", Text),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_inventory_exclusions_table_id", "table_id"),
)

# An entry whose data comes from outside the surveyed systems, as a person declared.
inventory_external_sources = Table(
    "inventory_external_sources",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("words", Text, nullable=False),  # where it comes from
    Column("declared_by", String(200), nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_inventory_external_sources_dataset", "dataset"),
)

# Why something falls out of the balance of a period, as a person recorded.
inventory_explanations = Table(
    "inventory_explanations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("stage", String(20), nullable=False),
    Column("what", String(460), nullable=False),
    Column("first_period", String(7), nullable=False),
    Column("last_period", String(7), nullable=False),
    Column("reason", Text, nullable=False),
    Column("explained_by", String(200), nullable=False),
    Column("explained_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("code", String(40)),  # kind of the reason that was explained; another reason is not
    Index("ix_inventory_explanations_stage", "stage", "what"),
)

# 需求清单: data a department needs. See policies/rules/procedures/demand.csv.
demands = Table(
    "demands",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("demander", String(200), nullable=False),
    Column("demander_code", String(40), nullable=False),
    Column("what", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("holder", String(200), nullable=False),  # who is thought to hold it, then who must catalogue it
    Column("holder_code", String(40), nullable=False),
    Column("place", String(20), nullable=False),  # whose deadline rule was looked for
    Column("timed", Boolean, nullable=False),  # whether the place has a deadline
    Column("dataset", String(130)),  # that answers it
    Column("answer", Text),  # of a refusal, return or withdrawal
    Column("added_by", String(200), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),  # of the last act
    Index("ix_demands_state", "state"),
)

# 负面清单, explicit rows beside what contracts say.
negative_items = Table(
    "negative_items",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # not_shared, not_opened
    Column("what", Text, nullable=False),
    Column("department", String(200), nullable=False),
    Column("level", String(40), nullable=False),  # of the basis: law, regulation, decision
    Column("basis", Text, nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", Text),
    Column("evidence_id", String(40), nullable=False),
)
