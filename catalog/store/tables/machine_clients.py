"""Machine clients, their credentials, and the keys their access tokens are signed with."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from catalog.store.schema import Instant, metadata

# A program that acts for an organisation in one role.
machine_clients = Table(
    "machine_clients",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("organisation", ForeignKey("organisations.code"), nullable=False),
    Column("role", String(30), nullable=False),
    Column("grant_id", String(40)),  # its tokens open this grant alone; None = any
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),  # tokens issued before are good for nothing
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_machine_clients_organisation", "organisation"),
)

# What a client proves itself with: a secret (its SHA-256) or a public key (as JWK). Several at a time.
client_credentials = Table(
    "client_credentials",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("client_id", ForeignKey("machine_clients.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # secret, key
    Column("sha256", String(64)),
    Column("jwk", Text),
    Column("added_by", String(200), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_client_credentials_client", "client_id"),
)

# Public keys of access tokens; a key that was replaced is accepted until its last token has ended.
token_keys = Table(
    "token_keys",
    metadata,
    Column("kid", String(40), primary_key=True),
    Column("public_hex", String(130), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("accepted_until", Instant),
    Column("evidence_id", String(40), nullable=False),
)
