"""Tables of the room `webhooks`: addresses that are told of events, and what waits to be told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# An address of an organisation. No secret is kept: it follows from a key file, the id and the generation.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Json, nullable=False),  # kinds of events, sorted
    Column("generation", Integer, nullable=False),  # of its secret
    Column("rotated_at", Instant),  # the former secret signs too, for a time after it
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("paused_at", Instant),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_webhooks_organisation", "organisation"),
)

# The outbox: one row for each event and address that is told of it.
webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False),
    Column("event", String(60), nullable=False),
    Column("source", String(80), nullable=False),  # evidence entry, or what else it comes from
    Column(
        "payload", Text, nullable=False
    ),  # the JSON that is sent: identifiers and days, no person's values
    Column("state", String(20), nullable=False),  # waiting, told, dead
    Column("attempts", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("next_at", Instant),  # when it is tried again
    Column("ended_at", Instant),
    Column("last_status", Integer),  # of HTTP; None where no answer came
    Column("last_problem", String(200)),  # in fixed words
    Index("ix_webhook_messages_state", "state", "next_at"),
    Index("ix_webhook_messages_source", "webhook_id", "source", unique=True),
)

# How far the evidence log was read for events; one row.
webhook_positions = Table(
    "webhook_positions",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("position", BigInteger, nullable=False),  # the next one to read
)
