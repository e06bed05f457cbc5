"""Invoices 账单 and credit notes 冲销单: what a closed month is asked to pay, numbered without gaps.

Decides that a use is billed once, that nothing is asked for a free class of purposes, and that an issued
invoice never changes: a mistake is put right by a credit note of its own number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.keys import Signer
from catalog.organisations.tree import name_of
from catalog.store.tables.identity import organisations
from catalog.store.tables.money import invoice_lines, invoice_series, invoices, statements
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.money.capitals import capitals
from space.money.signed import INVOICE_TYPE, Signed, sign

INVOICE: Final = "invoice"
CREDIT_NOTE: Final = "credit_note"
# The only class of purposes for which anything is ever asked, as the table's constraint has it too.
CHARGED_CLASS: Final = "industry"


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


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what was used under one grant, of one product.

    Attributes:
        grant, product, unit, purpose, purpose_class, datasets: what of.
        answers, calls: how much.
        amount_fen: what it costs.
    """

    grant: str
    product: str
    unit: str
    purpose: str
    purpose_class: str
    datasets: tuple[str, ...]
    answers: int
    calls: int
    amount_fen: int

    def __post_init__(self) -> None:
        if self.amount_fen and self.purpose_class != CHARGED_CLASS:
            raise ValueError(f"nothing is asked for the class {self.purpose_class}")

    def to_document(self, place: int) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "line": place,
            "grant": self.grant,
            "product": self.product,
            "unit": self.unit,
            "purpose": self.purpose,
            "purpose_class": self.purpose_class,
            "datasets": list(self.datasets),
            "answers": self.answers,
            "calls": self.calls,
            "amount_fen": self.amount_fen,
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
        _write(connection, signer, _Draft(INVOICE, issuer, code, month, row, tuple(lines)), by, now)
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
    credited = tuple(_of_document(lines[place], -fen) for place, fen in sorted(taken_off.items()))
    draft = _Draft(CREDIT_NOTE, of.issuer, of.payer, of.month, row, credited, number, reason.strip())
    return _write(connection, signer, draft, by, now)


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


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: str
    issuer: str
    payer: str
    month: str
    statement: Row[Any]
    lines: Sequence[Line]
    corrects: str | None = None
    reason: str | None = None

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def _write(connection: Connection, signer: Signer, draft: _Draft, by: str, now: datetime) -> Invoice:
    day = local_date(now)
    place = _next(connection, draft.issuer, day.year)
    number = f"{draft.issuer}-{day.year}-{place:06d}"
    document = {
        "type": draft.kind,
        "version": 1,
        "number": number,
        "issuer": _party(connection, draft.issuer, day),
        "payer": _party(connection, draft.payer, day),
        "month": draft.month,
        "issued_on": day.isoformat(),
        "statement": {"id": draft.statement.id, "digest": draft.statement.digest},
        "corrects": draft.corrects,
        "reason": draft.reason,
        "lines": [line.to_document(line_no) for line_no, line in enumerate(draft.lines, start=1)],
        "total_fen": draft.total_fen,
        "total_capitals": capitals(draft.total_fen),
    }
    signed = sign(signer, document, INVOICE_TYPE)
    body = {
        "digest": signed.digest,
        "payer": draft.payer,
        "month": draft.month,
        "total_fen": draft.total_fen,
        "corrects": draft.corrects,
        "by": by,
    }
    event = "space:invoice:issue" if draft.kind == INVOICE else "space:invoice:credit"
    evidence = record(connection, event=event, subject=number, body=body, now=now)
    connection.execute(
        insert(invoices).values(
            number=number,
            kind=draft.kind,
            issuer=draft.issuer,
            payer=draft.payer,
            month=draft.month,
            year=day.year,
            place=place,
            statement_id=draft.statement.id,
            corrects=draft.corrects,
            document=signed.text,
            digest=signed.digest,
            signature=signed.signature,
            total_fen=draft.total_fen,
            credited_fen=0,
            voucher_fen=0,
            issued_by=by,
            issued_at=now,
            evidence_id=evidence,
        )
    )
    connection.execute(
        insert(invoice_lines), [_row(draft, number, n, line) for n, line in enumerate(draft.lines, 1)]
    )
    return by_number(connection, number)


def _row(draft: _Draft, number: str, place: int, line: Line) -> dict[str, Any]:
    return {
        "number": number,
        "line": place,
        "grant_id": line.grant,
        "month": draft.month,
        "product": line.product,
        "purpose": line.purpose,
        "purpose_class": line.purpose_class,
        "datasets": list(line.datasets),
        "amount_fen": line.amount_fen,
        "credited_fen": 0,
        "once": INVOICE if draft.kind == INVOICE else None,
    }


def _next(connection: Connection, issuer: str, year: int) -> int:
    """The next number of a series, taken in the transaction that uses it: a number is never lost."""
    s = invoice_series.c
    mine = (s.issuer == issuer, s.year == year)
    taken = connection.execute(update(invoice_series).where(*mine).values(last=s.last + 1))
    if taken.rowcount == 0:
        connection.execute(insert(invoice_series).values(issuer=issuer, year=year, last=1))
    return int(connection.execute(select(s.last).where(*mine)).scalar_one())


def _lines(section: Mapping[str, Any]) -> list[Line]:
    shared = {name: section[name] for name in ("grant", "purpose", "purpose_class", "datasets")}
    return [_of_document({**shared, **line}, int(line["amount_fen"])) for line in section["lines"]]


def _of_document(line: Mapping[str, Any], amount_fen: int) -> Line:
    names = ("grant", "product", "unit", "purpose", "purpose_class", "answers", "calls")
    return Line(
        **{name: line[name] for name in names}, datasets=tuple(line["datasets"]), amount_fen=amount_fen
    )


def _party(connection: Connection, code: str, on: date) -> dict[str, str]:
    """Code and name, as it is registered or stands in the organisation tree; the name may not be known."""
    o = organisations.c
    known = connection.execute(select(o.name).where(o.code == code)).scalar()
    return {"code": code, "name": known or name_of(connection, code, on) or ""}


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
