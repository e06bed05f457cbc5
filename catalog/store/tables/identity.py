"""Tables of the room `identity`: organisations and the tokens of their clients."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from catalog.store.schema import Instant, metadata

# Who takes part in the space. `kind` is fixed once: it decides how answers are protected.
organisations = Table(
    "organisations",
    metadata,
    Column("code", String(40), primary_key=True),  # USCC, or the code the registering side gives
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # department, authority, grassroots, operator
    Column("registered_at", Instant, nullable=False),
    Column("region", String(12)),  # of one outside the organisation tree; the tree says the others'
)

# A bearer token of a client program: only its SHA-256 is kept.
client_tokens = Table(
    "client_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", ForeignKey("organisations.code"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("issued_by", String(200), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Column("grant_id", String(40)),  # good for calls under this grant alone, and ends with it; None = any
    Column("membership_id", String(40)),  # a person's own token, which ends with it; None: the organisation's
    Index("ix_client_tokens_organisation", "organisation"),
)
