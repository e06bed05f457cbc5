"""People and their memberships: who acts, for whom, in which role, on which days.

Both days of a span are included; a span without a last day lasts. No identity number is kept anywhere.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table

from catalog.store.schema import Instant, metadata

# A person who acts in the space.
people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("contact", String(200)),  # where notices reach the person: mail or telephone
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("ended_at", Instant),  # acts no more, in nothing
    Column("evidence_id", String(40), nullable=False),
)

# A person in an organisation, in one role. Another role is another row; another last day is written into
# the row.
memberships = Table(
    "memberships",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("organisation", ForeignKey("organisations.code"), nullable=False),
    Column("role", String(30), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("ended_by", String(200)),
    Column("ended_at", Instant),  # ended before its last day, or changed: good for nothing from then on
    Column("evidence_id", String(40), nullable=False),
    Index("ix_memberships_person", "person_id"),
    Index("ix_memberships_organisation", "organisation"),
)

# Who a person is at a provider of identities: a keyed digest of issuer and value, never the value.
external_identities = Table(
    "external_identities",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("linked_by", String(200), nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_external_identities_person", "person_id"),
)
