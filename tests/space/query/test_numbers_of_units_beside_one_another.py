"""Where a person has several rows, two numbers of persons do not differ by few.

Every member of the club comes every month; but three never came in May, and twenty never in June.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space.engines.auditing import audit
from space.engines.duckdb import Engine
from space.engines.threshold import distinct
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

IDS = [s + resident_check(s) for s in (f"99010119900107{i:03d}" for i in range(100))]
VISIT = Contract(
    "visit", "到访", "city", "visit", Party("文旅局"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("hall", use=Use.DIMENSION, required=True, allowed=("old", "new")),
        Field("month", type=FieldType.INTEGER, use=Use.DIMENSION, required=True,
              allowed=tuple(str(n) for n in range(1, 7))),
    ),
    units=(UnitRule("person", 6),),
)  # fmt: skip
TERMS = Terms(
    "industry.research",
    (DatasetTerm("city.visit", tuple(f.name for f in VISIT.fields)),),
    Mode.THRESHOLD,
    Disclosure(10, 0.9, 1, 1),
    date(2026, 1, 1),
    date(2026, 12, 31),
)
Rows = list[dict[str, Any]]


@dataclass
class Desk:
    """An organisation with a memory."""

    schema: QuerySchema
    engine: Engine
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, sql: str) -> Rows:
        plan = compile_query(sql, TERMS, self.schema)
        assert isinstance(plan, Plan), plan
        formers = [f for block in audited(plan) for f in compared(block, reversed(self.told), 20)]
        self.told += [dict(record(block, 10).body) for block in audited(plan)]
        sent = Plan.from_document(replace(plan, formers=tuple(formers)).to_document())
        rows: Rows = self.engine.execute(sent).to_pylist()
        return rows


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    missed = {5: range(3), 6: range(10, 30)}
    rows = [
        (IDS[place], "old" if place < 50 else "new", month)
        for place in range(100)
        for month in range(1, 7)
        if place not in missed.get(month, ())
    ]
    columns = dict(zip(("id_card", "hall", "month"), map(list, zip(*rows, strict=True)), strict=True))
    made = protect(VISIT, pa.table(columns), b"k" * 32)
    path = tmp_path_factory.mktemp("club") / "visit.parquet"
    pq.write_table(made.protected, path)
    facts = check(VISIT, made.vault, made.protected)
    engine = Engine({"city.visit": (path,)}, 30.0)
    yield Desk(QuerySchema.from_facts(TERMS, [(VISIT, facts)]), engine)
    engine.close()


@pytest.fixture
def desk(club: Desk) -> Desk:
    return replace(club, told=[])


ALL = "SELECT count(DISTINCT id_card) AS n FROM visit"
MAY, JUNE = (f"SELECT count(DISTINCT id_card) AS n FROM visit WHERE month = {month}" for month in (5, 6))
BOTH = (
    "SELECT count(DISTINCT id_card) AS n, count(DISTINCT id_card) FILTER (WHERE month = {}) AS m FROM visit"
)


@pytest.mark.parametrize(("month", "shown"), [(5, None), (6, 80), (1, None)])
def test_a_number_in_one_answer_shows_beside_the_whole_only_where_ten_lie_between(
    desk: Desk, month: int, shown: int | None
) -> None:
    assert desk.ask(BOTH.format(month)) == [{"n": 100, "m": shown}]


def test_the_same_in_two_answers_in_either_order(desk: Desk) -> None:
    for first, then, shown in ((ALL, MAY, None), (MAY, ALL, None), (ALL, JUNE, 80), (JUNE, ALL, 100)):
        desk.told.clear()
        assert desk.ask(first)[0]["n"] is not None
        assert desk.ask(then) == [{"n": shown}], (first, then)


def test_the_rows_beside_it_are_told(desk: Desk) -> None:
    desk.ask(ALL)

    assert desk.ask("SELECT count(DISTINCT id_card) AS n, count(*) AS m FROM visit WHERE month = 5") == [
        {"n": None, "m": 97}
    ]


def test_parts_in_levels_show_where_ten_are_in_no_other(desk: Desk) -> None:
    rows = desk.ask("SELECT month, count(DISTINCT id_card) AS n FROM visit GROUP BY ROLLUP (month)")

    assert {row["month"]: row["n"] for row in rows if row["n"] is not None} == {None: 100, 6: 80}


def test_parts_after_their_total_are_compared_with_it(desk: Desk) -> None:
    desk.ask(ALL)
    rows = desk.ask("SELECT month, count(DISTINCT id_card) AS n FROM visit GROUP BY month")

    assert {row["month"]: row["n"] for row in rows if row["n"] is not None} == {6: 80}
    halls = desk.ask("SELECT hall, count(DISTINCT id_card) AS n FROM visit GROUP BY hall")
    assert {row["hall"]: row["n"] for row in halls} == {"old": 50, "new": 50}


@pytest.mark.parametrize(
    ("guard", "sqls"),
    [
        ((distinct, "judge"), [BOTH.format(5)]),
        ((distinct, "beside_total"),
         ["SELECT month, count(DISTINCT id_card) AS n FROM visit GROUP BY ROLLUP (month)"]),
        ((audit, "_counted"), [ALL, MAY]),
    ],
)  # fmt: skip
def test_without_the_guard_three_persons_follow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: tuple[Any, str], sqls: list[str]
) -> None:
    monkeypatch.setattr(*guard, lambda *_: None)

    rows = [row for sql in sqls for row in desk.ask(sql)]

    assert 97 in [value for row in rows for value in row.values()]
