"""How far a figure may lie from the truth is told before and with the answer, and it holds."""

from __future__ import annotations

from typing import Any

import pytest

from policies.terms import Mode
from space.query.plan import Plan
from space.query.telling.accuracy import Accuracy, accuracy
from tests.engines import execute


def _of(compiled: Any, sql: str, mode: Mode) -> tuple[Plan, dict[str, Accuracy]]:
    plan = compiled(sql, mode)
    assert isinstance(plan, Plan), plan
    return plan, {one.column: one for one in accuracy(plan)}


def test_rounded_figures_lie_within_half_a_step(compiled: Any, city: Any) -> None:
    sql = "SELECT gender, count(*) AS n, sum(income) AS s FROM person GROUP BY gender"
    plan, told = _of(compiled, sql, Mode.THRESHOLD)

    truth = {row[0]: row[1:] for row in city.raw().sql(sql).fetchall()}
    for row in execute(plan, city.files).to_pylist():
        n, s = truth[row["gender"]]
        assert abs(row["n"] - n) <= told["n"].within  # type: ignore[operator]
        assert abs(row["s"] - s) <= told["s"].relative * row["s"]  # type: ignore[operator]
    assert "gender" not in told


@pytest.mark.full
def test_noise_stays_within_its_bounds_as_often_as_told(compiled: Any, city: Any) -> None:
    plan, told = _of(compiled, "SELECT gender, count(*) AS n FROM person GROUP BY 1", Mode.DP)
    truth = dict(city.raw().sql("SELECT gender, count(*) FROM person GROUP BY 1").fetchall())

    inside = total = 0
    for _ in range(50):
        for row in execute(plan, city.files).to_pylist():
            total += 1
            inside += abs(row["n"] - truth[row["gender"]]) <= told["n"].within  # type: ignore[operator]

    assert total == 100
    assert inside / total >= told["n"].confidence - 0.08


def test_a_computed_column_names_the_figures_it_rests_on(compiled: Any) -> None:
    _, told = _of(compiled, "SELECT gender, avg(income) AS m FROM person GROUP BY 1", Mode.DP)

    assert told["m"].within is None
    assert sorted(part.split()[0] for part in told["m"].made_of) == ["count", "sum"]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH x AS (SELECT gender AS g, count(*) AS n FROM person GROUP BY 1) SELECT g, n FROM x ORDER BY n",
        "SELECT y AS g, n FROM (SELECT gender AS y, count(*) AS n FROM person GROUP BY 1) AS t LIMIT 1",
        "SELECT 'all' AS g, count(*) AS n FROM person UNION ALL SELECT 'firms', count(*) FROM enterprise",
    ],
)
def test_a_figure_is_followed_through_with_from_and_union(compiled: Any, sql: str) -> None:
    for mode in (Mode.THRESHOLD, Mode.DP):
        _, told = _of(compiled, sql, mode)

        assert set(told) == {"n"}
        assert told["n"].within is not None


def test_the_explanation_tells_it_before_the_run(compiled: Any) -> None:
    plan, told = _of(compiled, "SELECT count(*) AS n FROM person", Mode.DP)

    assert plan.explain()["accuracy"] == [told["n"].to_document()]
