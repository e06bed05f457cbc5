"""One million edges of column lineage: three hops of impact, and the lineage of SQL by query scope.

The graph is made up as a city's is: source tables, and five generations of composed datasets that read one
to three of those before, a few of them very many times over. Every composed dataset is joined or filtered by
some column, so that a join key reaches whole datasets. Columns are drawn as often as they are read. The
baselines are a walk in Python over edges named by dataset and field, a query a column, and sqlglot's own
lineage column by column, in the same run.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text

from benchmarks.measure import Figure, milliseconds
from catalog.home import Home
from catalog.lineage.affected import Affected, affected_by
from catalog.lineage.graph import EVERY, Edge, record_all
from catalog.lineage.reach import reach
from catalog.lineage.sql import origins
from catalog.store import create_store, reading, writing
from tests.servers import postgresql

SOURCES: Final = 6_000
GENERATIONS: Final = 5
COMPOSED: Final = 4_200  # of a generation
COLUMNS: Final = 20  # of a dataset
STARTS: Final = 200
WALKED: Final = 20  # of them by the baseline too
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
    """Edges into each composed dataset."""
    draw = random.Random(seed).random
    layers = [[f"s.d{number}" for number in range(SOURCES)]]
    layers += [[f"c{g}.d{number}" for number in range(COMPOSED)] for g in range(1, GENERATIONS + 1)]
    made: dict[str, list[Edge]] = {}
    for generation, names in enumerate(layers[1:], 1):
        for name in names:
            inputs = set[str]()
            for _ in range(1 + int(draw() * 3)):
                layer = layers[generation - 1 if draw() < 0.7 else int(generation * draw())]
                inputs.add(layer[int(len(layer) * draw() ** 3)])  # the first of a layer are its hubs
            made[name] = list(_into(name, sorted(inputs), draw))
    return made


def _into(name: str, inputs: Sequence[str], draw: Callable[[], float]) -> Iterator[Edge]:
    """Each column from one to four of the inputs' columns; rows from the keys and one more column."""
    columns = set[tuple[str, int, int]]()
    for target in range(COLUMNS):
        for _ in range(1 if draw() < 0.35 else 2 + int(draw() * 3)):
            columns.add((inputs[int(len(inputs) * draw())], int(COLUMNS * draw() ** 1.5), target))
    for source, column, target in sorted(columns):
        yield Edge(source, f"c{column}", name, f"c{target}", "TRANSFORMATION")
    for source, column in sorted({*((each, 0) for each in inputs), (inputs[0], 1 + int(3 * draw()))}):
        yield Edge(source, f"c{column}", name, EVERY, "JOIN" if column == 0 else "FILTER")


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
    drawn = [chance.choice(edges[chance.choice(names)]) for _ in range(STARTS)]
    columns = [(edge.source_dataset, edge.source_field) for edge in drawn]
    hot = [("s.d0", f"c{number}") for number in range(5)]
    on = date(2026, 9, 24)

    def asked(column: Column) -> Affected:
        return affected_by(connection, *column, on, depth=HOPS, limit=100)

    with reading(engine) as connection:
        against = "p95 of a walk in Python over named edges, where it is measured, of fewer columns"
        slow = _p95(lambda column: _walk(connection, column), columns[:WALKED])
        _each(asked, columns[:WALKED])
        yield Figure(f"{store}: 3-hop impact, p95", _p95(asked, columns), slow, "ms", "≤ 25 ms", against)
        before = time.process_time()
        _each(asked, columns)
        spent = (time.process_time() - before) * 1000 / STARTS
        if store == "SQLite":
            name = "SQLite: 3-hop impact, processor time, mean"
            yield Figure(name, spent, slow, "ms", "reported", against)
        most = max(asked(column).total for column in hot)
        heat = statistics.median(_each(asked, hot))
        long = statistics.median(_each(lambda column: _walk(connection, column), hot[:1]))
        yield Figure(f"{store}: a hot column reaching {most:,}", heat, long, "ms", "reported", against)
        for column in columns[:5]:
            ours = {(each.dataset, each.field) for each in reach(connection, *column, depth=HOPS)}
            assert ours == _walk(connection, column)


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
        rows = {dataset for dataset, name in found if name == EVERY}
        found |= {(dataset, f"c{number}") for dataset in rows for number in range(COLUMNS)}
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
