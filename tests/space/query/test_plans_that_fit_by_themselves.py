"""What is known to fit without the engine is typed as the engine types it; all else is bound by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import space.query.compile as compile_module
from policies.decision import Deny
from policies.terms import Mode
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.planning import fitting, rehearsal
from space.query.planning.rehearsal import rehearse
from space.query.reasons import Refused
from space.query.rules import RULES
from tests.space.query.ruled import compile_ruled

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
REWRITES = [
    b.split("\n")[0] for b in (GOLDEN / "query_rewrites.txt").read_text("utf-8").strip().split("\n\n")
]
RULED = [
    line.partition("; ")[2]
    for file in sorted((GOLDEN / "query_rules").glob("*.txt"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line.startswith("permit")
]
FORMS = [
    "SELECT region_code AS r, date_trunc('quarter', created_at) AS q, count(*) AS n FROM hotline "
    "GROUP BY 1, 2",
    "SELECT hour(created_at) AS h, dayofweek(created_at) AS d, count(*) AS n FROM hotline GROUP BY 1, 2",
    "SELECT year(created_at) AS y, quarter(created_at) AS q, month(created_at) AS m, day(created_at) AS d, "
    "count(*) AS n FROM hotline WHERE created_at >= TIMESTAMP '2025-01-01' GROUP BY ALL "
    "ORDER BY n DESC LIMIT 3",
    "SELECT year(birth_date) AS y, left(region_code, 4) AS c, coalesce(disease, '-') AS d, count(*) AS n "
    "FROM person WHERE birth_date < DATE '2000-01-01' AND gender IN ('F', 'M') GROUP BY 1, 2, 3",
    "SELECT CASE WHEN income >= 100000 AND gender = 'F' THEN 'a' ELSE 'b' END AS k, count(*) AS n "
    "FROM person GROUP BY 1 HAVING count(*) > 20",
    "SELECT floor(income / 20000) AS f, floor(income / 20000) * 20000 AS g, avg(income) AS a, "
    "sum(income) AS s FROM person GROUP BY 1, 2",
    "SELECT p.gender AS g, avg(p.income) AS a FROM op_customers c JOIN person p ON c.id_card = p.id_card "
    "GROUP BY 1",
    "SELECT birth_date AS b, gender = 'F' AS f, count(*) AS n FROM person GROUP BY 1, 2",
]


@pytest.mark.parametrize("mode", [Mode.THRESHOLD, Mode.DP])
def test_what_fits_by_itself_has_the_types_the_engine_gives(
    city: Any, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms, schema = city.terms(mode), city.schema(mode)
    made = [compile_query(sql, terms, schema) for sql in (*REWRITES, *RULED, *FORMS)]
    plans = [plan for plan in made if isinstance(plan, Plan)]
    tables = {table.name: rehearsal._columns(table) for table in schema.tables}
    known = [fitting.answer(plan, tables) for plan in plans]
    monkeypatch.setattr(fitting, "answer", lambda *_: None)

    for plan, columns in zip(plans, known, strict=True):
        assert columns is None or columns == rehearse(plan, schema), plan.post_sql
    assert sum(columns is not None for columns in known) > len(plans) / 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT gender AS g, count(*) + 1 AS n FROM person GROUP BY 1",
        "SELECT gender AS a, region_code AS A, count(*) AS n FROM person GROUP BY 1, 2",
        "SELECT gender AS g, count(*) AS n FROM person GROUP BY 1 HAVING gender > 'E'",
        "SELECT g, sum(n) AS n FROM (SELECT gender AS g, count(*) AS n FROM person GROUP BY 1) AS x "
        "GROUP BY 1",
    ],
)
def test_any_other_form_is_left_to_the_engine(city: Any, sql: str) -> None:
    terms, schema = city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD)
    plan = compile_query(sql, terms, schema)
    assert isinstance(plan, Plan), plan
    assert fitting.answer(plan, {table.name: rehearsal._columns(table) for table in schema.tables}) is None


@pytest.mark.parametrize(
    ("sql", "fits"),
    [
        ('"t0"."a" = \'x\'', True),
        ('"t0"."a" IN (\'x\', \'it\'\'s "t0"."n" = 1\')', True),
        ('("t0"."n" >= 5) AND (NOT "t0"."a" IS NULL)', True),
        ('"t0"."d" < CAST(\'2020-01-01\' AS DATE) OR YEAR("t0"."d") = 2020', True),
        ('"t0"."n" = \'x\'', False),
        ('"t0"."a" >= 5', False),
        ('"t0"."n" + 1 = 5', False),
        ('"t0"."missing" = 5', False),
        ('LOWER("t0"."a") = \'"t0"."n" = 1\'', False),
        ('"t0"."a"', True),
        ('NOT "t0"."a"', False),
    ],
)
def test_a_comparison_fits_a_constant_of_the_type_of_its_column_only(sql: str, fits: bool) -> None:
    kinds = {("t0", "a"): "VARCHAR", ("t0", "n"): "BIGINT", ("t0", "d"): "DATE"}
    assert fitting.fits(sql, kinds) is fits


def test_a_release_with_other_columns_is_rehearsed_anew(city: Any) -> None:
    """The thread's empty tables go by their columns, whoever's grant asked before."""
    terms, schema = city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD)
    plan = compile_query("SELECT gender, round(count(*) / 2) AS n FROM person GROUP BY 1", terms, schema)
    assert isinstance(plan, Plan)
    (person,) = [table for table in schema.tables if table.table == "person"]
    renamed = tuple(
        replace(c, physical=f"{c.physical}_2") if c.name == "gender" else c for c in person.columns
    )
    other = replace(schema, tables=(replace(person, columns=renamed),))

    with pytest.raises(Refused, match=r"query\.types"):
        rehearse(plan, other)
    assert rehearse(plan, schema) == plan.columns


IN_ROLE = [
    ("filter", "SELECT count(*) AS n FROM person WHERE gender IN ('F', 'M')", True),
    ("filter", "SELECT gender, count(*) AS n FROM person GROUP BY gender", False),
    ("dimension", "SELECT count(*) AS n FROM person WHERE gender IN ('F', 'M')", False),
    ("dimension", "SELECT count(*) AS n FROM person WHERE gender = 'F'", False),
    ("dimension", "SELECT count(*) FILTER (WHERE gender IN ('F')) AS n FROM person", False),
    ("dimension", "SELECT gender, count(*) AS n FROM person GROUP BY gender", True),
]


@pytest.mark.parametrize(("role", "sql", "answered"), IN_ROLE)
def test_a_list_of_values_is_a_condition_like_any_other(
    city: Any, role: str, sql: str, answered: bool
) -> None:
    rules = {"city.person": {"columns": {"gender": {"roles": [role]}}, "unlisted": "plain"}}
    made = compile_ruled(city, rules, sql)
    assert isinstance(made, Plan) is answered, made


def test_a_range_of_days_is_a_condition_like_any_other(city: Any) -> None:
    rules = {"city.person": {"columns": {"birth_date": {"roles": ["dimension"]}}, "unlisted": "plain"}}
    days = "birth_date BETWEEN DATE '1990-01-01' AND DATE '1999-12-31'"
    made = compile_ruled(city, rules, f"SELECT count(*) AS n FROM person WHERE {days}")
    assert isinstance(made, Deny)
    assert [reason.code for reason in made.reasons] == ["query.role"]


def test_a_table_beside_an_answer_is_refused_also_without_the_rule_on_rows(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "(SELECT region_code AS r, count(*) AS n FROM enterprise GROUP BY 1) AS e"
    sql = f"SELECT count(*) AS n FROM person p JOIN {answer} ON e.r = p.region_code"
    monkeypatch.setattr("space.query.rules.RULES", tuple(r for r in RULES if r.__name__ != "raw_rows"))

    made = compile_module.compile_query(sql, city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD))

    assert isinstance(made, Deny)
    assert "query.join.mixed" in [reason.code for reason in made.reasons]
