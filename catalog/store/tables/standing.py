"""Where the file of an embedded store was written last, and what people stated of another place."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from catalog.store.schema import Instant, metadata

# The row of the highest number holds. No backup has these rows: what is restored from it stands elsewhere.
store_places = Table(
    "store_places",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("file", String(60), nullable=False),  # its number in the file system, and when it was made
    Column("path", Text, nullable=False),  # only to be named
    Column("stated", String(20)),  # moved, lost or rehearsal; None: nobody had to state anything
    Column("reason", Text),
    Column("stated_by", String(200)),
    Column("stated_at", Instant),
    Column("evidence_id", String(40)),
)
