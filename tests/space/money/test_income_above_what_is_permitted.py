"""Excess income: what was had above cost, permitted profit and tax, and what the next year does without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from catalog.store import reading, writing
from space.errors import Refused
from space.money import income as room
from space.money import invoices as billing
from space.money import yearly
from space.money.income import Income
from tests.space.money.months import MONTH, called, close, credit, issue, over
from tests.space.money.till import BODY, FIRM, Till
from ybz import ybz


def state(till: Till, code: str, year: int, kind: Any, fen: int, basis: str = "2026 年度审计报告") -> str:
    with writing(till.engine) as connection:
        return room.state(connection, code, year, kind, fen, basis=basis, by="周敏", now=till.now)


def found(till: Till, code: str, year: int) -> Income:
    with reading(till.engine) as connection:
        return room.income(connection, code, year)


def test_income_is_what_was_billed_less_credits_and_fees_are_a_cost_of_who_paid(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    (made,) = issue(till)
    with writing(till.engine) as connection:
        billing.credit(
            connection, till.keys.signer, made.number, {1: 1000}, reason="多计", by="周敏", now=till.now
        )
    state(till, BODY, 2026, "cost", 1000)
    state(till, BODY, 2026, "subsidy", 400)
    state(till, BODY, 2026, "tax", 64)
    seller = found(till, BODY, 2026)
    assert (seller.billed, seller.base, seller.profit, seller.permitted, seller.excess) == (
        3000,
        600,
        36,
        700,
        2300,
    )
    assert "65号" in seller.profit_source
    state(till, FIRM, 2026, "income", 9000)
    operator = found(till, FIRM, 2026)
    assert (operator.fees, operator.income, operator.permitted, operator.excess) == (3000, 9000, 3180, 5820)


def test_excess_is_taken_off_the_next_year(till: Till) -> None:
    state(till, FIRM, 2026, "income", 1500)
    state(till, FIRM, 2026, "cost", 1000)
    state(till, FIRM, 2027, "income", 1000)
    state(till, FIRM, 2027, "cost", 1000)
    assert found(till, FIRM, 2026).excess == 440
    following = found(till, FIRM, 2027)
    assert (following.deducted, following.permitted, following.excess) == (440, 620, 380)
    assert found(till, FIRM, 2028).deducted == 380


def test_a_statement_is_taken_back_by_another_and_never_below_nought(till: Till) -> None:
    state(till, FIRM, 2026, "cost", 1000)
    state(till, FIRM, 2026, "cost", -300)
    assert found(till, FIRM, 2026).cost == 700
    for fen, basis in ((-701, "更正"), (0, "更正"), (5, " ")):
        with pytest.raises(Refused) as refused:
            state(till, FIRM, 2026, "cost", fen, basis)
        assert refused.value.decision.reasons[0].code == "money.income.stated"


amounts = st.integers(0, 10**9)


@given(amounts, amounts, amounts, amounts, amounts, amounts, amounts, st.integers(0, 30))
def test_what_is_permitted_and_what_is_above_it_are_never_below_nought(
    billed: int, stated: int, cost: int, fees: int, subsidy: int, tax: int, deducted: int, percent: int
) -> None:
    year = Income("a", 2026, billed, stated, cost, fees, subsidy, tax, deducted, percent, "")
    assert year.permitted >= 0
    assert year.excess == max(0, year.income - year.permitted)
    more = Income("a", 2026, billed + 1, stated, cost, fees, subsidy, tax, deducted, percent, "")
    assert 0 <= more.excess - year.excess <= 1


def test_the_years_figures_and_prices_are_shown(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    issue(till)
    run = CliRunner().invoke
    stated = run(
        ybz, ["meter", "state", BODY, "2026", "--kind", "cost", "--fen", "500", "--basis", "审计", "--json"]
    )
    assert stated.exit_code == 0, stated.output
    told = json.loads(run(ybz, ["meter", "excess", BODY, "2026", "--json"]).stdout)
    assert (told["income"]["billed"], told["permitted"], told["excess"]) == (4000, 530, 3470)
    assert "excess" in run(ybz, ["meter", "excess", BODY, "2026"]).stdout
    shown = run(ybz, ["meter", "tariff", "--on", "2026-09-24"]).stdout
    assert "ceiling per call (on trial): governance 0, public_good 0, industry 2000 fen" in shown
    assert json.loads(run(ybz, ["meter", "tariff", "--json"]).stdout)["free"] == ["governance", "public_good"]
    assert run(ybz, ["meter", "tariff", "--on", "soon"]).exit_code == 2


def test_a_year_is_told_by_its_statements_closed_or_still_open(till: Till) -> None:
    held = called(till)
    with reading(till.engine) as connection:
        (month,) = yearly.months(connection, FIRM, 2026, till.now)
        assert month.to_document({held.id})["state"] == "open"
        assert tuple(yearly.open_months((month,))) == (month,)
    over(till)
    closed = close(till)
    (bill,) = issue(till)
    credit(till, bill.number, {1: 300})

    with reading(till.engine) as connection:
        (month,) = yearly.months(connection, FIRM, 2026, till.now)
        credited = yearly.credited_fen(connection, {held.id}, 2026)
        elsewhere = yearly.credited_fen(connection, {"grt_other"}, 2026)
        before = yearly.months(connection, FIRM, 2025, till.now)
    sections = month.of({held.id})
    assert month.to_document({held.id}) == {
        "organisation": FIRM, "month": MONTH, "state": "closed", "digest": closed.digest, "amount_fen": 4000,
    }  # fmt: skip
    assert yearly.add_up(sections, {"governance"}) == yearly.Stated(5, 0, 1, 1, closed.document["total_fen"])
    assert yearly.add_up(sections, {"industry"}).free == 5
    shared = {"purpose": "industry.research", "unit": "call", "price_fen": 500, "amount_fen": 2000}
    assert yearly.prices(sections) == [
        shared | {"product": "query", "answers": 4, "calls": 4},
        shared | {"product": "verification", "answers": 1, "calls": 4},
    ]
    assert (credited, elsewhere, before) == (300, 0, ())
