"""Tables of the room `contracting`: digital contracts, offers, signatures, steps; use that is counted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# A digital contract 数字合约. Its grant exists exactly while, and since, it is in force.
digital_contracts = Table(
    "digital_contracts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # sharing, operation
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("provider", String(40), nullable=False),  # code of the granting organisation
    Column("consumer", ForeignKey("organisations.code"), nullable=False),
    Column("state", String(40), nullable=False),  # see policies/rules/procedures/contract.csv
    Column("offers", Integer, nullable=False),  # how many were made; the last one counts
    Column("grant_id", String(40), nullable=False, unique=True),  # the grant's, from the first draft on
    Column("agreement", Text),  # canonical JSON of the ODRL agreement, once an offer was accepted
    Column("agreement_digest", String(64)),  # SHA-256 of it
    Column("provider_person", String(200), nullable=False),  # 谁管理谁负责
    Column("consumer_person", String(200), nullable=False),  # 谁使用谁负责
    Column("drafted_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_digital_contracts_consumer", "consumer", "state"),
)

# An offer: a complete set of terms, never changed. Append only.
contract_offers = Table(
    "contract_offers",
    metadata,
    Column("contract_id", ForeignKey("digital_contracts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, …
    Column("side", String(20), nullable=False),  # provider, consumer
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("terms", Text, nullable=False),  # canonical JSON of the ODRL permission
    Column("terms_digest", String(64), nullable=False),
    Column("differences", Json, nullable=False),  # lines: what it changes of the offer before
    Column("evidence_id", String(40), nullable=False),
)

# A signature of a party over the statement of the agreement; the platform's is the grant's own.
contract_signatures = Table(
    "contract_signatures",
    metadata,
    Column("contract_id", ForeignKey("digital_contracts.id"), primary_key=True),
    Column("side", String(20), primary_key=True),  # provider, consumer, platform
    Column("organisation", String(40), nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("algorithm", String(20), nullable=False),
    Column("signature", Text, nullable=False),  # base64
    Column("statement", Text, nullable=False),  # canonical JSON: the bytes that were signed
    Column("signed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# Every step of a contract. Append only.
contract_steps = Table(
    "contract_steps",
    metadata,
    Column("contract_id", ForeignKey("digital_contracts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("side", String(20), nullable=False),  # provider, consumer, platform, clock
    Column("state", String(40), nullable=False),  # before
    Column("next", String(40), nullable=False),  # after
    Column("made_by", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# What happened against the terms, and what followed. Append only.
contract_breaches = Table(
    "contract_breaches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # scope, deletion, declared
    Column("consequence", String(20), nullable=False),  # suspend, terminate, cap
    Column("calls_per_day", Integer),  # with cap: what is left from then on
    Column("day", String(10), nullable=False),  # Asia/Shanghai; a kind is one breach a day
    Column("why", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("uq_contract_breaches_day", "grant_id", "kind", "day", unique=True),
)

# What a receiver states to have deleted, signed with its key. Append only.
deletion_proofs = Table(
    "deletion_proofs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("covers", Instant, nullable=False),  # everything handed out up to this instant
    Column("statement", Text, nullable=False),  # canonical JSON: the bytes that were signed
    Column("signature", Text, nullable=False),  # base64
    Column("key_id", String(16), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_deletion_proofs_grant_id", "grant_id", "covers"),
)

# Use of a grant within a calendar period, against a limit of its terms. One conditional UPDATE adds to it.
grant_uses = Table(
    "grant_uses",
    metadata,
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("measure", String(20), primary_key=True),  # calls, scope, rows, cells, bytes, nrho
    Column("period", String(20), primary_key=True),  # 2026-09-24T12:01 … 2026; empty: the whole term
    Column("used", BigInteger, nullable=False),
)
