"""The organisation tree and its changes; names, parents and regions are dated.

Spans are half-open: `valid_from` is the first day, `valid_to` the first day no longer; None while it lasts.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, metadata

# One row per unit that is or was. `code`: unified social credit code, or the one the city gives.
organisation_units = Table(
    "organisation_units",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # see catalog.organisations.units
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("basis", Text, nullable=False),  # document that founded it
    Column("added_by", String(200), nullable=False),
    Column("added_at", Instant, nullable=False),
)

# What a unit is called and where it hangs, by span: one row per span; a change closes one and opens the next.
organisation_spans = Table(
    "organisation_spans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("code", ForeignKey("organisation_units.code"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("parent", String(40)),  # code of the unit above
    Column("region", String(12)),  # GB/T 2260 or GB/T 10114
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Index("ix_organisation_spans_code", "code", "valid_from"),
)

# A change 机构改革: rename, merge, split, abolish, move, transfer.
organisation_events = Table(
    "organisation_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("basis", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Who came before and who after, of one change.
organisation_event_units = Table(
    "organisation_event_units",
    metadata,
    Column("event_id", ForeignKey("organisation_events.id"), primary_key=True),
    Column("role", String(20), primary_key=True),  # predecessor, successor
    Column("code", ForeignKey("organisation_units.code"), primary_key=True),
    Column("position", Integer, nullable=False),  # among its role, as stated
    Index("ix_organisation_event_units_code", "code", "role"),
)

# An entry whose duty went to another unit, until a revision of it says so.
organisation_handovers = Table(
    "organisation_handovers",
    metadata,
    Column("event_id", ForeignKey("organisation_events.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("from_code", String(40), nullable=False),
    Column("to_code", String(40), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("settled_at", Instant),  # when a revision in force named the successor
    Column("settled_revision", Integer),
    Index("ix_organisation_handovers_dataset", "dataset"),
)

# Division codes 行政区划代码 the installation keeps, with their years: a merged county's code ends.
division_codes = Table(
    "division_codes",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("valid_to", Date),
    Column("successor", String(12)),
    Column("basis", Text, nullable=False),
)
