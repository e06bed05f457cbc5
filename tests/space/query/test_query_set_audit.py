"""The query-set audit against an analyst who subtracts answers, on real protected files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from policies.terms import Mode, Terms
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

# 李四 of no district in particular; 张三, the woman of 1990 with D59 in 110105, is the one to find out about.
HER = "region_code = '110105' AND gender = 'F' AND year(birth_date) = 1990 AND disease = 'D59'"
NOBODY = "region_code = '110105' AND gender = 'M' AND year(birth_date) = 1990 AND disease = 'D59'"


@dataclass
class Desk:
    """An organisation that asks one query after the other under one or several grants."""

    terms: Terms
    schema: QuerySchema
    files: Any
    told: list[dict[str, Any]] = field(default_factory=list)

    def plan(self, sql: str) -> Plan:
        made = compile_query(sql, self.terms, self.schema)
        assert isinstance(made, Plan), made
        formers = [f for block in audited(made) for f in compared(block, reversed(self.told), 20)]
        self.told += [dict(record(block, made.limits.k).body) for block in audited(made)]
        sent = replace(made, formers=tuple(formers))
        assert sent.canonical_digest == made.canonical_digest
        return Plan.from_document(sent.to_document())

    def ask(self, sql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = execute(self.plan(sql), self.files).to_pylist()
        return rows

    def withheld(self, sql: str) -> bool:
        """Whether an answer of one row shows nothing."""
        rows = self.ask(sql)
        return all(value is None for row in rows for value in row.values())


@pytest.fixture
def desk(city: Any) -> Desk:
    return Desk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)


def test_a_condition_and_the_same_without_one_person_are_not_both_answered(desk: Desk) -> None:
    assert desk.ask("SELECT count(*) n, sum(income) s FROM person WHERE region_code = '110105'")[0]["n"] > 0
    sql = f"SELECT count(*) n, sum(income) s FROM person WHERE region_code = '110105' AND NOT ({HER})"
    assert desk.withheld(sql)


def test_whether_there_is_such_a_person_is_not_told_by_what_is_withheld(desk: Desk) -> None:
    base = "SELECT count(*) n FROM person WHERE region_code = '110105'"
    desk.ask(base)
    assert desk.withheld(f"{base} AND NOT ({NOBODY})"), "shown, it would say that nobody is left out"


WOMEN = "region_code = '110105' AND gender = 'F'"
# By another column each, which conditions hold to one value, its own or the other's.
BY_OTHER_COLUMNS = {
    "both held": (f"SELECT region_code AS k, {{}} FROM person WHERE {WOMEN} GROUP BY 1", WOMEN, "gender"),
    "each held by the other": (
        "SELECT region_code AS k, {} FROM person WHERE gender = 'F' GROUP BY 1",
        "region_code = '110105'", "gender",
    ),
    "held by a list": (
        "SELECT region_code AS k, {} FROM person WHERE gender IN ('F') GROUP BY 1",
        "region_code IN ('110105')", "gender",
    ),
    "held by its other value": (
        "SELECT region_code AS k, {} FROM person WHERE gender <> 'M' GROUP BY 1",
        "region_code = '110105'", "gender",
    ),
    "with one more on either side": (
        "SELECT region_code AS k, year(birth_date) >= 1900 AS m, {} FROM person WHERE gender = 'F' "
        "GROUP BY 1, 2",
        "region_code = '110105' AND income >= 0", "gender, income >= 0",
    ),
    "listed": (f"SELECT region_code AS k, {{}} FROM person WHERE {WOMEN} GROUP BY ALL", WOMEN, "gender"),
}  # fmt: skip


@pytest.mark.parametrize("figure", ["sum(income) AS n", "count(*) AS n", "avg(income) AS n"])
@pytest.mark.parametrize("kind", BY_OTHER_COLUMNS)
def test_other_group_columns_keep_no_two_answers_apart(desk: Desk, kind: str, figure: str) -> None:
    first, held, by = BY_OTHER_COLUMNS[kind]
    short = f"SELECT {by}, {figure} FROM person WHERE {held} AND NOT ({HER}) GROUP BY {by}"

    assert [row["n"] for row in desk.ask(first.format(figure)) if row["k"] == "110105"] != [None]
    assert [row["n"] for row in desk.ask(short) if row["gender"] == "F" and row["n"] is not None] == []


@pytest.mark.parametrize("kind", BY_OTHER_COLUMNS)
def test_nor_in_the_other_order(desk: Desk, kind: str) -> None:
    first, held, by = BY_OTHER_COLUMNS[kind]
    desk.ask(f"SELECT {by}, count(*) AS n FROM person WHERE {held} AND NOT ({HER}) GROUP BY {by}")

    rows = desk.ask(first.format("count(*) AS n"))
    assert [row["n"] for row in rows if row["k"] == "110105" and row["n"] is not None] == []


def test_questions_by_different_columns_are_answered_after_one_another(desk: Desk) -> None:
    for by in ("region_code", "gender", "disease", "year(birth_date)", "region_code, gender"):
        rows = desk.ask(f"SELECT {by}, count(*) AS n, avg(income) AS a FROM person GROUP BY ALL")
        assert all(row["n"] is not None for row in rows[:3]), by


def test_the_order_of_the_two_does_not_matter(desk: Desk) -> None:
    assert not desk.withheld(f"SELECT count(*) n FROM person WHERE region_code = '110105' AND NOT ({HER})")
    assert desk.withheld("SELECT count(*) n FROM person WHERE region_code = '110105'")


def test_ordinary_questions_after_one_another_are_answered(desk: Desk) -> None:
    for condition in ("TRUE", "gender = 'F'", "year(birth_date) >= 1990", "year(birth_date) >= 2000",
                      "disease IN ('D01', 'D02')", "disease = 'D01'", "gender = 'F' AND disease = 'D01'",
                      "income >= 50000"):  # fmt: skip
        where = "" if condition == "TRUE" else f" WHERE {condition}"
        assert not desk.withheld(f"SELECT count(*) n, sum(income) s, avg(income) a FROM person{where}"), (
            condition
        )


def test_the_same_question_in_other_words_is_answered_again(desk: Desk) -> None:
    first = desk.ask("SELECT region_code, count(*) n FROM person WHERE disease IN ('D01', 'D02') GROUP BY 1")
    words = "disease = 'D01' OR disease = 'D02'"
    assert desk.ask(f"SELECT region_code, count(*) n FROM person WHERE {words} GROUP BY 1") == first


def test_only_the_cell_with_the_person_is_withheld(desk: Desk) -> None:
    first = desk.ask("SELECT region_code, count(*) n FROM person GROUP BY 1")
    second = desk.ask(f"SELECT region_code, count(*) n FROM person WHERE NOT ({HER}) GROUP BY 1")
    assert {row["region_code"] for row in first} - {row["region_code"] for row in second} == {"110105"}


def test_a_filter_is_a_condition_like_any_other(desk: Desk) -> None:
    desk.ask("SELECT sum(income) s FROM person WHERE region_code = '110105'")
    (row,) = desk.ask(
        f"SELECT sum(CASE WHEN region_code = '110105' AND NOT ({HER}) THEN income END) s, count(*) n "
        "FROM person"
    )
    assert row["s"] is None


def test_the_rest_of_a_filter_is_a_condition_too(desk: Desk) -> None:
    desk.ask("SELECT count(*) n FROM person WHERE region_code = '110105'")
    (row,) = desk.ask(
        f"SELECT count(*) n, count(*) FILTER (WHERE region_code <> '110105' OR ({HER})) m FROM person"
    )
    assert None in row.values(), "n - m is the district without her"


def test_shifted_bins_do_not_show_their_edges(desk: Desk) -> None:
    by = "SELECT {} k, count(*) n FROM enterprise WHERE region_code = '110101' GROUP BY 1"
    assert len(desk.ask(by.format("floor(employees / 500)"))) == 4
    for step in (510, 490):
        assert desk.ask(by.format(f"floor(employees / {step})")) == []


def test_a_condition_may_not_hide_in_a_key(desk: Desk) -> None:
    desk.ask("SELECT count(*) n FROM person WHERE region_code = '110105'")
    rows = desk.ask(
        f"SELECT CASE WHEN region_code = '110105' AND NOT ({HER}) THEN 'a' ELSE 'b' END k, count(*) n "
        "FROM person GROUP BY 1"
    )
    assert "a" not in {row["k"] for row in rows}


def test_two_keys_of_conditions_are_compared_with_one_another(desk: Desk) -> None:
    key = "SELECT CASE WHEN {} THEN 'a' ELSE 'b' END k, count(*) n FROM person GROUP BY 1"
    district = "region_code = '110105'"
    same = f"({HER} AND FALSE)".replace(" AND FALSE", " AND gender = 'M'")
    assert len(desk.ask(key.format(f"{district} AND NOT {same}"))) == 2
    assert desk.ask(key.format(f"{district} AND NOT ({HER})")) == []


def test_a_total_does_not_follow_the_parts_that_leave_nine_persons(desk: Desk) -> None:
    parts = desk.ask("SELECT region_code, count(*) n FROM person GROUP BY 1")
    assert {"110129", "110130"}.isdisjoint({row["region_code"] for row in parts})
    assert desk.withheld("SELECT count(*) n FROM person"), "total less parts would be nine persons"


def test_parts_after_their_total_leave_ten_persons_or_more(desk: Desk, city: Any) -> None:
    desk.ask("SELECT count(*) n FROM person")
    shown = {row["region_code"] for row in desk.ask("SELECT region_code, count(*) n FROM person GROUP BY 1")}
    truth = dict(city.raw().sql("SELECT region_code, count(*) FROM person GROUP BY 1").fetchall())
    rest = sum(n for region, n in truth.items() if region not in shown)
    assert rest >= 10
    assert len(shown) > 20


def test_parts_without_small_ones_and_their_total_are_both_answered(desk: Desk) -> None:
    assert len(desk.ask("SELECT gender, count(*) n, sum(income) s FROM person GROUP BY 1")) == 2
    assert not desk.withheld("SELECT count(*) n, sum(income) s FROM person")
    assert len(desk.ask("SELECT year(birth_date) y, gender, count(*) n FROM person GROUP BY 1, 2")) == 212


def test_the_sum_of_a_dominated_part_does_not_follow_from_a_total(desk: Desk) -> None:
    rows = desk.ask("SELECT industry_code, count(*) n, sum(tax_paid) tax FROM enterprise GROUP BY 1")
    assert any(row["tax"] is None for row in rows)
    few = "industry_code IN ('01', '60', '61')"
    (one,) = desk.ask(f"SELECT count(*) n, sum(tax_paid) tax FROM enterprise WHERE {few}")
    assert one["tax"] is None


def test_ten_firms_of_which_one_pays_nearly_all_do_not_follow_by_subtraction(desk: Desk) -> None:
    (before,) = desk.ask("SELECT count(*) n, sum(tax_paid) tax FROM enterprise")
    (after,) = desk.ask("SELECT count(*) n, sum(tax_paid) tax FROM enterprise WHERE industry_code <> '05'")
    assert before["tax"] is not None
    assert after["n"] is not None, "ten firms or more are left out"
    assert after["tax"] is None, "but one of them paid nearly all of it"


def test_another_measure_of_the_same_rows_is_compared_as_well(desk: Desk) -> None:
    desk.ask("SELECT avg(income) a FROM person WHERE region_code = '110105'")
    assert desk.withheld(f"SELECT sum(income) s FROM person WHERE region_code = '110105' AND NOT ({HER})")


def test_two_forms_of_a_measure_do_not_show_what_was_cut_off(desk: Desk) -> None:
    at = "FROM person WHERE region_code = '110105'"
    assert not desk.withheld(f"SELECT sum(least(income, 999000)) s {at}")
    (row,) = desk.ask(f"SELECT sum(income) s, count(*) n {at}")
    assert row["n"] is not None
    assert row["s"] is None, "the difference is what a few earn above the cut"


def test_missing_values_are_rows_like_others(desk: Desk) -> None:
    desk.ask("SELECT count(*) n FROM person")
    assert desk.withheld("SELECT count(*) n FROM person WHERE disease IS NOT NULL"), "four have none"


def test_a_join_that_loses_few_is_compared_with_the_table_alone(desk: Desk) -> None:
    alone = "SELECT c.segment, count(*) n FROM op_customers c {} GROUP BY 1"
    assert len(desk.ask(alone.format(""))) == 10
    joined = desk.ask(alone.format("JOIN person p ON c.id_card = p.id_card"))
    truth = 60 / 10
    assert truth < 10
    assert joined == [], "each segment loses fewer than ten customers"


def test_a_left_join_loses_nobody_and_is_answered(desk: Desk) -> None:
    alone = "SELECT c.segment, count(*) n FROM op_customers c {} GROUP BY 1 ORDER BY 1"
    first = desk.ask(alone.format(""))
    assert desk.ask(alone.format("LEFT JOIN person p ON c.id_card = p.id_card")) == first


def test_two_grants_with_different_row_filters_are_compared(desk: Desk, city: Any) -> None:
    def other(row_filter: str) -> Desk:
        datasets = tuple(
            replace(d, row_filter=row_filter) if d.name == "city.person" else d for d in desk.terms.datasets
        )
        terms = replace(desk.terms, datasets=datasets)
        pairs = [(c, city.facts[c.name]) for c in city.contracts]
        return Desk(terms, QuerySchema.from_facts(terms, pairs), desk.files, desk.told)

    sql = "SELECT region_code, count(*) n FROM person GROUP BY 1"
    first = {row["region_code"] for row in desk.ask(sql)}
    theirs = {row["region_code"] for row in other("gender = 'F'").ask(sql)}
    assert theirs <= first
    assert len(theirs) > 20
    without_her = {row["region_code"] for row in other(f"NOT ({HER})").ask(sql)}
    assert "110105" not in without_her


def test_a_small_former_cell_takes_nothing_from_others(desk: Desk) -> None:
    assert desk.withheld("SELECT count(*) n FROM person WHERE disease = 'D60'")
    assert not desk.withheld("SELECT count(*) n FROM person WHERE disease = 'D60' OR gender = 'F'")


def test_disjoint_conditions_stand_beside_one_another(desk: Desk) -> None:
    for year in (1990, 1991, 1992, 1993):
        assert not desk.withheld(f"SELECT count(*) n FROM person WHERE year(birth_date) = {year}")


@pytest.mark.parametrize("levels", ["ROLLUP(1)", "GROUPING SETS ((1), ())"])
def test_nobody_and_somebody_look_the_same_under_a_total(desk: Desk, levels: str) -> None:
    def told(who: str) -> list[dict[str, Any]]:
        key = f"CASE WHEN {who} THEN 'a' ELSE 'b' END"
        desk.told.clear()
        return desk.ask(
            f"SELECT {key} k, count(*) n FROM person WHERE region_code = '110105' GROUP BY {levels}"
        )

    assert told(HER) == told(NOBODY)
    assert len(told("gender = 'F'")) == 3


def test_whether_somebody_is_there_does_not_follow_from_a_key_and_a_total(desk: Desk) -> None:
    for who in (HER, NOBODY):
        desk.told.clear()
        total = "SELECT count(*) n FROM person WHERE region_code = '110105'"
        desk.ask(
            total.replace("count(*) n", f"CASE WHEN {who} THEN 'a' ELSE 'b' END k, count(*) n")
            + " GROUP BY 1"
        )
        assert desk.withheld(total)
