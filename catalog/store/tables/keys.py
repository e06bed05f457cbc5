"""Public keys of the installation and of the parties, each with its time. No private key is in the store."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, metadata

# Every key the installation signed with. Empty until the first rotation: then the one in use is the only one.
signing_keys = Table(
    "signing_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # 1, 2, … in the order of their use
    Column("algorithm", String(20), nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("announced_at", Instant),  # None: from the beginning
    Column("valid_from", Instant),  # None: from the beginning, or announced and not in use yet
    Column("valid_to", Instant),  # None: in use
    Column("revoked_at", Instant),
    Column("revoke_reason", Text),
    Column("revoked_by", String(200)),
    Column("evidence_id", String(40)),  # of the last act; None where there was none
)

# Keys of providers, consumers and other parties, registered with proof that they hold the private half.
party_keys = Table(
    "party_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("holder", String(200), nullable=False),  # the office or person that holds the private half
    Column("algorithm", String(20), nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoke_reason", Text),
    Column("revoked_by", String(200)),
    Column("evidence_id", String(40), nullable=False),  # of the last act
    Index("ix_party_keys_organisation", "organisation"),
)
