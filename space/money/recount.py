"""Counting a grant's calls anew 重算: from evidence entries and signed receipts, against rows and counters.

Decides what must agree and names what does not. It uses no sum that the metering rooms keep: what a call took
is read from its evidence entry and its receipt, and its price is computed again from the agreed terms and the
tariff of the day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from catalog.evidence.append import leaf_bytes
from catalog.evidence.merkle import leaf_hash
from policies.clocks import local_date
from policies.tariff import charge_fen, tariff
from policies.terms import Terms
from space.calls import metering
from space.calls.pricing import Given, Measure, count

# What row and entry state alike; the entry of an earlier version may state fewer.
_SAME: Final = frozenset({"outcome", "reason", "nrho", "price_fen", "calls", *metering.UNITS})
# Entries of an earlier version do not say how many calls were taken: one for each record, else one.
_TOOK: Final = frozenset({*metering.GIVEN, "lost"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree.

    Attributes:
        grant: id of the grant; empty where the call had none.
        row: id of the row at fault: a usage row, reservation, receipt, evidence entry, or the grant's own.
        what: which two things differ.
        stated: by row or counter.
        found: by counting anew.
    """

    grant: str
    row: str
    what: str
    stated: str = ""
    found: str = ""

    def to_document(self) -> dict[str, str]:
        """Plain JSON-able form."""
        return {"grant": self.grant, "row": self.row, "what": self.what, "stated": self.stated,
                "found": self.found}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every row of one grant, or of all calls without one.

    Attributes:
        id: of the grant; empty for calls without one.
        counters: the grant's row; None for calls without one.
        terms: of the grant.
        usages, entries, receipts, reservations, months: its rows; instants as the store keeps them.
    """

    id: str
    counters: Any
    terms: Terms | None
    usages: Sequence[Any]
    entries: Sequence[Any]
    receipts: Sequence[Any]
    reservations: Sequence[Any]
    months: Sequence[Any]


@dataclass(slots=True)
class Sums:
    """What was counted: of one grant, or of all."""

    entries: int = 0
    rows: int = 0
    counters: int = 0
    taken: int = 0
    open: int = 0
    billed: int = 0
    recomputed: int = 0

    def add(self, other: Sums) -> None:
        """Add another's counts."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


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
    found += _prices(ledger, entries, said, sums)
    sums.taken = sum(_calls(body) for body in said.values())
    if ledger.counters is not None:
        sums.counters, sums.billed = ledger.counters.calls_used, ledger.counters.charged_fen
        found += _counters(ledger, said, sums)
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
        if row.calls != _calls(body):
            yield Difference(
                ledger.id,
                row.id,
                "calls taken by usage row and evidence entry",
                str(row.calls),
                str(_calls(body)),
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
    by_usage = {receipt.usage_id: receipt for receipt in ledger.receipts}
    for row in ledger.usages:
        receipt = by_usage.pop(row.id, None)
        if receipt is None:
            if row.outcome in metering.GIVEN:
                yield Difference(ledger.id, row.id, "answer without its receipt")
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
    for receipt in by_usage.values():
        yield Difference(ledger.id, receipt.id, "receipt without its usage row")


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


def _prices(
    ledger: Ledger, entries: Mapping[str, Any], said: Mapping[str, Mapping[str, Any]], sums: Sums
) -> Iterator[Difference]:
    """Each price follows from the terms, the tariff of the day and what was given in the month before."""
    if ledger.terms is None:
        return
    given = [
        (body, local_date(datetime.fromisoformat(entries[entry_id].recorded_at)))
        for entry_id, body in said.items()
        if body["outcome"] in metering.GIVEN
    ]
    given.sort(key=lambda one: (str(one[0].get("month", "")), one[0].get("month_place") or 0))
    months: dict[str, dict[str, Given]] = {}
    for body, day in given:
        month = body.get("month")
        if month is None:  # of an earlier version: every call at the one agreed price
            price, place = charge_fen(_calls(body), ledger.terms.price_fen_per_call), None
        else:
            so_far = months.setdefault(month, {})
            price, place = _price(ledger.terms, body, so_far, day)
            former = so_far.get(body["product"], Given(0, 0))
            so_far[body["product"]] = Given(former.answers + 1, former.calls + _calls(body))
        sums.recomputed += price
        if place != body.get("month_place"):
            yield Difference(
                ledger.id,
                str(body["usage"]),
                "place of the answer in its month",
                str(body["month_place"]),
                str(place),
            )
        if price != body["price_fen"]:
            yield Difference(
                ledger.id,
                str(body["usage"]),
                "price and what the tariff gives",
                str(body["price_fen"]),
                str(price),
            )
    yield from _months(ledger, months)


def _price(terms: Terms, body: Mapping[str, Any], so_far: Mapping[str, Given], day: date) -> tuple[int, int]:
    measure = Measure(body["product"], _calls(body), body.get("size_class"), body.get("cells"))
    priced = count(tariff(day), so_far, terms, measure, fresh=body["outcome"] == "answered", day=day)
    return priced.charge.fen, priced.place


def _months(ledger: Ledger, months: Mapping[str, Mapping[str, Given]]) -> Iterator[Difference]:
    kept = {(row.month, row.product): Given(row.answers, row.calls) for row in ledger.months}
    counted = {(month, product): one for month, by in months.items() for product, one in by.items()}
    for key in sorted(kept.keys() | counted.keys()):
        if kept.get(key) != counted.get(key):
            stated, found = kept.get(key), counted.get(key)
            yield Difference(ledger.id, ledger.id, f"counter of {key[0]} {key[1]}", str(stated), str(found))


def _counters(ledger: Ledger, said: Mapping[str, Mapping[str, Any]], sums: Sums) -> Iterator[Difference]:
    """The grant's counters are what its calls took, and what calls under way have taken already."""
    open_nrho = sum(row.nrho for row in ledger.reservations if row.state == "reserved")
    nrho = sum(body["nrho"] for body in said.values()) + open_nrho
    fen = sum(body["price_fen"] for body in said.values())
    pairs = (
        ("counter of calls", ledger.counters.calls_used, sums.taken + sums.open),
        ("counter of privacy budget", ledger.counters.nrho_spent, nrho),
        ("counter of money", ledger.counters.charged_fen, fen),
    )
    for what, stated, found in pairs:
        if stated != found:
            # The row of the counter itself: rows of calls that differ are named by what was found before.
            yield Difference(ledger.id, ledger.id, what, str(stated), str(found))


def _calls(body: Mapping[str, Any]) -> int:
    if "calls" in body:
        return int(body["calls"])
    return int(body.get("records", 1)) if body["outcome"] in _TOOK else 0
