from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.model import UpdateCycle
from space.wayback.forms import formulas
from space.wayback.forms.formulas import FormulaUnreadable, compiled, of
from space.wayback.forms.periods import fits, is_periodic, last_day, period_of, periods_between

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("formula", "values", "expected"),
    [
        ("a + b * 2", {"a": 1, "b": Decimal("0.50")}, Decimal(2)),
        ("a / b", {"a": 1, "b": 0}, None),
        ("a - b", {"a": 1, "b": None}, None),
        ("-a", {"a": 3}, Decimal(-3)),
        ("age(d)", {"d": date(2000, 11, 22)}, 25),
        ("age(d)", {"d": date(2000, 11, 21)}, 26),
        ("age(d)", {"d": "2000"}, None),
        ("total(a, b)", {"a": None, "b": 2}, Decimal(2)),
        ("total(a, b)", {"a": None, "b": None}, None),
        ("or_else(a, 0) + 1", {"a": None}, Decimal(1)),
        ("yes(present(a) and not b > 3)", {"a": "x", "b": 2}, "是"),
        ("a == 'x' or a == 'y'", {"a": "z"}, "否"),
        ("one_of(a, 'x', 'y')", {"a": "y"}, "是"),
        ("choose(a >= 60, '老年', '其他')", {"a": 60}, "老年"),
        ("round(a, 1)", {"a": Decimal("1.25")}, Decimal("1.2")),
    ],
)
def test_a_formula_gives_what_its_items_say(formula: str, values: dict[str, Any], expected: Any) -> None:
    assert of(compiled(formula), values, DAY) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "a.b",
        "a[0]",
        "open('x')",
        "lambda: 1",
        "a ** 9",
        "f'{a}'",
        "age()",
        "a < b < c",
        "(",
        "x" * 500,
        "[1]",
        "True",
    ],
)
def test_what_is_no_formula_is_not_read(formula: str) -> None:
    with pytest.raises(FormulaUnreadable):
        compiled(formula)


@pytest.mark.parametrize(
    ("cycle", "period", "last"),
    [
        (UpdateCycle.YEARLY, "2026", date(2026, 12, 31)),
        (UpdateCycle.HALF_YEARLY, "2026-H2", date(2026, 12, 31)),
        (UpdateCycle.QUARTERLY, "2026-Q4", date(2026, 12, 31)),
        (UpdateCycle.MONTHLY, "2026-11", date(2026, 11, 30)),
        (UpdateCycle.TEN_DAYS, "2026-11-T3", date(2026, 11, 30)),
        (UpdateCycle.WEEKLY, "2026-W47", date(2026, 11, 22)),
        (UpdateCycle.DAILY, "2026-11-21", DAY),
    ],
)
def test_a_day_is_in_one_period_that_fits_its_form(cycle: UpdateCycle, period: str, last: date) -> None:
    assert period_of(cycle, DAY) == period
    assert fits(cycle, period)
    assert is_periodic(cycle)
    assert last_day(cycle, DAY) == last
    assert list(periods_between(cycle, DAY, DAY)) == [period]


@pytest.mark.parametrize("period", ["2026-13", "2026", "2026-1", "../x", "2026-09-01"])
def test_a_monthly_form_has_months_only(period: str) -> None:
    assert not fits(UpdateCycle.MONTHLY, period)


def test_no_period_is_left_out_between_two_days() -> None:
    found = list(periods_between(UpdateCycle.MONTHLY, date(2026, 1, 31), date(2026, 4, 1)))
    assert found == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_what_reading_would_refuse_is_never_evaluated() -> None:
    with pytest.raises(formulas.FormulaUnreadable, match="no formula has"):
        formulas._value(ast.parse("[1]", mode="eval").body, {}, date(2026, 9, 1))
