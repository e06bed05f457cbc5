"""Restores from a backup whose log was shown to go on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from catalog.store.schema import Instant, metadata

# `mark` is what the restored installation was marked with; written with what was spent since the backup.
restorations = Table(
    "restorations",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),  # of the log in the backup
    Column("copy_size", BigInteger, nullable=False),  # of the published copy it was shown to go on with
    Column("nothing_since", String(200)),  # who stated that nothing was published after the backup
    Column("resumption_id", String(40), nullable=False),
    Column("gone_on_at", Instant, nullable=False),
)
