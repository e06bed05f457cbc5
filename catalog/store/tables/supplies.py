"""Tables of the room `supplies`: what left for departments, what ended and why, and what was stopped."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.store.schema import Instant, Json, metadata

# Grows in every transaction that ends or stops something: what running processes look at.
space_changes = Table(
    "space_changes",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# Who ended a grant and how, in the transaction that ended it.
grant_endings = Table(
    "grant_endings",
    metadata,
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("side", String(10), nullable=False),  # grantor, grantee, term
    Column("reason", Text, nullable=False),
    Column("ended_by", String(200), nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("calls_under_way", Integer, nullable=False),  # paid calls it cut off
    Column("evidence_id", String(40), nullable=False),
)

# A stop 一键停用 by the security officer: one act; two people lift it. Open while `lifted_at` is empty.
stops = Table(
    "stops",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # dataset, organisation, all
    Column("name", String(130), nullable=False),  # of the dataset or organisation; empty of all
    Column("reason", Text, nullable=False),
    Column("stopped_by", String(200), nullable=False),
    Column("stopped_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("lift_reason", Text),
    Column("lift_proposed_by", String(200)),
    Column("lift_proposed_at", Instant),
    Column("lifted_by", String(200)),
    Column("lifted_at", Instant),
    Index("ix_stops_lifted_at", "lifted_at"),
)

# The datasets a stop of a dataset closes: itself, and what was composed from it on that day.
stop_datasets = Table(
    "stop_datasets",
    metadata,
    Column("stop_id", ForeignKey("stops.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
)

# A department's exchange database 前置交换库. The URL names its password by `${NAME}` and never holds it.
exchange_databases = Table(
    "exchange_databases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", ForeignKey("organisations.code"), nullable=False),
    Column("name", String(63), nullable=False),
    Column("url", Text, nullable=False),
    Column("place", String(63), nullable=False),  # schema of its tables; empty where the URL's own
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("organisation", "name"),
)

# A supply 供数: one dataset of a grant in one release, as a file or as a table of an exchange database.
supplies = Table(
    "supplies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("receiver", ForeignKey("organisations.code"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("release_id", String(40), nullable=False),
    Column("terms_digest", String(64), nullable=False),
    Column("statement", String(64), nullable=False),  # digest of what is read, in which form, for which place
    Column("form", String(10), nullable=False),  # csv, xlsx, parquet, table
    Column("exchange_id", ForeignKey("exchange_databases.id")),
    Column("place", String(200)),  # of a table: its name there
    Column("reads", Text, nullable=False),  # SELECT of its rows over the vault, in the order of the release
    Column("columns", Json, nullable=False),  # name, title, type and whether it is masked
    Column("state", String(10), nullable=False),  # making, ready, ended, deleted, lost
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("deadline_at", Instant, nullable=False),  # of making it
    Column("ready_at", Instant),
    Column("rows", BigInteger),
    Column("size_bytes", BigInteger),
    Column("sha256", String(64)),  # of the file; of a table, over its rows in order
    Column("usage_id", String(40)),
    Column("receipt_id", String(40)),
    Column("receipt", Text),  # JWS of the delivery receipt
    Column("keep_until", Date),  # last day the receiver may keep it
    Column("proof_due_on", Date),  # last day of the proof of its deletion there
    Column("received_rows", BigInteger),  # as the receiver counted them
    Column("received_state", String(20)),  # acknowledged, disputed
    Column("received_by", String(200)),
    Column("received_at", Instant),
    Column("received", Text),  # JWS of that statement
    Column("ended_at", Instant),
    Column("end_reason", String(20)),  # revoked, returned, over, retention
    Column("deleted_at", Instant),  # the copy kept here
    Column("deletion_id", String(40)),
    Column("deletion", Text),  # JWS of its receipt of deletion
    Column("proved_on", Date),  # day of deletion at the receiver, as it states it
    Column("proved_by", String(200)),
    Column("proved_at", Instant),
    Column("proof", Text),  # JWS of that statement
    Column("evidence_id", String(40), nullable=False),
    Index(
        "uq_supplies_statement",
        "grant_id",
        "dataset",
        "release_id",
        "terms_digest",
        "statement",
        unique=True,
        sqlite_where=text("state <> 'lost'"),
        postgresql_where=text("state <> 'lost'"),
    ),
    Index("ix_supplies_state", "state"),
    Index("ix_supplies_receiver", "receiver", "made_at"),
)

# A signed address a file is fetched by, for a short time.
supply_links = Table(
    "supply_links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("supply_id", ForeignKey("supplies.id"), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_supply_links_supply_id", "supply_id"),
)

# One row per GET. `sent_bytes` is written while it lasts, so that a process that dies leaves its count.
supply_transfers = Table(
    "supply_transfers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("supply_id", ForeignKey("supplies.id"), nullable=False),
    Column("link_id", ForeignKey("supply_links.id")),  # None where it was handed out on this machine
    Column("first_byte", BigInteger, nullable=False),
    Column("last_byte", BigInteger, nullable=False),
    Column("sent_bytes", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # open, whole, broken, stopped, lost
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("usage_id", String(40)),
    Index("ix_supply_transfers_supply_id", "supply_id"),
    Index("ix_supply_transfers_state", "state", "seen_at"),
)
