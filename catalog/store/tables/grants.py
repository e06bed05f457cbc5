"""Tables of the room `grants`: requests, their items, grants and the privacy ledger."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# A request of a department 共享申请, or for authorised operation 授权运营申请.
requests = Table(
    "requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # sharing, operation
    Column("applicant", ForeignKey("organisations.code"), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("statement", Json, nullable=False),  # legal basis, scenario, scope, method, …
    Column("use_until", Date),  # the time limit asked for
    Column("share_type", String(20), nullable=False),  # strictest over the items
    Column("state", String(20), nullable=False),  # incomplete, submitted, permitted, refused
    Column("missing", Json, nullable=False),  # what an incomplete request lacks, all of it
    Column("received_at", Instant, nullable=False),  # when it became complete, else when it came
    Column("due_on", Date),  # last day for the answer
    Column("due_provisional", Boolean, nullable=False),  # the calendar of that year is not known
    Column("due_rule", String(80), nullable=False),
    Column("answered_at", Instant),
    Column("basis", Text),  # what the answer rests on
    Column("answered_by", String(200)),
    Index("ix_requests_applicant", "applicant", "state"),
)

# Approval is by item: a permitted table is not a permitted column.
request_items = Table(
    "request_items",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("field", String(63), primary_key=True),
    Column("share_type", String(20), nullable=False),
)

# States of a grant that has not ended: suspended, it answers nothing until it is resumed.
HELD: Final = ("in_force", "suspended")

# A grant 授权. Counters are whole numbers and only grow; rho is kept in billionths (`nrho`).
grants = Table(
    "grants",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # sharing, operation
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("grantor", String(40), nullable=False),
    Column("grantee", ForeignKey("organisations.code"), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("agreement", Text, nullable=False),  # canonical JSON of the ODRL agreement
    Column("signature", Text, nullable=False),  # JWS over it
    Column("terms_digest", String(64), nullable=False),
    Column("salt", String(64), nullable=False),  # of digests of caller text, hexadecimal
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("calls_limit", Integer, nullable=False),
    Column("calls_used", Integer, nullable=False),
    Column("nrho_limit", BigInteger, nullable=False),
    Column("nrho_spent", BigInteger, nullable=False),
    Column("price_fen_per_call", Integer, nullable=False),
    Column("charged_fen", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),  # in_force, suspended, revoked, ended
    Column("ended_at", Instant),
    Column("end_reason", Text),
    Column("signed_by", String(200), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint("calls_used >= 0 AND calls_used <= calls_limit", name="ck_grants_calls"),
    CheckConstraint("nrho_spent >= 0 AND nrho_spent <= nrho_limit", name="ck_grants_nrho"),
    Index("ix_grants_grantee", "grantee", "state"),
)

# Privacy loss promised to grants and spent by builds with noise, per unit kind and year; delta in 10**-15
# (`fdelta`).
privacy_years = Table(
    "privacy_years",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("nrho", BigInteger, nullable=False),
    Column("fdelta", BigInteger, nullable=False),
)

# What a grant took out of a kind's year, and gave back at its end. One row per unit kind of any grant.
allowances = Table(
    "allowances",
    metadata,
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("year", Integer, nullable=False),
    Column("nrho", BigInteger, nullable=False),
    Column("fdelta", BigInteger, nullable=False),
    Column("nrho_returned", BigInteger, nullable=False),
    Column("fdelta_returned", BigInteger, nullable=False),
)

# What a build with noise took out of a kind's year: once for a revision over the same releases of its inputs.
noise_charges = Table(
    "noise_charges",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("sources", String(64), primary_key=True),  # digest of the releases it was made from
    Column("kind", String(40), primary_key=True),
    Column("release_id", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("nrho", BigInteger, nullable=False),
    Column("fdelta", BigInteger, nullable=False),
    Column("charged_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# What the owner of a dataset asks of everyone, or of one organisation instead. Append only: the newest row
# that is valid holds; without `rules` the row takes the statement back.
dataset_rules = Table(
    "dataset_rules",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the dataset
    Column("party", ForeignKey("organisations.code")),  # None = every organisation without a row of its own
    Column("rules", Json),
    Column("digest", String(64), nullable=False),  # of what is signed
    Column("signature", Text, nullable=False),  # JWS over owner, dataset, party, rules, first day
    Column("owner", String(40), nullable=False),  # department of the contract
    Column("valid_from", Date, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("dataset", "number"),
)

# The release of a dataset that a grant sees for a whole period.
pinned_releases = Table(
    "pinned_releases",
    metadata,
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("period", String(10), primary_key=True),  # 2026, 2026-Q3, 2026-09
    Column("release_id", String(40), nullable=False),
    Column("pinned_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)
