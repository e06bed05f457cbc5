"""Attacks found on totals, groups that are only counted, merged groups and ranks; each gave a person away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from policies.decision import Deny
from space.query.auditing.audit import audited, compared, record
from space.query.plan import Plan
from tests.engines import execute
from tests.space.query.ruled import Town, compile_ruled

RANKED = {"city.person": {"columns": {"income": {"visibility": "rank_only"}}, "unlisted": "plain"}}
MERGED = {"city.person": {"small_groups": "remainder"}}
# One woman has D59, in region 110105; nobody has it in 110106.
SOMEBODY, NOBODY = (f"disease = 'D59' AND region_code = '{code}'" for code in ("110105", "110106"))


def _rows(city: Town, sql: str) -> list[dict[str, Any]]:
    made = compile_ruled(city, {}, sql)
    assert isinstance(made, Plan), made
    found: list[dict[str, Any]] = execute(made, city.files).to_pylist()
    return found


def _refusals(city: Town, sql: str, rules: Mapping[str, Any] | None = None) -> list[str]:
    made = compile_ruled(city, rules or {}, sql)
    assert isinstance(made, Deny), made
    return [reason.code for reason in made.reasons]


@pytest.mark.parametrize("grouping", ["GROUPING SETS ((gender, {0}), ())", "ROLLUP ((gender, {0}))"])
def test_nobody_beside_a_plain_key_looks_like_somebody(city: Town, grouping: str) -> None:
    def shown(condition: str) -> set[tuple[Any, ...]]:
        flag = f"CASE WHEN {condition} THEN 1 ELSE 0 END"
        sql = f"SELECT gender, {flag} AS f, count(*) AS n FROM person GROUP BY {grouping.format(flag)}"
        return {(row["gender"], row["f"]) for row in _rows(city, sql)}

    assert shown(SOMEBODY) == shown(NOBODY)


def test_a_group_in_which_nobody_meets_a_condition_looks_like_one_in_which_somebody_does(city: Town) -> None:
    def shown(condition: str) -> dict[str | None, bool]:
        many = "region_code IN ('110101', '110102') AND gender = 'F'"
        figure = f"count(*) FILTER (WHERE ({condition}) OR ({many}))"
        sql = (
            f"SELECT region_code, {figure} AS n FROM person "
            "WHERE region_code IN ('110101', '110102', '110105', '110106') GROUP BY ROLLUP (region_code)"
        )
        return {row["region_code"]: row["n"] is None for row in _rows(city, sql)}

    assert shown(SOMEBODY) == shown(NOBODY)


def test_where_may_not_ask_something_else_of_one_group_beside_the_total(city: Town) -> None:
    for condition in (SOMEBODY, NOBODY):
        sql = (
            f"SELECT region_code, count(*) AS n FROM person WHERE ({condition}) "
            "OR region_code IN ('110101', '110102') GROUP BY ROLLUP (region_code)"
        )
        assert _refusals(city, sql) == ["query.grouping_sets"]


@pytest.mark.parametrize(
    "figures",
    [
        "count(DISTINCT disease) AS a, count(DISTINCT disease) FILTER (WHERE {0}) AS b",
        "count(*) AS a, count(DISTINCT disease) FILTER (WHERE {0}) AS b",
        "max(year(birth_date)) AS a, max(year(birth_date)) FILTER (WHERE {0}) AS b",
    ],
)
def test_groups_that_are_only_counted_are_those_of_the_other_figures_rows(city: Town, figures: str) -> None:
    one = "NOT (region_code = '110102' AND gender = 'F' AND year(birth_date) = 2015)"
    assert _refusals(city, f"SELECT {figures.format(one)} FROM person WHERE disease = 'D55'") == [
        "query.overlap"
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(DISTINCT disease) FILTER (WHERE gender = 'F') AS n FROM person",
        "SELECT region_code, count(*) AS n, count(DISTINCT disease) AS d, min(year(birth_date)) AS y "
        "FROM person WHERE disease IS NOT NULL GROUP BY 1",
    ],
)
def test_groups_of_the_same_rows_are_still_counted(city: Town, sql: str) -> None:
    assert _rows(city, sql)


def test_what_is_merged_has_no_figure_beside_a_former_answer_about_other_rows(city: Town) -> None:
    told: list[dict[str, Any]] = []
    merged = []
    one = "NOT (region_code = '110105' AND gender = 'F' AND year(birth_date) = 1990)"
    for where in ("", f" WHERE {one}"):
        sql = f"SELECT disease, count(*) AS n, avg(income) AS a FROM person{where} GROUP BY disease"
        plan = compile_ruled(city, MERGED, sql)
        assert isinstance(plan, Plan), plan
        formers = [f for block in audited(plan) for f in compared(block, reversed(told), 20)]
        told += [dict(record(block, plan.limits.k).body) for block in audited(plan)]
        rows = execute(replace(plan, formers=tuple(formers)), city.files).to_pylist()
        merged.append(next(row for row in rows if row["disease"] is None)["n"])
    assert merged[0] is not None
    assert merged[1] is None


@pytest.mark.parametrize(
    "ranked",
    ["sum(income) - count(*) * 70000", "least(sum(income), 20000000)", "floor(sum(income) / 10000000)"],
)
def test_a_rank_is_that_of_the_figure_itself_not_of_a_constant_beside_it(city: Town, ranked: str) -> None:
    sql = "SELECT region_code, rank() OVER (ORDER BY {0}) AS r FROM person GROUP BY region_code"
    assert _refusals(city, sql.format(ranked), RANKED) == ["query.visibility"]
    assert isinstance(compile_ruled(city, RANKED, sql.format("sum(income)")), Plan)
