"""The books of money counted anew: statements, invoices, their numbers, and what vouchers hold.

Decides what must agree there. Calls and their prices are :mod:`space.money.recount`'s.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from catalog.keys import Ring
from catalog.store.tables.money import (
    invoice_lines,
    invoice_series,
    invoices,
    statements,
    voucher_batches,
    voucher_moves,
    voucher_spendings,
    vouchers,
)
from catalog.store.tables.queries import usages
from space.calls.jws import SignatureInvalid
from space.money.invoice_writing import CREDIT_NOTE, INVOICE
from space.money.ledgers import Difference
from space.money.months import bounds
from space.money.signed import INVOICE_TYPE, STATEMENT_TYPE, Signed, require

_PARTS = ("unissued", "unclaimed", "unspent", "spent", "expired")


def check_invoices(connection: Connection, ring: Ring) -> tuple[int, list[Difference]]:
    """What is invoiced, credit notes taken off; and what does not agree of statements and invoices."""
    rows = connection.execute(
        select(invoices).order_by(invoices.c.issuer, invoices.c.year, invoices.c.place)
    ).all()
    found = [
        *_statements(connection, ring),
        *_documents(connection, rows, ring),
        *_numbers(connection, rows),
        *_credits(rows),
        *_paid(connection, rows),
    ]
    return sum(row.total_fen for row in rows), found


def check_vouchers(connection: Connection) -> list[Difference]:
    """Batches whose five parts are not what their moves, and their vouchers, add up to."""
    return [*_parts(connection), *_faces(connection)]


def _statements(connection: Connection, ring: Ring) -> Iterator[Difference]:
    """A closed statement holds, and asks what the month's calls cost."""
    u = usages.c
    for row in connection.execute(select(statements).order_by(statements.c.id)).all():
        problem = _problem(Signed(json.loads(row.document), row.digest, row.signature), ring, STATEMENT_TYPE)
        if problem is not None:
            yield Difference("", row.id, "statement and its signature", "", problem)
        from_, to = bounds(row.month)
        charged = select(func.coalesce(func.sum(u.price_fen), 0)).where(
            u.organisation == row.organisation, u.grant_id.is_not(None), u.at >= from_, u.at < to
        )
        fen = int(connection.execute(charged).scalar_one())
        if fen != row.total_fen:
            yield Difference("", row.id, "total of statement and its calls", str(row.total_fen), str(fen))


def _documents(connection: Connection, rows: Any, ring: Ring) -> Iterator[Difference]:
    """An invoice holds, and its lines and its rows add up to its total."""
    line = invoice_lines.c
    kept: dict[str, int] = defaultdict(int)
    for row in connection.execute(select(line.number, line.amount_fen)):
        kept[row.number] += row.amount_fen
    asked: dict[str, int] = defaultdict(int)
    for row in rows:
        document = json.loads(row.document)
        problem = _problem(Signed(document, row.digest, row.signature), ring, INVOICE_TYPE)
        if problem is not None:
            yield Difference("", row.number, "invoice and its signature", "", problem)
        stated = sum(one["amount_fen"] for one in document["lines"])
        if not stated == document["total_fen"] == row.total_fen == kept[row.number]:
            yield Difference(
                "", row.number, "total of invoice and its lines", str(row.total_fen), str(stated)
            )
        if row.kind == INVOICE:
            asked[row.statement_id] += row.total_fen
    totals = select(statements.c.id, statements.c.total_fen)
    for statement in connection.execute(totals).all():
        if statement.id in asked and asked[statement.id] != statement.total_fen:
            yield Difference(
                "",
                statement.id,
                "statement and its invoices",
                str(statement.total_fen),
                str(asked[statement.id]),
            )


def _numbers(connection: Connection, rows: Any) -> Iterator[Difference]:
    """Numbers of a series have no gap, and its counter stands at the last."""
    places: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows:
        places[row.issuer, row.year].append(row.place)
    last = {(row.issuer, row.year): row.last for row in connection.execute(select(invoice_series)).all()}
    for series in sorted(places.keys() | last.keys()):
        given = places.get(series, [])
        if given != list(range(1, last.get(series, 0) + 1)):
            yield Difference(
                "",
                f"{series[0]}-{series[1]}",
                "numbers of a series",
                str(len(given)),
                str(last.get(series, 0)),
            )


def _credits(rows: Any) -> Iterator[Difference]:
    taken = Counter[str]()
    for row in rows:
        if row.kind == CREDIT_NOTE:
            taken[row.corrects] -= row.total_fen
    for row in rows:
        if row.kind == INVOICE and row.credited_fen != taken[row.number]:
            yield Difference(
                "",
                row.number,
                "credited on invoice and by its notes",
                str(row.credited_fen),
                str(taken[row.number]),
            )


def _paid(connection: Connection, rows: Any) -> Iterator[Difference]:
    s = voucher_spendings.c
    query = select(s.number, func.sum(s.amount_fen - s.back_fen).label("fen")).group_by(s.number)
    paid = {row.number: int(row.fen) for row in connection.execute(query)}
    for row in rows:
        if row.voucher_fen != paid.get(row.number, 0):
            yield Difference(
                "",
                row.number,
                "vouchers on invoice and payments",
                str(row.voucher_fen),
                str(paid.get(row.number, 0)),
            )


def _parts(connection: Connection) -> Iterator[Difference]:
    m = voucher_moves.c
    held: dict[str, Counter[str]] = defaultdict(Counter)
    query = select(m.batch_id, m.from_part, m.to_part, func.sum(m.amount_fen).label("fen"))
    for row in connection.execute(query.group_by(m.batch_id, m.from_part, m.to_part)):
        held[row.batch_id][row.to_part] += int(row.fen)
        held[row.batch_id][row.from_part] -= int(row.fen)
    for batch in connection.execute(select(voucher_batches).order_by(voucher_batches.c.id)).all():
        for part in _PARTS:
            stated, found = batch._mapping[f"{part}_fen"], held[batch.id][part]
            if stated != found:
                yield Difference(
                    "", batch.id, f"{part} value of batch and its moves", str(stated), str(found)
                )


def _faces(connection: Connection) -> Iterator[Difference]:
    """What vouchers have left and spent is what their batch says of unclaimed, unspent and spent value."""
    v = vouchers.c
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(select(v.batch_id, v.state, v.left_fen, v.spent_fen)):
        sums[row.batch_id]["unclaimed" if row.state == "issued" else "unspent"] += row.left_fen
        sums[row.batch_id]["spent"] += row.spent_fen
    for batch in connection.execute(select(voucher_batches).order_by(voucher_batches.c.id)).all():
        for part in ("unclaimed", "unspent", "spent"):
            stated, found = batch._mapping[f"{part}_fen"], sums[batch.id][part]
            if stated != found:
                yield Difference(
                    "", batch.id, f"{part} value of batch and its vouchers", str(stated), str(found)
                )


def _problem(signed: Signed, ring: Ring, typ: str) -> str | None:
    try:
        require(signed, ring, typ)
    except SignatureInvalid as error:
        return str(error)
    return None
