"""Quantiles and histograms of bins, covariance, regression, sums that are cut off: attacked and compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from policies.decision import Deny
from policies.terms import Mode
from space.query.compile import compile_query
from space.query.plan import Plan
from tests.engines import execute

Ask = Callable[..., list[dict[str, Any]]]
BINNED = "floor(income / 20000) * 20000"


@pytest.fixture(scope="module")
def ask(city: Any) -> Ask:
    def answer(sql: str, mode: Mode = Mode.THRESHOLD) -> list[dict[str, Any]]:
        plan = compile_query(sql, city.terms(mode), city.schema(mode))
        assert isinstance(plan, Plan), plan
        rows: list[dict[str, Any]] = execute(plan, city.files).to_pylist()
        return rows

    return answer


def test_a_quantile_of_bins_lies_within_a_bin_of_the_true_one(ask: Ask, city: Any) -> None:
    shares = (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)
    figures = ", ".join(f"quantile_cont({BINNED}, {s}) AS q{i}" for i, s in enumerate(shares))
    (row,) = ask(f"SELECT {figures} FROM person")
    incomes = [v for (v,) in city.raw().sql("SELECT income FROM person").fetchall()]
    for i, share in enumerate(shares[:-2]):
        assert abs(row[f"q{i}"] - np.quantile(incomes, share)) < 20_000
    assert list(row.values()) == sorted(row.values())


def test_every_way_to_write_a_median_is_one_figure(ask: Ask) -> None:
    (row,) = ask(
        f"SELECT median({BINNED}) a, quantile_cont({BINNED}, 0.5) b, "
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {BINNED}) c, "
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {BINNED} DESC) d, "
        f"quantile_disc({BINNED}, 0.5) low, median(income // 20000) number FROM person"
    )
    assert row["a"] == row["b"] == row["c"] == pytest.approx(row["d"])
    assert row["low"] <= row["a"] < row["low"] + 20_000
    assert row["number"] * 20_000 == pytest.approx(row["a"])


def test_a_quantile_is_answered_beside_counts_averages_and_groups(ask: Ask) -> None:
    rows = ask(
        f"SELECT gender, count(*) n, avg(income) a, median({BINNED}) m FROM person "
        "GROUP BY gender HAVING count(*) > 100 ORDER BY gender"
    )
    assert [row["gender"] for row in rows] == ["F", "M"]
    assert all(40_000 < row["m"] < row["a"] for row in rows)


def test_a_bin_of_few_persons_is_in_no_histogram(ask: Ask, city: Any) -> None:
    (row,) = ask(f"SELECT histogram({BINNED}) h FROM person")
    truth = dict(city.raw().sql("SELECT income // 20000 * 20000, count(*) FROM person GROUP BY 1").fetchall())
    shown = dict(row["h"])
    assert min(truth.values()) < 10
    assert set(shown) <= {bin_ for bin_, n in truth.items() if n >= 10}
    assert len(shown) > 10


def test_the_top_of_a_small_group_is_not_seen_through_its_quantiles(ask: Ask, city: Any) -> None:
    """The one person all know earns the most; no quantile of any group reaches that bin."""
    (top,) = city.raw().sql("SELECT max(income) FROM person").fetchall()[0]
    rows = ask(f"SELECT region_code, quantile_cont({BINNED}, 1) q FROM person GROUP BY 1")
    assert top == 1_000_000
    assert max(row["q"] for row in rows if row["q"] is not None) < 900_000
    rare = ask(f"SELECT quantile_cont({BINNED}, 1) q FROM person WHERE disease = 'D59'")
    assert rare == [{"q": None}]


def test_a_private_quantile_is_read_from_noisy_bins(ask: Ask) -> None:
    (row,) = ask(f"SELECT median({BINNED}) m FROM person", Mode.DP)
    assert 30_000 < row["m"] < 70_000


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT median(income) FROM person", "query.bins"),
        ("SELECT quantile_cont(income, 0.999) FROM person", "query.bins"),
        ("SELECT percentile_disc(0) WITHIN GROUP (ORDER BY income) FROM person", "query.bins"),
        ("SELECT median(floor(income / 7)) FROM person", "query.predicate.grid"),
        ("SELECT quantile_disc(birth_date, 0.5) FROM person", "query.aggregate"),
        ("SELECT median(name) FROM person", "query.identifier"),
        (f"SELECT quantile_cont({BINNED}, 1.5) FROM person", "query.quantile"),
        (f"SELECT quantile_cont({BINNED}, count(*)) FROM person", "query.quantile"),
        ("SELECT histogram(disease) FROM person", "query.aggregate"),
        ("SELECT histogram_exact(disease, ['D01']) FROM person", "query.function"),
        ("SELECT approx_quantile(income, 0.5) FROM person", "query.aggregate"),
        ("SELECT mode(gender) FROM person", "query.aggregate"),
        ("SELECT regr_slope(income, (name = '张三')::INT) FROM person", "query.identifier"),
        ("SELECT regr_slope(income, (gender = 'F')::INT) FROM person", "query.measure"),
        (
            "SELECT covar_pop(income, CASE WHEN disease = 'D59' THEN 1 ELSE 0 END) FROM person",
            "query.measure",
        ),
        ("SELECT regr_slope(income, birth_date) FROM person", "query.measure"),
        ("SELECT regr_sxx(income, income) FROM person", "query.aggregate"),
    ],
)
def test_what_would_show_a_value_is_refused(city: Any, sql: str, code: str) -> None:
    for mode in (Mode.THRESHOLD, Mode.DP):
        made = compile_query(sql, city.terms(mode), city.schema(mode))
        assert isinstance(made, Deny), (mode, made)
        assert code in [reason.code for reason in made.reasons]


def test_pairs_of_measures_are_computed_as_the_engine_does(ask: Ask, city: Any) -> None:
    where = "industry_code NOT IN (" + ", ".join(f"'{i:02d}'" for i in range(1, 21)) + ")"
    names = ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2")
    sql = (
        f"SELECT {', '.join(f'{n}(tax_paid, employees) AS {n}' for n in names)} FROM enterprise WHERE {where}"
    )
    (ours,) = ask(sql)
    (truth,) = city.raw().sql(sql).to_arrow_table().to_pylist()
    for name in names:
        assert ours[name] == pytest.approx(truth[name], rel=0.01), name
        assert ours[name] != truth[name], "three significant digits"


def test_one_outlier_hides_a_regression(ask: Ask) -> None:
    """In every trade of the first twenty one firm pays a hundred times what others pay."""
    rows = ask(
        "SELECT industry_code, regr_slope(tax_paid, employees) s, covar_pop(tax_paid, employees) c, "
        "regr_r2(tax_paid, employees) r, count(*) n FROM enterprise GROUP BY 1"
    )
    dominated = [row for row in rows if int(row["industry_code"]) <= 20]
    assert dominated
    assert all(row[f] is None for row in dominated for f in ("s", "c", "r"))
    assert any(row["s"] is not None for row in rows)


def test_a_sum_cut_off_below_the_richest_is_withheld(ask: Ask, city: Any) -> None:
    """``greatest(income, 900000)`` is 900,000 for all but one person of the region: a sum would show hers."""
    truth = city.raw().sql("SELECT count(*) FROM person WHERE income >= 900000 AND region_code = '110105'")
    assert truth.fetchall() == [(1,)]
    for figure in ("sum", "avg", "stddev"):
        (row,) = ask(f"SELECT {figure}(greatest(income, 900000)) f FROM person WHERE region_code = '110105'")
        assert row["f"] is None, figure
    (row,) = ask("SELECT avg(least(income, 100000)) f FROM person WHERE region_code = '110105'")
    assert row["f"] is not None
