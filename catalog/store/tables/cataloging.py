"""Acts on entries, what was found and announced about them, and what obliges their update."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# One row per act on an entry; never changed.
entry_acts = Table(
    "entry_acts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("place", Integer, nullable=False),  # 1, 2, … within the entry
    Column("revision", Integer, nullable=False),
    Column("event", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("state_before", String(20), nullable=False),
    Column("state_after", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_entry_acts_entry", "entry_id", "place", unique=True),
    Index("ix_entry_acts_made_at", "made_at", "entry_id"),
)

# A condition added after publication 擅自增设条件, found when a revision is submitted.
entry_findings = Table(
    "entry_findings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("path", String(200), nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("seen_by", String(200)),
    Column("seen_at", Instant),
    Index("ix_entry_findings_entry", "entry_id", "revision"),
)

# What obliges the department to update an entry. `answered_by` is the number of the revision that does.
entry_triggers = Table(
    "entry_triggers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # law, function, system, structure, other
    Column("what", Text, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("answered_by", Integer),
    Column("answered_at", Instant),
    Index("ix_entry_triggers_entry", "entry_id"),
)

# A breaking revision, told to one user of the dataset.
entry_announcements = Table(
    "entry_announcements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("from_revision", Integer, nullable=False),
    Column("to_revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False),  # subscription, grant, form, composed
    Column("target", String(130), nullable=False),  # id or code of it, or name of the dataset
    Column("organisation", String(40), nullable=False),
    Column("organisation_name", String(200), nullable=False),
    Column("breaks", Boolean, nullable=False),  # whether what they have stops working or means something else
    Column("reasons", Json, nullable=False),  # what breaks, one sentence each
    Column("effects", Json, nullable=False),  # what of it they feel, one sentence each
    Column("made_at", Instant, nullable=False),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", Instant),
    Index("ix_entry_announcements_organisation", "organisation", "acknowledged_at"),
    Index("ix_entry_announcements_entry", "entry_id"),
)
