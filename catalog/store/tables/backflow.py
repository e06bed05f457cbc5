"""Tables of the room `backflow`: areas of grass-roots bodies, subscriptions, deliveries, notices."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# A street, town, community or village 基层, and the region code it answers for.
grassroots_bodies = Table(
    "grassroots_bodies",
    metadata,
    Column("code", ForeignKey("organisations.code"), primary_key=True),
    Column("area", String(12), nullable=False),
    Column("registered_at", Instant, nullable=False),
)

# What flows back to whom. `fields` and `plain` are field names; the rest of a row does not leave.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subscriber", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("area", String(12), nullable=False),  # region code; rows whose code begins with it
    Column("dataset", String(130), nullable=False),
    Column("fields", Json, nullable=False),
    Column("plain", Json, nullable=False),  # of `fields`: identity numbers delivered unmasked
    Column("basis", Text, nullable=False),
    Column("state", String(20), nullable=False),  # active, ended
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Column("meaning", String(20)),  # residence, registration or workplace; None = the dataset's first
    Column("valid_from", String(10)),  # days it is open for, both included; None = without bound
    Column("valid_to", String(10)),
    Column("grant_id", String(40)),  # it was opened under, and ends with; None = on its own legal basis
    UniqueConstraint("subscriber", "dataset", "area", "opened_at"),
    Index("ix_subscriptions_dataset", "dataset", "state"),
)

# Whose area the moved rows of a release belong to: changed = attributed + unattributed.
attributions = Table(
    "attributions",
    metadata,
    Column("release_id", ForeignKey("releases.id"), primary_key=True),
    Column("since_release_id", String(40), primary_key=True),  # '' = compared with nothing
    Column("dataset", String(130), nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("attributed", BigInteger, nullable=False),
    Column("unattributed", BigInteger, nullable=False),
    CheckConstraint("changed = attributed + unattributed", name="ck_attributions_balance"),
    Index("ix_attributions_dataset", "dataset"),
)

# One row per subscription and release; the rows themselves are a Parquet file below `lake/backflow`.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("area", String(12), nullable=False),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("since_release_id", String(40), nullable=False),  # '' = first delivery: the whole area
    Column("added", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),  # added + changed + removed
    Column("total", BigInteger, nullable=False),  # all rows that moved in the dataset
    Column("unattributed", BigInteger, nullable=False),
    Column("other_areas", BigInteger, nullable=False),
    Column("path", Text, nullable=False),  # relative to the lake
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # sent, acknowledged, disputed
    Column("sent_at", Instant, nullable=False),
    Column("received", Integer),  # rows the receiver counted
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("subscription_id", "release_id"),
    CheckConstraint("delivered = added + changed + removed", name="ck_deliveries_delivered"),
    CheckConstraint("total = delivered + unattributed + other_areas", name="ck_deliveries_balance"),
    Index("ix_deliveries_release_id", "release_id"),
)

# What waits in an organisation's inbox. Text holds counts and names of datasets, never values.
notices = Table(
    "notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(20), nullable=False),  # delivery, correction, ending, supply
    Column("subject", String(40), nullable=False),  # id of the delivery or correction
    Column("message", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("read_at", Instant),
    Index("ix_notices_organisation", "organisation", "sent_at"),
)
