"""Counting a grant's calls anew 重算: from evidence entries and signed receipts, against rows and counters.

Decides what must agree of rows, entries, receipts and paid calls, and names what does not. It uses no sum
that the metering rooms keep: what a call took is read from its evidence entry and its receipt. Prices and
counters are :mod:`space.money.recount_prices`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from catalog.evidence.append import leaf_bytes
from catalog.evidence.merkle import leaf_hash
from space.calls import metering
from space.money.ledgers import Difference, Ledger, Sums, calls_of
from space.money.recount_prices import counters, prices

# What row and entry state alike; the entry of an earlier version may state fewer.
_SAME: Final = frozenset({"outcome", "reason", "nrho", "price_fen", "calls", *metering.UNITS})


def recount(
    ledger: Ledger, verified: Callable[[str], Mapping[str, Any] | None]
) -> tuple[Sums, list[Difference]]:
    """Count the calls of a grant anew.

    Args:
        ledger: its rows.
        verified: gives what a receipt (its JWS) states, None where it does not hold.
    """
    found: list[Difference] = []
    entries = {entry.id: entry for entry in ledger.entries}
    said = {entry.id: json.loads(entry.body) for entry in ledger.entries}
    sums = Sums(entries=len(entries), rows=len(ledger.usages))
    found += _entries_hold(ledger)
    found += _rows_and_entries(ledger, entries, said)
    found += _receipts(ledger, entries, said, verified)
    found += _reservations(ledger, sums)
    found += prices(ledger, entries, said, sums)
    sums.taken = sum(calls_of(body) for body in said.values())
    if ledger.counters is not None:
        sums.counters, sums.billed = ledger.counters.calls_used, ledger.counters.charged_fen
        found += counters(ledger, said, sums)
    return sums, found


def _entries_hold(ledger: Ledger) -> Iterator[Difference]:
    """Each entry is the one its leaf hash was taken over."""
    for entry in ledger.entries:
        leaf = leaf_bytes(
            entry_id=entry.id,
            event=entry.event,
            subject=entry.subject,
            body=entry.body,
            recorded_at=entry.recorded_at,
        )
        if leaf_hash(leaf).hex() != entry.leaf_hash:
            yield Difference(ledger.id, entry.id, "evidence entry and its leaf hash")


def _rows_and_entries(
    ledger: Ledger, entries: Mapping[str, Any], said: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    """Each row has its entry and each entry its row, and they state the same."""
    for row in ledger.usages:
        body = said.get(row.evidence_id)
        if body is None:
            yield Difference(ledger.id, row.id, "usage row without its evidence entry")
            continue
        if body.get("usage") != row.id or body.get("organisation") != row.organisation:
            yield Difference(ledger.id, row.id, "usage row and the call its evidence entry names")
        if entries[row.evidence_id].recorded_at != row.at:
            yield Difference(ledger.id, row.id, "instant of usage row and evidence entry")
        stated = row._mapping
        for name in _SAME if "calls" in body else _SAME & body.keys():
            if body.get(name) != stated[name]:
                yield Difference(
                    ledger.id,
                    row.id,
                    f"{name} of usage row and evidence entry",
                    str(stated[name]),
                    str(body.get(name)),
                )
        if row.calls != calls_of(body):
            yield Difference(
                ledger.id,
                row.id,
                "calls taken by usage row and evidence entry",
                str(row.calls),
                str(calls_of(body)),
            )
    known = {row.evidence_id for row in ledger.usages}
    for entry_id, body in said.items():
        if entry_id not in known:
            yield Difference(
                ledger.id, str(body.get("usage", entry_id)), "evidence entry without its usage row"
            )


def _receipts(
    ledger: Ledger,
    entries: Mapping[str, Any],
    said: Mapping[str, Mapping[str, Any]],
    verified: Callable[[str], Mapping[str, Any] | None],
) -> Iterator[Difference]:
    """Each answer has a receipt that holds and states what its entry does; nothing else has one."""
    without = {row.id: row for row in ledger.usages}
    for receipt in ledger.receipts:
        row = without.pop(receipt.usage_id, None)
        if row is None:
            yield Difference(ledger.id, receipt.id, "receipt without its usage row")
            continue
        states = verified(receipt.jws)
        body = said.get(row.evidence_id)
        if states is None:
            yield Difference(ledger.id, receipt.id, "receipt and its signature")
            continue
        if body is None:
            continue
        wanted = {
            "id": receipt.id,
            "grant": ledger.id,
            "holder": row.organisation,
            "nrho": body["nrho"],
            "price_fen": body["price_fen"],
            "evidence": entries[row.evidence_id].leaf_hash,
        }
        for name, value in wanted.items():
            # The receipt of a delivery names no privacy budget: it spends none.
            if states.get(name, 0 if name == "nrho" else None) != value:
                yield Difference(
                    ledger.id,
                    receipt.id,
                    f"{name} of receipt and evidence entry",
                    str(states.get(name)),
                    str(value),
                )
        yield from _use(ledger, receipt.id, states.get("use") or {}, body)
    for row in without.values():
        if row.outcome in metering.GIVEN:
            yield Difference(ledger.id, row.id, "answer without its receipt")


def _use(
    ledger: Ledger, receipt: str, use: Mapping[str, Any], body: Mapping[str, Any]
) -> Iterator[Difference]:
    """What a receipt says its price was computed from is what the entry says."""
    names = {"place": "month_place", "before": "month_before"}
    for name in ("usage", "outcome", "product", "purpose", "calls", "size_class", "cells", "place", "before"):
        stated = body.get(names.get(name, name))
        if name in use and use[name] != stated:
            yield Difference(
                ledger.id, receipt, f"{name} of receipt and evidence entry", str(use[name]), str(stated)
            )


def _reservations(ledger: Ledger, sums: Sums) -> Iterator[Difference]:
    """Each paid call ended once, as its usage row says; an open one has none."""
    fresh: dict[str, list[Any]] = {}
    for row in ledger.usages:
        if row.reservation_id is not None and row.outcome in ("answered", "lost"):
            fresh.setdefault(row.reservation_id, []).append(row)
    paid = {reservation.id: reservation for reservation in ledger.reservations}
    for reservation in ledger.reservations:
        ended = fresh.get(reservation.id, [])
        if reservation.state == "reserved":
            sums.open += reservation.calls or 1
        wanted = [] if reservation.state == "reserved" else [reservation.state]
        if [row.outcome for row in ended] != wanted:
            stated = ", ".join(row.outcome for row in ended) or "none"
            yield Difference(
                ledger.id, reservation.id, "paid call and its usage row", stated, ", ".join(wanted) or "none"
            )
        elif ended and ended[0].nrho != reservation.nrho:
            yield Difference(
                ledger.id,
                ended[0].id,
                "budget of usage row and paid call",
                str(ended[0].nrho),
                str(reservation.nrho),
            )
    for row in ledger.usages:
        if row.outcome != "cached" or row.reservation_id is None:
            continue
        of = paid.get(row.reservation_id)
        if of is None or of.state != "answered":
            yield Difference(ledger.id, row.id, "repeated answer and the paid call it is of")
