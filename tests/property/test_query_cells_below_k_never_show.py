"""Random simple aggregates: whatever is accepted shows no cell below k, judged by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

K = 10
CONTRACT = Contract(
    "visits", "就诊", "city", "visits", Party("卫健委"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("district", use=Use.DIMENSION, required=True),
        Field("kind", use=Use.DIMENSION, allowed=("a", "b", "c")),
        Field("seen", type=FieldType.DATE, use=Use.TIME, grain="month", required=True),
        Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=9_000, grain="100"),
    ),
    units=(UnitRule("person", 40),),
)  # fmt: skip
TERMS = Terms(
    "industry.research",
    (DatasetTerm("city.visits", tuple(f.name for f in CONTRACT.fields)),),
    Mode.THRESHOLD,
    Disclosure(K, 0.9, 1, 5),
    date(2026, 1, 1),
    date(2026, 12, 31),
)
KEYS = ["district", "kind", "year(seen)", "date_trunc('quarter', seen)", "month(seen)", "floor(cost / 3000)"]
CONDITIONS = [
    "kind = 'a'", "kind <> 'a'", "kind IN ('a', 'b')", "kind IS NULL", "district = 'd3'", "cost >= 3000",
    "cost < 600", "year(seen) = 2025", "NOT kind = 'c'", "district = 'd1' OR kind = 'b'",
]  # fmt: skip


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[QuerySchema, dict[str, Any], Any]]:
    """Several rows a person, some persons with many, some rows without a person."""
    draw = np.random.default_rng(4)
    people = [s + resident_check(s) for s in (f"99010119900101{i:03d}" for i in range(160))]
    n = 900
    who = draw.zipf(1.5, n) % 160
    table = pa.table(
        {
            "id_card": [None if i % 37 == 0 else people[int(w)] for i, w in enumerate(who)],
            "district": [f"d{int(d)}" for d in draw.zipf(1.7, n) % 7],
            "kind": [["a", "b", "c", None][int(i)] for i in draw.choice(4, n, p=[0.6, 0.3, 0.07, 0.03])],
            "seen": pa.array(
                [date(2024 + int(m) // 12, int(m) % 12 + 1, 5) for m in draw.integers(0, 24, n)]
            ),
            "cost": draw.integers(0, 9_000, n).tolist(),
        }
    )  # fmt: skip
    rows = table.to_pylist()
    kept: dict[Any, int] = {}
    capped = []
    for row in rows:
        kept[row["id_card"]] = kept.get(row["id_card"], 0) + 1
        if row["id_card"] is None or kept[row["id_card"]] <= 40:
            capped.append(row)
    made = protect(CONTRACT, pa.Table.from_pylist(capped, schema=table.schema), b"k" * 32)
    facts = check(CONTRACT, made.vault, made.protected)
    path: Path = tmp_path_factory.mktemp("visits") / "visits.parquet"
    pq.write_table(made.protected, path)
    open_rows = duckdb.connect()
    open_rows.execute(f"CREATE TABLE visits AS SELECT * FROM read_parquet('{path}')")
    yield QuerySchema.from_facts(TERMS, [(CONTRACT, facts)]), {"city.visits": (path,)}, open_rows
    open_rows.close()


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    keys=st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
    where=st.none() | st.sampled_from(CONDITIONS),
    filters=st.lists(st.none() | st.sampled_from(CONDITIONS), min_size=1, max_size=3, unique=True),
    what=st.sampled_from(["count(*)", "sum(cost)", "avg(cost)", "count(DISTINCT id_card)", "count(kind)"]),
)
def test_no_accepted_aggregate_shows_a_cell_below_k(
    visits: Any, keys: list[str], where: str | None, filters: list[str | None], what: str
) -> None:
    schema, files, open_rows = visits
    figures = [what if f is None else f"{what} FILTER (WHERE {f})" for f in filters]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    condition = f" WHERE {where}" if where else ""
    outputs = [f"{k} AS k{i}" for i, k in enumerate(keys)] + [f"{f} AS f{i}" for i, f in enumerate(figures)]
    plan = compile_query(f"SELECT {', '.join(outputs)} FROM visits{condition}{grouped}", TERMS, schema)
    assert isinstance(plan, Plan), plan

    present = {"sum(cost)": "cost", "avg(cost)": "cost", "count(kind)": "kind"}.get(what)
    tests = [
        " AND ".join(t for t in (f and f"({f})", present and f"{present} IS NOT NULL") if t) for f in filters
    ]
    tests = [t or "true" for t in tests]
    truth = brute_force(open_rows, keys, f"{condition}{grouped}", tests)
    for row in execute(plan, files).to_pylist():
        cell = truth[tuple(row[f"k{i}"] for i in range(len(keys)))]
        shown = [i for i in range(len(filters)) if row[f"f{i}"] is not None]
        assert not keys or cell["u"] >= K
        assert all(cell[f"u{i}"] >= K for i in shown)
        if "count" in what:
            assert all(row[f"f{i}"] % 5 == 0 for i in shown)
        for part in shown:
            for whole in shown:
                nested = part != whole and cell[f"r{part}_{whole}"] == 0
                assert not nested or cell[f"r{whole}_{part}"] == 0 or cell[f"u{whole}_{part}"] >= K


def brute_force(open_rows: Any, keys: list[str], rest: str, tests: list[str]) -> dict[Any, dict[str, int]]:
    """Units and rows of every cell, of every figure in it, and of every difference of two figures."""
    columns = {"u": "true"} | {str(i): t for i, t in enumerate(tests)}
    columns |= {
        f"{a}_{b}": f"({s}) AND (({t}) IS NOT TRUE)"
        for a, s in enumerate(tests)
        for b, t in enumerate(tests)
        if a != b
    }
    figures = ["count(DISTINCT _u_id_card) AS u"]
    for name, test in columns.items():
        if name != "u":
            figures.append(f"count(DISTINCT _u_id_card) FILTER (WHERE {test}) AS u{name}")
            figures.append(f"count(*) FILTER (WHERE {test}) AS r{name}")
    named = [f"{key} AS k{i}" for i, key in enumerate(keys)]
    found = (
        open_rows.sql(f"SELECT {', '.join([*named, *figures])} FROM visits{rest}")
        .to_arrow_table()
        .to_pylist()
    )
    return {tuple(row[f"k{i}"] for i in range(len(keys))): row for row in found}
