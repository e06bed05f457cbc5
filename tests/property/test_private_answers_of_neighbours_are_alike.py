"""Differential privacy by experiment: what neighbouring data answer differs by no more than its epsilon says.

An experiment cannot prove privacy; it finds a sensitivity that is too small. Outcomes are put into bins, and
no bin may be likelier on one side, with confidence, than the stated loss allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log, sqrt
from typing import Any

import numpy as np
import opendp.prelude as dp
import pyarrow as pa
import pytest

from policies.terms import Mode
from space.engines.private import noise
from space.engines.private.consistency import settle
from space.engines.private.tied_levels import Noisy
from space.engines.threshold import statements
from space.query.compile import compile_query
from space.query.plan import Block, Plan
from tests.property.forms_of_queries import Town, rows, terms, town, without

DRAWS, AGREEING, SIGNIFICANCE, DELTA = 4_000, 300, 1e-6, 1e-3
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
    # Half of her visits are to a district that nobody else goes to.
    there = [place for place, h in enumerate(hers) if h][:3]
    seen_in = tables["city.visits"]["district"].to_pylist()
    districts = ["hers" if place in there else d for place, d in enumerate(seen_in)]
    tables["city.visits"] = tables["city.visits"].set_column(1, "district", pa.array(districts))
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


def cells(here: Town, block: Block) -> dict[Any, int]:
    """The figures of a grouped block that noise is added to, by key."""
    connection = here.open_rows.cursor()
    for table in ("visits", "people"):
        connection.execute(f'CREATE OR REPLACE TEMP VIEW "city.{table}" AS SELECT * FROM {table}')
    return {row[0]: int(row[-1]) for row in connection.sql(statements.private(block)).fetchall()}


def _are_alike(drawn: list[Any], epsilon: float, delta: float) -> None:
    """No half line of outcomes is likelier on one side than the loss allows."""
    for edge in np.quantile(np.concatenate(drawn), np.linspace(0, 1, 13)):
        for side in (drawn, drawn[::-1]):
            for above in (True, False):
                hits = [int(((d >= edge) if above else (d < edge)).sum()) for d in side]
                assert likeliest(hits[0])[0] <= exp(epsilon) * likeliest(hits[1])[1] + delta


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT v.kind, count(*) AS n FROM visits AS v GROUP BY v.kind",
        f"SELECT p.gender, count(*) AS n FROM {JOINED} GROUP BY p.gender",
    ],
)
def test_cells_of_public_keys_tell_no_more_together_than_one_figure(neighbours: Any, sql: str) -> None:
    block = block_of(neighbours[0], sql)
    assert block.public_keys
    (a,) = block.aggregates
    found = [cells(here, block) for here in neighbours]
    keys = sorted({*found[0], *found[1]}, key=str)
    values = [np.array([of.get(key, 0) for key in keys]) for of in found]
    # The direction in which the two differ most is what an attacker would look along.
    towards = (values[0] - values[1]) / np.linalg.norm(values[0] - values[1])
    assert np.linalg.norm(values[0] - values[1]) <= a.sensitivity
    mechanism = noise.vector_mechanism(a.sensitivity, a.sigma, a.rho)
    drawn = [
        np.array(mechanism(np.tile(value, DRAWS).tolist())).reshape(DRAWS, -1) @ towards for value in values
    ]
    _are_alike(drawn, a.rho + 2 * sqrt(a.rho * log(1 / DELTA)), DELTA)


def _released(mechanism: Any, cells_of: dict[Any, int]) -> list[dict[str, int]]:
    """Many releases of the same counts at once: the noise of every key is its own."""
    made: list[dict[str, int]] = [{} for _ in range(DRAWS)]
    asked = {f"{draw}/{key}": n for draw in range(DRAWS) for key, n in cells_of.items()}
    for name, n in mechanism(asked).items():
        draw, _, key = name.partition("/")
        made[int(draw)][key] = n
    return made


def test_keys_that_show_by_their_count_hide_who_alone_has_one(neighbours: Any) -> None:
    block = block_of(neighbours[0], "SELECT v.district, count(*) AS n FROM visits AS v GROUP BY v.district")
    assert not block.public_keys
    found = [cells(here, block) for here in neighbours]
    assert "hers" in found[0]
    assert "hers" not in found[1]
    # A threshold that fails once in a hundred, so that a failure would be seen.
    failing = 0.01
    mechanism = noise.threshold_mechanism(block.bound, block.keys_sigma, block.keys_rho, failing, 1)
    drawn = [_released(mechanism, of) for of in found]
    delta, rho = DELTA + failing, block.keys_rho
    epsilon = rho + 2 * sqrt(rho * log(1 / DELTA))
    shown = [sum("hers" in one for one in side) for side in drawn]
    assert shown[1] == 0
    assert likeliest(shown[0])[0] <= delta, "that it shows at all is within what may fail"
    _are_alike([np.array([len(one) for one in side]) for side in drawn], epsilon, delta)
    _are_alike([np.array([sum(one.values()) for one in side]) for side in drawn], epsilon, delta)


def _noisy(here: Town, plan: Plan) -> dict[str, Noisy]:
    """Figures of a plan of counts as their mechanisms give them."""
    made = {}
    for block in plan.blocks:
        (a,) = block.aggregates
        found = cells(here, block)
        keys = pa.table({"k0": list(found)}) if block.keys else pa.table({})
        drawn = noise.vector_mechanism(a.sensitivity, a.sigma, a.rho)(list(found.values()))
        figures = {a.name: np.array(drawn, np.int64)}
        made[block.name] = Noisy(block, keys, len(found), figures, {a.name: a.sigma})
    return made


def test_figures_made_to_agree_tell_no_more_than_before(neighbours: Any) -> None:
    """Total and parts of both towns, as they are released."""
    granted = terms(Mode.DP)
    parts = "SELECT p.gender AS part, count(*) AS n FROM people AS p GROUP BY 1"
    sql = f"{parts} UNION ALL SELECT 'all', count(*) FROM people"
    plan = compile_query(sql, granted, neighbours[0].schema(granted))
    assert isinstance(plan, Plan)
    totals = []
    for here in neighbours:
        noisy = [_noisy(here, plan) for _ in range(AGREEING)]
        settled = [settle(plan.ties, one).figures for one in noisy]
        by_gender, whole = (next(b for b in plan.blocks if bool(b.keys) is keyed) for keyed in (True, False))
        parts_of = [one[by_gender.name, by_gender.aggregates[0].name].sum() for one in settled]
        totals.append(np.array([one[whole.name, whole.aggregates[0].name][0] for one in settled]))
        assert (np.array(parts_of) == totals[-1]).all()
    rho = plan.rho
    epsilon = rho + 2 * sqrt(rho * log(1 / DELTA))
    for edge in np.quantile(np.concatenate(totals), np.linspace(0.1, 0.9, 5)):
        shares = [float((t >= edge).mean()) for t in totals]
        assert abs(shares[0] - shares[1]) <= (exp(epsilon) - 1) * min(shares) + DELTA + 0.15
    assert abs(totals[0].mean() - totals[1].mean()) < 1 + 5 * totals[0].std() / sqrt(AGREEING)


def test_gaussian_noise_is_never_wider_than_laplace_noise_of_the_same_loss() -> None:
    for rho in (0.001, 0.01, 0.1, 0.5):
        epsilon = sqrt(2 * rho)  # pure epsilon is epsilon ** 2 / 2 of zCDP
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
        laplace: Any = dp.m.make_laplace(*space, scale=1 / epsilon)
        assert laplace.map(1) == pytest.approx(epsilon)
        drawn = np.array(laplace([0] * DRAWS))
        wide = np.array(noise.vector_mechanism(1.0, 1 / sqrt(2 * rho) * (1 + 1e-9), rho)([0] * DRAWS))
        assert wide.std() < drawn.std()
        assert np.quantile(np.abs(wide), 0.95) <= np.quantile(np.abs(drawn), 0.95) + 1


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
