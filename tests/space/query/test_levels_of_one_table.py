"""ROLLUP, CUBE and GROUPING SETS: totals beside their parts, attacked with linear algebra on made tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import Facts, check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

K = 10
Row = dict[str, Any]
Cell = tuple[str, str, str]

VISIT = Contract(
    id="visit",
    title="就诊",
    schema="city",
    table="visit",
    department=Party("卫健委"),
    fields=(
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("province", use=Use.DIMENSION, required=True),
        Field("town", use=Use.DIMENSION, required=True),
        Field("sex", use=Use.DIMENSION, allowed=("F", "M"), required=True),
        Field("note", use=Use.DIMENSION),
        Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=100_000, grain="1000"),
    ),
    units=(UnitRule("person", 1),),
)
TERMS = Terms(
    "industry.research",
    (DatasetTerm("city.visit", tuple(f.name for f in VISIT.fields)),),
    Mode.THRESHOLD,
    Disclosure(k=K, dominance_share=0.5, p_percent=10, rounding_base=1),
    date(2026, 1, 1),
    date(2026, 12, 31),
    budget=Budget(rho=1000, rho_per_query=0.5, delta=1e-8),
)


class Made:
    """A table with given numbers of persons per cell, and how it is asked."""

    def __init__(self, folder: Path, cells: dict[Cell, int], missing: dict[Cell, int] | None = None) -> None:
        self.cells = cells
        rows = [
            (*cell, None if i < (missing or {}).get(cell, 0) else "x")
            for cell, n in cells.items()
            for i in range(n)
        ]
        serials = (
            f"99{i // 8760:04d}19{10 + i // 1000 % 80:02d}0101{i % 1000:03d}" for i in range(len(rows))
        )
        ids = [s + resident_check(s) for s in serials]
        columns = list(zip(*rows, strict=True))
        table = pa.table(
            {
                "id_card": ids,
                **{n: list(c) for n, c in zip(("province", "town", "sex", "note"), columns, strict=True)},
                "cost": pa.array([1000 + i % 50 for i in range(len(rows))], pa.int64()),
            }
        )
        made = protect(VISIT, table, b"k" * 32)
        self.facts: Facts = check(VISIT, made.vault, made.protected)
        self.file = folder / "visit.parquet"
        pq.write_table(made.protected, self.file)

    def schema(self) -> QuerySchema:
        return QuerySchema.from_facts(TERMS, [(VISIT, self.facts)])

    def ask(self, sql: str) -> list[Row]:
        plan = compile_query(sql, TERMS, self.schema())
        assert isinstance(plan, Plan), plan
        rows: list[Row] = execute(plan, {"city.visit": (self.file,)}).to_pylist()
        return rows


def equations(made: Made, rows: list[Row], keys: tuple[str, ...], figure: str = "n") -> tuple[Any, list[int]]:
    """One line for every shown figure: which finest cells it is made of; and the true size of every cell."""
    places = {"province": 0, "town": 1, "sex": 2}
    cells = list(made.cells)
    lines = []
    for row in rows:
        if row[figure] is None:
            continue
        fixed = {places[key]: row[key] for key in keys if not row[f"g_{key}"]}
        lines.append([float(all(cell[p] == v for p, v in fixed.items())) for cell in cells])
    return np.array(lines), [made.cells[cell] for cell in cells]


def told(lines: Any, sizes: list[int], largest: int = 3) -> list[tuple[int, ...]]:
    """Groups of up to three cells, fewer than k persons in all, whose size or difference follows."""
    rank = np.linalg.matrix_rank(lines)
    found = []
    for width in range(1, largest + 1):
        for group in combinations([i for i, n in enumerate(sizes) if n < K], width):
            if sum(sizes[i] for i in group) >= K:
                continue
            target = np.zeros((1, len(sizes)))
            target[0, list(group)] = 1
            if np.linalg.matrix_rank(np.vstack([lines, target])) == rank:
                found.append(group)
    return found


def drawn(seed: int) -> dict[Cell, int]:
    """A small table with many small cells."""
    draw = np.random.default_rng(seed)
    return {
        (f"p{t // 3}", f"t{t}", sex): int(draw.choice([0, 2, 3, 4, 7, 9, 11, 14, 40]))
        for t in range(6)
        for sex in ("F", "M")
    }


LEVELS = [
    "ROLLUP (province, town, sex)",
    "ROLLUP (sex, town)",
    "CUBE (town, sex)",
    "CUBE (province, town, sex)",
    "GROUPING SETS ((province), (town), ())",
    "GROUPING SETS ((town), (sex))",
    "province, ROLLUP (town)",
]


def used(levels: str) -> tuple[str, ...]:
    return tuple(key for key in ("province", "town", "sex") if key in levels)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("levels", LEVELS)
def test_no_small_group_follows_from_all_levels_together(tmp_path: Path, levels: str, seed: int) -> None:
    made = Made(tmp_path, {cell: n for cell, n in drawn(seed).items() if n})
    keys = used(levels)
    flags = ", ".join(f"grouping({key}) AS g_{key}" for key in keys)
    rows = made.ask(f"SELECT {', '.join(keys)}, {flags}, count(*) AS n FROM visit GROUP BY {levels}")
    lines, sizes = equations(made, rows, keys)
    assert len(rows) >= 1
    assert told(lines, sizes) == []


def test_the_attack_finds_what_is_left_when_levels_are_judged_alone(tmp_path: Path) -> None:
    """The same algebra on levels asked for one by one: it does find small groups, so it can."""
    found = []
    for seed in (1, 2, 3):
        made = Made(tmp_path, {cell: n for cell, n in drawn(seed).items() if n})
        rows: list[Row] = []
        for level in (("town", "sex"), ("town",), ("sex",)):
            flags = ", ".join(f"{int(key not in level)} AS g_{key}" for key in ("town", "sex"))
            answer = made.ask(
                f"SELECT {', '.join(level)}, count(*) AS n FROM visit GROUP BY {', '.join(level)}"
            )
            flagged = dict(part.split(" AS ")[::-1] for part in flags.split(", "))
            rows += [{**row, **{name: int(value) for name, value in flagged.items()}} for row in answer]
        found += told(*equations(made, rows, ("town", "sex")))
    assert found


def test_a_part_of_a_withheld_total_is_withheld_too(tmp_path: Path) -> None:
    """Else the grand total, less the towns shown, less the shown part, would be 2 + 3 persons."""
    cells = {("p0", "t0", "F"): 10, ("p0", "t0", "M"): 2, ("p0", "t1", "F"): 3}
    cells |= {("p0", f"t{t}", sex): 40 for t in (2, 3) for sex in ("F", "M")}
    cells |= {("p0", "t4", "F"): 5, ("p0", "t4", "M"): 6}
    made = Made(tmp_path, cells)
    keys = ("town", "sex")
    rows = made.ask(
        "SELECT town, sex, grouping(town) AS g_town, grouping(sex) AS g_sex, count(*) AS n FROM visit "
        "GROUP BY ROLLUP (town, sex)"
    )
    assert told(*equations(made, rows, keys)) == []
    totals = {row["town"] for row in rows if row["g_sex"] and not row["g_town"] and row["n"] is not None}
    assert all(row["town"] in totals for row in rows if not row["g_sex"])


def test_the_rows_two_levels_leave_out_of_a_filter_are_not_told(tmp_path: Path) -> None:
    """Three missing notes in one town: total and towns both show counts and non-missing notes."""
    cells = {("p0", f"t{t}", "F"): 40 + t for t in range(4)}
    made = Made(tmp_path, cells, {("p0", "t1", "F"): 3, ("p0", "t2", "F"): 20})
    rows = made.ask(
        "SELECT town, grouping(town) AS g, count(*) AS n, count(note) AS known FROM visit "
        "GROUP BY ROLLUP (town)"
    )
    shown = {row["town"]: row for row in rows}
    towns = [f"t{t}" for t in range(4)]
    both = [t for t in towns if t in shown and shown[t]["n"] is not None and shown[t]["known"] is not None]
    truth = {"t0": 0, "t1": 3, "t2": 20, "t3": 0}
    left = [truth[t] for t in towns if t not in both]
    total = shown[None]
    if total["n"] is not None and total["known"] is not None:
        assert not any(left) or sum(left) >= K
    assert "t1" not in both


def test_missing_values_are_kept_apart_from_totals(tmp_path: Path) -> None:
    made = Made(tmp_path, {("p0", "t0", "F"): 60}, {("p0", "t0", "F"): 20})
    rows = made.ask(
        "SELECT note, grouping(note) AS g, count(*) AS n FROM visit GROUP BY ROLLUP (note) ORDER BY g, n"
    )
    assert rows == [
        {"note": None, "g": 0, "n": 20},
        {"note": "x", "g": 0, "n": 40},
        {"note": None, "g": 1, "n": 60},
    ]


def test_levels_read_as_the_engine_reads_them(tmp_path: Path) -> None:
    """Where nothing is small the answer is that of plain SQL, level by level."""
    import duckdb

    made = Made(tmp_path, {(f"p{t // 2}", f"t{t}", sex): 50 + t for t in range(4) for sex in ("F", "M")})
    raw = duckdb.connect()
    raw.execute(f"CREATE VIEW visit AS SELECT * FROM read_parquet('{made.file}')")
    for levels in (*LEVELS, "GROUPING SETS ((province, sex), town, ())", "ROLLUP ((province, town), sex)"):
        keys = used(levels)
        sql = (
            f"SELECT {', '.join(keys)}, grouping({', '.join(keys)}) AS g, count(*) AS n FROM visit "
            f"GROUP BY {levels} HAVING count(*) > 60 ORDER BY ALL"
        )
        assert made.ask(sql) == raw.sql(sql).to_arrow_table().to_pylist(), levels


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT town, count(DISTINCT sex) FROM visit GROUP BY ROLLUP (town)", "query.grouping_sets"),
        ("SELECT count(*) FROM visit GROUP BY CUBE (town, sex, note, province, 1)", "query.grouping_sets"),
        ("SELECT grouping(note), count(*) FROM visit GROUP BY ROLLUP (town)", "query.grouping_sets"),
        ("SELECT id_card, count(*) FROM visit GROUP BY ROLLUP (id_card)", "query.identifier"),
        ("SELECT cost, count(*) FROM visit GROUP BY CUBE (cost)", "query.measure"),
        ("SELECT (town, sex) FROM visit GROUP BY ALL", "query.node"),
        (
            "SELECT 'all', count(*) FILTER (WHERE sex = 'F'), avg(cost) FROM visit UNION ALL "
            "SELECT town, count(*) FILTER (WHERE sex = 'F'), sum(cost) FROM visit GROUP BY town",
            "query.overlap",
        ),
    ],
)
def test_what_levels_do_not_hold_is_refused(tmp_path: Path, sql: str, code: str) -> None:
    made = compile_query(sql, TERMS, Made(tmp_path, {("p0", "t0", "F"): 20}).schema())
    assert isinstance(made, Deny), made
    assert code in [reason.code for reason in made.reasons]


def test_levels_are_refused_in_the_private_mode_with_what_to_do(compiled: Callable[..., object]) -> None:
    made = compiled("SELECT gender, count(*) FROM person GROUP BY ROLLUP (gender)", Mode.DP)
    assert isinstance(made, Deny)
    assert [reason.code for reason in made.reasons] == ["query.grouping_sets.private"]
    assert "one query per level" in made.reasons[0].allowed


def test_answers_by_two_different_keys_in_one_query_are_levels_too(tmp_path: Path) -> None:
    made = Made(tmp_path, {cell: n for cell, n in drawn(5).items() if n})
    rows = made.ask(
        "SELECT town, NULL AS sex, 0 AS g_town, 1 AS g_sex, n "
        "FROM (SELECT town, count(*) n FROM visit GROUP BY 1) "
        "UNION ALL "
        "SELECT NULL, sex, 1, 0, n FROM (SELECT sex, count(*) n FROM visit GROUP BY 1)"
    )
    assert told(*equations(made, rows, ("town", "sex"))) == []
