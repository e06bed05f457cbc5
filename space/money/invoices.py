"""Invoices 账单 and credit notes 冲销单: what a closed month is asked to pay, numbered without gaps.

Decides that a use is billed once, that nothing is asked for a free class of purposes, and that an issued
invoice never changes: a mistake is put right by a credit note of its own number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from catalog.keys import Signer
from catalog.store.parts import Part, parted
from catalog.store.tables.money import invoice_lines, invoices, statements
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.money.invoice_writing import CREDIT_NOTE, INVOICE, Draft, Line, of_document, write
from space.money.signed import Signed


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note as it stands.

    Attributes:
        number: issuer, year and place in the series.
        kind: ``invoice`` or ``credit_note``.
        issuer, payer: codes.
        month: of the use.
        signed: the document, which never changes.
        total_fen: of it; of a credit note below zero.
        credited_fen: taken off by credit notes since.
        voucher_fen: paid by data vouchers.
        corrects: number of the invoice a credit note is of.
    """

    number: str
    kind: str
    issuer: str
    payer: str
    month: str
    signed: Signed
    total_fen: int
    credited_fen: int
    voucher_fen: int
    corrects: str | None

    @property
    def payable_fen(self) -> int:
        """What is still to be paid in money."""
        return self.total_fen - self.credited_fen - self.voucher_fen if self.kind == INVOICE else 0

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            **self.signed.to_document(),
            "number": self.number,
            "kind": self.kind,
            "credited_fen": self.credited_fen,
            "voucher_fen": self.voucher_fen,
            "payable_fen": self.payable_fen,
        }


def issue(
    connection: Connection, signer: Signer, code: str, month: str, *, by: str, now: datetime
) -> tuple[Invoice, ...]:
    """Bill a closed month: one invoice for each granting body something is owed to.

    Args:
        connection: a writing transaction.
        signer: signs the invoices.
        code: of the organisation that pays.
        month: ``YYYY-MM``.
        by: the person who issues them.
        now: aware instant.

    Raises:
        Refused: the month is not closed, was billed before, or nothing is owed.
    """
    s = statements.c
    row = connection.execute(select(statements).where(s.organisation == code, s.month == month)).first()
    if row is None:
        raise Refused(Deny((_OPEN,)))
    i = invoices.c
    before = select(i.number).where(i.statement_id == row.id, i.kind == INVOICE)
    if connection.execute(before).first() is not None:
        raise Refused(Deny((_BILLED,)))
    owed: dict[str, list[Line]] = {}
    for section in json.loads(row.document)["grants"]:
        if section["amount_fen"]:
            owed.setdefault(section["grantor"], []).extend(_lines(section))
    if not owed:
        raise Refused(Deny((_NOTHING,)))
    return tuple(
        by_number(
            connection,
            write(connection, signer, Draft(INVOICE, issuer, code, month, row, tuple(lines)), by, now),
        )
        for issuer, lines in sorted(owed.items())
    )


def credit(
    connection: Connection,
    signer: Signer,
    number: str,
    taken_off: Mapping[int, int],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Invoice:
    """Take money off lines of an invoice by a credit note; the invoice stays as it is.

    Args:
        connection: a writing transaction.
        signer: signs the note.
        number: of the invoice.
        taken_off: line → fen.
        reason: why; stands on the note.
        by: the person who issues it.
        now: aware instant.

    Raises:
        Unknown: there is no such invoice.
        Refused: a line has not so much left, or vouchers paid what would be taken off.
    """
    of = by_number(connection, number)
    lines = {int(line["line"]): line for line in of.signed.document["lines"]}
    total = sum(taken_off.values())
    fits = of.kind == INVOICE and bool(taken_off) and all(fen > 0 for fen in taken_off.values())
    if not fits or not taken_off.keys() <= lines.keys() or not reason.strip():
        raise Refused(Deny((_CREDIT,)))
    i, line = invoices.c, invoice_lines.c
    done = connection.execute(
        update(invoices)
        .where(i.number == number, i.credited_fen + i.voucher_fen + total <= i.total_fen)
        .values(credited_fen=i.credited_fen + total)
    ).rowcount
    for place, fen in taken_off.items():
        done &= connection.execute(
            update(invoice_lines)
            .where(line.number == number, line.line == place, line.credited_fen + fen <= line.amount_fen)
            .values(credited_fen=line.credited_fen + fen)
        ).rowcount
    if not done:
        raise Refused(Deny((_CREDIT,)))
    row = connection.execute(
        select(statements).join(invoices, i.statement_id == statements.c.id).where(i.number == number)
    ).one()
    credited = tuple(of_document(lines[place], -fen) for place, fen in sorted(taken_off.items()))
    draft = Draft(CREDIT_NOTE, of.issuer, of.payer, of.month, row, credited, number, reason.strip())
    return by_number(connection, write(connection, signer, draft, by, now))


def by_number(connection: Connection, number: str) -> Invoice:
    """The invoice or credit note of that number.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(invoices).where(invoices.c.number == number)).first()
    if row is None:
        raise Unknown("invoice", number, "`ybz invoice list` shows them")
    return _invoice(row)


def all_invoices(
    connection: Connection, *, payer: str | None = None, issuer: str | None = None, year: int | None = None
) -> tuple[Invoice, ...]:
    """Invoices and credit notes, the oldest first.

    Args:
        connection: any transaction.
        payer: only of this one.
        issuer: only of this one.
        year: of the use.
    """
    i = invoices.c
    wanted = select(invoices).order_by(i.issued_at, i.issuer, i.year, i.place)
    for column, value in ((i.payer, payer), (i.issuer, issuer)):
        if value is not None:
            wanted = wanted.where(column == value)
    if year is not None:
        wanted = wanted.where(i.month.startswith(f"{year}-"))
    return tuple(_invoice(row) for row in connection.execute(wanted).all())


def payer_part(connection: Connection, payer: str, part: Part) -> tuple[Invoice, ...]:
    """A part of the invoices and credit notes one has to pay, by number."""
    i = invoices.c
    query = parted(select(invoices).where(i.payer == payer), part, i.number)
    return tuple(_invoice(row) for row in connection.execute(query).all())


def _lines(section: Mapping[str, Any]) -> list[Line]:
    shared = {name: section[name] for name in ("grant", "purpose", "purpose_class", "datasets")}
    return [of_document({**shared, **line}, int(line["amount_fen"])) for line in section["lines"]]


def _invoice(row: Row[Any]) -> Invoice:
    signed = Signed(json.loads(row.document), row.digest, row.signature)
    same = {name: row._mapping[name] for name in Invoice.__dataclass_fields__ if name != "signed"}
    return Invoice(**same, signed=signed)


_OPEN: Final = Reason(
    "money.invoice.open",
    "the month of this organisation is not closed",
    "month",
    "close it first (`ybz statement close`)",
)
_BILLED: Final = Reason(
    "money.invoice.billed",
    "the month of this organisation was billed before",
    "month",
    "`ybz invoice list` shows it; put a mistake right by a credit note",
)
_NOTHING: Final = Reason(
    "money.invoice.nothing",
    "nothing is owed for the month",
    "month",
    "its statement says so; no invoice is needed",
)
_CREDIT: Final = Reason(
    "money.credit",
    "the credit note does not fit the invoice",
    "lines",
    "state why, and for lines of the invoice no more than is left of them and was not paid by vouchers",
)
