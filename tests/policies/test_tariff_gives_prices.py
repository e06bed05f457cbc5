"""The tariff: free is free whatever is agreed, nothing is above its ceiling, calls cost as one by one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import rulebook
from policies.charging import Taken, Tariff
from policies.price_terms import Price, Unit, product_price, tier, trial_fee
from policies.purpose import purposes
from policies.rulebook import RuleError
from policies.tariff import ceiling, charged_class, tariff
from space.calls.pricing import Given, counted_from
from tests.policies.conditions import price_terms

DAY = date(2026, 9, 24)
SINCE = date(2026, 1, 1)
SHIPPED = tariff(DAY)
PRODUCTS = ("query", "list", "masked_list", "verification", "supply")

percent = st.integers(0, 100)
tariffs = st.builds(
    lambda caps, units, volume, size, cells, trial, rounding: Tariff.from_document(
        SHIPPED.to_document()
        | {
            "ceilings": {
                unit: {"governance": fen, "public_good": fen, "industry": fen} for unit, fen in caps.items()
            },
            "units": units,
            "volume_steps": [{"above": 0, "percent": volume[0]}]
            + [{"above": n, "percent": p} for n, p in zip((3, 10, 50), volume[1:], strict=False)],
            "size_steps": [{"up_to": 4, "percent": size}, {"percent": 100}],
            "cell_steps": [{"up_to": 100, "percent": cells}, {"percent": 100}],
            "trial": {"ceilings": True, "first_months": trial[0], "percent": trial[1]},
            "rounding": rounding,
        }
    ),
    st.fixed_dictionaries({unit.value: st.integers(0, 5000) for unit in Unit}),
    st.fixed_dictionaries({name: st.sampled_from([unit.value for unit in Unit]) for name in PRODUCTS}),
    st.lists(percent, min_size=1, max_size=4),
    percent,
    percent,
    st.tuples(st.integers(0, 24), percent),
    st.sampled_from(["down", "half_up"]),
)
taken = st.builds(
    Taken,
    product=st.sampled_from(PRODUCTS),
    calls=st.integers(1, 80),
    fresh=st.booleans(),
    size_class=st.sampled_from([None, "<10^2", "<10^4", "<10^9"]),
    cells=st.sampled_from([None, 1, 100, 10**6]),
    before=st.integers(0, 100),
)
since = st.dates(date(2025, 1, 1), DAY)
# What a grant agreed, with prices of single products, a trial fee and tiers of its own, or without.
prices = st.builds(Price, fen=st.integers(0, 10_000), since=since) | st.builds(
    lambda fen, begun, own: Price(fen, begun, own["prices"], own["trial_fee"], own["tiers"]),
    st.integers(0, 10_000),
    since,
    price_terms(),
)


@given(tariffs, prices, taken, st.sampled_from(["governance", "public_good"]))
def test_a_free_class_costs_nothing_whatever_was_agreed_and_whatever_ceilings_say(
    stated: Tariff, price: Price, use: Taken, group: str
) -> None:
    assert stated.charge(group, price, use, DAY).fen == 0


@given(tariffs, prices, taken)
def test_no_unit_costs_more_than_was_agreed_or_than_its_ceiling(
    stated: Tariff, price: Price, use: Taken
) -> None:
    charge = stated.charge("industry", price, use, DAY)
    most = stated.ceiling("industry", charge.unit).fen
    assert all(0 <= fen <= min(price.of(use.product), most) for _, fen in charge.parts)
    assert charge.fen == sum(count * fen for count, fen in charge.parts)
    units = sum(count for count, _ in charge.parts)
    assert units <= (use.calls if charge.unit is Unit.CALL else 1)


@given(tariffs, prices, taken)
def test_many_calls_at_once_cost_what_they_cost_one_by_one(stated: Tariff, price: Price, use: Taken) -> None:
    if stated.agreed(price).unit(use.product) is not Unit.CALL:
        return
    alone = [
        Taken(use.product, 1, use.fresh, use.size_class, use.cells, use.before + n) for n in range(use.calls)
    ]
    together = stated.charge("industry", price, use, DAY).fen
    assert together == sum(stated.charge("industry", price, one, DAY).fen for one in alone)


@given(tariffs)
def test_a_tariff_survives_being_written_and_read(stated: Tariff) -> None:
    assert Tariff.from_document(stated.to_document()) == stated


def test_tiers_lower_the_price_of_the_calls_above_them_only() -> None:
    price = Price(1000, SINCE)
    assert SHIPPED.charge("industry", price, Taken("query", 1, before=999), DAY).fen == 1000
    assert SHIPPED.charge("industry", price, Taken("query", 1, before=1000), DAY).fen == 900
    across = SHIPPED.charge("industry", price, Taken("verification", 10, before=995), DAY)
    assert across.parts == ((5, 1000), (5, 900))
    assert SHIPPED.charge("industry", price, Taken("query", 1, before=10_000), DAY).fen == 800


@pytest.mark.parametrize(
    ("unit", "fresh", "before", "fen"),
    [
        ("product", True, 0, 700), ("product", True, 5, 700), ("product", False, 5, 0),
        ("service", True, 0, 700), ("service", False, 0, 700), ("service", True, 1, 0),
        ("time", True, 0, 700), ("time", True, 3, 0),
        ("call", True, 3, 1400), ("call", False, 3, 1400),
    ],
)  # fmt: skip
def test_units_of_the_notice_are_charged_each_in_its_way(
    unit: str, fresh: bool, before: int, fen: int
) -> None:
    stated = Tariff.from_document(SHIPPED.to_document() | {"units": {"query": unit}})
    charge = stated.charge("industry", Price(700, SINCE), Taken("query", 2, fresh, before=before), DAY)
    assert (charge.fen, charge.unit) == (fen, unit)


def test_the_first_months_of_a_grant_cost_the_trial_fee() -> None:
    trial = {"ceilings": True, "first_months": 3, "percent": 40}
    stated = Tariff.from_document(SHIPPED.to_document() | {"trial": trial})
    price, use = Price(1000, date(2026, 6, 30)), Taken("query", 1)
    by_day = {
        day: stated.charge("industry", price, use, day).fen for day in (date(2026, 9, 29), date(2026, 9, 30))
    }
    assert by_day == {date(2026, 9, 29): 400, date(2026, 9, 30): 1000}


AGREED = Price(
    700, date(2026, 6, 30),
    (product_price("query: 400/call"), product_price("list: 9000/time"), product_price("supply: 50/service")),
    trial_fee("50% for 3 months"), (tier("above 10: 80%"), tier("above 20: 0%")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("taken", "day", "fen", "unit"),
    [
        (Taken("query", 1), date(2026, 9, 30), 400, "call"),
        (Taken("query", 1), date(2026, 9, 29), 200, "call"),
        (Taken("query", 1, before=10), date(2026, 9, 30), 320, "call"),
        (Taken("query", 4, before=18), date(2026, 9, 30), 640, "call"),
        (Taken("verification", 2), date(2026, 9, 30), 1400, "call"),
        (Taken("list", 1), date(2026, 9, 30), 9000, "time"),
        (Taken("list", 1, before=1), date(2026, 9, 30), 0, "time"),
        (Taken("supply", 1), date(2026, 9, 30), 50, "service"),
        (Taken("supply", 1, before=1), date(2026, 9, 30), 0, "service"),
    ],
)
def test_what_a_grant_agreed_stands_in_place_of_the_tariff(
    taken: Taken, day: date, fen: int, unit: str
) -> None:
    charge = SHIPPED.charge("industry", AGREED, taken, day)
    assert (charge.fen, charge.unit) == (fen, unit)


def test_an_agreed_price_survives_the_statement_that_names_it() -> None:
    assert Price.from_document(AGREED.to_document()) == AGREED
    assert Price(5, SINCE).to_document() == {"fen": 5, "since": "2026-01-01"}
    assert Price.from_document({"fen": 5, "since": "2026-01-01"}) == Price(5, SINCE)


def test_what_was_agreed_counts_calls_of_one_unit_together() -> None:
    mine = SHIPPED.agreed(AGREED)
    given = {"query": Given(3, 3), "verification": Given(1, 5), "list": Given(2, 2), "supply": Given(1, 1)}
    counted = {product: counted_from(mine, given, product) for product in ("query", "list", "supply")}
    assert counted == {"query": 8, "list": 2, "supply": 1}


@pytest.mark.parametrize(
    "line", ["query: 5", "query: -1/call", "Query: 5/call", "query: 5/year", "q: 05/call"]
)
def test_a_price_that_does_not_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="a price reads"):
        product_price(line)


@pytest.mark.parametrize(
    ("read", "line"),
    [
        (trial_fee, "101% for 3 months"), (trial_fee, "50% for 0 months"), (trial_fee, "half"),
        (tier, "above 0: 90%"), (tier, "above 5: 101%"), (tier, "5: 90%"),
    ],
)  # fmt: skip
def test_a_trial_fee_or_tier_that_does_not_read_is_refused(read: Any, line: str) -> None:
    with pytest.raises(ValueError, match=r"reads|percent"):
        read(line)


def test_a_lowered_ceiling_lowers_the_price_of_calls_from_its_day_on() -> None:
    ceilings = SHIPPED.to_document()["ceilings"] | {"call": {"industry": 300}}
    stated = Tariff.from_document(SHIPPED.to_document() | {"ceilings": ceilings})
    assert stated.charge("industry", Price(500, SINCE), Taken("query", 2), DAY).fen == 600


def test_rounding_is_of_the_unit_down_or_half_up() -> None:
    steps = {"volume_steps": [{"above": 0, "percent": 50}]}
    by_rule = {
        rounding: Tariff.from_document(SHIPPED.to_document() | steps | {"rounding": rounding})
        .charge("industry", Price(5, SINCE), Taken("query", 10), DAY).fen
        for rounding in ("down", "half_up")
    }  # fmt: skip
    assert by_rule == {"down": 20, "half_up": 30}


def test_every_ceiling_of_industry_has_its_source_and_others_are_nought() -> None:
    for purpose, known in purposes(DAY).items():
        for unit in Unit:
            found = ceiling(purpose, DAY, unit)
            assert found.source
            assert (found.fen > 0) is known.charged
            assert charged_class(purpose, DAY) == known.group or not known.charged
    assert "65号" in SHIPPED.sources["call"]
    assert SHIPPED.trial


BROKEN: dict[str, Any] = {
    "no first step": {"volume_steps": [{"above": 5, "percent": 90}]},
    "steps out of order": {
        "volume_steps": [{"above": n, "percent": p} for n, p in ((0, 100), (9, 90), (9, 80))]
    },
    "dearer than agreed": {"volume_steps": [{"above": 0, "percent": 110}]},
    "no last size": {"size_steps": [{"up_to": 4, "percent": 50}]},
    "no cells": {"cell_steps": []},
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_steps_that_leave_a_case_open_are_refused(what: str) -> None:
    with pytest.raises(RuleError):
        Tariff.from_document(SHIPPED.to_document() | BROKEN[what])


def test_an_installation_sets_its_own_tariff_from_a_day_on(tmp_path: Path) -> None:
    (tmp_path / "tariff.yaml").write_text(
        "rules:\n  - name: ceilings\n    value: {governance: 50, public_good: 0, industry: 80}\n"
        "    source: 市发改委〔2026〕9号\n    valid_from: 2026-09-20\n    confidence: policy\n",
        encoding="utf-8",
    )
    rulebook.lay_over(tmp_path)
    assert ceiling("industry.research", DAY).fen == 80
    assert ceiling("industry.research", DAY).source == "市发改委〔2026〕9号"
    assert ceiling("industry.research", DAY - timedelta(days=5)).fen == 2000
    assert ceiling("governance.administration", DAY).fen == 0, "no rule of a city makes governance pay"
