"""Writing an invoice 账单 or credit note 冲销单: its lines, its number without gaps, its signature, its rows.

Decides the document, and that a number is taken in the transaction that uses it. What is billed or credited
is :mod:`space.money.invoices`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.keys import Signer
from catalog.organisations.tree import name_of
from catalog.store.tables.identity import organisations
from catalog.store.tables.money import invoice_lines, invoice_series, invoices
from policies.clocks import local_date
from space.money.capitals import capitals
from space.money.signed import INVOICE_TYPE, sign

INVOICE: Final = "invoice"
CREDIT_NOTE: Final = "credit_note"
# The only class of purposes for which anything is ever asked, as the table's constraint has it too.
CHARGED_CLASS: Final = "industry"


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


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written: an invoice, or the credit note of one."""

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
        """What it comes to."""
        return sum(line.amount_fen for line in self.lines)


def write(connection: Connection, signer: Signer, draft: Draft, by: str, now: datetime) -> str:
    """Number, sign and store an invoice or credit note.

    Args:
        connection: a writing transaction.
        signer: signs the document.
        draft: what it says.
        by: the person who issues it.
        now: aware instant.

    Returns:
        Its number.
    """
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
    return number


def _row(draft: Draft, number: str, place: int, line: Line) -> dict[str, Any]:
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


def of_document(line: Mapping[str, Any], amount_fen: int) -> Line:
    """A line as a statement or an invoice has it, of another amount."""
    names = ("grant", "product", "unit", "purpose", "purpose_class", "answers", "calls")
    return Line(
        **{name: line[name] for name in names}, datasets=tuple(line["datasets"]), amount_fen=amount_fen
    )


def _party(connection: Connection, code: str, on: date) -> dict[str, str]:
    """Code and name, as it is registered or stands in the organisation tree; the name may not be known."""
    o = organisations.c
    known = connection.execute(select(o.name).where(o.code == code)).scalar()
    return {"code": code, "name": known or name_of(connection, code, on) or ""}
