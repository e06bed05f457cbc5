"""Queries through the worker against raw DuckDB on the same files with the same threads.

Five queries over 1 and 10 million rows, one and twelve rows of every unit, groups even and skewed, in both
modes: raw and ours in turn, so that a slow moment meets both. A busy machine disturbs processor time less
than wall time, so its ratio is given too, of the five queries together. Then the audit, the second engine,
what a warm worker costs by itself, its memory, and other libraries at the same total budget.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from pathlib import Path
from typing import Final

import duckdb

from benchmarks import query_rivals, query_second
from benchmarks.measure import Figure
from benchmarks.query_rows import K, Shape, contract, facts, terms, written
from catalog.duck import connect
from policies.terms import Mode
from space.engines.duckdb import THREADS, Engine
from space.engines.workers.pool import Pool
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

NAME: Final = "bench.person"
RAW: Final = "raw DuckDB, same file and threads"


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
# Seconds: long enough that no worker makes room for a new one in the middle of a figure.
_PATIENCE: Final = 600.0

# A process that asks the five of raw DuckDB and says how much memory it ever held.
_ALONE: Final = """
import sys, duckdb
path, threads, *queries = sys.argv[1:]
raw = duckdb.connect()
raw.execute(f"SET threads = {threads}")
raw.execute(f"CREATE VIEW person AS SELECT * FROM read_parquet('{path}')")
for query in queries:
    raw.sql(query).to_arrow_table()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@dataclass(frozen=True, slots=True)
class Way:
    """A query in one mode: what its figure is called, its plan, its target over a baseline in ms."""

    mode: Mode
    name: str
    plan: Plan
    target: Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Taken:
    """Median wall-clock and least processor time of this process, in ms."""

    wall: float
    processor: float


def run() -> Iterator[Figure]:
    """Every query on every table in both modes; audit, overhead and memory; other libraries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.parquet"
        for rows in SIZES:
            for per_unit in (1, 12):
                for skewed in (False, True):
                    shape = Shape(rows, per_unit, skewed)
                    written(shape, path)
                    yield from _of_table(shape, path)
        shape = Shape(SIZES[0], 1, False)
        written(shape, path)
        yield from _audited(shape, path)
        plans = {query.name: _plan(query.sql, Mode.THRESHOLD, per_unit=1) for query in QUERIES}
        yield from query_second.figures(plans, {NAME: (path,)}, shape)
        asked = {query.name: query.sql for query in QUERIES}
        keys = {query.name: len(query.keys.split(",")) for query in QUERIES}
        yield from query_rivals.figures(path, asked, keys)
        written(Shape(1_000, 1, False), path)
        yield _overhead(path)


def _of_table(shape: Shape, path: Path) -> Iterator[Figure]:
    repeats = 7 if shape.rows <= SIZES[0] else 3
    files = {NAME: (path,)}
    used: dict[Mode, list[tuple[float, float]]] = {Mode.THRESHOLD: [], Mode.DP: []}
    with (
        Pool(_PATIENCE, spare=False) as pool,
        closing(Engine(files, _PATIENCE)) as inside,
        closing(_raw(path)) as raw,
    ):
        for query in QUERIES:
            ways = _ways(raw, query, shape)
            there = partial(_asked, raw, query.sql)
            baseline, *taken = _in_turn([there, *(partial(pool.run, w.plan, files) for w in ways)], repeats)
            least, *own = _in_turn([there, *(partial(inside.execute, w.plan) for w in ways)], 2)
            for way, ours, alone in zip(ways, taken, own, strict=True):
                print(f"    {way.name}: processor time {alone.processor / least.processor:.2f}×")
                used[way.mode].append((alone.processor, least.processor))
                target = way.target(baseline.wall)
                yield Figure(f"{way.name}; {shape}", ours.wall, baseline.wall, "ms", target, RAW)
        for mode, times in used.items():
            name = f"{mode}: processor time of the above together; {shape}"
            ours_ms, raw_ms = (sum(each) for each in zip(*times, strict=True))
            yield Figure(name, ours_ms, raw_ms, "ms", "reported", RAW)
        if sys.platform == "linux":
            name, against = f"memory a worker held at most; {shape}", "raw DuckDB in its own process"
            yield Figure(name, _peak(pool), _alone(path), "MiB", "reported", against)


def _ways(raw: duckdb.DuckDBPyConnection, query: Query, shape: Shape) -> list[Way]:
    plan = partial(_plan, query.sql, per_unit=shape.per_unit)
    limit, keys, public = _threshold(raw, query, shape), _keys(raw, query), plan(Mode.DP)
    listed = prod(key.domain.size for key in public.blocks[0].keys if key.domain is not None)
    ways = [
        Way(Mode.THRESHOLD, f"threshold: {query.name}", plan(Mode.THRESHOLD), lambda _: limit),
        Way(Mode.DP, f"dp, keys public: {query.name}", public, partial(_private, listed * 0.02)),
    ]
    if query is QUERIES[-1]:
        hidden = plan(Mode.DP, public=False)
        name = f"dp, keys thresholded: {query.name}"
        ways.append(Way(Mode.DP, name, hidden, partial(_private, keys * 0.04)))
    return ways


def _threshold(raw: duckdb.DuckDBPyConnection, query: Query, shape: Shape) -> str:
    """The target: where rows of some cell may or may not be of k units, these are counted."""
    if shape.per_unit == 1:
        return "≤ 1.3×"
    counts = f"SELECT count(*) AS n FROM person {query.where} GROUP BY {query.keys}"
    doubtful = (
        f"SELECT count(*) FROM ({counts}) WHERE n >= {K} AND n <= {K * shape.per_unit - shape.per_unit}"
    )
    return "≤ 4×, some cells counted exactly" if _number(raw, doubtful) else "≤ 1.7×"


def _private(keys_ms: float, baseline_ms: float) -> str:
    """The target in milliseconds: 20 µs for every public key, with rows or without, 40 µs for others."""
    return f"≤ {1.5 * baseline_ms + 20 + keys_ms:,.0f} ms"


def _keys(raw: duckdb.DuckDBPyConnection, query: Query) -> int:
    return _number(raw, f"SELECT count(*) FROM (SELECT DISTINCT {query.keys} FROM person)")


def _number(raw: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number a statement gives; fetched to the end, which frees the connection."""
    ((number,),) = raw.execute(sql).fetchall()
    return int(number)


def _audited(shape: Shape, path: Path) -> Iterator[Figure]:
    """A query beside twenty that were answered before, of other rows: by the same columns, by others."""
    files = {NAME: (path,)}
    query = replace(QUERIES[1], where=QUERIES[3].where)
    plan = _plan(query.sql, Mode.THRESHOLD, per_unit=shape.per_unit)
    ways = [plan]
    for keys in (("region_code",), ("disease", "gender", "gender, disease", "year(birth_date)")):
        told = []
        for year in range(1950, 1990, 2):
            by = keys[year // 2 % len(keys)]
            before = replace(query, keys=by, where=f"WHERE birth_date < DATE '{year + 1}-01-01'")
            asked = _plan(before.sql, Mode.THRESHOLD, per_unit=shape.per_unit)
            told += [dict(record(block, K).body) for block in audited(asked)]
        formers = [f for block in audited(plan) for f in compared(block, reversed(told), len(told))]
        ways.append(replace(plan, formers=tuple(formers)))
    with Pool(_PATIENCE, spare=False) as pool, closing(_raw(path)) as raw:
        works = [partial(pool.run, sent, files) for sent in ways]
        baseline, without, same, other = _in_turn([partial(_asked, raw, query.sql), *works], 9)
    name = f"threshold: count and average by region of the older, {{}}; {shape}"
    yield Figure(name.format("not audited"), without.wall, baseline.wall, "ms", "≤ 1.3×", RAW)
    for way, taken, target in ((ways[1], same, "≤ 6×"), (ways[2], other, "reported")):
        by = "the same columns" if way is ways[1] else "other columns"
        audit = name.format(f"audited beside {len(way.formers)} former predicates by {by}")
        yield Figure(audit, taken.wall, baseline.wall, "ms", target, RAW)
    with closing(Engine(files, _PATIENCE)) as inside, closing(_raw(path)) as raw:
        works = [partial(_asked, raw, query.sql), partial(inside.execute, ways[2])]
        least, ours = _in_turn(works, 5)
    yield Figure(f"{audit}; processor time", ours.processor, least.processor, "ms", "reported", RAW)


def _overhead(path: Path) -> Figure:
    files = {NAME: (path,)}
    plan = _plan(QUERIES[0].sql, Mode.THRESHOLD, per_unit=1)
    with Pool(_PATIENCE, spare=False) as pool, closing(_raw(path)) as raw:
        baseline, ours = _in_turn([partial(_asked, raw, QUERIES[0].sql), partial(pool.run, plan, files)], 50)
    name = f"a warm worker, {QUERIES[0].name} over 1,000 rows"
    return Figure(name, ours.wall, baseline.wall, "ms", "≤ 10 ms more", RAW)


def _plan(sql: str, mode: Mode, *, per_unit: int, public: bool = True) -> Plan:
    asked = terms(mode, public=public)
    plan = compile_query(sql, asked, QuerySchema.from_facts(asked, [(contract(per_unit), facts(per_unit))]))
    assert isinstance(plan, Plan), plan
    return plan


def _raw(path: Path) -> duckdb.DuckDBPyConnection:
    raw = connect()
    raw.execute(f"SET threads = {THREADS}")
    raw.execute(f"CREATE VIEW person AS SELECT * FROM read_parquet('{path}')")
    return raw


def _asked(raw: duckdb.DuckDBPyConnection, sql: str) -> object:
    return raw.sql(sql).to_arrow_table()


def _in_turn(works: Sequence[Callable[[], object]], repeats: int) -> list[Taken]:
    """What each takes of some runs in turn, after one of each that does not count."""
    wall: list[list[float]] = [[] for _ in works]
    processor: list[list[float]] = [[] for _ in works]
    for repeat in range(repeats + 1):
        for place, work in enumerate(works):
            start, used = time.perf_counter(), time.process_time()
            work()
            if repeat:
                wall[place].append((time.perf_counter() - start) * 1000)
                processor[place].append((time.process_time() - used) * 1000)
    return [Taken(statistics.median(w), min(p)) for w, p in zip(wall, processor, strict=True)]


def _peak(pool: Pool) -> float:
    """Most memory a worker of the pool ever held, in MiB; Linux only."""
    stated = [Path(f"/proc/{process}/status").read_text() for process in pool.processes()]
    lines = [line for text in stated for line in text.splitlines() if line.startswith("VmHWM")]
    return max(int(line.split()[1]) for line in lines) / 1024


def _alone(path: Path) -> float:
    """Most memory a process held that asked the same of raw DuckDB, in MiB; Linux only."""
    words = [sys.executable, "-I", "-c", _ALONE, str(path), str(THREADS), *(query.sql for query in QUERIES)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
