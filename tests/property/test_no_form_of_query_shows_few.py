"""Random questions in every form: no accepted one shows, or lets follow, fewer than k persons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from policies.decision import Deny
from policies.terms import Mode
from space.query.compile import compile_query
from tests.engines import execute
from tests.property.forms_of_queries import (
    Asked,
    Cell,
    Town,
    cell_of,
    few,
    questions,
    rests_on,
    rows,
    terms,
    town,
    viewed,
)

# A question of a listed form is refused for what its parts would tell together only.
TOGETHER = {
    "query.overlap",
    "query.conditions",
    "query.grouping_sets",
    "query.measure.forms",
    "query.ungrouped",
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = town(tmp_path_factory.mktemp("town"), rows())
    yield made
    made.open_rows.close()


@settings(max_examples=35, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=questions())
def test_no_figure_nor_difference_of_figures_rests_on_few(here: Town, asked: Asked) -> None:
    sql, views = asked.sql()
    granted = terms(Mode.THRESHOLD)
    plan = compile_query(sql, granted, viewed(here.schema(granted), views))
    if isinstance(plan, Deny):
        assert {reason.code for reason in plan.reasons} <= TOGETHER, (sql, plan)
        return
    truth = rests_on(here, asked)
    shown: list[tuple[Cell, int, dict[int, int | None]]] = []
    for row in execute(plan, here.files).to_pylist():
        if row.get("own"):
            continue  # the other table
        cell = cell_of(asked, row)
        assert not cell[0] or not few(truth[cell][0].values()), sql
        for i in range(len(asked.figures)):
            if row[f"f{i}"] is not None and truth[cell][i + 1]:
                assert not few(truth[cell][i + 1].values()), sql
                shown.append((cell, i, truth[cell][i + 1]))
    check_pairs(asked, [found for _, _, found in shown], sql)
    check_rests(asked, truth, shown, sql)


def check_pairs(asked: Asked, sets: list[dict[int, int | None]], sql: str) -> None:
    """No figure less another that lies within it is of few."""
    for one in sets:
        for other in sets:
            if len(other) < len(one) and other.keys() <= one.keys():
                assert not few(person for row, person in one.items() if row not in other), sql


def check_rests(
    asked: Asked, truth: Any, shown: list[tuple[Cell, int, dict[int, int | None]]], sql: str
) -> None:
    """No total less all its parts that show is of few."""
    for (level, values), i, total in shown:
        for finer in asked.levels:
            if not set(level) < set(finer):
                continue
            places = [finer.index(place) for place in level]
            told: set[int] = set()
            for (other, parts), j, rows_of in shown:
                if other == finer and j == i and tuple(parts[p] for p in places) == values:
                    told |= rows_of.keys()
            assert not few(person for row, person in total.items() if row not in told) or not told, sql
