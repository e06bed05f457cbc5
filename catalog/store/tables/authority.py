"""Claims on authoritative items, and the conflicts the authority decides.

An item 信息项 is a standard element × a subject: the unit kind its rows are about, or the dataset's
subject where they are about none.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from catalog.store.schema import Instant, metadata

_ELEMENT = 100  # characters of an element's code, own ones included
_SUBJECT = 130

# Which field answered for an item, from `begun_on` until before `ended_on`; None while it does. The unique
# index is the rule: never two at once.
authority_terms = Table(
    "authority_terms",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("element", String(_ELEMENT), nullable=False),
    Column("subject", String(_SUBJECT), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
    Column("department", String(200), nullable=False),
    Column("department_code", String(40), nullable=False),
    Column("basis", Text, nullable=False),
    Column("begun_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("named_by", String(200), nullable=False),
    Column("named_at", Instant, nullable=False),
    Column("end_basis", Text),
    Column("ended_at", Instant),
    Index(
        "uq_authority_terms_open",
        "element",
        "subject",
        unique=True,
        sqlite_where=text("ended_on IS NULL"),
        postgresql_where=text("ended_on IS NULL"),
    ),
    Index("ix_authority_terms_field", "dataset", "field"),
)

# Where a field stands towards an item; see policies/rules/procedures/authority.csv.
authority_claims = Table(
    "authority_claims",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("element", String(_ELEMENT), nullable=False),
    Column("subject", String(_SUBJECT), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
    Column("department", String(200), nullable=False),
    Column("department_code", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("basis", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("element", "subject", "dataset", "field"),
)

# A conflict 数源争议 over one item. One is open at a time; further claims join it.
authority_cases = Table(
    "authority_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("element", String(_ELEMENT), nullable=False),
    Column("subject", String(_SUBJECT), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … of the item
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("decided_for", String(200)),  # dataset.field
    Column("decision_basis", Text),
    Column("decided_by", String(200)),
    Column("decided_at", Instant),
    UniqueConstraint("element", "subject", "number"),
)

authority_case_claims = Table(
    "authority_case_claims",
    metadata,
    Column("case_id", ForeignKey("authority_cases.id"), primary_key=True),
    Column("claim_id", ForeignKey("authority_claims.id"), primary_key=True),
)

# A copy a composed dataset may read by the authority's decision. `reader` and `reads` are schema.table.field.
authority_permits = Table(
    "authority_permits",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("reader", String(200), nullable=False),
    Column("reads", String(200), nullable=False),
    Column("basis", Text, nullable=False),
    Column("until", Date),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(200)),
    Column("end_basis", Text),
    Index("ix_authority_permits_reader", "reader"),
)
