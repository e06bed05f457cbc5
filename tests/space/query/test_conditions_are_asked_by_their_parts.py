"""Conditions of former answers by their parts: the same rows as each condition by itself, asked once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.terms import Mode
from space.engines.auditing import one_scan
from space.engines.auditing.crossing import atoms
from space.engines.auditing.sides import Sides
from space.engines.duckdb import answer, connect
from space.engines.threshold import footers
from space.query.auditing.conditions import NOBODY, Either, Rows, Stated, conjuncts
from tests.space.query.test_query_set_audit import HER, Desk

# Over columns of which every value is there in every combination, the missing one too.
LEAVES = (
    "a", "NOT b", "a OR c", "b AND c", "t = 'x AND (y'", "t IN ('x AND (y', 'it''s') OR b", "NOT a IS NULL",
    "CASE WHEN a AND b THEN c ELSE a END", "n BETWEEN 1 AND 2", "n >= 2 AND NOT c", '"odd AND (name"',
)  # fmt: skip


def joined(parts: Any) -> Any:
    met = st.lists(parts, min_size=1, max_size=3).map(lambda each: " AND ".join(f"({p})" for p in each))
    rest = st.tuples(parts, parts).map(lambda pair: f"({pair[0]}) AND ({pair[1]}) IS NOT TRUE")
    return met | rest | parts.map(lambda part: f"({part})")


conditions = st.recursive(st.sampled_from([*LEAVES, "TRUE"]), joined, max_leaves=5)


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    truth, text = "(VALUES (TRUE), (FALSE), (NULL))", "(VALUES ('x AND (y'), ('it''s'), (NULL))"
    with duckdb.connect() as made:
        made.execute(
            f"CREATE TABLE r AS SELECT * FROM {truth} AS a(a), {truth} AS b(b), {truth} AS c(c), "
            f'{text} AS t(t), (VALUES (1), (3), (NULL)) AS n(n), {truth} AS o("odd AND (name")'
        )
        yield made


def masked(stated: Stated) -> str:
    bits = " + ".join(f"CASE WHEN ({p}) THEN {1 << i} ELSE 0 END" for i, p in enumerate(stated.parts))
    return f"(SELECT *, {bits or '0'} AS m0 FROM r) AS q"


def differ(rows: duckdb.DuckDBPyConnection, stated: Stated, one: str, other: str) -> int:
    """Rows on which a set told by bits and a condition are not the same."""
    sql = f"SELECT count(*) FROM {masked(stated)} WHERE ({one}) IS DISTINCT FROM (({other}) IS TRUE)"
    return int(rows.sql(sql).fetchall()[0][0])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(one=conditions, other=conditions)
def test_sets_made_of_parts_are_the_rows_that_the_conditions_mean(
    rows: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    stated = Stated()
    p, q = stated.rows(one), stated.rows(other)
    meant: dict[Rows | Either, str] = {
        p: one,
        p & q: f"({one}) AND ({other})",
        p.less(q): f"({one}) AND ({other}) IS NOT TRUE",
        Either((p, q)): f"({one}) OR ({other})",
    }
    parts = dict(enumerate(stated.parts))
    for found, condition in meant.items():
        assert not differ(rows, stated, found.sql, condition)
        assert not differ(rows, stated, f"({found.over(parts)}) IS TRUE", condition)
    if p.holds(q):
        assert not differ(rows, stated, q.less(p).sql, "FALSE")


def test_what_two_conditions_share_is_asked_once() -> None:
    stated = Stated(always=lambda sql: sql == "NOT x IS NULL")
    where, cell = "a < 3", "(a < 3) AND (NOT x IS NULL)"
    assert stated.rows(cell) == stated.rows(where) == stated.rows(f"(({where}))")
    assert stated.rows(f"({where}) AND (NOT x IS NULL) IS NOT TRUE") == NOBODY
    assert stated.rows(f"({where}) AND (f)") == Rows(0b11)
    assert stated.rows(f"({where}) AND (f) IS NOT TRUE") == Rows(0b01, 0b10)
    assert stated.parts == ["a < 3", "f"]


def test_text_that_looks_like_a_joint_is_left_whole() -> None:
    for sql in LEAVES:
        assert conjuncts(f"(({sql}))") == ((sql, True),)


ASKED = (
    "SELECT region_code, count(*) n, avg(income) a FROM person GROUP BY 1",
    f"SELECT region_code, count(*) n, sum(income) s FROM person WHERE NOT ({HER}) GROUP BY 1",
    "SELECT region_code, count(*) n, count(*) FILTER (WHERE gender = 'F') f FROM person GROUP BY 1",
    "SELECT region_code, count(*) n FROM person WHERE year(birth_date) >= 1990 GROUP BY 1",
    "SELECT region_code, gender, sum(income) s FROM person WHERE disease IN ('D01', 'D59') GROUP BY 1, 2",
    "SELECT region_code, avg(income) a FROM person WHERE disease IN ('D01', 'D59') GROUP BY 1",
    "SELECT count(DISTINCT region_code) n FROM person WHERE gender = 'F'",
    "SELECT sum(income) FILTER (WHERE gender = 'F') s, count(*) n FROM person",
)


def test_what_is_withheld_does_not_depend_on_how_rows_are_counted(city: Any) -> None:
    desk = Desk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    with connect(60, city.files) as base, connect(60, {}) as empty:
        for sql in ASKED:
            plan = desk.plan(sql)
            by_row = replace(plan, formers=tuple(replace(f, few=False) for f in plan.formers))
            expected = shown(answer(base, empty, plan, city.files))
            assert shown(answer(base, empty, plan, {})) == expected
            assert shown(answer(base, empty, by_row, city.files)) == expected
            assert shown(answer(base, empty, by_row, {})) == expected


def shown(table: Any) -> list[str]:
    return sorted(map(str, table.to_pylist()))


def test_twenty_predicates_are_twenty_parts_of_one_scan(city: Any) -> None:
    desk = Desk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    asked = "SELECT region_code, count(*) n, avg(income) a FROM person WHERE year(birth_date) < {} GROUP BY 1"
    plans = [desk.plan(asked.format(year)) for year in range(1960, 1981)]
    (block,), formers = plans[-1].blocks, plans[-1].formers
    assert len(formers) == 20
    known = footers.known(replace(block, from_sql=block.open_sql), city.files)
    sides = Sides(block, formers, known)
    assert len(sides.theirs) == 60
    assert len(sides.parts) == 21
    assert atoms(sides).count("CASE WHEN") == 21
    assert one_scan.possible(sides, footers.known(block, city.files)), "its own cells come from the same"
