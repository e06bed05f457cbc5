"""Differential privacy by experiment: what neighbouring data answer differs by no more than its epsilon says.

An experiment cannot prove privacy; it finds a sensitivity that is too small. Outcomes are put into bins, and
no bin may be likelier on one side, with confidence, than the stated loss allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from policies.terms import Mode
from space.engines import noise, statements
from space.query.compile import compile_query
from space.query.plan import Block, Plan
from tests.property.forms_of_queries import Town, rows, terms, town, without

DRAWS, SIGNIFICANCE, DELTA = 4_000, 1e-6, 1e-3
JOINED = "visits AS v JOIN people AS p ON v.id_card = p.id_card"
QUESTIONS = {
    "one row a person": "SELECT count(*) AS n FROM people",
    "a sum of one row a person": "SELECT sum(income) AS n FROM people",
    "six rows a person": "SELECT count(*) AS n FROM visits",
    "a sum of six rows a person": "SELECT sum(cost) AS n FROM visits",
    "joined rows": f"SELECT count(*) AS n FROM {JOINED}",
    "a sum of joined rows": f"SELECT sum(p.income) AS n FROM {JOINED}",
}


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Town]]:
    """The town, and the town without the person of six visits who earns and costs the most."""
    folder, tables = tmp_path_factory.mktemp("neighbours"), rows()
    visits = tables["city.visits"].column("id_card").to_pylist()
    person = max(sorted({v for v in visits if v is not None}), key=visits.count)
    assert visits.count(person) == 6
    hers = [v == person for v in visits]
    costs = [9_000 if h else c for h, c in zip(hers, tables["city.visits"]["cost"].to_pylist(), strict=True)]
    people = tables["city.people"]
    incomes = [
        9_000 if p == person else i
        for p, i in zip(people["id_card"].to_pylist(), people["income"].to_pylist(), strict=True)
    ]
    tables["city.visits"] = tables["city.visits"].set_column(4, "cost", pa.array(costs))
    tables["city.people"] = people.set_column(2, "income", pa.array(incomes))
    made = town(folder / "with", tables), town(folder / "without", without(tables, person))
    yield made
    for each in made:
        each.open_rows.close()


def block_of(here: Town, sql: str) -> Block:
    granted = terms(Mode.DP)
    plan = compile_query(sql, granted, here.schema(granted))
    assert isinstance(plan, Plan), plan
    (block,) = plan.blocks
    return block


def exact(here: Town, block: Block) -> int:
    """The figure that noise is added to."""
    connection = here.open_rows.cursor()
    for table in ("visits", "people"):
        connection.execute(f'CREATE OR REPLACE TEMP VIEW "city.{table}" AS SELECT * FROM {table}')
    return int(connection.sql(statements.private(block)).fetchall()[0][-1])


def likeliest(hits: int) -> tuple[float, float]:
    """An interval that holds the true share: Clopper and Pearson's, by bisection of the binomial tail."""
    return _bound(hits, lower=True), _bound(hits, lower=False)


def _bound(hits: int, *, lower: bool) -> float:
    if hits == (0 if lower else DRAWS):
        return 0.0 if lower else 1.0
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        # Chernoff's bound of the tail: wider than the exact one, so never too strict.
        share = hits / DRAWS
        tail = -DRAWS * _divergence(share, middle) if (middle < share) == lower else 0.0
        beyond = tail < log(SIGNIFICANCE)
        low, high = (middle, high) if beyond == lower else (low, middle)
    return low if lower else high


def _divergence(a: float, b: float) -> float:
    parts = ((a, b), (1 - a, 1 - b))
    return sum(x * log(x / y) for x, y in parts if x > 0 and y > 0)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_outcome_is_likelier_on_one_side_than_the_loss_allows(neighbours: Any, question: str) -> None:
    block = block_of(neighbours[0], QUESTIONS[question])
    (a,) = block.aggregates
    # The conversion of Bun and Steinke: rho of zCDP is (epsilon, delta) for every delta.
    epsilon = a.rho + 2 * sqrt(a.rho * log(1 / DELTA))
    mechanism = noise.vector_mechanism(a.sensitivity, a.sigma, a.rho)
    values = [exact(here, block) for here in neighbours]
    assert 0 < abs(values[0] - values[1]) <= a.sensitivity
    drawn = [np.array(mechanism([value] * DRAWS)) for value in values]
    edges = np.quantile(np.concatenate(drawn), np.linspace(0, 1, 13))
    for low in edges:
        for side in (drawn, drawn[::-1]):
            for above in (True, False):
                hits = [int(((d >= low) if above else (d < low)).sum()) for d in side]
                assert likeliest(hits[0])[0] <= exp(epsilon) * likeliest(hits[1])[1] + DELTA


def test_the_experiment_finds_noise_that_is_too_small(neighbours: Any) -> None:
    block = block_of(neighbours[0], QUESTIONS["six rows a person"])
    (a,) = block.aggregates
    epsilon = a.rho + 2 * sqrt(a.rho * log(1 / DELTA))
    # As if every person had one row of six, and more than three times too little was spent.
    mechanism = noise.vector_mechanism(1.0, a.sigma / 20, 1e9)
    drawn = [np.array(mechanism([exact(here, block)] * DRAWS)) for here in neighbours]
    edge = float(np.mean(np.concatenate(drawn)))
    hits = [int((d >= edge).sum()) for d in drawn]
    assert likeliest(hits[0])[0] > exp(epsilon) * likeliest(hits[1])[1] + DELTA
