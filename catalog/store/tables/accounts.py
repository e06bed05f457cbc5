"""Accounts, sessions, and what is remembered of signing in that went wrong."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from catalog.store.schema import Instant, metadata

# A local account: of passwords and one-time codes only hashes are kept.
accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("login", String(60), nullable=False, unique=True),
    Column("password_hash", String(300)),  # argon2id with its parameters; none before the first sign-in
    Column("password_set_at", Instant),
    Column("code_sha256", String(64)),  # of the one-time code
    Column("code_expires_at", Instant),
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_accounts_person", "person_id"),
)

# Attempts that went wrong, by whom or from where: only a digest of either.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("waits_until", Instant),
    Index("ix_sign_in_failures_failed_at", "failed_at"),
)

# A browser that is signed in. Its random id is kept as a hash.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id")),  # None: an office's token and a stated name
    Column("membership_id", ForeignKey("memberships.id")),  # the one the person acts in
    Column("token_id", ForeignKey("client_tokens.id")),
    Column("stated_name", String(100)),
    Column("means", String(20), nullable=False),  # password, openid, token
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", String(40)),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_sessions_person", "person_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

# What may be shown once: states of a sign-in elsewhere, ids of assertions; by digest.
used_once = Table(
    "used_once",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Index("ix_used_once_expires_at", "expires_at"),
)
