"""Random questions: no two or three released cells, nor a total and its parts, differ by few units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
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
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

K = 10
# Key expression to the column it reads.
KEYS = {
    "district": "district",
    "kind": "kind",
    "year(seen)": "seen",
    "date_trunc('quarter', seen)": "seen",
    "floor(cost / 3000)": "cost",
    "floor(cost / 2000)": "cost",
    "CASE WHEN district = 'd1' OR kind = 'b' THEN 'x' ELSE 'y' END": "district kind",
}
CONDITIONS = [
    "kind = 'a'", "kind <> 'a'", "kind IN ('a', 'b')", "kind IS NULL", "district = 'd3'", "cost >= 3000",
    "cost < 600", "year(seen) = 2025", "NOT kind = 'c'", "district = 'd1' OR kind = 'b'",
    "kind = 'a' AND NOT (district = 'd2' AND cost >= 8000)", "district IN ('d0', 'd1', 'd2')",
    "NOT (district = 'd0' AND kind = 'c')", "seen >= DATE '2024-03-01'", "cost >= 100",
]  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """One table with so many rows a person, a grant on it, and its open rows."""

    terms: Terms
    schema: QuerySchema
    files: dict[str, Any]
    open_rows: duckdb.DuckDBPyConnection
    people: dict[int, int | None]

    def where(self, condition: str) -> frozenset[int]:
        found = self.open_rows.sql(f"SELECT id FROM visits WHERE {condition}").fetchall()
        return frozenset(int(row[0]) for row in found)

    def few(self, rows: frozenset[int]) -> bool:
        """Whether rows are there, and of fewer than k persons."""
        return bool(rows) and len({self.people[row] for row in rows} - {None}) < K


def shop(folder: Path, most: int) -> Shop:
    contract = Contract(
        "visits", "就诊", "city", "visits", Party("卫健委"),
        (
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
            Field("district", use=Use.DIMENSION, required=True),
            Field("kind", use=Use.DIMENSION, allowed=("a", "b", "c")),
            Field("seen", type=FieldType.DATE, use=Use.TIME, grain="month", required=True),
            Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=9_000, grain="100"),
        ),
        units=(UnitRule("person", most),),
    )  # fmt: skip
    terms = Terms(
        "industry.research",
        (DatasetTerm("city.visits", tuple(f.name for f in contract.fields)),),
        Mode.THRESHOLD,
        Disclosure(K, 0.9, 1, 5),
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    draw = np.random.default_rng(4)
    n = 900
    who = np.arange(n) if most == 1 else np.arange(n) % 160
    ids = [s + resident_check(s) for s in (f"9901011990{m:02d}07{i:03d}" for m in (1, 2) for i in range(500))]
    table = pa.table(
        {
            "id_card": [None if i % 37 == 0 else ids[int(w)] for i, w in enumerate(who)],
            "district": [f"d{int(d)}" for d in draw.zipf(1.7, n) % 7],
            "kind": [["a", "b", "c", None][int(i)] for i in draw.choice(4, n, p=[0.6, 0.3, 0.07, 0.03])],
            "seen": pa.array(
                [date(2024 + int(m) // 12, int(m) % 12 + 1, 5) for m in draw.integers(0, 24, n)]
            ),
            "cost": draw.integers(0, 9_000, n).tolist(),
        }
    )  # fmt: skip
    made = protect(contract, table, b"k" * 32)
    facts = check(contract, made.vault, made.protected)
    path = folder / f"visits{most}.parquet"
    pq.write_table(made.protected, path)
    rows = duckdb.connect()
    rows.execute(f"CREATE TABLE visits AS SELECT row_number() OVER () AS id, * FROM read_parquet('{path}')")
    people = dict(rows.sql("SELECT id, _u_id_card FROM visits").fetchall())
    return Shop(
        terms, QuerySchema.from_facts(terms, [(contract, facts)]), {"city.visits": (path,)}, rows, people
    )


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Shop]]:
    folder = tmp_path_factory.mktemp("visits")
    made = {most: shop(folder, most) for most in (1, 6)}
    yield made
    for each in made.values():
        each.open_rows.close()


questions = st.tuples(
    st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True),
    st.none() | st.sampled_from(CONDITIONS),
    st.none() | st.sampled_from(CONDITIONS),
)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(most=st.sampled_from([1, 6]), asked=st.lists(questions, min_size=2, max_size=6))
def test_no_two_released_cells_differ_by_few_units(shops: Any, most: int, asked: list[Any]) -> None:
    here: Shop = shops[most]
    told: list[dict[str, Any]] = []
    answers = []
    for keys, where, chosen in asked:
        columns = set(" ".join(KEYS[key] for key in keys).split())
        answers.append((columns, set(keys), answer(here, told, keys, where, chosen)))
    for (columns_a, keys_a, a), (columns_b, keys_b, b) in combinations(answers, 2):
        if not (columns_a <= columns_b or columns_b <= columns_a):
            continue
        for one in a:
            for other in b:
                if one & other:
                    assert not here.few(one - other)
                    assert not here.few(other - one)
        if keys_a < keys_b:
            check_rests(here, a, b)
        elif keys_b < keys_a:
            check_rests(here, b, a)
    for three in combinations(answers, 3):
        if len({frozenset(keys) for _, keys, _ in three}) == 1:
            for cells in product(*(cells for _, _, cells in three)):
                check_three(here, cells)


def check_three(here: Shop, cells: tuple[frozenset[int], ...]) -> None:
    """No cell and two others, added up, differ by few: their common rows count twice."""
    for whole, one, other in (cells, cells[1:] + cells[:1], cells[2:] + cells[:2]):
        if (one | other) & whole and len(one) + len(other) - len(whole) < len(whole):
            assert not here.few((whole ^ (one | other)) | (one & other))


def check_rests(here: Shop, totals: list[frozenset[int]], parts: list[frozenset[int]]) -> None:
    """A total less all of its parts that are shown is nobody or k persons."""
    for total in totals:
        inside = [part for part in parts if part & total]
        if inside and len(set().union(*inside)) == sum(len(part) for part in inside):
            assert not here.few(total - frozenset().union(*inside))


def answer(
    here: Shop, told: list[dict[str, Any]], keys: list[str], where: str | None, chosen: str | None
) -> list[frozenset[int]]:
    """Ask, and give the rows behind every cell that shows a figure."""
    figure = "sum(cost)" + (f" FILTER (WHERE {chosen})" if chosen else "")
    outputs = [f"{k} AS k{i}" for i, k in enumerate(keys)] + [f"{figure} AS f"]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    plan = compile_query(
        f"SELECT {', '.join(outputs)} FROM visits{f' WHERE {where}' if where else ''}{grouped}",
        here.terms,
        here.schema,
    )
    assert isinstance(plan, Plan), plan
    formers = [f for block in audited(plan) for f in compared(block, reversed(told), 20)]
    told += [dict(record(block, K).body) for block in audited(plan)]
    rows = execute(replace(plan, formers=tuple(formers)), here.files).to_pylist()
    shown = []
    for row in (r for r in rows if r["f"] is not None):
        key = [f"({k}) IS NOT DISTINCT FROM {literal(row[f'k{i}'])}" for i, k in enumerate(keys)]
        shown.append(
            here.where(
                " AND ".join([*key, f"({where or 'TRUE'})", f"({chosen or 'TRUE'})", "cost IS NOT NULL"])
            )
        )
    return shown


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else f"'{value}'"
