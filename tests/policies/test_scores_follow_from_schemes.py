"""Scores and bound payments follow exactly from figures, whatever they are."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.evaluation import Bond, Figure, Indicator, Subject, fraction, scheme, scored
from policies.rulebook import RuleError

DAY = date(2026, 7, 1)


@pytest.mark.parametrize("subject", [each.value for each in Subject])
def test_every_kind_of_subject_has_a_shipped_scheme_whose_indicators_are_sound(subject: str) -> None:
    made = scheme("operation" if subject == "agreement" else subject, DAY)
    assert made.subject == subject
    assert {"quarter", "year"} == set(made.periods)


def test_a_score_weighs_what_counts_and_says_what_is_left_out_and_why() -> None:
    made = scheme("grant", DAY)  # availability 60 of 0.9…0.999, users 40 of 0…100
    told = scored(made, {"availability": Figure(95, 100, 100), "mark_user": Figure(160, 2, 2)}, {})
    assert [each["points"] for each in told["indicators"]] == ["50.51", "80.00"]
    assert (told["score"], told["weight"], told["left_out"]) == ("62.30", 100, [])

    few = scored(made, {"availability": Figure(18, 19, 19), "mark_user": Figure(80, 1, 1)}, {})
    assert (few["score"], few["weight"], few["left_out"]) == ("80.00", 40, ["availability"])
    assert few["indicators"][0]["left_out"] == "its sample of 19 is below the minimum of 20"

    aside = scored(made, {"availability": Figure(0, 0, 0), "mark_user": Figure(80, 1, 1)}, {"users": "条款"})
    assert (aside["score"], aside["left_out"]) == (None, ["availability", "users"])
    assert "条款" in aside["indicators"][1]["left_out"]


def test_a_scale_that_stands_against_its_direction_is_a_faulty_rule() -> None:
    with pytest.raises(RuleError, match="direction"):
        Indicator("a", "甲", 1, "availability", "higher", 1, Fraction(1), Fraction(0))


@given(
    amount=st.integers(0, 10**9),
    share=st.integers(1, 100),
    worse=st.integers(0, 99),
    value=st.integers(0, 100),
)
def test_a_bound_payment_loses_no_more_than_its_share_and_nothing_at_its_target(
    amount: int, share: int, worse: int, value: int
) -> None:
    bond = Bond(share, "higher", Fraction(1), Fraction(worse, 100))
    mirrored = Bond(share, "lower", Fraction(0), Fraction(100 - worse, 100))
    taken = bond.credit_fen(amount, Fraction(value, 100))
    assert 0 <= taken <= amount * share // 100
    assert taken == mirrored.credit_fen(amount, Fraction(100 - value, 100))
    assert bond.credit_fen(amount, Fraction(1)) == 0
    assert Bond(share, "higher", Fraction(1)).credit_fen(amount, Fraction(99, 100)) == amount * share // 100


def test_a_target_is_a_decimal() -> None:
    assert fraction("0.95") == Fraction(19, 20)
    with pytest.raises(ValueError, match=r"0\.95"):
        fraction("hoch")
