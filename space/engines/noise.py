"""Differentially private mode inside the worker: noise and thresholds, through OpenDP.

Decides nothing about cost: the plan states every scale, and a scale that would spend more than the plan
says is refused here. Budgets are summed elsewhere; OpenDP's odometers are not used.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import opendp.prelude as dp
import pyarrow as pa
from duckdb import DuckDBPyConnection

from space.engines import statements
from space.query.plan import Aggregate, Block, Plan

dp.enable_features("contrib")

# Far from where 64 bits end: a sum beyond it would make the mechanism fail, and the failure would tell of
# rows. Cutting off is a contraction, so it changes no sensitivity.
_LARGEST = 2**62

# Rounding of a scale to a float may cost a hair more than the plan says.
_SLACK = 1 + 1e-6


class Overspent(Exception):
    """A mechanism would spend more than the plan says: nothing is released."""


def release(connection: DuckDBPyConnection, empty: DuckDBPyConnection, plan: Plan) -> dict[str, pa.Table]:
    """Released tables of the private blocks of a plan, by block name.

    Args:
        connection: opens the protected files.
        empty: opens nothing; makes the public domains.
        plan: checked.
    """
    private = [block for block in plan.blocks if block.kind == "dp"]
    thresholded = sum(1 for block in private if block.keys_sigma > 0)
    released = {}
    for block in private:
        exact = connection.sql(statements.private(block)).to_arrow_table()
        if block.keys_sigma > 0:
            made = _thresholded(block, exact, plan.limits.delta / thresholded, plan.limits.k)
        elif block.keys:
            made = _over_domain(block, exact, empty)
        else:
            made = _noisy(block, exact, exact.select([]), range(exact.num_rows))
        released[block.name] = made
    return released


def _over_domain(block: Block, exact: pa.Table, empty: DuckDBPyConnection) -> pa.Table:
    """Every cell of the public domain, zero where no row is."""
    names = [key.name for key in block.keys]
    values = [
        empty.sql(f"SELECT v FROM ({key.domain.sql}) AS d ORDER BY v")
        .to_arrow_table()
        .column("v")
        .to_pylist()
        for key in block.keys
        if key.domain is not None
    ]
    places = {tuple(row[n] for n in names): p for p, row in enumerate(exact.select(names).to_pylist())}
    domain = list(product(*values))
    columns = {
        name: pa.array([cell[i] for cell in domain], exact.schema.field(name).type)
        for i, name in enumerate(names)
    }
    return _noisy(block, exact, pa.table(columns), [places.get(cell) for cell in domain])


def _thresholded(block: Block, exact: pa.Table, delta: float, k: int) -> pa.Table:
    """The cells whose noisy row count passes a threshold that hides the presence of any one unit."""
    counts = exact.column("r0").to_pylist()
    release_keys = threshold_mechanism(block.bound, block.keys_sigma, block.keys_rho, delta, k)
    kept = release_keys({str(place): int(count) for place, count in enumerate(counts)})
    places = sorted(int(place) for place in kept)
    keys = exact.select([key.name for key in block.keys]).take(pa.array(places, pa.int64()))
    return _noisy(block, exact, keys, places, {place: kept[str(place)] for place in places})


def _noisy(
    block: Block,
    exact: pa.Table,
    keys: pa.Table,
    places: Any,
    counted: dict[int, int] | None = None,
) -> pa.Table:
    """Noise on every aggregate of the chosen cells; a plain row count takes the noisy one of its key."""
    chosen = list(places)
    columns = {name: keys.column(name) for name in keys.column_names}
    for a in block.aggregates:
        if a.sigma == 0 and counted is not None:
            columns[a.name] = pa.array([max(0, counted[place]) for place in chosen], pa.int64())
            continue
        values = exact.column(a.name).to_pylist()
        noisy = _vector([0 if place is None else _within(values[place]) for place in chosen], a)
        if a.operation != "sum":
            columns[a.name] = pa.array([max(0, value) for value in noisy], pa.int64())
        elif a.factor == 1:
            columns[a.name] = pa.array(noisy, pa.int64())
        else:
            columns[a.name] = pa.array([value / a.factor for value in noisy], pa.float64())
    columns["_cell"] = pa.array([1] * len(chosen), pa.int8())
    return pa.table(columns)


def _within(value: Any) -> int:
    return max(-_LARGEST, min(int(value), _LARGEST))


def _vector(values: list[int], a: Aggregate) -> list[int]:
    if not values:
        return []
    mechanism = vector_mechanism(a.sensitivity, a.sigma, a.rho)
    return [int(value) for value in mechanism(values)]


def vector_mechanism(sensitivity: float, sigma: float, rho: float) -> Any:
    """Discrete Gaussian noise on a vector of integers.

    Raises:
        Overspent: it spends more than ``rho``.
    """
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    mechanism: Any = dp.m.make_gaussian(*space, scale=sigma)
    if not sigma > 0 or mechanism.map(sensitivity) > rho * _SLACK:
        raise Overspent
    return mechanism


def threshold_mechanism(bound: int, sigma: float, rho: float, delta: float, k: int) -> Any:
    """Noisy counts of unknown keys, released where they pass a threshold of at least ``k``.

    Raises:
        Overspent: it spends more than ``rho`` or no threshold reaches ``delta``.
    """
    domain = dp.map_domain(dp.atom_domain(T="String"), dp.atom_domain(T="i64"))
    metric = dp.l02inf_distance(dp.absolute_distance(T="f64"))
    distance = (bound, float(bound), float(bound))

    def made(threshold: int) -> Any:
        return dp.m.make_gaussian_threshold(domain, metric, scale=sigma, threshold=threshold)

    low, high = max(k, bound), max(k, bound) + 1
    while made(high).map(distance)[1] > delta:
        low, high = high, high * 2
        if high > 2**40:
            raise Overspent
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if made(middle).map(distance)[1] <= delta else (middle + 1, high)
    mechanism = made(low)
    spent, failure = mechanism.map(distance)
    if spent > rho * _SLACK or failure > delta:
        raise Overspent
    return mechanism
