"""Attacks found by reading the compiler with a grant in hand; each of them once gave something away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

OFFICE = Party("城市数据局")
PEOPLE = [s + resident_check(s) for s in (f"99010119900107{i:03d}" for i in range(400))]
FIRMS = [s + uscc_check(s) for s in (f"91990101MA{i:07d}" for i in range(60))]


@dataclass(frozen=True)
class Shop:
    """A few tables, and a grant on them."""

    terms: Terms
    schema: QuerySchema
    files: dict[str, tuple[Path, ...]]

    def plan(self, sql: str) -> Plan | Deny:
        return compile_query(sql, self.terms, self.schema)

    def refusals(self, sql: str) -> list[str]:
        made = self.plan(sql)
        assert isinstance(made, Deny), made
        return [reason.code for reason in made.reasons]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        made = self.plan(sql)
        assert isinstance(made, Plan), made
        found: list[dict[str, Any]] = execute(made, self.files).to_pylist()
        return found


Opened = Callable[..., Shop]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def made(*tables: tuple[Contract, pa.Table], mode: Mode = Mode.THRESHOLD, share: float = 0.9) -> Shop:
        terms = Terms(
            "industry.research",
            tuple(DatasetTerm(c.name, tuple(f.name for f in c.fields)) for c, _ in tables),
            mode,
            Disclosure(10, share, 1, 5),
            date(2026, 1, 1),
            date(2026, 12, 31),
            budget=Budget(1000, 0.5, 1e-8),
        )
        pairs, files = [], dict[str, tuple[Path, ...]]()
        for contract, rows in tables:
            form = protect(contract, rows, b"k" * 32)
            pairs.append((contract, check(contract, form.vault, form.protected)))
            path = tmp_path / f"{contract.table}.parquet"
            pq.write_table(form.protected, path)
            files[contract.name] = (path,)
        return Shop(terms, QuerySchema.from_facts(terms, pairs), files)

    return made


PERSON = Contract(
    "person", "人口", "city", "person", OFFICE,
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("ward", use=Use.DIMENSION, required=True),
        Field("ill", use=Use.DIMENSION),
        Field("born", type=FieldType.DATE, use=Use.TIME, grain="year"),
        Field("pay", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000_000, grain="10"),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip
CALENDAR = Contract(
    "calendar", "日历", "city", "calendar", OFFICE,
    (Field("day", type=FieldType.DATE, use=Use.PLAIN),),
    unit_free=True,
)  # fmt: skip


def persons(groups: Sequence[tuple[int, str, str | None, int]], *, unknown: Sequence[int] = ()) -> pa.Table:
    """Persons by group: how many, ward, illness, pay; then the pay of persons without a valid id."""
    rows = [(ward, ill, pay) for number, ward, ill, pay in groups for _ in range(number)]
    ids: list[str | None] = list(PEOPLE[: len(rows)])
    rows += [("w1", None, pay) for pay in unknown]
    ids += [None] * len(unknown)
    return pa.table(
        {
            "id_card": pa.array(ids, pa.string()),
            "ward": [row[0] for row in rows],
            "ill": pa.array([row[1] for row in rows], pa.string()),
            "born": pa.array([date(1990, 1, 1)] * len(rows), pa.date32()),
            "pay": pa.array([row[2] for row in rows], pa.int64()),
        }
    )


def test_a_quoted_date_part_carries_no_sql_to_the_engine(opened: Opened) -> None:
    city = opened(
        (PERSON, persons([(30, "w1", "flu", 5_000)])),
        (CALENDAR, pa.table({"day": pa.array([date(2026, 1, 1)], pa.date32())})),
    )
    stolen = '(SELECT max(pay) FROM ""city.person"")'
    for source, at in (("calendar", "day"), ("person", "DATE '2026-01-01'")):
        figure = f'extract("year FROM {at}) + {stolen} + extract(year" FROM {at}) AS k, count(*) AS n'
        tail = " GROUP BY 1" if source == "calendar" else ""
        sql = f"SELECT {figure} FROM {source}{tail} UNION ALL SELECT 1, count(*) FROM person"
        assert "query.node" in city.refusals(sql)


def test_no_column_reaches_the_engine_as_the_caller_wrote_it(opened: Opened) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000)])))
    assert "query.node" in city.refusals(
        "SELECT week(t0.born, t0.ward) k, count(*) n FROM person t0 GROUP BY 1"
    )


@pytest.mark.parametrize(
    "figure",
    ["count(*) + ward", "upper(count(*))", "sqrt(ward)", "date_trunc('era', DATE '2026-01-01')"],
)
def test_a_type_error_is_refused_before_it_costs_anything(opened: Opened, figure: str) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000)])))
    refused = city.refusals(f"SELECT ward, count(*) n, {figure} x FROM person GROUP BY ward")
    assert refused in (["query.types"], ["query.node"])


def test_comments_are_no_part_of_a_query(opened: Opened) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000)])))
    plain = city.plan("SELECT count(*) FILTER (WHERE ill = 'flu') n FROM person")
    said = city.plan("SELECT count(*) FILTER (WHERE ill = 'flu' /* x */) n /* y */ FROM person -- z")
    assert isinstance(plain, Plan)
    assert isinstance(said, Plan)
    assert plain.canonical_digest == said.canonical_digest


@pytest.mark.parametrize("mode", [Mode.THRESHOLD, Mode.DP])
@pytest.mark.parametrize(
    "key",
    [
        "CASE WHEN ill = 'rare' THEN 'x' ELSE 1 END",
        "CASE WHEN ill = 'rare' THEN TRUE ELSE 'no' END",
        "coalesce(year(born), 'x')",
        "coalesce(date_trunc('year', born), 'x')",
        "coalesce(ill, 5)",
        "CASE WHEN ill = 'rare' THEN 100000000000000 ELSE 0.000000000000000000000000000000001 END",
        "year(born) = 0.000000000000000000000000000000000001 AND ill = 'rare'",
        "ward = 'w1' AND ill = 'rare' AND ill IS TRUE",
        "ward = 'w1' AND (CASE WHEN ill = 'rare' THEN TRUE ELSE FALSE END) = 'x'",
    ],
)
def test_no_single_row_can_make_a_query_fail(opened: Opened, mode: Mode, key: str) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000), (1, "w1", "rare", 5_000)])), mode=mode)
    refused = city.refusals(f"SELECT {key} AS k, count(*) n FROM person GROUP BY 1")
    assert set(refused) <= {"query.key", "query.predicate"}


def test_constants_of_the_type_of_their_key_are_answered(opened: Opened) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000), (12, "w1", None, 5_000)])))
    (row,) = city.rows(
        "SELECT coalesce(date_trunc('year', born), DATE '1900-01-01') a, coalesce(year(born), 0) b, "
        "CASE WHEN ill = 'flu' THEN TRUE ELSE TRUE END c, (ward = 'w1') IS TRUE d, count(*) n "
        "FROM person GROUP BY ALL"
    )
    assert row["n"] == 40


def test_overlapping_conditions_do_not_give_their_intersection(opened: Opened) -> None:
    city = opened(
        (
            PERSON,
            persons([(15, "w1", "a", 100), (1, "w1", "b", 9_000), (15, "w1", "c", 100), (90, "w1", "d", 1)]),
        )
    )
    (row,) = city.rows(
        "SELECT sum(pay) FILTER (WHERE ill IN ('a', 'b')) x, sum(pay) FILTER (WHERE ill IN ('b', 'c')) y, "
        "sum(pay) FILTER (WHERE ill IN ('a', 'b', 'c')) z FROM person"
    )
    assert None in row.values(), "x + y - z would be one person's pay"


def test_parts_and_a_whole_short_of_one_person_do_not_all_show(opened: Opened) -> None:
    city = opened(
        (
            PERSON,
            persons([(15, "w1", "a", 100), (1, "w1", "b", 9_000), (15, "w1", "c", 100), (90, "w1", "d", 1)]),
        )
    )
    (row,) = city.rows(
        "SELECT sum(pay) FILTER (WHERE ill = 'a') x, sum(pay) FILTER (WHERE ill = 'c') y, "
        "sum(pay) FILTER (WHERE ill IN ('a', 'b', 'c')) z FROM person"
    )
    assert None in row.values(), "z - x - y would be one person's pay"


def test_a_dominated_sum_is_not_left_over_from_two_others(opened: Opened) -> None:
    city = opened(
        (PERSON, persons([(40, "w1", "a", 100_000), (15, "w1", "b", 10), (1, "w1", "b", 1_000_000)]))
    )
    (row,) = city.rows(
        "SELECT sum(pay) whole, sum(pay) FILTER (WHERE ill = 'a') part, "
        "sum(pay) FILTER (WHERE ill = 'b') rest FROM person"
    )
    assert row["rest"] is None
    assert row["whole"] is None or row["part"] is None, "whole - part is nearly one person's pay"


@pytest.mark.parametrize(
    "figures",
    [
        "count(*) t, count(*) FILTER (WHERE ill <> 'rare') a",
        "count(*) t, count(*) FILTER (WHERE ill IN ('a', 'b')) a",
        "count(*) t, count(*) FILTER (WHERE ill = 'a') a, count(*) FILTER (WHERE ill NOT IN ('a', 'rare')) b",
        "count(*) t, count(*) FILTER (WHERE pay < 9000) a",
        "count(*) t, count(*) FILTER (WHERE ill <> 'rare') a, count(pay) p, count(born) b, count(ill) i",
    ],
)
def test_nobody_and_somebody_look_the_same(opened: Opened, figures: str) -> None:
    sql = f"SELECT {figures} FROM person WHERE ward = 'w1'"
    groups = [(15, "w1", "a", 100), (15, "w1", "b", 100)]
    without = opened((PERSON, persons([*groups, (1, "w2", "rare", 9_500)]))).rows(sql)
    assert opened((PERSON, persons([*groups, (1, "w1", "rare", 9_500)]))).rows(sql) == without


def test_figures_that_cover_every_row_are_shown_together(opened: Opened) -> None:
    field = Field("ward", use=Use.DIMENSION, required=True, allowed=("w1", "w2"))
    contract = replace(PERSON, fields=tuple(field if f.name == "ward" else f for f in PERSON.fields))
    city = opened((contract, persons([(20, "w1", "a", 100), (30, "w2", "b", 100)])))
    (row,) = city.rows(
        "SELECT count(*) t, avg(pay) p, count(*) FILTER (WHERE ward = 'w1') a, "
        "count(*) FILTER (WHERE ward = 'w2') b FROM person"
    )
    assert row == {"t": 50, "p": 100, "a": 20, "b": 30}


def test_a_key_that_is_no_number_is_judged_like_any_other(opened: Opened) -> None:
    city = opened((PERSON, persons([(40, "w1", "a", 100_000), (5, "w1", "b", 10)])))
    key = "year(born)" + " * 1e14" * 24 + " % 5"
    rows = city.rows(
        f"SELECT {key} k, count(*) n, count(*) FILTER (WHERE ill = 'a') a FROM person GROUP BY 1"
    )
    assert [(row["n"], row["a"]) for row in rows] == [(45, None)]


def test_a_dominated_cell_does_not_follow_from_the_total(opened: Opened) -> None:
    city = opened(
        (PERSON, persons([(40, "w1", "a", 100_000), (15, "w2", "b", 10), (1, "w2", "b", 1_000_000)]))
    )
    rows = city.rows(
        "WITH t AS (SELECT sum(pay) s FROM person), g AS (SELECT ward, sum(pay) s FROM person GROUP BY 1) "
        "SELECT 'all' w, t.s FROM t UNION ALL SELECT g.ward, g.s FROM g"
    )
    found = {row["w"]: row["s"] for row in rows}
    assert found["w2"] is None
    assert found["all"] is None or found["w1"] is None


@pytest.mark.parametrize(
    ("total", "part"),
    [
        ("count(*) FILTER (WHERE ward IN ('w1', 'w2'))", "count(*)"),
        ("count(*)", "count(*) FILTER (WHERE ill <> 'b')"),
        ("sum(pay)", "sum(least(pay, 5000))"),
        ("sum(pay)", "count(*)"),
    ],
)
def test_a_total_and_its_parts_are_of_the_same_figures(opened: Opened, total: str, part: str) -> None:
    city = opened((PERSON, persons([(20, "w1", "a", 100), (3, "w2", "b", 100)])))
    sql = f"SELECT 'all' w, {total} n FROM person UNION ALL SELECT ward, {part} FROM person GROUP BY 1"
    assert city.refusals(sql) == ["query.overlap"]


def test_a_cell_that_holds_nobody_hides_no_other(opened: Opened) -> None:
    groups = [
        (13, "w1", "a", 1),
        (2, "w1", "b", 1),
        (15, "w2", "a", 1),
        (15, "w2", "b", 1),
        (20, "w3", "b", 1),
    ]
    city = opened((PERSON, persons(groups)))
    sql = "count(*) n, count(*) FILTER (WHERE ill = 'a') a FROM person"
    rows = city.rows(f"SELECT 'all' w, {sql} UNION ALL SELECT ward, {sql} GROUP BY ward")
    found = {row["w"]: row["a"] for row in rows}
    assert found.get("w1") is None, "w1 less a would be two persons"
    assert found["all"] is None or found.get("w2") is None, "all less w2 would be w1"


def test_a_row_without_a_valid_id_is_somebody(opened: Opened) -> None:
    for more in (1, 3):
        contract = replace(PERSON, units=(UnitRule("person", more),))
        city = opened((contract, persons([(30, "w1", "a", 100)], unknown=[1_000_000])))
        (row,) = city.rows("SELECT sum(pay) s, count(*) n FROM person")
        assert row["s"] is None, "the sum is one person's pay"
        assert row["n"] == 30


def test_a_variance_does_not_give_its_largest_value_away(opened: Opened) -> None:
    city = opened((PERSON, persons([(200, "w1", "a", 1_000), (1, "w1", "a", 100_000)])), share=0.5)
    (row,) = city.rows("SELECT sum(pay) s, var_pop(pay) v, stddev(pay) d FROM person")
    assert row["s"] is not None
    assert (row["v"], row["d"]) == (None, None), "the variance is one person's pay, squared"


def test_rows_about_no_unit_are_compared_like_units(opened: Opened) -> None:
    contract = Contract(
        "shift", "班次", "city", "shift", OFFICE,
        (Field("ward", use=Use.DIMENSION, required=True), Field("ill", use=Use.DIMENSION)),
    )  # fmt: skip
    rows = pa.table({"ward": ["w1"] * 30, "ill": ["a"] * 27 + ["b"] * 3})
    city = opened((contract, rows))
    sql = "SELECT count(*) n FROM shift UNION ALL SELECT count(*) FROM shift WHERE ill = 'a'"
    assert city.refusals(sql) == ["query.overlap"]


def test_a_person_of_many_rows_changes_many_employers(opened: Opened) -> None:
    contract = Contract(
        "work", "就业", "city", "work", OFFICE,
        (
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
            Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise", about=False)),
        ),
        units=(UnitRule("person", 12),),
    )  # fmt: skip
    rows = pa.table({"id_card": [PEOPLE[i // 12] for i in range(48)], "uscc": FIRMS[:48]})
    city = opened((contract, rows), mode=Mode.DP)
    made = city.plan("SELECT count(DISTINCT uscc) n, count(DISTINCT id_card) p FROM work")
    assert isinstance(made, Plan)
    firms, people = made.blocks[0].aggregates
    assert firms.sensitivity == 12, "one person may name twelve employers"
    assert people.sensitivity == 1


def test_the_last_day_of_the_calendar_is_a_day_like_others(opened: Opened) -> None:
    city = opened((PERSON, persons([(30, "w1", "flu", 5_000)])))
    assert city.rows("SELECT count(*) n FROM person WHERE born <= DATE '9999-12-31'") == [{"n": 30}]
    assert city.refusals("SELECT count(*) n FROM person WHERE born = DATE '9999-12-31'") == [
        "query.predicate.grid"
    ]
