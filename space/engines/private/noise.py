"""Differentially private mode inside the worker: noise and thresholds, through OpenDP.

Decides nothing about cost: the plan states every scale, and a scale that would spend more than the plan
says is refused (:mod:`catalog.releases.mechanisms`). Budgets are summed elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from catalog.releases.mechanisms import Overspent, threshold_mechanism, vector_mechanism
from space.engines.base import Base
from space.engines.private.consistency import Settled, settle
from space.engines.private.domains import Domains
from space.engines.private.tied_levels import Noisy
from space.engines.threshold import footers, statements
from space.engines.threshold.cells import Cells, Numbers
from space.query.plan import MOVED, Block, Plan

__all__ = ["Overspent", "moved", "release", "threshold_mechanism", "vector_mechanism"]

# Integers a thread of its own is worth; the library samples outside the interpreter's lock.
_WORTH_A_THREAD: Final = 1_000
_THREADS: Final = 2

# Noise of one figure while it is drawn, in parts.
Drawn = list[Future[list[int]]]


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
    delta = plan.limits.delta / max(1, thresholded)
    noisy: dict[str, Noisy] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for block in private:
            public = Domains.of(block, empty) if block.keys and not block.keys_sigma else None
            # Noise does not depend on rows: where the number of cells is public it is drawn meanwhile.
            drawn = {} if public is None else _drawn(block, public.size, threads)
            sql = statements.private(block, footers.known(block, files))
            exact = Cells.of(block, connection.sql(sql).to_arrow_table(), plan.limits.k)
            if public is not None:
                keys = public.keys(exact.keys.schema)
                made = _noisy(block, exact, keys, public.places(exact.keys), drawn)
            elif block.keys_sigma > 0:
                made = _thresholded(block, exact, delta, plan.limits.k, threads)
            else:
                everyone = np.arange(len(exact))
                made = _noisy(block, exact, exact.keys, everyone, _drawn(block, len(exact), threads))
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


def _thresholded(block: Block, exact: Cells, delta: float, k: int, threads: Executor) -> Noisy:
    """The cells whose noisy row count passes a threshold that hides the presence of any one unit."""
    release_keys = threshold_mechanism(block.bound, block.keys_sigma, block.keys_rho, delta, k)
    counts = exact.columns["r0"].tolist()
    parts = ({str(place): counts[place] for place in part} for part in _parts(range(len(counts))))
    kept: dict[str, int] = {}
    for released in threads.map(release_keys, parts):  # the noise of every key is its own
        kept |= released
    chosen = np.array(sorted(int(place) for place in kept), np.int64)
    counted = np.array([kept[str(place)] for place in chosen.tolist()], np.int64)
    keys = exact.keys.take(pa.array(chosen))
    drawn = _drawn(block, len(chosen), threads)
    return _noisy(block, exact, keys, chosen, drawn, counted)


def _noisy(
    block: Block,
    exact: Cells,
    keys: pa.Table,
    chosen: Numbers,
    drawn: Mapping[str, Drawn],
    counted: Numbers | None = None,
) -> Noisy:
    """Noise on every aggregate of the chosen cells; a plain row count takes the noisy one of its key.

    Args:
        block: of the plan.
        exact: cells that hold rows.
        keys: of the answer.
        chosen: of every key its place among ``exact``, -1 where no row is.
        drawn: noise of every aggregate that has one of its own.
        counted: noisy row counts of the keys, if some were made.
    """
    figures, sigmas = {}, {}
    for a in block.aggregates:
        if a.name not in drawn:
            assert counted is not None
            figures[a.name], sigmas[a.name] = counted, block.keys_sigma
            continue
        values = np.append(exact.columns[a.name], 0)[chosen]  # place -1: no row
        noise = [value for part in drawn[a.name] for value in part.result()]
        figures[a.name], sigmas[a.name] = _added(values, noise), a.sigma
    return Noisy(block, keys, len(chosen), figures, sigmas)


def _drawn(block: Block, size: int, threads: Executor) -> dict[str, Drawn]:
    """Noise for as many cells, by aggregate: what the mechanism makes of nought.

    The mechanism adds whole numbers that do not depend on what they are added to, so a figure with this noise
    is what the mechanism makes of the figure.

    Raises:
        Overspent: a mechanism would spend more than the plan says.
    """
    found: dict[str, Drawn] = {}
    for a in block.aggregates:
        if a.sigma == 0 and block.keys_sigma > 0:
            continue
        mechanism = vector_mechanism(a.sensitivity, a.sigma, a.rho)
        parts = _parts(range(size))
        found[a.name] = [threads.submit(mechanism, [0] * len(part)) for part in parts]
    return found


def _added(values: Numbers, noise: Sequence[int]) -> Numbers:
    """Figures with their noise, as far as 64 bits reach: a failure to add would tell of rows."""
    most = 2**63 - 1
    steps = np.array(noise, np.int64)
    if steps.min(initial=0) > -statements.LARGEST and steps.max(initial=0) < statements.LARGEST:
        return values.astype(np.int64) + steps
    ends = (max(-most, min(most, value + n)) for value, n in zip(values.tolist(), noise, strict=True))
    return np.array(list(ends), np.int64)


def _parts(values: range) -> list[range]:
    """Places in as many parts as are worth a thread."""
    size = max(_WORTH_A_THREAD, -(-len(values) // _THREADS))
    return [values[at : at + size] for at in range(0, len(values), size)]
