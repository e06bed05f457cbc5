"""One million edges of column lineage: three hops of impact, and the lineage of SQL by query scope.

The graph is made up in layers with a skewed fan-out. The baselines are a walk in Python over edges named
by dataset and field, a query a generation, and sqlglot's own lineage column by column, in the same run.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text

from benchmarks.measure import Figure, milliseconds
from catalog.home import Home
from catalog.lineage.graph import Edge, reach, reach_datasets, record_all
from catalog.lineage.sql import origins
from catalog.store import create_store, reading, writing
from tests.servers import postgresql

LAYERS: Final = 6
DATASETS: Final = 20_000
COLUMNS: Final = 20  # of a dataset
EDGES: Final = 1_000_000
STARTS: Final = 100
HOPS: Final = 3
BATCH: Final = 1000

Column = tuple[str, str]


def run() -> Iterator[Figure]:
    """Lineage of SQL first, then the graph on each store."""
    yield _sql()
    edges = _edges()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Home(Path(folder) / "sqlite")
        home.create()
        yield from _on("SQLite", create_store(home), edges)
        server = stack.enter_context(postgresql())
        other = Home(Path(folder) / "postgresql")
        other.create()
        other.keep_database_url(server.new_store())
        yield from _on("PostgreSQL", create_store(other), edges)


def _edges(seed: int = 20260924) -> dict[str, list[Edge]]:
    """Edges into each dataset, from columns of the layers before; few columns are read by very many."""
    chance = random.Random(seed)
    layer = DATASETS // LAYERS
    made: dict[str, set[tuple[int, int, int]]] = {}
    for _ in range(EDGES):
        target = chance.randrange(layer, DATASETS)
        first = max(0, (target // layer - 1) * layer)
        source = first + int(layer * chance.random() ** 3)
        column = int(COLUMNS * chance.random() ** 2)
        made.setdefault(f"l.d{target}", set()).add((source, column, chance.randrange(COLUMNS)))
    return {
        target: [Edge(f"l.d{s}", f"c{c}", target, f"c{t}", "IDENTITY") for s, c, t in sorted(into)]
        for target, into in made.items()
    }


def _on(store: str, engine: Engine, edges: dict[str, list[Edge]]) -> Iterator[Figure]:
    names = list(edges)
    start = time.perf_counter()
    with writing(engine) as connection:
        for at in range(0, len(names), BATCH):
            record_all(connection, {name: edges[name] for name in names[at : at + BATCH]})
    taken = time.perf_counter() - start
    count = sum(map(len, edges.values()))
    name = f"lineage on {store}: {count:,} edges recorded"
    yield Figure(name, count / taken, 10_000, "1/s", "reported", "10,000 a second")
    with writing(engine) as connection:
        _named(connection, edges)
        if store == "PostgreSQL":
            connection.execute(text("ANALYZE"))
    chance = random.Random(7)
    drawn = [chance.choice(chance.choice(list(edges.values()))) for _ in range(STARTS)]
    weighted = [(edge.source_dataset, edge.source_field) for edge in drawn]
    hot = [("l.d0", f"c{number}") for number in range(5)]
    with reading(engine) as connection:
        naive = _p95(lambda column: _walk(connection, column), weighted)
        against = "p95 of a walk in Python over named edges"
        first = _p95(lambda column: reach(connection, *column, depth=HOPS, limit=100), weighted)
        yield Figure(f"{store}: 3-hop impact, p95", first, naive, "ms", "≤ 25 ms", against)
        counted = _p95(lambda column: reach_datasets(connection, *column, depth=HOPS), weighted)
        yield Figure(f"{store}: 3-hop impact by dataset, p95", counted, naive, "ms", "≤ 25 ms", against)
        most = max(len(reach(connection, *column, depth=HOPS)) for column in hot)
        heat = statistics.median(_each(lambda column: reach(connection, *column, depth=HOPS, limit=100), hot))
        slow = statistics.median(_each(lambda column: _walk(connection, column), hot))
        yield Figure(f"{store}: a hot column reaching {most:,}", heat, slow, "ms", "reported", against)
        for column in weighted[:5]:
            ours = {(each.dataset, each.field) for each in reach(connection, *column, depth=HOPS)}
            assert ours - {column} == _walk(connection, column) - {column}


def _named(connection: Connection, edges: dict[str, list[Edge]]) -> None:
    """The same edges by name, as the baseline walks them."""
    kind = "varchar(130) NOT NULL, sf varchar(63) NOT NULL, td varchar(130) NOT NULL, tf varchar(63) NOT NULL"
    connection.execute(text(f"CREATE TABLE named (sd {kind}, PRIMARY KEY (sd, sf, td, tf))"))
    statement = text("INSERT INTO named (sd, sf, td, tf) VALUES (:a, :b, :c, :d)")
    batch = []
    for into in edges.values():
        batch += [
            {"a": e.source_dataset, "b": e.source_field, "c": e.target_dataset, "d": e.target_field}
            for e in into
        ]
        if len(batch) > 50_000:
            connection.execute(statement, batch)
            batch = []
    connection.execute(statement, batch)


def _walk(connection: Connection, start: Column) -> set[Column]:
    reached: set[Column] = set()
    ends = [start]
    statement = text("SELECT td, tf FROM named WHERE sd = :d AND sf = :f")
    for _ in range(HOPS):
        found = {(row.td, row.tf) for d, f in ends for row in connection.execute(statement, {"d": d, "f": f})}
        ends = list(found - reached)
        reached |= found
    return reached


def _sql() -> Figure:
    """Ten common table expressions of twenty columns each, one above the other."""
    import sqlglot.lineage

    names = [f"c{number}" for number in range(COLUMNS)]
    parts = [f"q0 AS (SELECT {', '.join(names)} FROM s.base)"]
    for level in range(1, 10):
        columns = ", ".join(f"a.{name} + b.{name} AS {name}" for name in names)
        parts.append(f"q{level} AS (SELECT {columns} FROM q{level - 1} a JOIN q0 b ON a.c0 = b.c0)")
    sql = f"WITH {', '.join(parts)} SELECT {', '.join(names)} FROM q9"
    schema = {"s": {"base": dict.fromkeys(names, "VARCHAR")}}

    def stock() -> None:
        for name in names[:2]:
            sqlglot.lineage.lineage(name, sql, schema=schema, dialect="duckdb")

    ours = milliseconds(lambda: origins(sql, {"s.base": tuple(names)}, "t.big"))
    theirs = milliseconds(stock, 1) * COLUMNS / 2
    against = "sqlglot's lineage of each column from the text (two columns, times ten)"
    return Figure("lineage of 10 CTEs × 20 columns", ours, theirs, "ms", "≤ 150 ms", against)


def _each(work: Callable[[Column], object], asked: Sequence[Column]) -> list[float]:
    taken = []
    for each in asked:
        start = time.perf_counter()
        work(each)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _p95(work: Callable[[Column], object], asked: Sequence[Column]) -> float:
    return statistics.quantiles(_each(work, asked), n=20, method="inclusive")[-1]
