"""Tables of the room `money`: what was given by month, statements, invoices, costs, data vouchers.

Amounts are whole fen. What must never be is a constraint here too: nothing above zero is asked for a free
class of purposes, and a batch of vouchers holds its budget whatever is done with it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

# What a grant was given in a month, by product: volume steps and monthly fees are counted from it.
metered_months = Table(
    "metered_months",
    metadata,
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("month", String(7), primary_key=True),  # 2026-09, Asia/Shanghai
    Column("product", String(20), primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
)

# A closed month of an organisation. Written once; a mistake is put right by a credit note.
statements = Table(
    "statements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", ForeignKey("organisations.code"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON
    Column("digest", String(64), nullable=False),
    Column("signature", Text, nullable=False),  # JWS over it
    Column("total_fen", BigInteger, nullable=False),
    Column("closed_by", String(200), nullable=False),
    Column("closed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("organisation", "month"),
    CheckConstraint("total_fen >= 0", name="ck_statements_total"),
)

# The last number an issuer has given in a year: taken by one conditional update, so that none is left out.
invoice_series = Table(
    "invoice_series",
    metadata,
    Column("issuer", String(40), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

# Invoices and credit notes. The document never changes; the two counters say what was taken off since.
invoices = Table(
    "invoices",
    metadata,
    Column("number", String(60), primary_key=True),  # issuer, year and place in the series
    Column("kind", String(20), nullable=False),  # invoice, credit_note
    Column("issuer", String(40), nullable=False),
    Column("payer", ForeignKey("organisations.code"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("year", Integer, nullable=False),  # of the series
    Column("place", Integer, nullable=False),  # 1, 2, … in the series
    Column("statement_id", ForeignKey("statements.id"), nullable=False),
    Column("corrects", ForeignKey("invoices.number")),  # of a credit note
    Column("document", Text, nullable=False),  # canonical JSON
    Column("digest", String(64), nullable=False),  # check digest of the document
    Column("signature", Text, nullable=False),  # JWS over it
    Column("total_fen", BigInteger, nullable=False),  # of a credit note below zero
    Column("credited_fen", BigInteger, nullable=False),  # by credit notes since
    Column("voucher_fen", BigInteger, nullable=False),  # paid by data vouchers
    Column("issued_by", String(200), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("issuer", "year", "place"),
    CheckConstraint(
        "credited_fen >= 0 AND voucher_fen >= 0"
        " AND ((kind = 'invoice' AND total_fen >= 0 AND credited_fen + voucher_fen <= total_fen)"
        " OR (kind = 'credit_note' AND total_fen < 0 AND credited_fen = 0 AND voucher_fen = 0))",
        name="ck_invoices_amounts",
    ),
    # One invoice an issuer and month: what was missed or wrong comes as a note.
    Index("ix_invoices_payer", "payer", "month"),
)

# Lines of them. Nothing but industry use is ever charged (发改价格〔2025〕65号).
invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("number", ForeignKey("invoices.number"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("product", String(20), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("purpose_class", String(20), nullable=False),
    Column("datasets", Json, nullable=False),  # which the grant opens, sorted
    Column("amount_fen", BigInteger, nullable=False),
    Column("credited_fen", BigInteger, nullable=False),
    Column("once", String(20)),  # "invoice" on a line of one, empty on one of a note: a use is billed once
    UniqueConstraint("grant_id", "month", "product", "purpose", "once"),
    CheckConstraint("purpose_class = 'industry' OR amount_fen = 0", name="ck_invoice_lines_free"),
    CheckConstraint(
        "credited_fen >= 0 AND (credited_fen = 0 OR credited_fen <= amount_fen)",
        name="ck_invoice_lines_credit",
    ),
)

# What an organisation in operation states of a year: costs, subsidies, taxes, income had elsewhere.
operation_accounts = Table(
    "operation_accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("kind", String(20), nullable=False),  # cost, subsidy, tax, income
    Column("amount_fen", BigInteger, nullable=False),  # below zero takes an earlier statement back
    Column("basis", Text, nullable=False),  # the account it is taken from
    Column("stated_by", String(200), nullable=False),
    Column("stated_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_operation_accounts_organisation", "organisation", "year"),
)

# A batch of data vouchers 数据券. Every act moves value between two of the five columns in one statement.
voucher_batches = Table(
    "voucher_batches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("issuer", String(40), nullable=False),
    Column("budget_fen", BigInteger, nullable=False),
    Column("cap_fen", BigInteger, nullable=False),  # most one firm claims
    Column("share_percent", Integer, nullable=False),  # most of a price payable that a voucher pays
    Column("claim_from", Date, nullable=False),
    Column("claim_to", Date, nullable=False),
    Column("spend_to", Date, nullable=False),
    Column("products", Json, nullable=False),  # eligible: product names; empty = every one
    Column("datasets", Json, nullable=False),  # eligible: schema.table; empty = every one
    Column("basis", Text, nullable=False),
    Column("unissued_fen", BigInteger, nullable=False),
    Column("unclaimed_fen", BigInteger, nullable=False),
    Column("unspent_fen", BigInteger, nullable=False),
    Column("spent_fen", BigInteger, nullable=False),
    Column("expired_fen", BigInteger, nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint(
        "unissued_fen + unclaimed_fen + unspent_fen + spent_fen + expired_fen = budget_fen",
        name="ck_voucher_batches_conserved",
    ),
    CheckConstraint(
        "unissued_fen >= 0 AND unclaimed_fen >= 0 AND unspent_fen >= 0 AND spent_fen >= 0"
        " AND expired_fen >= 0",
        name="ck_voucher_batches_parts",
    ),
    CheckConstraint("share_percent BETWEEN 1 AND 100", name="ck_voucher_batches_share"),
)

# One voucher. Its face is what it was issued for; left and spent and ended make it up.
vouchers = Table(
    "vouchers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("batch_id", ForeignKey("voucher_batches.id"), nullable=False),
    Column("firm", String(40)),  # who claimed it, or whom it is issued to
    Column("state", String(20), nullable=False),  # issued, claimed, spent, expired, taken_back
    Column("face_fen", BigInteger, nullable=False),
    Column("left_fen", BigInteger, nullable=False),
    Column("spent_fen", BigInteger, nullable=False),
    Column("ended_fen", BigInteger, nullable=False),  # expired or taken back
    Column("issued_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    CheckConstraint("left_fen + spent_fen + ended_fen = face_fen", name="ck_vouchers_face"),
    CheckConstraint("left_fen >= 0 AND spent_fen >= 0 AND ended_fen >= 0", name="ck_vouchers_parts"),
    Index("ix_vouchers_batch_id", "batch_id", "state"),
    Index("ix_vouchers_firm", "firm"),
)

# What a firm claimed of a batch, against its cap.
voucher_firms = Table(
    "voucher_firms",
    metadata,
    Column("batch_id", ForeignKey("voucher_batches.id"), primary_key=True),
    Column("firm", String(40), primary_key=True),
    Column("claimed_fen", BigInteger, nullable=False),
    CheckConstraint("claimed_fen >= 0", name="ck_voucher_firms_claimed"),
)

# A voucher on an invoice, once; `back_fen` is what was reversed when it was taken back.
voucher_spendings = Table(
    "voucher_spendings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("voucher_id", ForeignKey("vouchers.id"), nullable=False),
    Column("batch_id", ForeignKey("voucher_batches.id"), nullable=False),
    Column("number", ForeignKey("invoices.number"), nullable=False),
    Column("firm", String(40), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("back_fen", BigInteger, nullable=False),
    Column("spent_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("voucher_id", "number"),
    CheckConstraint("back_fen = 0 OR back_fen = amount_fen", name="ck_voucher_spendings_back"),
    Index("ix_voucher_spendings_number", "number"),
)

# Every movement of value of a batch, append only: the five columns are recomputed from it.
voucher_moves = Table(
    "voucher_moves",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("batch_id", ForeignKey("voucher_batches.id"), nullable=False),
    Column("voucher_id", String(40)),
    Column("from_part", String(20), nullable=False),  # budget, unissued, unclaimed, unspent, spent, expired
    Column("to_part", String(20), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("firm", String(40)),
    Column("reason", Text),
    Column("moved_by", String(200), nullable=False),
    Column("moved_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint("amount_fen > 0", name="ck_voucher_moves_amount"),
    Index("ix_voucher_moves_batch_id", "batch_id", "moved_at"),
)
