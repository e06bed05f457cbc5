"""Differentially private mode inside the worker: noise and thresholds, through OpenDP.

Decides nothing about cost: the plan states every scale, and a scale that would spend more than the plan
says is refused here. Budgets are summed elsewhere; OpenDP's odometers are not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import opendp.prelude as dp
import pyarrow as pa
from duckdb import DuckDBPyConnection

from space.engines import footers, statements
from space.engines.cells import Cells, Numbers, places
from space.query.plan import Aggregate, Block, Plan

dp.enable_features("contrib")

# Rounding of a scale to a float may cost a hair more than the plan says.
_SLACK = 1 + 1e-6

# Integers a thread of its own is worth; the library samples outside the interpreter's lock.
_WORTH_A_THREAD: Final = 1_000
_THREADS: Final = 2


class Overspent(Exception):
    """A mechanism would spend more than the plan says: nothing is released."""


def release(
    connection: DuckDBPyConnection,
    empty: DuckDBPyConnection,
    plan: Plan,
    files: Mapping[str, Sequence[Path]],
) -> dict[str, pa.Table]:
    """Released tables of the private blocks of a plan, by block name.

    Args:
        connection: opens the protected files.
        empty: opens nothing; makes the public domains.
        plan: checked.
        files: by dataset, as the connection opens them.
    """
    private = [block for block in plan.blocks if block.kind == "dp"]
    thresholded = sum(1 for block in private if block.keys_sigma > 0)
    released = {}
    for block in private:
        sql = statements.private(block, footers.known(block, files))
        exact = Cells.of(block, connection.sql(sql).to_arrow_table(), plan.limits.k)
        if block.keys_sigma > 0:
            made = _thresholded(block, exact, plan.limits.delta / thresholded, plan.limits.k)
        elif block.keys:
            made = _over_domain(block, exact, empty)
        else:
            made = _noisy(block, exact, exact.keys, np.arange(len(exact)))
        released[block.name] = made
    return released


def _over_domain(block: Block, exact: Cells, empty: DuckDBPyConnection) -> pa.Table:
    """Every cell of the public domain, zero where no row is."""
    names = [key.name for key in block.keys]
    for key in block.keys:
        if key.domain is not None:
            empty.register(f"domain_{key.name}", _domain(empty, key.domain.sql))
    each = ", ".join(f"domain_{name}.v AS {name}" for name in names)
    tables = " CROSS JOIN ".join(f"domain_{name}" for name in names)
    ordered = f"SELECT {each} FROM {tables} ORDER BY {', '.join(names)}"
    keys = empty.sql(ordered).to_arrow_table().cast(exact.keys.schema)
    return _noisy(block, exact, keys, places(exact.keys, keys))


# Public values by the SQL that lists them, which reads no table: the same for every query of a process.
_DOMAINS: Final[dict[str, pa.Table]] = {}
_KEPT: Final = 64


def _domain(empty: DuckDBPyConnection, sql: str) -> pa.Table:
    """The values of a public domain; binding a long list costs more than most queries."""
    if sql not in _DOMAINS:
        if len(_DOMAINS) >= _KEPT:
            _DOMAINS.clear()
        _DOMAINS[sql] = empty.sql(f"SELECT v FROM ({sql}) AS d").to_arrow_table()
    return _DOMAINS[sql]


def _thresholded(block: Block, exact: Cells, delta: float, k: int) -> pa.Table:
    """The cells whose noisy row count passes a threshold that hides the presence of any one unit."""
    release_keys = threshold_mechanism(block.bound, block.keys_sigma, block.keys_rho, delta, k)
    counts = exact.columns["r0"].tolist()
    kept = _side_by_side(release_keys, {str(place): n for place, n in enumerate(counts)})
    chosen = np.array(sorted(int(place) for place in kept), np.int64)
    counted = np.array([kept[str(place)] for place in chosen.tolist()], np.int64)
    return _noisy(block, exact, exact.keys.take(pa.array(chosen)), chosen, counted)


def _side_by_side(mechanism: Any, counts: dict[str, int]) -> dict[str, int]:
    """Counts of different keys through the mechanism, in parts: the noise of every key is its own."""
    names = list(counts)
    found: dict[str, int] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        parts = ({name: counts[name] for name in part} for part in _parts(names))
        for released in threads.map(mechanism, parts):
            found |= released
    return found


def _parts(values: list[Any]) -> list[list[Any]]:
    """A list in as many parts as are worth a thread."""
    size = max(_WORTH_A_THREAD, -(-len(values) // _THREADS))
    return [values[at : at + size] for at in range(0, len(values), size)]


def _noisy(
    block: Block, exact: Cells, keys: pa.Table, chosen: Numbers, counted: Numbers | None = None
) -> pa.Table:
    """Noise on every aggregate of the chosen cells; a plain row count takes the noisy one of its key.

    Args:
        block: of the plan.
        exact: cells that hold rows.
        keys: of the answer.
        chosen: of every key its place among ``exact``, -1 where no row is.
        counted: noisy row counts of the keys, if some were made.
    """
    columns = {name: keys.column(name) for name in keys.column_names}
    for a in block.aggregates:
        if a.sigma == 0 and counted is not None:
            columns[a.name] = pa.array(np.maximum(counted, 0), pa.int64())
            continue
        values = np.append(exact.columns[a.name], 0)[chosen]  # place -1: no row
        noisy = np.array(_vector(values.tolist(), a), np.int64)
        if a.operation != "sum":
            columns[a.name] = pa.array(np.maximum(noisy, 0), pa.int64())
        elif a.factor == 1:
            columns[a.name] = pa.array(noisy, pa.int64())
        else:
            columns[a.name] = pa.array(noisy / a.factor, pa.float64())
    columns["_cell"] = pa.array(np.ones(len(chosen), np.int8))
    return pa.table(columns)


def _vector(values: list[int], a: Aggregate) -> list[int]:
    if not values:
        return []
    mechanism = vector_mechanism(a.sensitivity, a.sigma, a.rho)
    with ThreadPoolExecutor(_THREADS) as threads:
        return [value for part in threads.map(mechanism, _parts(values)) for value in part]


@lru_cache(maxsize=64)
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


@lru_cache(maxsize=64)
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
