"""What threshold mode withholds, on real protected files, against brute force."""

from __future__ import annotations

from collections.abc import Callable
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
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

Ask = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(city: Any) -> Ask:
    def answer(sql: str) -> list[dict[str, Any]]:
        plan = compile_query(sql, city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD))
        assert isinstance(plan, Plan), plan
        rows: list[dict[str, Any]] = execute(plan, city.files).to_pylist()
        return rows

    return answer


def insurance() -> Contract:
    return Contract(
        id="insurance",
        title="社保",
        schema="city",
        table="insurance",
        department=Party("人社局"),
        fields=(
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
            Field("month", use=Use.DIMENSION, key_position=2),
            Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise")),
            Field("trade", use=Use.DIMENSION),
            Field("pay", type=FieldType.NUMBER, use=Use.MEASURE, scale=2, minimum=0, maximum=50_000),
        ),
        units=(UnitRule("person", 12), UnitRule("enterprise", 6000)),
    )


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Insurance months: 40 firms of trade A with 5 persons each, one firm of trade B with 200 persons."""
    contract = insurance()
    firm = [f + uscc_check(f) for f in (f"91990101MA{i:07d}" for i in range(41))]
    people = [s + resident_check(s) for s in (f"99010119900107{i:03d}" for i in range(400))]
    rows = []
    for i, person in enumerate(people):
        at = i // 5 if i < 200 else 40
        # Months are delivered in another order for every person: row 1 is not always January.
        for m in range(12):
            month = f"2026-{(m + i) % 12 + 1:02d}"
            rows.append((person, month, firm[at], "A" if at < 40 else "B", 3000 + i))
    columns = list(zip(*rows, strict=True))
    names = ["id_card", "month", "uscc", "trade"]
    table = pa.table(
        {
            **{name: list(column) for name, column in zip(names, columns, strict=False)},
            "pay": pa.array(columns[4], pa.int64()).cast(pa.decimal128(38, 2)),
        }
    )
    made = protect(contract, table, b"k" * 32)
    facts = check(contract, made.vault, made.protected)
    path: Path = tmp_path_factory.mktemp("monthly") / "insurance.parquet"
    pq.write_table(made.protected, path)
    terms = Terms(
        "industry.research",
        (DatasetTerm("city.insurance", tuple(f.name for f in contract.fields)),),
        Mode.THRESHOLD,
        Disclosure(10, 0.5, 10, 5),
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    schema = QuerySchema.from_facts(terms, [(contract, facts)])

    def answer(sql: str) -> list[dict[str, Any]]:
        plan = compile_query(sql, terms, schema)
        assert isinstance(plan, Plan), plan
        rows: list[dict[str, Any]] = execute(plan, {"city.insurance": (path,)}).to_pylist()
        return rows

    return answer


def test_groups_below_k_are_left_out(ask: Ask, city: Any) -> None:
    shown = {row["region_code"] for row in ask("SELECT region_code, count(*) n FROM person GROUP BY 1")}
    truth = dict(city.raw().sql("SELECT region_code, count(*) FROM person GROUP BY 1").fetchall())
    assert shown == {region for region, n in truth.items() if n >= 10}
    assert {"110129", "110130"} <= set(truth)
    assert {"110129", "110130"}.isdisjoint(shown)


def test_counts_are_multiples_of_the_base(ask: Ask) -> None:
    rows = ask("SELECT region_code, count(*) n FROM person GROUP BY 1")
    assert all(row["n"] % 5 == 0 for row in rows)


def test_an_empty_cell_and_a_small_one_look_the_same(ask: Ask) -> None:
    nobody = ask("SELECT count(*) n, sum(income) s FROM person WHERE region_code = '990000'")
    few = ask("SELECT count(*) n, sum(income) s FROM person WHERE region_code = '110130'")
    assert nobody == few == [{"n": None, "s": None}]


def test_a_filtered_figure_rests_on_its_own_rows(ask: Ask) -> None:
    (row,) = ask(
        "SELECT count(*) FILTER (WHERE disease = 'D60') rare, "
        "sum(CASE WHEN disease = 'D58' THEN income END) s, "
        "count(*) FILTER (WHERE disease = 'D01') common FROM person"
    )
    assert row["rare"] is None
    assert row["s"] is None
    assert row["common"] > 0


def test_a_figure_that_shows_a_small_rest_is_withheld(ask: Ask, city: Any) -> None:
    (missing,) = city.raw().sql("SELECT count(*) FROM person WHERE disease IS NULL").fetchall()
    assert missing == (4,)
    (row,) = ask("SELECT count(*) total, count(disease) known FROM person")
    assert row["total"] is not None
    assert row["known"] is None, "total less known would be 4 persons"


def test_a_filter_whose_complement_is_small_is_withheld(ask: Ask) -> None:
    (row,) = ask(
        "SELECT count(*) total, count(*) FILTER (WHERE disease <> 'D60' OR disease IS NULL) rest FROM person"
    )
    assert row["total"] is not None
    assert row["rest"] is None


def test_filters_that_leave_a_small_rest_together_do_not_all_show(ask: Ask) -> None:
    (row,) = ask(
        "SELECT count(*) t, count(*) FILTER (WHERE disease = 'D01') a, "
        "count(*) FILTER (WHERE disease NOT IN ('D01', 'D60') OR disease IS NULL) b FROM person"
    )
    assert row["t"] is not None
    assert row["a"] is None or row["b"] is None, "t - a - b would be 8 persons"


def test_a_dominated_sum_is_withheld_and_its_count_is_not(ask: Ask, city: Any) -> None:
    rows = ask("SELECT industry_code, sum(tax_paid) tax, count(*) n FROM enterprise GROUP BY 1")
    truth = {
        code: top > total / 2
        for code, top, total in city.raw()
        .sql("SELECT industry_code, max(tax_paid), sum(tax_paid) FROM enterprise GROUP BY 1")
        .fetchall()
    }
    withheld = {row["industry_code"] for row in rows if row["tax"] is None}
    assert withheld == {row["industry_code"] for row in rows if truth[row["industry_code"]]}
    assert withheld
    assert all(row["n"] is not None for row in rows)


def test_sums_keep_three_significant_digits(ask: Ask, city: Any) -> None:
    (row,) = ask("SELECT sum(income) s, avg(income) a FROM person")
    total, mean = city.raw().sql("SELECT sum(income), avg(income) FROM person").fetchall()[0]
    assert row["s"] == pytest.approx(total, rel=0.005)
    assert row["s"] != total
    assert row["a"] == pytest.approx(mean, rel=0.005)


def test_the_parts_of_a_total_in_one_answer_do_not_give_a_withheld_one_away(ask: Ask, city: Any) -> None:
    rows = ask(
        "WITH t AS (SELECT count(*) n FROM person), "
        "g AS (SELECT region_code, count(*) n FROM person GROUP BY 1) "
        "SELECT 'all' AS region_code, t.n FROM t UNION ALL SELECT g.region_code, g.n FROM g"
    )
    truth = dict(city.raw().sql("SELECT region_code, count(*) FROM person GROUP BY 1").fetchall())
    hidden = [n for region, n in truth.items() if region not in {row["region_code"] for row in rows}]
    assert len(rows) > 10
    assert len(hidden) >= 2
    assert sum(hidden) >= 10


def test_two_answers_about_the_same_persons_are_refused_together(city: Any) -> None:
    made = compile_query(
        "SELECT count(*) n FROM person WHERE gender = 'F' UNION ALL SELECT count(*) FROM person",
        city.terms(Mode.THRESHOLD),
        city.schema(Mode.THRESHOLD),
    )
    assert isinstance(made, Deny)
    assert [reason.code for reason in made.reasons] == ["query.overlap"]


def test_an_employer_is_protected_among_many_persons(monthly: Ask) -> None:
    rows = monthly(
        "SELECT trade, count(DISTINCT id_card) persons, sum(pay) pay FROM insurance GROUP BY trade"
    )
    assert [row["trade"] for row in rows] == ["A"], "trade B is one employer's payroll"
    assert rows[0]["persons"] == 200


def test_a_month_is_counted_exactly_where_the_row_number_is_weak(monthly: Ask) -> None:
    rows = monthly(
        "SELECT trade, count(*) n FROM insurance WHERE month IN ('2026-12', '2026-11') GROUP BY trade"
    )
    assert rows == [{"trade": "A", "n": 400}]


def test_a_month_fixed_makes_rows_units(monthly: Ask) -> None:
    rows = monthly(
        "SELECT month, count(*) n, avg(pay) pay FROM insurance WHERE trade = 'A' GROUP BY month ORDER BY 1"
    )
    assert len(rows) == 12
    assert {row["n"] for row in rows} == {200}
    assert rows[0]["pay"] == pytest.approx(3099.5, rel=0.005)


def test_a_category_counts_only_where_k_units_have_it(ask: Ask, city: Any) -> None:
    (row,) = ask("SELECT count(DISTINCT disease) kinds FROM person")
    truth = city.raw().sql("SELECT disease, count(*) n FROM person GROUP BY 1").fetchall()
    assert row["kinds"] == sum(1 for disease, n in truth if disease is not None and n >= 10)
    assert row["kinds"] < len(truth) - 1


def test_the_least_of_a_date_is_among_values_with_k_units(ask: Ask) -> None:
    rows = ask("SELECT category, count(*) n, min(date_trunc('month', created_at)) m FROM hotline GROUP BY 1")
    assert len(rows) > 30
    assert "孤例" not in {row["category"] for row in rows}
