"""Prices and counters of a grant counted anew: each price from the agreed terms and the tariff of its day.

Decides what must agree of money and counters; it uses no sum that the metering rooms keep. Rows, entries and
receipts are :mod:`space.money.recount`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from policies.clocks import local_date
from policies.tariff import charge_fen, tariff
from policies.terms import Terms
from space.calls import metering
from space.calls.pricing import Given, Measure, count
from space.money.ledgers import Difference, Ledger, Sums, calls_of


def prices(
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
    charged: Counter[tuple[str, str]] = Counter()
    for body, day in given:
        month = body.get("month")
        if month is None:  # of an earlier version: every call at the one agreed price
            price, place = charge_fen(calls_of(body), ledger.terms.price_fen_per_call), None
        else:
            so_far = months.setdefault(month, {})
            price, place = _price(ledger.terms, body, so_far, day)
            former = so_far.get(body["product"], Given(0, 0))
            so_far[body["product"]] = Given(former.answers + 1, former.calls + calls_of(body))
            charged[month, body["product"]] += body["price_fen"]
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
    counted = {(month, product): one for month, by in months.items() for product, one in by.items()}
    yield from _months(ledger, counted, charged)


def _price(terms: Terms, body: Mapping[str, Any], so_far: Mapping[str, Given], day: date) -> tuple[int, int]:
    measure = Measure(body["product"], calls_of(body), body.get("size_class"), body.get("cells"))
    priced = count(tariff(day), so_far, terms, measure, fresh=body["outcome"] == "answered", day=day)
    return priced.charge.fen, priced.place


def _months(
    ledger: Ledger, given: Mapping[tuple[str, str], Given], charged: Mapping[tuple[str, str], int]
) -> Iterator[Difference]:
    """What a grant was given of a product in a month, and what it came to, is what its calls add up to."""
    kept = {(row.month, row.product): row for row in ledger.months}
    for key in sorted(kept.keys() | given.keys()):
        month, product = key
        row, one = kept.get(key), given.get(key, Given(0, 0))
        pairs = (
            ("answers", 0 if row is None else row.answers, one.answers),
            ("calls", 0 if row is None else row.calls, one.calls),
            ("money", 0 if row is None else row.price_fen, charged.get(key, 0)),
        )
        for what, stated, found in pairs:
            if stated != found:
                name = f"counter of {what}, {month} {product}"
                yield Difference(ledger.id, ledger.id, name, str(stated), str(found))


def counters(ledger: Ledger, said: Mapping[str, Mapping[str, Any]], sums: Sums) -> Iterator[Difference]:
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
