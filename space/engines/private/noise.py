"""Differentially private mode inside the worker: noise and thresholds, through OpenDP.

Decides nothing about cost: the plan states every scale, and a scale that would spend more than the plan
says is refused (:mod:`catalog.releases.mechanisms`). Budgets are summed elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from catalog.releases.mechanisms import Overspent, threshold_mechanism, vector_mechanism
from space.engines.base import Base
from space.engines.private.consistency import Settled, settle
from space.engines.private.tied_levels import Noisy
from space.engines.threshold import footers, statements
from space.engines.threshold.cells import Cells, Numbers, places
from space.query.plan import MOVED, Aggregate, Block, Plan

__all__ = ["Overspent", "moved", "release", "threshold_mechanism", "vector_mechanism"]

# Integers a thread of its own is worth; the library samples outside the interpreter's lock.
_WORTH_A_THREAD: Final = 1_000
_THREADS: Final = 2


def release(
    connection: Base,
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
    noisy: dict[str, Noisy] = {}
    for block in private:
        sql = statements.private(block, footers.known(block, files))
        exact = Cells.of(block, connection.sql(sql).to_arrow_table(), plan.limits.k)
        if block.keys_sigma > 0:
            made = _thresholded(block, exact, plan.limits.delta / thresholded, plan.limits.k)
        elif block.keys:
            made = _over_domain(block, exact, empty)
        else:
            made = _noisy(block, exact, exact.keys, np.arange(len(exact)))
        noisy[block.name] = made
    settled = settle(plan.ties, noisy)  # nothing exact goes there
    return {name: _table(made, settled) for name, made in noisy.items()}


def _table(made: Noisy, settled: Settled) -> pa.Table:
    """The released table of a block, with how far its figures were moved to agree with others."""
    columns = {name: made.keys.column(name) for name in made.keys.column_names}
    moved = {}
    for a in made.block.aggregates:
        figure = settled.figures[made.block.name, a.name]
        whole = a.operation != "sum" or a.factor == 1
        shown, kind = (figure, pa.int64()) if whole else (figure / a.factor, pa.float64())
        columns[a.name] = pa.array(shown, kind)
        moved[a.name] = settled.moved.get((made.block.name, a.name), 0.0)
    columns["_cell"] = pa.array(np.ones(made.cells, np.int8))
    return pa.table(columns).replace_schema_metadata({MOVED: json.dumps({made.block.name: moved})})


def moved(tables: Iterable[pa.Table]) -> dict[bytes, bytes]:
    """What an answer says of how far the figures below it were moved; empty where none is noisy."""
    told: dict[str, dict[str, float]] = {}
    for table in tables:
        told |= json.loads((table.schema.metadata or {}).get(MOVED, b"{}"))
    return {MOVED: json.dumps(told).encode()} if told else {}


def _over_domain(block: Block, exact: Cells, empty: DuckDBPyConnection) -> Noisy:
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


def _thresholded(block: Block, exact: Cells, delta: float, k: int) -> Noisy:
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
) -> Noisy:
    """Noise on every aggregate of the chosen cells; a plain row count takes the noisy one of its key.

    Args:
        block: of the plan.
        exact: cells that hold rows.
        keys: of the answer.
        chosen: of every key its place among ``exact``, -1 where no row is.
        counted: noisy row counts of the keys, if some were made.
    """
    figures, sigmas = {}, {}
    for a in block.aggregates:
        if a.sigma == 0 and counted is not None:
            figures[a.name], sigmas[a.name] = counted, block.keys_sigma
            continue
        values = np.append(exact.columns[a.name], 0)[chosen]  # place -1: no row
        figures[a.name], sigmas[a.name] = np.array(_vector(values.tolist(), a), np.int64), a.sigma
    return Noisy(block, keys, len(chosen), figures, sigmas)


def _vector(values: list[int], a: Aggregate) -> list[int]:
    if not values:
        return []
    mechanism = vector_mechanism(a.sensitivity, a.sigma, a.rho)
    with ThreadPoolExecutor(_THREADS) as threads:
        return [value for part in threads.map(mechanism, _parts(values)) for value in part]
