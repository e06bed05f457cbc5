"""Tables of the room `verifications`: how many records were asked, and how often about whom."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table

from catalog.store.schema import metadata

# Records an organisation sent in a minute or on a day, under all its grants; what is over is deleted with the
# next call.
verification_sent = Table(
    "verification_sent",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("period", String(20), primary_key=True),  # 2026-09-24, 2026-09-24T12:05
    Column("records", Integer, nullable=False),
)

# Fresh answers an organisation got about one subject on one day; a subject is a keyed reference, no value.
verification_tries = Table(
    "verification_tries",
    metadata,
    Column("day", Date, primary_key=True),
    Column("organisation", String(40), primary_key=True),
    Column("subject", String(32), primary_key=True),
    Column("tries", Integer, nullable=False),
)
