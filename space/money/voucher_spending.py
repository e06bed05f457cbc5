"""Paying with a data voucher, and how one ends: expired, or taken back.

Decides how much of an invoice a voucher pays: its share of the eligible lines that is not paid so yet. The
same voucher pays an invoice once; what is taken back is owed in money again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.money import (
    invoice_lines,
    invoices,
    voucher_batches,
    voucher_firms,
    voucher_spendings,
    vouchers,
)
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.money.invoices import Invoice, by_number
from space.money.voucher_batches import batch, batches
from space.money.voucher_moves import Move, Part, move
from space.money.voucher_rules import Batch, spend_faults
from space.money.vouchers import Voucher, voucher


@dataclass(frozen=True, slots=True)
class Spent:
    """A payment by voucher.

    Attributes:
        id: of it.
        voucher: as it stands now.
        invoice: as it stands now.
        amount_fen: what was paid.
    """

    id: str
    voucher: Voucher
    invoice: Invoice
    amount_fen: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "amount_fen": self.amount_fen,
            "voucher": self.voucher.to_document(),
            "invoice": self.invoice.number,
            "payable_fen": self.invoice.payable_fen,
        }


def spend(
    connection: Connection, voucher_id: str, number: str, firm: str, *, by: str, now: datetime
) -> Spent:
    """Pay an invoice of metered use with a voucher, as far as the voucher goes.

    Args:
        connection: a writing transaction.
        voucher_id: of a voucher the firm claimed.
        number: of an invoice the firm has to pay.
        firm: code of the organisation.
        by: the person who pays.
        now: aware instant.

    Raises:
        Refused: the voucher is not the firm's or spent, the invoice is not eligible or paid, or dealing with
            itself.
    """
    held, invoice = voucher(connection, voucher_id), by_number(connection, number)
    of = batch(connection, held.batch_id)
    if held.firm != firm or held.state != "claimed":
        raise Refused(Deny((_NOT_HELD,)))
    faults = tuple(spend_faults(connection, of, firm, invoice, local_date(now)))
    if faults:
        raise Refused(Deny(faults))
    fen = min(held.left_fen, _room(connection, of, invoice), invoice.payable_fen)
    if fen <= 0 or _used(connection, voucher_id, number):
        raise Refused(Deny((_NO_ROOM,)))
    v, i = vouchers.c, invoices.c
    left = connection.execute(
        update(vouchers)
        .where(v.id == voucher_id, v.state == "claimed", v.firm == firm, v.left_fen >= fen)
        .values(
            left_fen=v.left_fen - fen,
            spent_fen=v.spent_fen + fen,
            state="spent" if held.left_fen == fen else "claimed",
        )
    )
    paid = connection.execute(
        update(invoices)
        .where(i.number == number, i.credited_fen + i.voucher_fen + fen <= i.total_fen)
        .values(voucher_fen=i.voucher_fen + fen)
    )
    if left.rowcount != 1 or paid.rowcount != 1:
        raise Refused(Deny((_NO_ROOM,)))
    spending = new_id("vcs")
    body = {"voucher": voucher_id, "invoice": number, "firm": firm, "amount_fen": fen, "by": by}
    evidence = record(connection, event="space:voucher:spend", subject=voucher_id, body=body, now=now)
    connection.execute(
        insert(voucher_spendings).values(
            id=spending,
            voucher_id=voucher_id,
            batch_id=of.id,
            number=number,
            firm=firm,
            amount_fen=fen,
            back_fen=0,
            spent_at=now,
            evidence_id=evidence,
        )
    )
    moved = Move(of.id, "unspent", "spent", fen, voucher_id, firm, number)
    move(connection, moved, by, now, evidence, _NO_ROOM)
    return Spent(spending, voucher(connection, voucher_id), by_number(connection, number), fen)


def any_over(connection: Connection, now: datetime) -> bool:
    """Whether :func:`expire` would end anything."""
    b, day = voucher_batches.c, local_date(now)
    unclaimed = (b.claim_to < day) & (b.unissued_fen + b.unclaimed_fen > 0)
    unspent = (b.spend_to < day) & (b.unspent_fen > 0)
    found = select(b.id).where(unclaimed | unspent).limit(1)
    return connection.execute(found).first() is not None


def expire(connection: Connection, *, by: str, now: datetime) -> dict[str, int]:
    """End what is over: unclaimed and unissued value after the last day of claims, unspent after that of use.

    Returns:
        Batch → fen that expired; safe to repeat.
    """
    day, ended = local_date(now), dict[str, int]()
    for of in batches(connection):
        fen = 0
        if day > of.claim_to:
            fen += _end_all(connection, of, "issued", "unclaimed", by, now)
            if of.unissued_fen:
                body = {"unissued_fen": of.unissued_fen, "by": by}
                evidence = record(connection, event="space:voucher:expire", subject=of.id, body=body, now=now)
                moved = Move(of.id, "unissued", "expired", of.unissued_fen)
                move(connection, moved, by, now, evidence, _ENDED)
                fen += of.unissued_fen
        if day > of.spend_to:
            fen += _end_all(connection, of, "claimed", "unspent", by, now)
        if fen:
            ended[of.id] = fen
    return ended


def take_back(
    connection: Connection, voucher_id: str, *, reason: str, spent: bool, by: str, now: datetime
) -> Voucher:
    """Take a voucher back from a firm, or out of the batch again.

    Args:
        connection: a writing transaction.
        voucher_id: of the voucher.
        reason: why; the firm reads it.
        spent: also what it paid: the invoices are owed in money again.
        by: the person who takes it back.
        now: aware instant.

    Raises:
        Refused: nothing of it is left to take back, or no reason is given.
    """
    held = voucher(connection, voucher_id)
    of = batch(connection, held.batch_id)
    back = _reverse(connection, voucher_id) if spent else 0
    left = held.left_fen if held.state in ("issued", "claimed") else 0
    if left + back == 0 or not reason.strip():
        raise Refused(Deny((_ENDED,)))
    body = {"left_fen": left, "spent_fen": back, "reason": reason.strip(), "by": by}
    evidence = record(connection, event="space:voucher:takeback", subject=voucher_id, body=body, now=now)
    v = vouchers.c
    done = connection.execute(
        update(vouchers)
        .where(v.id == voucher_id, v.state == held.state, v.left_fen >= left, v.spent_fen >= back)
        .values(
            left_fen=v.left_fen - left,
            spent_fen=v.spent_fen - back,
            ended_fen=v.ended_fen + left + back,
            state="taken_back",
        )
    )
    if done.rowcount != 1:
        raise Refused(Deny((_ENDED,)))
    # What comes back while vouchers are still claimed may be issued again.
    aim: Part = "unissued" if local_date(now) <= of.claim_to else "expired"
    source: Part = "unclaimed" if held.state == "issued" else "unspent"
    for part, fen in ((source, left), ("spent", back)):
        if fen:
            moved = Move(of.id, part, aim, fen, voucher_id, held.firm, reason.strip())
            move(connection, moved, by, now, evidence, _ENDED)
    if held.state != "issued" and held.firm is not None:
        _uncap(connection, of.id, held.firm, left + back)
    return voucher(connection, voucher_id)


def spendings(connection: Connection, number: str) -> list[dict[str, Any]]:
    """What vouchers paid of an invoice, the first first."""
    s = voucher_spendings.c
    rows = connection.execute(select(voucher_spendings).where(s.number == number).order_by(s.spent_at, s.id))
    return [
        {"voucher": row.voucher_id, "amount_fen": row.amount_fen, "back_fen": row.back_fen} for row in rows
    ]


def _room(connection: Connection, of: Batch, invoice: Invoice) -> int:
    """What vouchers of a batch may still pay of an invoice."""
    line = invoice_lines.c
    rows = connection.execute(select(invoice_lines).where(line.number == invoice.number)).all()
    most = of.most_of((row._mapping, row.amount_fen - row.credited_fen) for row in rows)
    s = voucher_spendings.c
    paid = select(func.coalesce(func.sum(s.amount_fen - s.back_fen), 0))
    paid = paid.where(s.number == invoice.number, s.batch_id == of.id)
    return most - int(connection.execute(paid).scalar_one())


def _used(connection: Connection, voucher_id: str, number: str) -> bool:
    s = voucher_spendings.c
    same = select(s.id).where(s.voucher_id == voucher_id, s.number == number)
    return connection.execute(same).first() is not None


def _end_all(connection: Connection, of: Batch, state: str, part: Part, by: str, now: datetime) -> int:
    """Expire every voucher of a batch in a state; how much they had left."""
    v = vouchers.c
    mine = (v.batch_id == of.id, v.state == state)
    rows = connection.execute(select(v.id, v.left_fen).where(*mine).order_by(v.id)).all()
    fen = sum(int(row.left_fen) for row in rows)
    if not rows:
        return 0
    body = {"vouchers": [row.id for row in rows], "fen": fen, "by": by}
    evidence = record(connection, event="space:voucher:expire", subject=of.id, body=body, now=now)
    connection.execute(
        update(vouchers).where(*mine).values(state="expired", ended_fen=v.ended_fen + v.left_fen, left_fen=0)
    )
    if fen:
        move(connection, Move(of.id, part, "expired", fen), by, now, evidence, _ENDED)
    return fen


def _reverse(connection: Connection, voucher_id: str) -> int:
    """Undo what a voucher paid: the invoices are owed again; how much that is."""
    s, i = voucher_spendings.c, invoices.c
    rows = connection.execute(
        select(s.id, s.number, s.amount_fen).where(s.voucher_id == voucher_id, s.back_fen == 0)
    ).all()
    for row in rows:
        connection.execute(
            update(voucher_spendings).where(s.id == row.id, s.back_fen == 0).values(back_fen=s.amount_fen)
        )
        connection.execute(
            update(invoices)
            .where(i.number == row.number, i.voucher_fen >= row.amount_fen)
            .values(voucher_fen=i.voucher_fen - row.amount_fen)
        )
    return sum(int(row.amount_fen) for row in rows)


def _uncap(connection: Connection, batch_id: str, firm: str, fen: int) -> None:
    """What a firm gave back no longer counts against its cap."""
    f = voucher_firms.c
    connection.execute(
        update(voucher_firms)
        .where(f.batch_id == batch_id, f.firm == firm, f.claimed_fen >= fen)
        .values(claimed_fen=f.claimed_fen - fen)
    )


_NOT_HELD: Final = Reason(
    "voucher.spend.not_held",
    "the firm holds no such voucher with value left",
    "voucher",
    "`ybz voucher list` shows a firm's vouchers",
)
_NO_ROOM: Final = Reason(
    "voucher.spend.room",
    "the voucher pays nothing more of this invoice",
    "invoice",
    "a voucher pays an invoice once, and vouchers of a batch their share of its eligible lines",
)
_ENDED: Final = Reason(
    "voucher.ended",
    "nothing of the voucher is left to end",
    "voucher",
    "`ybz voucher show` says where its value is; taking back states a reason",
)
