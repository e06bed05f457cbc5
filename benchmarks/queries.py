"""Queries through the worker against raw DuckDB on the same files with the same threads.

Five queries over 1 and 10 million rows, one and twelve rows of every unit, groups even and skewed, in both
modes. Beside each ratio of wall time its ratio of processor time is printed, which a busy machine disturbs
less. Then what a warm worker costs by itself, its memory, and other libraries at the same total budget.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from benchmarks import query_rivals
from benchmarks.measure import Figure
from benchmarks.query_rows import K, Shape, contract, facts, terms, written
from catalog.duck import connect
from policies.terms import Mode
from space.engines.duckdb import THREADS, Engine
from space.engines.pool import Pool
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

NAME: Final = "bench.person"


@dataclass(frozen=True, slots=True)
class Query:
    """One of the five: what is computed, by what, of which rows."""

    name: str
    figures: str
    keys: str
    where: str = ""

    @property
    def sql(self) -> str:
        """As an analyst writes it."""
        return f"SELECT {self.keys}, {self.figures} FROM person {self.where} GROUP BY {self.keys}"


QUERIES: Final = (
    Query("Q1 count by region", "count(*) AS n", "region_code"),
    Query("Q2 count and average by region", "count(*) AS n, avg(income) AS a", "region_code"),
    Query("Q3 sum by gender and region", "sum(income) AS s", "gender, region_code"),
    Query(
        "Q4 count by disease of the older", "count(*) AS n", "disease", "WHERE birth_date < DATE '1980-01-01'"
    ),
    Query("Q5 count by region and disease", "count(*) AS n", "region_code, disease"),
)
SIZES: Final = (1_000_000, 10_000_000)


def run() -> Iterator[Figure]:
    """Every query on every table in both modes; overhead and memory; other libraries."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            for per_unit in (1, 12):
                for skewed in (False, True):
                    path = Path(folder) / "person.parquet"
                    shape = Shape(rows, per_unit, skewed)
                    written(shape, path)
                    yield from _of_table(shape, path)
        path = Path(folder) / "small.parquet"
        written(Shape(1_000, 1, False), path)
        yield _overhead(path)
        path = Path(folder) / "persons.parquet"
        written(Shape(SIZES[0], 1, False), path)
        asked = {query.name: query.sql for query in QUERIES}
        keys = {query.name: len(query.keys.split(",")) for query in QUERIES}
        yield from query_rivals.figures(path, asked, keys)


def _of_table(shape: Shape, path: Path) -> Iterator[Figure]:
    raw = _raw(path)
    repeats = 7 if shape.rows <= SIZES[0] else 3
    files = {NAME: (path,)}
    with Pool() as pool:
        inside = Engine(files, pool.seconds)
        for query in QUERIES:
            baseline = _taken(lambda query=query: raw.sql(query.sql).to_arrow_table(), repeats)  # type: ignore[misc]
            for mode, public in _modes(query):
                plan = _plan(query.sql, mode, shape.per_unit, public=public)
                ours = _taken(lambda plan=plan: pool.run(plan, files), repeats)  # type: ignore[misc]
                own = _taken(lambda plan=plan: inside.execute(plan), repeats)  # type: ignore[misc]
                print(f"    {mode} {query.name}: processor time {own[1] / baseline[1]:.2f}×")
                keys = "" if mode is Mode.THRESHOLD else ", keys public" if public else ", keys thresholded"
                yield Figure(
                    f"{mode}{keys}: {query.name}; {shape}",
                    ours[0],
                    baseline[0],
                    "ms",
                    _threshold(raw, query, shape)
                    if not keys
                    else _private(raw, query, baseline[0], public=public),
                    "raw DuckDB, same file and threads",
                )
        inside.close()
        print(f"    {shape}: a worker's memory at most {_peak(pool):,.0f} MiB")
    raw.close()


def _modes(query: Query) -> list[tuple[Mode, bool]]:
    last = [(Mode.DP, False)] if query is QUERIES[-1] else []
    return [(Mode.THRESHOLD, True), (Mode.DP, True), *last]


def _threshold(raw: duckdb.DuckDBPyConnection, query: Query, shape: Shape) -> str:
    """The target: where rows of some cell may or may not be of k units, these are counted."""
    if shape.per_unit == 1:
        return "≤ 1.3×"
    counts = f"SELECT count(*) AS n FROM person {query.where} GROUP BY {query.keys}"
    found = raw.execute(
        f"SELECT count(*) FROM ({counts}) WHERE n >= {K} AND n <= {K * shape.per_unit - shape.per_unit}"
    )
    row = found.fetchone()
    return "≤ 4×, some cells counted exactly" if row and row[0] else "≤ 1.7×"


def _private(raw: duckdb.DuckDBPyConnection, query: Query, baseline_ms: float, *, public: bool) -> str:
    """The target in milliseconds: 20 µs for every public key, 40 µs for every thresholded one."""
    row = raw.execute(f"SELECT count(*) FROM (SELECT DISTINCT {query.keys} FROM person)").fetchone()
    keys = row[0] if row else 0
    return f"≤ {1.5 * baseline_ms + 20 + keys * (0.02 if public else 0.04):,.0f} ms"


def _overhead(path: Path) -> Figure:
    raw, files = _raw(path), {NAME: (path,)}
    plan = _plan(QUERIES[0].sql, Mode.THRESHOLD, 1)
    with Pool() as pool:
        ours, _ = _taken(lambda: pool.run(plan, files), 50)
    baseline, _ = _taken(lambda: raw.sql(QUERIES[0].sql).to_arrow_table(), 50)
    raw.close()
    name = f"a warm worker, {QUERIES[0].name} over 1,000 rows"
    return Figure(name, ours, baseline, "ms", "≤ 10 ms more", "raw DuckDB, same file and threads")


def _plan(sql: str, mode: Mode, per_unit: int, *, public: bool = True) -> Plan:
    asked = terms(mode, public=public)
    plan = compile_query(sql, asked, QuerySchema.from_facts(asked, [(contract(per_unit), facts(per_unit))]))
    assert isinstance(plan, Plan), plan
    return plan


def _raw(path: Path) -> duckdb.DuckDBPyConnection:
    raw = connect()
    raw.execute(f"SET threads = {THREADS}")
    raw.execute(f"CREATE VIEW person AS SELECT * FROM read_parquet('{path}')")
    return raw


def _taken(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median wall-clock and least processor time of this process, in ms, after a run that does not count."""
    work()
    wall, processor = [], []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - used) * 1000)
    return statistics.median(wall), min(processor)


def _peak(pool: Pool) -> float:
    """Most memory a worker of the pool ever held, in MiB; Linux only."""
    found = [0]
    for process in pool.processes():
        status = Path(f"/proc/{process}/status")
        for line in status.read_text().splitlines() if status.exists() else ():
            if line.startswith("VmHWM"):
                found.append(int(line.split()[1]))
    return max(found) / 1024
