"""Tables of the room `attributions`: when a release was attributed, what is claimed, what is sent again."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from catalog.store.schema import Instant, metadata

# The instant whose lists, registers and claims a release is attributed by: one for every area and every time.
attribution_moments = Table(
    "attribution_moments",
    metadata,
    Column("release_id", ForeignKey("releases.id"), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("moment", Instant, nullable=False),
)

# How the rows of a comparison were attributed, by meaning; the rows themselves are a file of the lake.
attribution_shares = Table(
    "attribution_shares",
    metadata,
    Column("release_id", ForeignKey("releases.id"), primary_key=True),
    Column("since_release_id", String(40), primary_key=True),  # '' = compared with nothing
    Column("meaning", String(20), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("attributed", BigInteger, nullable=False),
    Column("unattributed", BigInteger, nullable=False),
    Column("waiting", BigInteger, nullable=False),  # rows of the whole release no area is told of
    Column("path", Text, nullable=False),  # relative to the lake
    Column("attributed_at", Instant, nullable=False),
    CheckConstraint("changed = attributed + unattributed", name="ck_attribution_shares_balance"),
    Index("ix_attribution_shares_dataset", "dataset"),
)

# A street says that an unattributed row is its own.
attribution_claims = Table(
    "attribution_claims",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("row", String(32), nullable=False),  # reference, never a value
    Column("meaning", String(20), nullable=False),
    Column("area", String(12), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("release_id", ForeignKey("releases.id"), nullable=False),  # the newest when it was claimed
    Column("reason", Text, nullable=False),
    Column("claimed_by", String(200), nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("withdrawn_by", String(200)),
    Column("withdrawn_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_attribution_claims_dataset", "dataset", "row"),
)

# A row a subscription shall be sent once more: after a correction, or because it was claimed.
redelivery_orders = Table(
    "redelivery_orders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("row", String(32), nullable=False),
    Column("kind", String(20), nullable=False),  # correction, claim
    Column("subject", String(40), nullable=False),  # id of the correction or claim
    Column("reason", Text, nullable=False),
    Column("ordered_by", String(200), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("outcome", String(20)),  # delivered, not_in_area, ended; None = waits for the next round
    Column("redelivery_id", String(40)),
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_redelivery_orders_subject", "subject"),
    Index("ix_redelivery_orders_open", "closed_at", "dataset"),
)

# What was sent in answer to such orders; like a delivery, of a release that had been delivered before.
redeliveries = Table(
    "redeliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("area", String(12), nullable=False),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("since_release_id", String(40), nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("unattributed", BigInteger, nullable=False),
    Column("other_areas", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # sent, acknowledged, disputed
    Column("sent_at", Instant, nullable=False),
    Column("received", Integer),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint("delivered = added + changed + removed", name="ck_redeliveries_delivered"),
    CheckConstraint("total = delivered + unattributed + other_areas", name="ck_redeliveries_balance"),
    Index("ix_redeliveries_subscription", "subscription_id"),
)

# What is shown of a delivery beside its counts: how complete it is, how late.
delivery_figures = Table(
    "delivery_figures",
    metadata,
    Column("delivery_id", String(40), primary_key=True),
    Column("meaning", String(20), nullable=False),
    Column("cells", BigInteger, nullable=False),  # subscribed cells of added and changed rows
    Column("filled", BigInteger, nullable=False),  # those that hold a value
    Column("attributed", Float),  # share of the moved rows an area is told of; None where none moved
    Column("published_at", Instant, nullable=False),
    Column("due_on", String(10), nullable=False),  # day the release was due by its update cycle; '' = none
    Column("late_days", Integer, nullable=False),
)
