"""Every rule: one query it lets pass and one it refuses, with its code. Read as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.decision import Deny
from policies.terms import Mode
from space.query.parse import MAX_BYTES
from space.query.plan import Plan
from space.query.reasons import WORDING
from space.query.rules import RULES, SHAPE_RULES

Compiled = Callable[..., object]

# rule: (allowed, refused, code)
TABLE = {
    "nodes": (
        "SELECT count(*) FROM person",
        "SELECT count(*) FROM person USING SAMPLE 10 ROWS",
        "query.node",
    ),
    "functions": (
        "SELECT left(region_code, 4) c, count(*) FROM person GROUP BY 1",
        "SELECT md5(region_code) c, count(*) FROM person GROUP BY 1",
        "query.function",
    ),
    "grouping_sets": (
        "SELECT region_code, gender, count(*) FROM person GROUP BY ROLLUP (region_code, gender)",
        "SELECT count(*) FROM person GROUP BY CUBE (region_code, gender, disease, year(birth_date), 1)",
        "query.grouping_sets",
    ),
    "subqueries": (
        "SELECT n FROM (SELECT gender, count(*) n FROM person GROUP BY 1)",
        "SELECT count(*) FROM person WHERE income >= (SELECT avg(income) FROM person)",
        "query.subquery",
    ),
    "limits": (
        "SELECT region_code, count(*) n FROM person GROUP BY 1 ORDER BY n LIMIT 3",
        "SELECT region_code, count(*) n FROM person GROUP BY 1 LIMIT (1 + 1)",
        "query.limit",
    ),
    "unions": (
        "SELECT count(*) FROM person UNION ALL SELECT count(*) FROM enterprise",
        "SELECT count(*) FROM person UNION SELECT count(*) FROM enterprise",
        "query.union",
    ),
    "free_text": (
        "SELECT category, count(*) FROM hotline GROUP BY 1",
        "SELECT count(*) FROM hotline WHERE content = 'x'",
        "query.free_text",
    ),
    "identifiers": (
        "SELECT count(DISTINCT id_card) FROM person",
        "SELECT left(id_card, 6) r, count(*) FROM person GROUP BY 1",
        "query.identifier",
    ),
    "raw_rows": (
        "SELECT disease FROM person GROUP BY disease",
        "SELECT disease FROM person",
        "query.rows",
    ),
    "measures": (
        "SELECT sum(income) FROM person WHERE income >= 1000",
        "SELECT income, count(*) FROM person GROUP BY income",
        "query.measure",
    ),
    "joins": (
        "SELECT count(*) FROM op_customers c JOIN person p ON c.id_card = p.id_card",
        "SELECT count(*) FROM person p JOIN hotline h ON p.region_code = h.region_code",
        "query.join",
    ),
    "group_keys": (
        "SELECT year(birth_date) y, count(*) FROM person GROUP BY 1",
        "SELECT month(birth_date) m, count(*) FROM person GROUP BY 1",
        "query.grain",
    ),
    "row_conditions": (
        "SELECT count(*) FROM person WHERE gender = 'F' OR NOT region_code IN ('110101')",
        "SELECT count(*) FROM person WHERE gender = region_code",
        "query.predicate",
    ),
    "aggregates": (
        "SELECT avg(income), count(*) FROM person",
        "SELECT max(income) FROM person",
        "query.aggregate",
    ),
    "windows": (
        "SELECT gender, sum(count(*)) OVER (ORDER BY gender) FROM person GROUP BY gender",
        "SELECT count(*) FROM person WHERE row_number() OVER (ORDER BY gender) = 1",
        "query.window",
    ),
    "nested": (
        "SELECT sum(n) FROM (SELECT gender, count(*) n FROM person GROUP BY 1)",
        "SELECT count(*) FROM (SELECT region_code FROM person GROUP BY 1 HAVING count(*) > 100)",
        "query.nested",
    ),
}

# Further forms with the code that names them.
REFUSED = [
    ("", "query.text"),
    ("SELECT count(*) FROM person -- \u200b", "query.text"),
    ("SELECT count(*) FROM person WHERE gender = 'a\x00'", "query.text"),
    ("SELECT " + "1 + " * (MAX_BYTES // 4) + "1", "query.text"),
    ("SELECT " + "(" * 160 + "1" + ")" * 160, "query.text"),
    ("SELECT " + "NOT " * 3000 + "true", "query.syntax"),
    ("SELEC count(*)", "query.syntax"),
    ("SELECT 1; SELECT 2", "query.statement"),
    ("DROP TABLE person", "query.statement"),
    ("COPY person TO 'x'", "query.statement"),
    ("SELECT count(*) FROM nowhere", "query.name"),
    ("SELECT count(*) FROM person WHERE nothing = 1", "query.name"),
    ("SELECT count(*) FROM information_schema.tables", "query.name"),
    ("WITH person AS (SELECT count(*) n FROM hotline) SELECT n FROM person", "query.cte"),
    ("WITH RECURSIVE r AS (SELECT count(*) n FROM person) SELECT n FROM r", "query.cte"),
    ("WITH _b0 AS (SELECT count(*) n FROM person) SELECT n FROM _b0", "query.cte"),
    ("SELECT 1", "query.rows"),
    ("SELECT p gender, count(*) FROM person p GROUP BY 1", "query.node"),
    ("SELECT gender, count(*) FROM person GROUP BY 1 HAVING (*) > 1", "query.node"),
    ("SELECT count(*) FROM person UNION ALL SELECT 'x', count(*) FROM hotline", "query.union"),
    ("SELECT * GROUP BY 1", "query.name"),
    ("CREATE FUNCTION f(x)->>' a ') FROM x", "query.syntax"),
    ("SELECT region_code, gender, count(*) FROM person GROUP BY region_code", "query.ungrouped"),
    ("SELECT count(*) FROM person WHERE disease = 'D99'", "query.predicate.domain"),
    ("SELECT count(*) FROM person WHERE birth_date = DATE '1990-03-07'", "query.predicate.grid"),
    ("SELECT count(*) FROM person WHERE birth_date <= DATE '1990-03-07'", "query.predicate.grid"),
    ("SELECT count(*) FROM person WHERE income >= 1500", "query.predicate.grid"),
    ("SELECT count(*) FROM person WHERE income >= 2000000", "query.predicate.grid"),
    ("SELECT count(*) FROM person WHERE income = 1000", "query.measure"),
    ("SELECT floor(income / 1500) b, count(*) FROM person GROUP BY 1", "query.predicate.grid"),
    ("SELECT avg(income), avg(least(income, 9000)) FROM person", "query.measure.forms"),
    ("SELECT strftime(birth_date, '%Y-%m') m, count(*) FROM person GROUP BY 1", "query.grain"),
    ("SELECT count(*) FROM person p, enterprise e", "query.join"),
    ("SELECT count(*) FROM person p JOIN (SELECT count(*) n FROM hotline) h ON true", "query.join.mixed"),
    ("SELECT gender || disease k, count(*) FROM person GROUP BY 1", "query.key"),
    ("SELECT sum(income) FILTER (WHERE name = 'x') FROM person", "query.identifier"),
    ("SELECT count(DISTINCT income) FROM person", "query.measure"),
    ("SELECT sum(DISTINCT income) FROM person", "query.measure"),
    (
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE disease = 'D{i:02d}')" for i in range(1, 12))
        + " FROM person",
        "query.conditions",
    ),
]  # fmt: skip


def codes(made: object) -> list[str]:
    assert isinstance(made, Deny), made
    return [reason.code for reason in made.reasons]


@pytest.mark.parametrize("rule", [rule.__name__ for rule in (*SHAPE_RULES, *RULES)])
def test_every_rule_lets_the_safe_form_pass_and_refuses_the_other(compiled: Compiled, rule: str) -> None:
    allowed, refused, code = TABLE[rule]
    assert isinstance(compiled(allowed), Plan), compiled(allowed)
    assert code in codes(compiled(refused))


@pytest.mark.parametrize(("sql", "code"), REFUSED, ids=[f"{c}-{i}" for i, (_, c) in enumerate(REFUSED)])
def test_a_form_is_refused_by_the_code_that_names_it(compiled: Compiled, sql: str, code: str) -> None:
    assert code in codes(compiled(sql))


def test_every_reason_is_told_at_once(compiled: Compiled) -> None:
    found = codes(compiled("SELECT max(income) FROM person WHERE name = '张三' AND month(birth_date) = 3"))
    assert {"query.aggregate", "query.identifier"} <= set(found)


def test_a_name_outside_the_grant_reads_the_same_whether_it_exists_or_not(city: Any) -> None:
    from dataclasses import replace

    from space.query.compile import compile_query
    from space.query.schema import QuerySchema

    terms = city.terms(Mode.THRESHOLD)
    narrow = replace(terms, datasets=(replace(terms.datasets[0], columns=("id_card", "gender")),), joins=())
    schema = QuerySchema.from_facts(narrow, [(c, city.facts[c.name]) for c in city.contracts])
    there = compile_query("SELECT count(*) FROM person WHERE disease = 'D01'", narrow, schema)
    nowhere = compile_query("SELECT count(*) FROM person WHERE disaese = 'D01'", narrow, schema)
    table = compile_query("SELECT count(*) FROM enterprise", narrow, schema)
    assert there == nowhere == table


def test_no_wording_repeats_what_the_caller_wrote(compiled: Compiled) -> None:
    made = compiled("SELECT count(*) FROM person WHERE name = '110101199003077777' AND nobody = 'secret'")
    assert isinstance(made, Deny)
    assert not any("secret" in repr(reason) or "1101011990" in repr(reason) for reason in made.reasons)


def test_a_row_filter_of_the_grant_stands_in_the_table_s_place(city: Any) -> None:
    from dataclasses import replace

    from space.engines.duckdb import execute
    from space.query.compile import compile_query

    terms = city.terms(Mode.THRESHOLD)
    filtered = replace(terms.datasets[0], row_filter="gender = 'F' AND region_code <> '110101'")
    terms = replace(terms, datasets=(filtered, *terms.datasets[1:]))
    from space.query.schema import QuerySchema

    schema = QuerySchema.from_facts(terms, [(c, city.facts[c.name]) for c in city.contracts])
    plan = compile_query("SELECT gender, region_code, count(*) n FROM person GROUP BY 1, 2", terms, schema)
    assert isinstance(plan, Plan)
    rows = execute(plan, city.files).to_pylist()
    assert {row["gender"] for row in rows} == {"F"}
    assert "110101" not in {row["region_code"] for row in rows}
    broken = replace(terms, datasets=(replace(filtered, row_filter="name = '张三'"), *terms.datasets[1:]))
    schema = QuerySchema.from_facts(broken, [(c, city.facts[c.name]) for c in city.contracts])
    assert codes(compile_query("SELECT count(*) FROM person", broken, schema)) == ["query.row_filter"]


def test_every_code_has_a_section_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "refusals.md").read_text(encoding="utf-8")
    sections = [line[4:].strip("` ") for line in text.splitlines() if line.startswith("### ")]
    assert [s for s in sections if s in WORDING] == sorted(WORDING)
    for code, (message, allowed) in WORDING.items():
        assert message in text, code
        assert allowed in text, code


def _chain(names: int, *, twice: bool) -> str:
    """A WITH whose every name stands once or twice in the next."""
    first = "a0 AS (SELECT region_code AS r, count(*) AS n FROM person GROUP BY 1)"
    joined = " JOIN a{0} AS y ON x.r = y.r" if twice else ""
    rest = [
        f"a{n} AS (SELECT x.r, x.n AS n FROM a{n - 1} AS x{joined.format(n - 1)})" for n in range(1, names)
    ]
    return f"WITH {', '.join([first, *rest])} SELECT r, n FROM a{names - 1}"


def test_names_that_double_with_each_are_too_long_however_short_the_text(compiled: Compiled) -> None:
    assert isinstance(compiled(_chain(6, twice=True)), Plan)
    assert isinstance(compiled(_chain(60, twice=False)), Plan)
    # Of 25 names the engine would bind sixteen million tables, and `explain` costs nothing.
    denied = compiled(_chain(25, twice=True))
    assert isinstance(denied, Deny)
    assert [r.code for r in denied.reasons] == ["query.text"]
