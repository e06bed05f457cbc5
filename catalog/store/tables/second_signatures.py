"""Tables of second signatures 双人签署: what waits for another person before it is done.

A row holds what was asked as it was sent, so that what is done is what both signed; it is kept for good.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from catalog.store.schema import Instant, metadata

# One row per act that waits, or waited, for the signature of a second person.
second_signatures = Table(
    "second_signatures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("door", String(200), nullable=False),  # method and path template of what is to be done
    Column("places", Text, nullable=False),  # JSON: what the template names
    Column("said", Text, nullable=False),  # JSON: the body, as it was understood
    Column("digest", String(64), nullable=False),  # SHA-256 of the canonical form of the three above
    Column("first_name", String(200), nullable=False),  # who asks, as the act names it
    Column("first_person", ForeignKey("people.id")),  # NULL: a program asks, or an office's token
    Column("first_program", String(40)),  # id of that token or machine client; NULL where a person asks
    Column("first_organisation", String(40), nullable=False),
    Column("first_role", String(30), nullable=False),
    Column("second_person", ForeignKey("people.id"), nullable=False),
    Column("among", Text, nullable=False),  # JSON: codes of the organisations the second may act for
    Column("state", String(20), nullable=False),  # waiting, done, refused, withdrawn
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),  # nobody signs after this
    Column("closed_at", Instant),
    Column("reason", Text),  # why it was refused or withdrawn
    Column("evidence_id", String(40), nullable=False),
    Column("close_evidence_id", String(40)),
    Index("ix_second_signatures_first", "first_person", "state"),
    Index("ix_second_signatures_second", "second_person", "state"),
)
