"""Rules of a contract, and their conditions run by a real DuckDB."""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import column, create_engine, select, table, text

from contracts import codes
from contracts.conditions import row_condition, rules_of, sql_text
from contracts.model import (
    Action,
    Contract,
    ContractError,
    Dimension,
    Field,
    FieldType,
    Party,
    Rule,
    RuleKind,
    UpdateCycle,
)


def contract(*fields: Field, **more: Any) -> Contract:
    return Contract(id="c", title="t", schema="a", table="b", department=Party("局"), fields=fields, **more)


@cache
def duck() -> duckdb.DuckDBPyConnection:
    """A database of these tests: opening one costs far more than what is asked of it."""
    return duckdb.connect()


def judge(rule: Rule, whole: Contract, rows: dict[str, Any]) -> list[bool]:
    """What the condition of ``rule`` says of each row, on DuckDB."""
    condition = row_condition(rule, whole)
    assert condition is not None
    with duck().cursor() as connection:
        connection.register("rows", pa.table(rows))
        return [good for (good,) in connection.execute(f"SELECT {sql_text(condition)} FROM rows").fetchall()]


def verdicts(kind: RuleKind, field: Field, column_: list[Any], /, **args: Any) -> list[bool]:
    types = {FieldType.DATE: pa.string(), FieldType.STRING: pa.string(), FieldType.INTEGER: pa.int64()}
    array = pa.array(column_, types.get(field.type))
    if field.type is FieldType.DATE:
        array = array.cast(pa.date32())
    return judge(Rule("r", kind, (field.name,), args), contract(field), {field.name: array})


# --- which rules there are


def test_fields_imply_their_rules_with_unique_ids() -> None:
    whole = contract(
        Field("id", key_position=1, check="resident_id"),
        Field("sex", allowed=("1", "2"), required=True),
        Field("pay", type=FieldType.NUMBER, minimum=0, maximum=10),
        Field("name", min_length=1, max_length=9, pattern="^.+$", unique=True),
        Field("at", type=FieldType.DATE),
        unique_keys=(("id",), ("sex", "name")),
        period_field="at",
        update_cycle=UpdateCycle.MONTHLY,
    )
    found = {rule.id: rule for rule in rules_of(whole)}
    assert list(found) == [
        "q_id_required",
        "q_id_check_digit",
        "q_sex_required",
        "q_sex_allowed",
        "q_pay_range",
        "q_name_unique",
        "q_name_length",
        "q_name_pattern",
        "q_id_unique",
        "q_sex_name_unique",
        "q_at_freshness",
    ]
    assert len(found) == len(rules_of(whole))
    assert found["q_at_freshness"].args == {"cycle": "monthly"}
    quarantined = {rule.id for rule in found.values() if rule.action is Action.QUARANTINE}
    assert quarantined == {
        "q_id_required", "q_sex_required", "q_name_unique", "q_id_unique", "q_sex_name_unique"
    }  # fmt: skip


def test_a_declared_rule_replaces_the_implied_one() -> None:
    declared = Rule("q_mine", RuleKind.CHECK_DIGIT, ("id",), {"code": "uscc"}, action=Action.QUARANTINE)
    whole = contract(Field("id", check="uscc"), rules=(declared,))
    assert rules_of(whole) == (declared,)


def test_irregular_datasets_are_never_late() -> None:
    whole = contract(Field("at", type=FieldType.DATE), period_field="at")
    assert rules_of(whole) == ()


def test_an_element_brings_its_rules_when_the_field_states_none() -> None:
    inherited = {rule.kind: rule for rule in rules_of(contract(Field("sex", element="sex")))}
    assert inherited[RuleKind.ALLOWED].args == {"values": ["0", "1", "2", "9"]}
    stated = {
        rule.kind: rule for rule in rules_of(contract(Field("sex", element="sex", allowed=("男", "女"))))
    }
    assert stated[RuleKind.ALLOWED].args == {"values": ["男", "女"]}
    checked = rules_of(contract(Field("id", element="resident_id")))
    assert RuleKind.CHECK_DIGIT in {rule.kind for rule in checked}


# --- what makes a row good


def test_required_takes_no_null_and_no_blank() -> None:
    assert verdicts(RuleKind.REQUIRED, Field("x"), ["a", None, "", "  "]) == [True, False, False, False]
    assert verdicts(RuleKind.REQUIRED, Field("x", type=FieldType.INTEGER), [0, None]) == [True, False]


def test_allowed_compares_in_the_type_of_the_field() -> None:
    assert verdicts(RuleKind.ALLOWED, Field("x"), ["1", "01", None], values=["1"]) == [True, False, True]
    whole = Field("x", type=FieldType.INTEGER)
    assert verdicts(RuleKind.ALLOWED, whole, [1, 2, None], values=["01", "3"]) == [True, False, True]


def test_a_range_holds_its_ends() -> None:
    whole = Field("x", type=FieldType.INTEGER)
    assert verdicts(RuleKind.RANGE, whole, [0, 1, 5, 6, None], minimum=1, maximum=5) == [
        False, True, True, False, True
    ]  # fmt: skip
    day = Field("x", type=FieldType.DATE)
    assert verdicts(RuleKind.RANGE, day, ["2019-12-31", "2020-01-01"], minimum="2020-01-01") == [False, True]


def test_length_counts_characters_not_bytes() -> None:
    assert verdicts(RuleKind.LENGTH, Field("x"), ["一二", "一二三", "", None], minimum=1, maximum=2) == [
        True, False, False, True
    ]  # fmt: skip


def test_a_pattern_is_searched_for_and_may_hold_quotes_and_backslashes() -> None:
    assert verdicts(RuleKind.PATTERN, Field("x"), ["a1'%", "b", None], regex=r"\d'%") == [True, False, True]


def test_compare_reads_two_fields_and_passes_where_one_is_missing() -> None:
    whole = contract(Field("a", type=FieldType.INTEGER), Field("b", type=FieldType.INTEGER))
    rows = {"a": [1, 2, 3, None], "b": [2, 2, 2, 1]}
    wanted = {
        "<": [True, False, False, True],
        "<=": [True, True, False, True],
        "=": [False, True, False, True],
    }
    for operator, verdict in wanted.items():
        rule = Rule("r", RuleKind.COMPARE, ("a", "b"), {"operator": operator})
        assert judge(rule, whole, rows) == verdict


def test_rules_about_the_whole_dataset_have_no_row_condition() -> None:
    whole = contract(Field("x", type=FieldType.DATE))
    for rule in (
        Rule("r", RuleKind.UNIQUE, ("x",)),
        Rule("r", RuleKind.ROW_COUNT, args={"minimum": 1}),
        Rule("r", RuleKind.FRESHNESS, ("x",), {"cycle": "daily"}),
    ):
        assert row_condition(rule, whole) is None


@pytest.mark.parametrize("code", list(codes.CODES))
def test_check_digits_in_sql_agree_with_those_in_python(code: str) -> None:
    right = {
        "resident_id": ["11010519491231002X", "440524188001010014", "130503670401001", "911124198108030024"],
        "uscc": ["91350100M000100Y43", "91512081MA62K0260E", "91110000600037341L"],
        "uscc_inner": ["91350100M000100Y43", "91512081MA62K0260E", "91110000600037341L"],
        "bank_card": ["6222020200000000006", "4111111111111111"],
        "mobile": ["13800138000"],
        "region": ["33", "330102", "330102001001"],
    }[code]
    wrong = [
        "",
        "x",
        "身份",
        "110105194912310021",
        "110105190002290010",
        "91350100M000100Y4Z",
        "1" * 25,
        "'; --",
    ]
    # The digit each code checks: its last, but for the one inside a credit code.
    at = 16 if code == "uscc_inner" else -1
    ends = [(value[:at], value[at], value[at:][1:]) for value in right if code != "region"]
    wrong += [head + ("0" if digit != "0" else "1") + tail for head, digit, tail in ends]
    values = [*right, *wrong]
    found = verdicts(RuleKind.CHECK_DIGIT, Field("x"), values, code=code)
    assert found == [codes.valid(code, value) for value in values]
    assert found[: len(right)] == [True] * len(right)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(alphabet="0123456789X", min_size=13, max_size=19), min_size=1, max_size=40))
def test_random_digits_are_judged_alike_in_sql_and_python(values: list[str]) -> None:
    people = [f"{v[:6]}19{v[6:12]}{v[:3]}" for v in values]
    values = [*values, *people, *(p + c for p in people for c in "0123456789X")]
    for code in ("resident_id", "bank_card"):
        found = verdicts(RuleKind.CHECK_DIGIT, Field("x"), values, code=code)
        assert found == [codes.valid(code, value) for value in values]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(alphabet=codes.USCC_ALPHABET, min_size=9, max_size=9), min_size=1, max_size=20))
def test_random_credit_codes_are_judged_alike_in_sql_and_python(bodies: list[str]) -> None:
    values = [f"91330102{body}{check}" for body in bodies for check in codes.USCC_ALPHABET]
    found = verdicts(RuleKind.CHECK_DIGIT, Field("x"), values, code="uscc")
    assert found == [codes.valid("uscc", value) for value in values]
    assert sum(found) == len(bodies)
    inner = [f"91330102{body[:8]}{check}0" for body in bodies for check in codes.USCC_ALPHABET]
    found = verdicts(RuleKind.CHECK_DIGIT, Field("x"), inner, code="uscc_inner")
    assert found == [codes.valid("uscc_inner", value) for value in inner]


def test_conditions_run_through_the_duckdb_dialect_with_bound_values() -> None:
    whole = contract(
        Field("id", check="resident_id", allowed=("it's 100%", "11010519491231002X")),
        Field("day", type=FieldType.DATE, minimum="2020-01-01"),
        Field("pay", type=FieldType.NUMBER, scale=2, maximum=10.5),
        Field("select", pattern=r"^\d+%$"),
    )
    engine = create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        connection.execute(
            text(
                "CREATE TABLE b AS SELECT '11010519491231002X' id, DATE '2024-01-01' AS day,"
                " 10.5::DECIMAL(38,2) pay, '5%' AS \"select\""
            )
        )
        for rule in rules_of(whole):
            condition = row_condition(rule, whole)
            assert connection.execute(select(condition).select_from(table("b"))).scalar_one() is True
    engine.dispose()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_no_literal_escapes_its_quotes(value: str) -> None:
    with duck().cursor() as connection:
        (equal,) = connection.execute(
            f"SELECT {sql_text(column('v') == value)} FROM (SELECT ? AS v)", [value]
        ).fetchone()
    assert equal is True


def test_a_spliced_condition_keeps_its_meaning_beside_and() -> None:
    whole = contract(Field("x", type=FieldType.INTEGER))
    condition = row_condition(Rule("r", RuleKind.RANGE, ("x",), {"minimum": 1}), whole)
    assert condition is not None
    with duck().cursor() as connection:
        row = connection.execute(
            f"SELECT {sql_text(condition)} AND false FROM (SELECT NULL::BIGINT AS x)"
        ).fetchone()
    assert row == (False,)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("r", RuleKind.REQUIRED, ()), "reads 1 field"),
        (Rule("r", RuleKind.COMPARE, ("x",), {"operator": "<"}), "reads 2 field"),
        (Rule("r", RuleKind.COMPARE, ("x", "y"), {"operator": "!="}), "no known operator"),
        (Rule("r", RuleKind.ALLOWED, ("x",)), "names no values"),
        (Rule("r", RuleKind.RANGE, ("y",)), "neither minimum nor maximum"),
        (Rule("r", RuleKind.RANGE, ("y",), {"minimum": "abc"}), "no integer"),
        (Rule("r", RuleKind.LENGTH, ("x",), {"minimum": "a"}), "no whole number"),
        (Rule("r", RuleKind.PATTERN, ("x",), {"regex": "("}), "not a regular expression"),
        (Rule("r", RuleKind.CHECK_DIGIT, ("x",), {"code": "isbn"}), "no known check-digit code"),
        (Rule("r", RuleKind.FRESHNESS, ("x",), {"cycle": "soon"}), "no update cycle"),
    ],
)
def test_a_rule_that_cannot_run_is_refused(rule: Rule, said: str) -> None:
    whole = contract(Field("x"), Field("y", type=FieldType.INTEGER))
    with pytest.raises(ContractError, match=said):
        row_condition(rule, whole)


def test_implied_rules_carry_a_dimension_of_the_standard() -> None:
    whole = contract(Field("id", check="uscc", required=True, max_length=18))
    assert [rule.dimension for rule in rules_of(whole)] == [
        Dimension.COMPLETENESS, Dimension.CONFORMITY, Dimension.ACCURACY, Dimension.ACCURACY
    ]  # fmt: skip
