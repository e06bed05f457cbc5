"""Outcomes of rules become indicators, dimensions, a score and one of five grades."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from catalog.quality import RuleResult, assessable, coded, grade5, indicator_of, indicators, within
from contracts.model import Action, Contract, Dimension, Field, FieldType, Party, RuleKind
from policies.rulebook import rule

DAY = date(2026, 9, 1)


def result(kind: str, dimension: Dimension, good: int, evaluated: int, *fields: str) -> RuleResult:
    return RuleResult(kind, fields or ("f",), dimension, Action.WARN, good, evaluated, True, kind)


@pytest.mark.parametrize(
    ("kind", "dimension", "fields", "code"),
    [
        ("required", Dimension.COMPLETENESS, 1, "0201"),
        ("record", Dimension.COMPLETENESS, 0, "0202"),
        ("check_digit", Dimension.ACCURACY, 1, "0301"),
        ("type", Dimension.ACCURACY, 1, "0302"),
        ("unique", Dimension.ACCURACY, 1, "0304"),
        ("unique", Dimension.ACCURACY, 2, "0303"),
        ("agreement", Dimension.CONSISTENCY, 1, "0401"),
        ("reference", Dimension.CONSISTENCY, 1, "0402"),
        ("compare", Dimension.TIMELINESS, 2, "0503"),
        ("period_count", Dimension.TIMELINESS, 1, "0501"),
        ("freshness", Dimension.TIMELINESS, 1, "0502"),
        ("order", Dimension.TIMELINESS, 2, "0503"),
        ("allowed", Dimension.CONFORMITY, 1, "0105"),
        ("length", Dimension.CONFORMITY, 1, "0101"),
        ("row_count", Dimension.CONFORMITY, 0, "0104"),
    ],
)
def test_a_rule_counts_for_the_indicator_of_its_kind_and_dimension(
    kind: str, dimension: Dimension, fields: int, code: str
) -> None:
    assert indicator_of(kind, dimension, DAY, fields=fields) == code


def test_the_code_a_contract_names_goes_before_the_usual_one() -> None:
    assert indicator_of("pattern", Dimension.ACCURACY, DAY, stated="0301") == "0301"
    named = replace(result("pattern", Dimension.ACCURACY, 1, 1), indicator="0301")
    assert [r.indicator for r in coded([named], DAY)] == ["0301"]


def test_every_kind_of_rule_has_an_indicator_in_every_dimension() -> None:
    known = rule("quality", "indicators", DAY).value
    for kind in RuleKind:
        for dimension in Dimension:
            code = indicator_of(kind.value, dimension, DAY)
            assert code is not None
            assert known[code]["dimension"] == dimension.value


def test_an_indicator_is_a_over_b_and_inverted_where_lower_is_better() -> None:
    found = indicators(coded([result("unique", Dimension.ACCURACY, 90, 100, "a", "b")], DAY), DAY)

    rate = found["0303"]
    assert (rate.a, rate.b, rate.x, rate.goodness) == (10, 100, 0.1, 0.9)
    assert rate.lower_is_better
    assert found["0304"].x is None


def test_dirty_data_sums_up_what_rules_on_values_found_beside_their_own_indicators() -> None:
    outcomes = [
        result("range", Dimension.ACCURACY, 8, 10),
        result("type", Dimension.ACCURACY, 9, 10),
        result("required", Dimension.COMPLETENESS, 1, 10),
    ]

    found = indicators(coded(outcomes, DAY), DAY)

    assert (found["0305"].a, found["0305"].b) == (3, 20)
    assert (found["0301"].a, found["0301"].b) == (8, 10)
    assert (found["0302"].a, found["0302"].b) == (9, 10)
    assert found["0305"].rules == ("range", "type")


def test_an_indicator_nothing_was_evaluated_for_is_not_assessed() -> None:
    found = indicators(coded([result("freshness", Dimension.TIMELINESS, 0, 0)], DAY), DAY)

    assert len(found) == 20
    assert all(each.x is None and each.goodness is None for each in found.values())


@pytest.mark.parametrize(
    ("score", "level"),
    [(1.0, 1), (0.95, 1), (0.9499, 2), (0.85, 2), (0.75, 3), (0.6, 4), (0.5999, 5), (0.0, 5)],
)
def test_a_score_falls_into_one_of_five_grades(score: float, level: int) -> None:
    graded = grade5(score, DAY)

    assert graded is not None
    assert (graded.level, graded.confidence) == (level, "low")


def test_what_was_not_assessed_has_no_grade() -> None:
    assert grade5(None, DAY) is None


@pytest.mark.parametrize(
    ("good", "evaluated", "tolerance", "passed"),
    [
        (100, 100, 0.0, True),
        (99, 100, 0.0, False),
        (99, 100, 0.01, True),
        (98, 100, 0.01, False),
        (71, 100, 0.29, True),
        (0, 0, 0.0, True),
    ],
)
def test_a_rule_passes_within_its_tolerance(
    good: int, evaluated: int, tolerance: float, passed: bool
) -> None:
    assert within(good, evaluated, tolerance) is passed


def test_a_build_can_assess_what_it_measures_without_a_rule() -> None:
    party = Party("d")
    texts = Contract("c", "t", "s", "t", party, (Field("a"),))
    numbers = Contract("c", "t", "s", "t", party, (Field("n", type=FieldType.INTEGER, required=True),))

    assert assessable(texts) == (Dimension.CONFORMITY,)
    assert assessable(numbers) == (Dimension.CONFORMITY, Dimension.COMPLETENESS, Dimension.ACCURACY)
