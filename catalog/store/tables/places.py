"""Tables of the room `places`: the region tree, its successions, names of places, and polygons of areas.

Every row says twice when it holds: in the world (`valid_from` to the day before `valid_to`), and in the
ledger (`recorded_at` to `superseded_at`), so that what was attributed once can be attributed again alike.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# A list somebody entered: divisions, successions, names or polygons.
place_lists = Table(
    "place_lists",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("source", Text, nullable=False),  # decree, standard or office it comes from
    Column("rows", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

place_divisions = Table(
    "place_divisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", ForeignKey("place_lists.id"), nullable=False),
    Column("code", String(12), nullable=False),
    Column("name", String(100), nullable=False),
    Column("parent", String(12), nullable=False),  # '' at the top
    Column("valid_from", String(10), nullable=False),  # YYYY-MM-DD; '' = since ever
    Column("valid_to", String(10), nullable=False),  # first day it no longer holds; '' = until further notice
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index("ix_place_divisions_code", "code"),
)

# What became of a division that ended: one line a successor; a division that was split has several.
place_successions = Table(
    "place_successions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", ForeignKey("place_lists.id"), nullable=False),
    Column("code", String(12), nullable=False),
    Column("successor", String(12), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index("ix_place_successions_code", "code"),
)

# The standard address list: roads, compounds and landmarks, other names and former names of divisions.
place_names = Table(
    "place_names",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", ForeignKey("place_lists.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("code", String(12), nullable=False),
    Column("kind", String(10), nullable=False),  # alias, former, place
    Column("low", Integer),  # house numbers it holds for, both included; None = all
    Column("high", Integer),
    Column("parity", String(4), nullable=False),  # odd, even, '' = both
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index("ix_place_names_code", "code"),
)

place_polygons = Table(
    "place_polygons",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", ForeignKey("place_lists.id"), nullable=False),
    Column("code", String(12), nullable=False),
    Column("rings", Json, nullable=False),  # [[[longitude, latitude], …], …]: outer rings and holes alike
    Column("west", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index("ix_place_polygons_code", "code"),
)
