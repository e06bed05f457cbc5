"""What a call costs 计价: the agreed price, the day's tariff, and what its grant took in the month.

Decides which figures of the month a price is counted from. The price itself is :mod:`policies.charging`'s; it
follows from the plan and published size classes, never from the rows a call touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from policies.charging import Charge, Taken, Tariff
from policies.clocks import local_date
from policies.price_terms import Price, Unit
from policies.tariff import charged_class, tariff
from policies.terms import Terms
from space import store
from space.calls.metering import Product, month_of


@dataclass(frozen=True, slots=True)
class Measure:
    """What of a call its price may depend on: the same for every content of the tables.

    Attributes:
        product: what is asked for.
        calls: of a verification one for each record.
        size_class: published size class of the largest table it reads.
        cells: of the public key domain of its plan; None where a key has none.
    """

    product: Product
    calls: int = 1
    size_class: str | None = None
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A price and what it was counted from.

    Attributes:
        charge: the price.
        month: it is billed in.
        place: 1, 2, … of what the grant was given in the month.
        before: units taken in the month before this call.
    """

    charge: Charge
    month: str
    place: int
    before: int


@dataclass(frozen=True, slots=True)
class Given:
    """What a grant was given of a product in a month, so far."""

    answers: int
    calls: int


def price_of(terms: Terms) -> Price:
    """The price that was agreed in terms."""
    return Price(terms.price_fen_per_call, terms.valid_from, terms.prices, terms.trial_fee, terms.tiers)


def price(
    connection: Connection,
    grant_id: str,
    terms: Terms,
    measure: Measure,
    *,
    fresh: bool,
    now: datetime,
) -> Priced:
    """What an answer costs that is handed out now.

    Args:
        connection: the transaction that meters the call; of any other the answer is a quotation.
        grant_id: it is answered under.
        terms: of the grant.
        measure: of the call.
        fresh: whether the answer was made for this call.
        now: aware instant.
    """
    day = local_date(now)
    given = {
        row.product: Given(row.answers, row.calls)
        for row in store.months(connection, grant_id, month_of(day))
    }
    return count(tariff(day), given, terms, measure, fresh=fresh, day=day)


def count(
    in_force: Tariff, given: Mapping[str, Given], terms: Terms, measure: Measure, *, fresh: bool, day: date
) -> Priced:
    """What an answer costs, counted from what the grant was given in the month before: a pure function."""
    agreed = price_of(terms)
    before = counted_from(in_force.agreed(agreed), given, measure.product)
    taken = Taken(measure.product, measure.calls, fresh, measure.size_class, measure.cells, before)
    charge = in_force.charge(charged_class(terms.purpose, day), agreed, taken, day)
    return Priced(charge, month_of(day), 1 + sum(row.answers for row in given.values()), before)


def counted_from(in_force: Tariff, given: Mapping[str, Given], product: str) -> int:
    """Units taken in a month that the next price of a product is counted from.

    Calls of products priced by the call; answers of the one service; answers that open a month.

    Args:
        in_force: the tariff of the day, with what the grant agreed in its place.
        given: what the grant was given in the month so far, by product.
        product: that is priced next.
    """
    unit = in_force.unit(product)
    if unit is Unit.SERVICE:
        return sum(row.answers for name, row in given.items() if name == product)
    mine = [row for name, row in given.items() if in_force.unit(name) is unit]
    return sum(row.calls if unit is Unit.CALL else row.answers for row in mine)


def stated(
    measure: Measure, priced: Priced, terms: Terms, outcome: str, usage_id: str, day: date
) -> dict[str, Any]:
    """What a receipt says of a call, so that its price can be computed again from the receipt alone.

    Everything in it is known without looking at a row.
    """
    return {
        "usage": usage_id,
        "outcome": outcome,
        "product": measure.product,
        "purpose": terms.purpose,
        "calls": measure.calls,
        "size_class": measure.size_class,
        "cells": measure.cells,
        "day": day.isoformat(),
        "place": priced.place,
        "before": priced.before,
        "unit": priced.charge.unit.value,
    }
