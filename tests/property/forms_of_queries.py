"""A small town to ask about, and random questions in every form of the language, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.query.schema import QuerySchema

K = 10
OFFICE = Party("卫健委")
VISITS = Contract(
    "visits", "就诊", "city", "visits", OFFICE,
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("district", use=Use.DIMENSION, required=True),
        Field("kind", use=Use.DIMENSION, allowed=("a", "b", "c")),
        Field("seen", type=FieldType.DATE, use=Use.TIME, grain="month", required=True,
              minimum="2024-01-01", maximum="2025-12-31"),
        Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=9_000, grain="100"),
    ),
    units=(UnitRule("person", 6),),
)  # fmt: skip
PEOPLE = Contract(
    "people", "人口", "city", "people", OFFICE,
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("gender", use=Use.DIMENSION, allowed=("F", "M"), required=True),
        Field("income", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=9_000, grain="100"),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip
FIRMS = Contract(
    "firms", "企业", "city", "firms", OFFICE,
    (
        Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise"), key_position=1),
        Field("industry", use=Use.DIMENSION, required=True),
    ),
    units=(UnitRule("enterprise", 1),),
)  # fmt: skip
CONTRACTS = (VISITS, PEOPLE, FIRMS)
# What questions can be about: FROM, keys, conditions, figures.
FROM = {
    "visits": "visits AS v",
    "people": "people AS p",
    "both": "visits AS v JOIN people AS p ON v.id_card = p.id_card",
}
KEYS = {
    "visits": ["v.district", "v.kind", "year(v.seen)", "date_trunc('quarter', v.seen)",
               "floor(v.cost / 3000)", "CASE WHEN v.kind = 'a' THEN 'x' ELSE 'y' END"],
    "people": ["p.gender", "floor(p.income / 1000)", "p.income >= 5000"],
}  # fmt: skip
CONDITIONS = {
    "visits": ["v.kind = 'a'", "v.kind <> 'a'", "v.kind IS NULL", "v.district = 'd3'", "v.cost >= 3000",
               "v.cost < 600", "year(v.seen) = 2025", "v.district = 'd1' OR v.kind = 'b'",
               "NOT (v.district = 'd0' AND v.kind = 'c')"],
    "people": ["p.gender = 'F'", "p.income < 400", "NOT p.income >= 8700"],
}  # fmt: skip
# Figure: the rows with a value, its value if it is a sum, and whether it counts rows.
FIGURES = {
    "visits": {"count(*)": "TRUE", "count(v.kind)": "v.kind IS NOT NULL", "sum(v.cost)": "v.cost IS NOT NULL",
               "avg(v.cost)": "v.cost IS NOT NULL", "count(DISTINCT v.id_card)": "v._u_id_card IS NOT NULL",
               "stddev(v.cost)": "v.cost IS NOT NULL",
               "median(floor(v.cost / 1000) * 1000)": "v.cost IS NOT NULL"},
    "people": {"count(*)": "TRUE", "sum(p.income)": "p.income IS NOT NULL",
               "quantile_cont(floor(p.income / 500), 0.9)": "p.income IS NOT NULL"},
}  # fmt: skip
WRAPPERS = ["plain", "cte", "nested", "window", "limit", "view", "union", "joined"]


def terms(mode: Mode, columns: Mapping[str, Sequence[str]] | None = None) -> Terms:
    """The terms of a grant over the town; all columns unless some are chosen, by table."""
    return Terms(
        "industry.research",
        tuple(
            DatasetTerm(
                c.name, tuple(f.name for f in c.fields if columns is None or f.name in columns[c.table])
            )
            for c in CONTRACTS
        ),
        mode,
        Disclosure(K, 0.9, 1, 5),
        date(2026, 1, 1),
        date(2026, 12, 31),
        joins=(JoinTerm("city.visits", "id_card", "city.people", "id_card"),),
        budget=Budget(rho=1000, rho_per_query=0.5, delta=1e-8),
    )


def rows() -> dict[str, pa.Table]:
    """Open rows of the town: people with up to six visits, visits of nobody known, and firms."""
    draw = np.random.default_rng(11)
    serial = [f"9901011990{m:02d}07{i:03d}" for m in (1, 2) for i in range(500)]
    ids = [s + resident_check(s) for s in serial[:300]]
    n = 900
    who = np.sort(draw.integers(0, 180, n))
    nth = np.arange(n) - np.searchsorted(who, who)
    firms = [f"91990101MA{i:07d}" for i in range(120)]
    months = draw.integers(0, 24, n).tolist()
    return {
        "city.visits": pa.table(
            {
                "id_card": [None if i % 41 == 0 or nth[i] > 5 else ids[int(w)] for i, w in enumerate(who)],
                "district": [f"d{int(d)}" for d in draw.zipf(1.7, n) % 7],
                "kind": [["a", "b", "c", None][int(i)] for i in draw.choice(4, n, p=[0.6, 0.3, 0.07, 0.03])],
                "seen": pa.array([date(2024 + m // 12, m % 12 + 1, 5) for m in months]),
                "cost": [None if i % 53 == 0 else int(c) for i, c in enumerate(draw.integers(0, 9_000, n))],
            }
        ),
        "city.people": pa.table(
            {
                "id_card": ids,
                "gender": draw.choice(["F", "M"], 300, p=[0.8, 0.2]).tolist(),
                "income": np.minimum(draw.lognormal(7.5, 0.7, 300), 9_000).astype(int).tolist(),
            }
        ),
        "city.firms": pa.table(
            {
                "uscc": [f + uscc_check(f) for f in firms],
                "industry": [f"i{int(i)}" for i in draw.zipf(1.6, 120) % 6],
            }
        ),
    }  # fmt: skip


@dataclass(frozen=True)
class Town:
    """Protected releases of the town and their open rows."""

    facts: Mapping[str, Any]
    files: Mapping[str, tuple[Path, ...]]
    open_rows: duckdb.DuckDBPyConnection

    def schema(self, granted: Terms) -> QuerySchema:
        return QuerySchema.from_facts(granted, [(c, self.facts[c.name]) for c in CONTRACTS])


def town(folder: Path, tables: Mapping[str, pa.Table]) -> Town:
    """Release the rows in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    facts, files, connection = {}, {}, duckdb.connect()
    for contract in CONTRACTS:
        made = protect(contract, tables[contract.name], b"k" * 32)
        facts[contract.name] = check(contract, made.vault, made.protected)
        path = folder / f"{contract.table}.parquet"
        pq.write_table(made.protected, path)
        files[contract.name] = (path,)
        connection.execute(
            f"CREATE TABLE {contract.table} AS "
            f"SELECT row_number() OVER () AS id, * FROM read_parquet('{path}')"
        )
    return Town(facts, files, connection)


@dataclass(frozen=True)
class Asked:
    """A random question.

    Attributes:
        about: key of :data:`FROM`.
        keys: grouped by.
        grouping: ``plain``, ``rollup``, ``cube`` or ``sets``.
        where: over rows, or None.
        figures: (aggregate, FILTER or None).
        wrapper: what stands around the base aggregate.
    """

    about: str
    keys: tuple[str, ...]
    grouping: str
    where: str | None
    figures: tuple[tuple[str, str | None], ...]
    wrapper: str = "plain"

    @property
    def levels(self) -> list[tuple[int, ...]]:
        """Positions of the keys of each level."""
        every = range(len(self.keys))
        if self.grouping == "plain":
            return [tuple(every)]
        if self.grouping == "rollup":
            return [tuple(range(n)) for n in range(len(self.keys), -1, -1)]
        if self.grouping == "cube":
            return [c for n in every for c in combinations(every, n)] + [tuple(every)]
        return [tuple(every), *((i,) for i in every)]

    def base(self) -> str:
        """The base aggregate: keys k0…, for several levels flags g0…, and figures f0…."""
        several = self.grouping != "plain"
        outputs = [f"{key} AS k{i}" for i, key in enumerate(self.keys)]
        outputs += [f"grouping(({key})) AS g{i}" for i, key in enumerate(self.keys) if several]
        outputs += [
            f"{figure}{f' FILTER (WHERE {chosen})' if chosen else ''} AS f{i}"
            for i, (figure, chosen) in enumerate(self.figures)
        ]
        by = ", ".join(f"({key})" for key in self.keys)
        grouped = {
            "plain": f" GROUP BY {by}" if by else "",
            "rollup": f" GROUP BY ROLLUP ({by})",
            "cube": f" GROUP BY CUBE ({by})",
            "sets": f" GROUP BY GROUPING SETS (({by}), {', '.join(f'(({key}))' for key in self.keys)})",
        }[self.grouping]
        where = f" WHERE {self.where}" if self.where else ""
        return f"SELECT {', '.join(outputs)} FROM {FROM[self.about]}{where}{grouped}"

    def sql(self) -> tuple[str, dict[str, str]]:
        """The question, and the views it names."""
        base = self.base()
        columns = [f"k{i}" for i in range(len(self.keys))]
        columns += [f"g{i}" for i in range(len(self.keys)) if self.grouping != "plain"]
        columns += [f"f{i}" for i in range(len(self.figures))]
        other = ", ".join("NULL" if c != "f0" else "count(*)" for c in columns)
        made = {
            "plain": base,
            "cte": f"WITH g AS ({base}) SELECT * FROM g",
            "nested": f"SELECT {', '.join(columns)} FROM (SELECT * FROM ({base}) AS x) AS y",
            "window": f"SELECT *, rank() OVER (ORDER BY f0) AS r FROM ({base}) AS x",
            "limit": f"SELECT * FROM ({base}) AS x WHERE f0 IS NOT NULL ORDER BY f0 DESC LIMIT 5",
            "view": "SELECT * FROM seen_by_all",
            "union": f"SELECT 0 AS own, x.* FROM ({base}) AS x UNION ALL SELECT 1, {other} FROM firms",
            "joined": f"WITH g AS ({base}) SELECT a.* FROM g AS a JOIN g AS b ON a.f0 = b.f0",
        }[self.wrapper]
        return made, {"seen_by_all": base} if self.wrapper == "view" else {}


def of(about: str, named: Mapping[str, Any]) -> list[str]:
    """What one or both tables offer."""
    both = [*named["visits"], *named["people"]]
    return list(dict.fromkeys(both if about == "both" else named[about]))


@st.composite
def questions(draw: Any) -> Asked:
    """Random questions in every form."""
    about = draw(st.sampled_from(["visits", "people", "both"]))
    keys = draw(st.lists(st.sampled_from(of(about, KEYS)), max_size=2, unique=True))
    grouping = draw(st.sampled_from(["plain", "plain", "rollup", "cube", "sets"])) if keys else "plain"
    conditions = st.none() | st.sampled_from(of(about, CONDITIONS))
    figure = st.tuples(st.sampled_from(of(about, FIGURES)), conditions)
    figures = draw(st.lists(figure, min_size=1, max_size=3 if grouping == "plain" else 2, unique=True))
    wrapper = draw(st.sampled_from(WRAPPERS))
    return Asked(about, tuple(keys), grouping, draw(conditions), tuple(figures), wrapper)


Cell = tuple[tuple[int, ...], tuple[Any, ...]]  # level, values of its keys


def rests_on(here: Town, asked: Asked) -> dict[Cell, list[dict[int, int | None]]]:
    """Row → person of every cell as a whole, then of every figure in it."""
    source = FROM[asked.about].replace("v.id_card = p.id_card", "v._u_id_card = p._u_id_card")
    table = "p" if asked.about == "people" else "v"
    tests = []
    for figure, chosen in asked.figures:
        present = next(tests[figure] for tests in FIGURES.values() if figure in tests)
        tests.append(f"coalesce(({present}) AND ({chosen or 'TRUE'}), FALSE)")
    columns = [f"{table}.id", f"{table}._u_id_card", *asked.keys, *tests]
    where = f" WHERE {asked.where}" if asked.where else ""
    found: dict[Cell, list[dict[int, int | None]]] = {}
    if () in asked.levels:
        found[(), ()] = [{} for _ in range(len(asked.figures) + 1)]
    width = 2 + len(asked.keys)
    for row in here.open_rows.sql(f"SELECT {', '.join(columns)} FROM {source}{where}").fetchall():
        for level in asked.levels:
            cell = found.setdefault(
                (level, tuple(row[2 + i] for i in level)), [{} for _ in range(len(asked.figures) + 1)]
            )
            for place, met in enumerate((True, *row[width:])):
                if met:
                    cell[place][row[0]] = row[1]
    return found


def cell_of(asked: Asked, row: Mapping[str, Any]) -> Cell:
    """The cell a row of the answer stands for."""
    several = asked.grouping != "plain"
    level = tuple(i for i in range(len(asked.keys)) if not (several and row[f"g{i}"]))
    return level, tuple(row[f"k{i}"] for i in level)


def few(people: Iterable[int | None]) -> bool:
    """Whether rows are there, and of fewer than k persons."""
    people = list(people)
    return bool(people) and len(set(people) - {None}) < K


def without(tables: Mapping[str, pa.Table], person: str) -> dict[str, pa.Table]:
    """The same rows less those of one person."""
    made = dict(tables)
    for name in ("city.visits", "city.people"):
        kept = [value != person for value in tables[name].column("id_card").to_pylist()]
        made[name] = tables[name].filter(pa.array(kept))
    return made


def viewed(schema: QuerySchema, views: Mapping[str, str]) -> QuerySchema:
    """The schema of a workspace with these views."""
    return replace(schema, views=views)
