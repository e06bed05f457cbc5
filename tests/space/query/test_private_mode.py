"""Differential privacy: cost, scales, keys and neighbouring data, on real protected files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from policies.decision import Deny
from policies.terms import Mode
from space.engines.private import noise
from space.query.compile import compile_query
from space.query.plan import Plan
from tests.engines import execute

Made = Callable[[str], Plan]


@pytest.fixture(scope="module")
def private(city: Any) -> Made:
    def made(sql: str) -> Plan:
        plan = compile_query(sql, city.terms(Mode.DP), city.schema(Mode.DP))
        assert isinstance(plan, Plan), plan
        return plan

    return made


def spent(plan: Plan) -> float:
    """What the mechanisms of a plan spend together, each by its own share."""
    return sum(block.keys_rho + sum(a.rho for a in block.aggregates) for block in plan.blocks)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM person",
        "SELECT gender, count(*), sum(income), avg(income) FROM person GROUP BY gender",
        "SELECT region_code, avg(income) FROM person GROUP BY 1",
        "SELECT region_code, count(DISTINCT disease), count(*) FROM person GROUP BY 1",
        "SELECT count(*) n FROM person UNION ALL SELECT count(*) FROM enterprise",
    ],
)
def test_a_query_spends_what_its_grant_allows_per_query_whatever_it_holds(private: Made, sql: str) -> None:
    plan = private(sql)
    assert plan.rho == 0.5
    assert spent(plan) == pytest.approx(0.5)


def test_every_scale_is_what_opendp_says_it_must_be(private: Made) -> None:
    plan = private("SELECT gender, count(*), sum(income) FROM person GROUP BY gender")
    for a in plan.blocks[0].aggregates:
        mechanism = noise.vector_mechanism(a.sensitivity, a.sigma, a.rho)
        assert mechanism.map(a.sensitivity) == pytest.approx(a.rho, rel=1e-6)
    with pytest.raises(noise.Overspent):
        noise.vector_mechanism(2 * a.sensitivity, a.sigma, a.rho)


def test_a_key_threshold_reaches_its_delta_and_k(private: Made) -> None:
    plan = private("SELECT region_code, count(*) FROM person GROUP BY 1")
    block = plan.blocks[0]
    mechanism = noise.threshold_mechanism(block.bound, block.keys_sigma, block.keys_rho, 1e-8, 10)
    rho, delta = mechanism.map((block.bound, float(block.bound), float(block.bound)))
    assert rho == pytest.approx(block.keys_rho, rel=1e-6)
    assert delta <= 1e-8


def test_public_keys_show_every_cell_and_hide_who_is_in_them(private: Made, city: Any) -> None:
    plan = private("SELECT disease, count(*) n FROM person GROUP BY disease")
    assert plan.blocks[0].public_keys
    rows = execute(plan, city.files).to_pylist()
    assert len(rows) == 61, "sixty declared values and the missing one, whoever has them"
    assert all(row["n"] >= 0 for row in rows)


def test_keys_without_a_public_list_show_only_above_a_threshold(private: Made, city: Any) -> None:
    plan = private("SELECT region_code, count(*) n FROM person GROUP BY 1")
    assert not plan.blocks[0].public_keys
    shown = {row["region_code"] for row in execute(plan, city.files).to_pylist()}
    # Noise of σ = 1 lifts the three of 110130 over the threshold of ten about once in 10¹¹ runs; the six of
    # 110129 once in some thousand, which is what the mechanism promises and no fault.
    assert "110130" not in shown
    assert len(shown) > 20


def test_a_bare_list_of_keys_is_never_the_public_list(private: Made) -> None:
    block = private("SELECT disease FROM person GROUP BY disease").blocks[0]
    assert not block.public_keys
    assert block.keys_sigma > 0


def test_noise_is_centred_on_the_truth_and_as_wide_as_stated(private: Made, city: Any) -> None:
    plan = private("SELECT count(*) FILTER (WHERE gender = 'F') n FROM person")
    sigma = plan.blocks[0].aggregates[0].sigma
    assert sigma == pytest.approx(1.0)
    exact = city.raw().sql("SELECT count(*) FROM person WHERE gender = 'F'").fetchall()[0][0]
    values = [int(v) for v in noise.vector_mechanism(1.0, sigma, 0.5)([exact] * 4000)]
    assert fmean(values) == pytest.approx(exact, abs=5 * sigma / sqrt(4000))
    assert pstdev(values) == pytest.approx(sigma, rel=0.1)
    assert len({execute(plan, city.files).to_pylist()[0]["n"] for _ in range(12)}) > 1


def test_decision_and_cost_are_the_same_without_any_one_person(
    private: Made, city: Any, tmp_path: Path
) -> None:
    plan = private("SELECT gender, sum(income) s FROM person GROUP BY 1")
    base = duckdb.connect()
    source, less = city.files["city.person"][0], tmp_path / "less.parquet"
    rows = base.sql(f"SELECT * FROM read_parquet('{source}')").to_arrow_table()
    pq.write_table(rows.slice(1), less)
    with_all = execute(plan, city.files)
    without = execute(plan, {**city.files, "city.person": (less,)})
    assert with_all.schema == without.schema
    assert with_all.column("gender").to_pylist() == without.column("gender").to_pylist()


def test_sums_are_clamped_to_public_bounds_in_the_plan_itself(private: Made) -> None:
    (aggregate,) = private("SELECT sum(income) FROM person").blocks[0].aggregates
    assert aggregate.values[0].startswith("least(greatest(")
    assert aggregate.values[0].endswith(", 0), 1000000)")
    assert aggregate.sensitivity == 1_000_000


def test_a_measure_without_public_bounds_is_not_summed(city: Any) -> None:
    contracts = [
        replace(
            c,
            fields=tuple(replace(f, minimum=None, grain=None) if f.name == "income" else f for f in c.fields),
        )
        for c in city.contracts
    ]
    from space.query.schema import QuerySchema

    terms = city.terms(Mode.DP)
    schema = QuerySchema.from_facts(terms, [(c, city.facts[c.name]) for c in contracts])
    made = compile_query("SELECT sum(income) FROM person", terms, schema)
    assert isinstance(made, Deny)
    assert made.reasons[0].code == "query.measure.bounds"


def test_moments_are_told_to_wait_for_another_mode(city: Any) -> None:
    made = compile_query(
        "SELECT corr(employees, tax_paid) FROM enterprise", city.terms(Mode.DP), city.schema(Mode.DP)
    )
    assert isinstance(made, Deny)
    assert made.reasons[0].code == "query.aggregate.mode"


def test_a_plan_survives_its_journey_to_the_worker(private: Made) -> None:
    import json

    plan = private("SELECT disease, region_code, avg(income) FROM person GROUP BY 1, 2")
    again = Plan.from_document(json.loads(plan.to_json()))
    assert again == plan
    assert again.canonical_digest == plan.canonical_digest
    assert plan.explain()["rho"] == 0.5
