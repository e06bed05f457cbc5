"""Use of the city's data elsewhere: imported logs of exchange platforms and gateways, as counts.

No table here holds a line of a log, an account or a person: datasets, organisations, days and counts.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# One row per import: one or more files of one platform that stand for whole days.
usage_imports = Table(
    "usage_imports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("platform", String(60), nullable=False),
    Column("files", Json, nullable=False),  # file name -> sha256
    Column("digest", String(64), nullable=False),  # over files and mapping
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("outside", BigInteger, nullable=False),  # of resources the ledger does not have
    Column("unreadable", BigInteger, nullable=False),
    Column("unreadable_by", Json, nullable=False),  # why -> lines
    Column("reason", Text, nullable=False),  # of a replacement; empty otherwise
    Column("imported_by", String(200), nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_usage_imports_platform", "platform", "digest"),
)

# Which import speaks for a day of a platform; a replaced import keeps its rows and no day.
usage_import_days = Table(
    "usage_import_days",
    metadata,
    Column("platform", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("import_id", ForeignKey("usage_imports.id"), nullable=False),
    Index("ix_usage_import_days_day", "day"),
)

# The counts. `consumer` is an organisation's code, or empty where the log names none we know.
usage_counts = Table(
    "usage_counts",
    metadata,
    Column("import_id", ForeignKey("usage_imports.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("consumer", String(40), primary_key=True),
    Column("kind", String(10), primary_key=True),  # call, batch, file
    Column("outcome", String(20), primary_key=True),  # succeeded, refused, failed
    Column("count", BigInteger, nullable=False),
    Column("bytes_class", String(10), nullable=False),  # e.g. <10^7; empty where the log gives no bytes
    Index("ix_usage_counts_dataset", "dataset", "day"),
)

# Use of what the ledger does not have: a gap of the catalogue.
usage_outside = Table(
    "usage_outside",
    metadata,
    Column("import_id", ForeignKey("usage_imports.id"), primary_key=True),
    Column("resource", String(200), primary_key=True),  # its id, shortened; empty: one that may name a person
    Column("count", BigInteger, nullable=False),
)

# Runs of a platform's exchange jobs by day: what a link to such a job is judged by.
exchange_runs = Table(
    "exchange_runs",
    metadata,
    Column("import_id", ForeignKey("usage_imports.id"), primary_key=True),
    Column("platform", String(60), nullable=False),
    Column("job", String(120), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("succeeded", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Index("ix_exchange_runs_job", "platform", "job", "day"),
)
