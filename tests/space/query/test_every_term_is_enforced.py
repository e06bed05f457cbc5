"""The table of docs/terms.md, walked: every term has its place, every place exists and reads the term."""

from __future__ import annotations

import importlib
import inspect
import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies import odrl
from policies.enforcement import REGISTER, table
from policies.masking import Mask
from policies.odrl_rules import JOIN_OPERANDS, OPERANDS
from policies.price_terms import ProductPrice, Tier, TrialFee, product_price, tier, trial_fee
from policies.protection import (
    ColumnRule,
    DatasetRules,
    Demand,
    JoinRule,
    OnBreach,
    SmallGroups,
    TableRule,
    Visibility,
)
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, ReleasePeriod, Terms
from policies.time_windows import TimeWindow, time_window
from policies.usage_terms import (
    BreachTerm,
    InCharge,
    Rate,
    Retention,
    Spending,
    Volume,
    breach_term,
    rate,
    spending,
    volume,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "terms.md"
VALUES = (
    Terms, DatasetTerm, JoinTerm, Disclosure, Budget, TimeWindow, Rate, Volume, Spending, Retention,
    BreachTerm, InCharge, ProductPrice, TrialFee, Tier, DatasetRules, ColumnRule, TableRule, JoinRule,
)  # fmt: skip


def test_every_value_of_the_terms_is_registered_and_nothing_else_is() -> None:
    terms = {f"{value.__name__}.{one.name}" for value in VALUES for one in fields(value)}
    assert sorted(REGISTER) == sorted(terms)


def test_the_page_shows_the_register_as_it_is() -> None:
    shown = PAGE.read_text(encoding="utf-8").partition("## Where each term is enforced")[2]
    assert table() in shown


@pytest.mark.parametrize(("term", "place"), [(one.term, one.place) for one in REGISTER.values()])
def test_the_place_of_a_term_exists_and_reads_it(term: str, place: str) -> None:
    name, _, function = place.partition(":")
    module = importlib.import_module(name)
    assert hasattr(module, function)
    field = term.partition(".")[2]
    assert re.search(rf"\.{field}(_limit)?\b", inspect.getsource(module)), "nothing there reads the term"


def operands(value: Any) -> set[str]:
    """Every left operand and action parameter of an agreement."""
    if isinstance(value, dict):
        own = {value["leftOperand"]} if "leftOperand" in value else set()
        return own.union(*(operands(one) for one in value.values()))
    return set().union(*(operands(one) for one in value)) if isinstance(value, list) else set()


def test_every_operand_an_agreement_can_hold_is_on_the_page() -> None:
    rules = DatasetRules(
        columns=(
            ColumnRule("a", on_breach=OnBreach.MASK, mask=Mask(1, 1)),
            ColumnRule("b", Visibility.RANK_ONLY),
        ),
        unlisted=Visibility.DENY,
        table=TableRule(
            min_group=3,
            min_distinct=(("a", 2),),
            small_groups=SmallGroups.NULL,
            join=JoinRule(Demand.REQUIRED, frozenset({"x.y"}), frozenset({"a"}), frozenset({"inner"})),
            analyses=frozenset(),
            templates=frozenset(),
            receivers=frozenset(),
            follow_on=Demand.REQUIRED,
        ),
    )
    terms = Terms(
        purpose="p",
        datasets=(DatasetTerm("x.z", ("a", "b"), "a = '1'", rules, "9901"),),
        mode=Mode.DP,
        disclosure=Disclosure(10, 0.5, 10, 5),
        budget=Budget(1, 0.1, 1e-8, spending("0.5/week")),
        joins=(JoinTerm("x.z", "a", "x.y", "a"),),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        price_fen_per_call=5,
        prices=(product_price("list: 20000/time"),),
        trial_fee=trial_fee("50% for 3 months"),
        tiers=(tier("above 1000: 90%"),),
        release_period=ReleasePeriod.MONTH,
        hours=(time_window("mon-fri 08:30-18:00"),),
        networks=("10.0.0.0/8",),
        rates=(rate("60/minute"),),
        volumes=(volume("1000 cells/month"),),
        retention=Retention(30, 5),
        breach=(breach_term("scope 5/day: suspend"),),
        in_charge=InCharge("a", "b"),
    )
    agreement = odrl.write(odrl.Agreement("g", "sharing", "a", "b", "r", terms))
    written = operands(agreement)
    assert {left for left, _ in (*OPERANDS.values(), *JOIN_OPERANDS.values())} <= written
    assert written == {one.operand for one in REGISTER.values()} - {
        "action",
        "source",
        "target",
        "refinement",
    }
