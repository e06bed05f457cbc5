"""Base statements as the second engine gets them: only listed forms over the tables of the plan."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from space.engines.second import NotUsable, objection, second_engine
from space.engines.spark.answers import finished, kinds_of
from space.engines.spark.functions import Untranslatable
from space.engines.spark.kinds import Kind
from space.engines.spark.moments import ONE, TWO, Sums, TooLarge, figure
from space.engines.spark.sql import Statement, translated
from space.query.plan import Block, Limits, Plan

STORED = {
    "income": Kind.WHOLE,
    "born": Kind.DAY,
    "seen": Kind.MOMENT,
    "region": Kind.TEXT,
    "share": Kind.REAL,
    "price": Kind.EXACT,
}


def spark(sql: str) -> str:
    return translated(sql, {"city.person": "table_0", "chosen__b0": "given_0"}, STORED).sql


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        (
            'SELECT count(*) FILTER (WHERE c1) AS r1 FROM (SELECT ("t0"."region" = \'a\') AS c1 '
            'FROM "city.person" AS "t0") AS r',
            "SELECT COUNT(CASE WHEN `c1` THEN 1 END) AS `r1` FROM (SELECT (`t0`.`region` = 'a') AS `c1` FROM "
            "`table_0` AS `t0`) AS `r`",
        ),
        (
            'SELECT CAST(sum(v0) AS BIGINT) AS s0 FROM (SELECT "t0"."income" AS v0 '
            'FROM "city.person" AS "t0") AS r',
            "SELECT CAST(SUM(CAST(`v0` AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS `s0` FROM "
            "(SELECT `t0`.`income` AS `v0` FROM `table_0` AS `t0`) AS `r`",
        ),
        (
            'SELECT k0 FROM "city.person" AS "t0" ORDER BY k0',
            "SELECT `k0` FROM `table_0` AS `t0` ORDER BY `k0` NULLS LAST",
        ),
        (
            "SELECT DATE_DIFF('MONTH', \"t0\".\"born\", CAST('2026-01-01' AS DATE)) AS k0 "
            'FROM "city.person" AS "t0"',
            "SELECT ((YEAR(CAST('2026-01-01' AS DATE)) * 12 + MONTH(CAST('2026-01-01' AS DATE))) - "
            "(YEAR(`t0`.`born`) * 12 + MONTH(`t0`.`born`))) AS `k0` FROM `table_0` AS `t0`",
        ),
        (
            "SELECT 'it''s \\' AS k0 FROM \"city.person\" AS \"t0\"",
            "SELECT 'it\\'s \\\\' AS `k0` FROM `table_0` AS `t0`",
        ),
    ],
)
def test_a_statement_is_written_as_spark_means_it(sql: str, written: str) -> None:
    assert spark(sql) == written


def test_a_name_that_one_side_leaves_empty_is_what_the_other_makes_it() -> None:
    whole = 'SELECT "t0"."income" AS v0 FROM "city.person" AS "t0"'
    nothing = 'SELECT NULL AS v0 FROM "city.person" AS "t1"'
    joined = f"SELECT a.v0 AS v0 FROM ({whole}) AS a FULL JOIN ({nothing}) AS b ON a.v0 = b.v0"
    assert "SUM(CAST(`v0` AS DECIMAL(38, 0)))" in spark(f"SELECT sum(v0) AS s FROM ({joined}) AS r")


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "vault.person" AS "t0"',
        "SELECT * FROM delta.`/lake/vault/person`",
        "SELECT * FROM read_parquet('/lake/vault/person/a.parquet')",
        'SELECT * FROM "city"."city.person"',
        'SELECT 1 FROM "city.person"; SELECT 2',
        'DROP VIEW "city.person"',
        "SELECT java_method('java.lang.System', 'exit', 1) FROM \"city.person\"",
        'SELECT input_file_name() FROM "city.person"',
        'SELECT upper("t0"."region") FROM "city.person" AS "t0"',
        'SELECT random() FROM "city.person"',
        'SELECT (SELECT count(*) FROM "other") FROM "city.person"',
        'SELECT CAST("t0"."share" AS VARCHAR) FROM "city.person" AS "t0"',
        'SELECT sum("t0"."unknown") FROM "city.person" AS "t0"',
        'SELECT "t0"."income" // "t0"."income" FROM "city.person" AS "t0"',
        "SELECT",
    ],
)
def test_what_is_not_listed_is_not_sent(sql: str) -> None:
    with pytest.raises(Untranslatable):
        spark(sql)


def plan_of(sql: str) -> Plan:
    from policies.terms import Mode

    limits = Limits(10, 0.5, 10, 5, 3, 1e-8, 100)
    block = Block("b0", "plain", "", "", (), (), (), plain_sql=sql)
    return Plan(Mode.PLAIN, ("eco.air",), (block,), (), 'SELECT * FROM "b0"', (), 0.0, limits)


@pytest.mark.parametrize(
    ("sql", "has"),
    [
        ('SELECT "t0"."station", avg("t0"."pm25") FROM "eco.air" AS "t0" GROUP BY 1', True),
        ('SELECT round(avg("t0"."pm25"), 1) FROM "eco.air" AS "t0"', True),
        ('SELECT var_samp("t0"."readings") FROM "eco.air" AS "t0"', True),
        ('SELECT median("t0"."pm25") FROM "eco.air" AS "t0"', False),
        ('SELECT var_samp("t0"."pm25") FROM "eco.air" AS "t0"', False),
        ('SELECT CAST("t0"."pm25" AS VARCHAR) FROM "eco.air" AS "t0"', False),
        ('SELECT sum(DISTINCT "t0"."readings") FROM "eco.air" AS "t0"', False),
    ],
)
def test_a_form_the_engine_has_not_is_said_before_anything_runs(tmp_path: Path, sql: str, has: bool) -> None:
    path = tmp_path / "air.parquet"
    pq.write_table(pa.table({"station": ["a"], "pm25": [Decimal("1.5")], "readings": [3]}), path)
    found = objection(plan_of(sql), {"eco.air": (path,)})
    assert (found is None) is has
    assert has or found.code == "query.second_engine"


@pytest.mark.parametrize("url", ["spark://127.0.0.1", "sc://", "127.0.0.1:15002"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(NotUsable, match="sc://host:port"):
        second_engine({"YBZ_ENGINE_URL": url})


def test_an_interpreter_that_is_not_there_is_told() -> None:
    with pytest.raises(NotUsable, match="make spark"):
        second_engine({"YBZ_ENGINE_URL": "sc://127.0.0.1", "YBZ_ENGINE_PYTHON": "/nowhere/python"})
    assert second_engine({}) is None


def test_what_may_be_secret_in_an_address_is_not_shown() -> None:
    found = second_engine({"YBZ_ENGINE_URL": "sc://h:1/;token=abc", "YBZ_ENGINE_PYTHON": "/bin/sh"})
    assert found is not None
    assert found.shown == "sc://h:1"


# --- moments -----------------------------------------------------------------------------------------------


def samples() -> list[list[tuple[int, int]]]:
    draw = random.Random(5)
    made = [[(draw.randrange(10**6), draw.randrange(-(10**4), 10**4)) for _ in range(n)] for n in (2, 3, 50)]
    return [*made, [(1, 1), (1, 2), (1, 4)], [(3, 5), (4, 5)], [(7, 7)], []]


@pytest.mark.parametrize("rows", samples(), ids=len)
def test_moments_of_integers_are_those_of_duckdb(rows: list[tuple[int, int]]) -> None:
    table = pa.table(
        {"y": pa.array([y for y, _ in rows], pa.int64()), "x": pa.array([x for _, x in rows], pa.int64())}
    )
    connection = duckdb.connect()
    connection.register("given", table)
    for operation in (*ONE, *TWO):
        arguments = "y" if operation in ONE else "y, x"
        (expected,) = connection.sql(f"SELECT {operation}({arguments}) FROM given").fetchall()[0]
        pair = [(y, y if operation in ONE else x) for y, x in rows]
        sums = Sums(
            n=len(pair),
            y=sum(y for y, _ in pair),
            yy=sum(y * y for y, _ in pair),
            most=max((max(abs(y), abs(x)) for y, x in pair), default=0),
            x=sum(x for _, x in pair),
            xx=sum(x * x for _, x in pair),
            yx=sum(x * y for y, x in pair),
        )
        found = figure(operation, sums)
        if expected is None or found is None:
            assert found is expected, operation
        else:
            assert found == pytest.approx(expected, rel=1e-9, nan_ok=True), operation
    connection.close()


def test_sums_that_may_have_overflowed_make_no_figure() -> None:
    with pytest.raises(TooLarge):
        Sums(n=10**9, y=0, yy=0, most=10**15)


def test_hidden_sums_do_not_stay_in_the_answer() -> None:
    columns: dict[str, Any] = {"k0": ["a"], "a0": [None], "_of_0_n": [2], "_of_0_y": [6], "_of_0_yy": [20]}
    table = pa.table({**columns, "_of_0_most": [4]})
    made = finished(table, Statement("", ("k0", "a0"), (("a0", "var_samp"),)))
    assert made.to_pydict() == {"k0": ["a"], "a0": [2.0]}


def test_a_name_with_two_kinds_has_none() -> None:
    one, other = pa.table({"a": [1], "b": ["x"]}), pa.table({"a": ["x"]})
    assert kinds_of([one, other]) == {"a": Kind.OTHER, "b": Kind.TEXT}
