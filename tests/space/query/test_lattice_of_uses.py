"""What an expression inherits from its columns, and what the nearest allowed form is said to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decision import Deny
from policies.terms import Mode
from space.query.grammar.lattice import Tells, taint_of, taints
from space.query.grammar.written import DUCKDB

Compiled = Callable[..., object]
COLUMNS = {
    "id_card": Tells.JOIN_KEY,
    "name": Tells.IDENTIFIER,
    "gender": Tells.CATEGORY,
    "birth_date": Tells.TIME,
    "region_code": Tells.DIMENSION,
    "income": Tells.MEASURE,
}
# Ways to write an expression around another that lower nothing.
WRAPPERS = (
    "({0})",
    "coalesce({0}, 'x')",
    "left({0}, 3)",
    "upper({0})",
    "{0} || 'a'",
    "CASE WHEN {0} = 'x' THEN 1 ELSE 2 END",
    "CAST({0} AS VARCHAR)",
    "nullif({0}, {0})",
    "{0} + 0",
    "{0} > 5",
    "{0} IN (1, 2)",
    "floor({0})",
    "row_number() OVER (ORDER BY {0})",
)


def told(city: Any, expression: str) -> dict[str, Tells]:
    table = city.schema(Mode.THRESHOLD).tables[0]
    node = DUCKDB.parse(f"SELECT {expression}")[0].selects[0]  # type: ignore[union-attr]
    return {t.column: t.tells for t in taints(node, lambda c: table.column(c.name))}


def test_every_column_of_the_city_has_the_use_its_contract_declares(city: Any) -> None:
    table = city.schema(Mode.THRESHOLD).tables[0]
    assert {name: taint_of(table.column(name)).tells for name in COLUMNS} == COLUMNS
    hotline = city.schema(Mode.THRESHOLD).tables[2]
    assert taint_of(hotline.column("content")).tells is Tells.NOTHING_SAFE


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(COLUMNS)), st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=4))
def test_no_way_of_writing_lowers_what_an_expression_tells(city: Any, column: str, around: list[str]) -> None:
    expression = column
    for wrapper in around:
        expression = f"({wrapper.format(expression)})"
    assert told(city, expression) == {column: COLUMNS[column]}


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("sum(income)", {}),
        ("count(DISTINCT id_card)", {}),
        ("floor(income / 1000)", {"income": Tells.DIMENSION}),
        ("income // 1000 * 1000", {"income": Tells.DIMENSION}),
        ("income >= 1000", {"income": Tells.DIMENSION}),
        ("income IS NULL", {"income": Tells.DIMENSION}),
        ("id_card >= 'x'", {"id_card": Tells.JOIN_KEY}),
        ("floor(name / 10)", {"name": Tells.IDENTIFIER}),
        ("gender = 'F' AND income = 5", {"gender": Tells.CATEGORY, "income": Tells.MEASURE}),
    ],
)
def test_only_aggregates_buckets_and_the_grid_lower_a_measure(
    city: Any, expression: str, left: dict[str, Tells]
) -> None:
    assert told(city, expression) == left


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT income, count(*) FROM person GROUP BY 1", "floor(income / 1000) as a key"),
        ("SELECT median(income) FROM person", "median(floor(income / 20000) * 20000)"),
        ("SELECT median(tax_paid) FROM enterprise", "declares no bounds and grid"),
        ("SELECT count(*) FROM person WHERE income >= 1500", "steps of 1000 from 0 to 1000000"),
        ("SELECT month(birth_date), count(*) FROM person GROUP BY 1", "year(birth_date)"),
        ("SELECT count(*) FROM person WHERE birth_date >= DATE '1990-03-07'", "where a year begins"),
        ("SELECT count(*) FROM person WHERE gender = 'X'", "gender IN ('F', 'M')"),
        (
            "SELECT count(*) FROM person p JOIN hotline h USING (region_code)",
            "op_customers.id_card = person.id_card",
        ),
        ("SELECT count(*) FROM persons", "city.person (id_card, name, gender"),
        ("SELECT gender || disease k, count(*) FROM person GROUP BY 1", "year(birth_date)"),
        ("SELECT width_bucket(income, 0, 10, 2) b, count(*) FROM person GROUP BY 1", "floor(income / 1000)"),
        ("SELECT count(*) FROM person WHERE name = 'x'", "leave the column out"),
        ("SELECT regr_slope(income, birth_date) FROM person", "sum(column)"),
    ],
)
def test_a_refusal_names_a_form_that_would_be_allowed(compiled: Compiled, sql: str, said: str) -> None:
    made = compiled(sql)
    assert isinstance(made, Deny), made
    assert any(said in f"{reason.allowed} allowed" for reason in made.reasons), made.reasons


def test_the_forms_named_are_indeed_allowed(compiled: Compiled) -> None:
    for sql in (
        "SELECT floor(income / 1000) k, count(*) FROM person GROUP BY 1",
        "SELECT median(floor(income / 20000) * 20000) FROM person",
        "SELECT quantile_cont(floor(income / 20000) * 20000, 0.25) FROM person",
        "SELECT histogram(floor(income / 20000) * 20000) FROM person",
        "SELECT count(*) FROM person WHERE income >= 1000 AND income < 2000",
        "SELECT count(*) FROM person WHERE birth_date >= DATE '2020-01-01'",
        "SELECT date_trunc('hour', created_at) h, count(*) FROM hotline GROUP BY 1",
    ):
        assert not isinstance(compiled(sql), Deny), sql


def test_advice_repeats_nothing_the_caller_wrote(compiled: Compiled) -> None:
    made = compiled(
        "SELECT secretfn(income), s3cret FROM person WHERE gender = 'secret' AND disease = 'secret'"
    )
    assert isinstance(made, Deny)
    assert "secret" not in repr(made)
    assert "s3cret" not in repr(made)
