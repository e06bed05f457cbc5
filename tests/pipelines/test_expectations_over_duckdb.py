"""Rules of a contract run by Great Expectations over DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from contracts.conditions import rules_of
from contracts.model import Action, Contract, Dimension, Field, FieldType, Party, Rule, RuleKind, UnitRef, Use
from pipelines.errors import CheckFailed
from pipelines.expectations.cursor import buffer_results
from pipelines.expectations.freshness import judge_freshness, latest_period_end
from pipelines.expectations.staging import Checked, Staging, rejected, remaining

EIGHTEEN, FIFTEEN = "130503196704010016", "130503670401001"


def contract(*fields: Field, rules: tuple[Rule, ...] = (), **rest: Any) -> Contract:
    return Contract("c", "t", "a", "b", Party("d"), fields, rules=rules, **rest)


def rows(**columns: list[Any]) -> pa.Table:
    size = len(next(iter(columns.values())))
    return pa.table({**columns, "_file": ["f"] * size, "_line": list(range(2, size + 2))})


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    with Staging() as made:
        yield made


def check(staging: Staging, of: Contract, table: pa.Table) -> Checked:
    return staging.check(of, rules_of(of), table)


def counts(checked: Checked) -> dict[str, tuple[int, int, bool]]:
    return {r.rule: (r.good, r.evaluated, r.passed) for r in checked.results}


def test_a_commit_between_execute_and_fetch_loses_no_row() -> None:
    buffer_results()
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT * FROM range(5)")
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM range(5)")
        other = connection.connection.cursor()
        other.execute("COMMIT")

        assert [d[0] for d in cursor.description] == ["range"]
        assert cursor.fetchone() == (0,)
        assert cursor.fetchmany(2) == [(1,), (2,)]
        assert cursor.fetchall() == [(3,), (4,)]
        assert cursor.fetchall() == []
        assert cursor.fetchone() is None
    engine.dispose()


def test_a_statement_without_a_result_has_nothing_to_fetch() -> None:
    buffer_results()
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        with pytest.raises(LookupError):
            cursor.fetchall()
    engine.dispose()


def test_a_rule_judges_the_rows_that_have_a_value_and_required_all_of_them(staging: Staging) -> None:
    of = contract(
        Field("code", required=True, pattern="^[a-z]$"), Field("n", type=FieldType.INTEGER, minimum=2)
    )

    found = counts(check(staging, of, rows(code=["a", "B", None, "c"], n=[1, None, None, 3])))

    assert found["q_code_required"] == (3, 4, False)
    assert found["q_code_pattern"] == (2, 3, False)
    assert found["q_n_range"] == (1, 2, False)


def test_a_rule_over_two_columns_judges_rows_that_have_both(staging: Staging) -> None:
    order = Rule("order", RuleKind.COMPARE, ("low", "high"), {"operator": "<="}, Dimension.CONSISTENCY)
    of = contract(Field("low", type=FieldType.INTEGER), Field("high", type=FieldType.INTEGER), rules=(order,))

    found = check(staging, of, rows(low=[1, 5, None, 1], high=[2, 4, 3, None]))

    assert counts(found) == {"order": (1, 2, False)}
    assert found.broken.num_rows == 0  # the rule only warns


def test_one_person_in_two_spellings_is_a_duplicate_and_the_first_row_stays(staging: Staging) -> None:
    of = contract(
        Field("id_card", unit=UnitRef("person", about=False), use=Use.IDENTIFIER),
        Field("n", type=FieldType.INTEGER),
        unique_keys=(("id_card",),),
    )

    table = rows(id_card=[FIFTEEN, EIGHTEEN, None, None, "x", "x"], n=[1, 2, 3, 4, 5, 6])
    found = check(staging, of, table)

    assert found.broken.to_pydict() == {"_row": [1, 5], "rule": ["q_id_card_unique"] * 2}
    assert remaining(table, found.broken)["n"].to_pylist() == [1, 3, 4, 5]
    assert rejected(table, found.broken, rules_of(of)).to_pylist()[0] == {
        "_file": "f", "_line": 3, "field": "id_card", "reason": "q_id_card_unique",
    }  # fmt: skip


def test_a_faulty_row_does_not_push_out_the_good_one_that_repeats_its_key(staging: Staging) -> None:
    bound = Rule("bound", RuleKind.RANGE, ("n",), {"minimum": 0}, action=Action.QUARANTINE)
    of = contract(Field("k", key_position=1), Field("n", type=FieldType.INTEGER), rules=(bound,))

    found = check(staging, of, rows(k=["a", "a", "b"], n=[-1, 1, 2]))

    assert found.broken.to_pydict() == {"_row": [0], "rule": ["bound"]}


def test_keys_over_several_columns_are_told_apart_by_all_of_them(staging: Staging) -> None:
    of = contract(Field("a"), Field("b"), unique_keys=(("a", "b"),))

    found = check(staging, of, rows(a=["x", "x", "x", None], b=["1", "2", "1", "1"]))

    assert found.broken["_row"].to_pylist() == [2]
    assert counts(found)["q_a_b_unique"] == (1, 3, False)


def test_the_number_of_rows_is_one_item(staging: Staging) -> None:
    enough = Rule("enough", RuleKind.ROW_COUNT, (), {"minimum": 3}, action=Action.STOP)
    of = contract(Field("a"), rules=(enough,))

    assert counts(check(staging, of, rows(a=["x"]))) == {"enough": (0, 1, False)}
    assert counts(check(staging, of, rows(a=["x"] * 3))) == {"enough": (1, 1, True)}


def test_a_dataset_without_rows_or_rules_is_checked_too(staging: Staging) -> None:
    empty = rows(a=["x"]).slice(0, 0)

    assert counts(check(staging, contract(Field("a", required=True)), empty)) == {
        "q_a_required": (0, 0, True)
    }
    assert check(staging, contract(Field("a")), empty).results == ()


def test_every_identity_number_of_a_scan_is_judged_as_one_by_one(staging: Staging) -> None:
    of = contract(Field("id_card", check="resident_id"))
    good = [EIGHTEEN, FIFTEEN, "11010519491231002X"]

    found = counts(check(staging, of, rows(id_card=[*good, "11010519491231002x1", "130503196704010017"])))

    assert found["q_id_card_check_digit"] == (3, 5, False)


def test_a_rule_that_cannot_be_evaluated_fails_the_build_and_quotes_nothing(staging: Staging) -> None:
    of = contract(Field("a", required=True), Field("gone", pattern="^x$"))

    with pytest.raises(CheckFailed, match="rule q_gone_pattern could not be evaluated") as refused:
        check(staging, of, rows(a=["secret"]))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value", "end"),
    [
        (Field("p", type=FieldType.DATE), date(2026, 8, 3), date(2026, 8, 3)),
        (Field("p", type=FieldType.DATE, grain="month"), date(2026, 8, 3), date(2026, 8, 31)),
        (Field("p", type=FieldType.DATE, grain="quarter"), date(2026, 8, 3), date(2026, 9, 30)),
        (Field("p"), "202602", date(2026, 2, 28)),
        (Field("p"), "2026-02", date(2026, 2, 28)),
        (Field("p"), "2026年2月", date(2026, 2, 28)),
        (Field("p"), "2025", date(2025, 12, 31)),
        (Field("p"), "2026-02-03", date(2026, 2, 3)),
        (Field("p", type=FieldType.INTEGER), 202602, date(2026, 2, 28)),
        (Field("p"), "spring", None),
        (Field("p"), "202613", None),
        (Field("p"), None, None),
    ],
)
def test_a_period_ends_on_its_last_day(field: Field, value: Any, end: date | None) -> None:
    assert latest_period_end(field, pa.chunked_array([pa.array([value])])) == end


@pytest.mark.parametrize(
    ("as_of", "good"), [(date(2026, 10, 16), 1), (date(2026, 10, 17), 0), (date(2026, 8, 31), 1)]
)
def test_a_monthly_dataset_is_late_46_days_after_its_last_month(as_of: date, good: int) -> None:
    rule = Rule("fresh", RuleKind.FRESHNESS, ("p",), {"cycle": "monthly"}, Dimension.TIMELINESS)
    of = contract(Field("p"), rules=(rule,))

    outcome = judge_freshness(rule, of, pa.table({"p": ["202607", "202608"]}), as_of)

    assert (outcome.good, outcome.evaluated, outcome.passed) == (good, 1, bool(good))


def test_nothing_is_late_against_an_irregular_cycle_or_without_a_period() -> None:
    rule = Rule("fresh", RuleKind.FRESHNESS, ("p",))
    irregular = contract(Field("p"), rules=(rule,))
    table = pa.table({"p": ["2001"]})
    monthly = Rule("fresh", RuleKind.FRESHNESS, ("p",), {"cycle": "monthly"})

    assert judge_freshness(rule, irregular, table, date(2026, 1, 1)).evaluated == 0
    assert judge_freshness(monthly, irregular, table.slice(0, 0), date(2026, 1, 1)).evaluated == 0
