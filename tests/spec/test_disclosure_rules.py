"""Disclosure rules as tables: a figure and its units, and whether it may be shown."""

from __future__ import annotations

from datetime import date

import pytest

from policies.disclosure import (
    TOTAL,
    CellKey,
    complementary,
    defaults,
    dominated,
    nested_safe,
    round_to,
    significant,
    small,
)
from policies.rulebook import RuleError
from policies.terms import Disclosure

ON = date(2026, 10, 1)


def test_the_thresholds_in_force_are_those_of_the_rule_file() -> None:
    assert defaults(ON) == Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5)


def test_no_threshold_is_in_force_before_the_rules_are() -> None:
    with pytest.raises(RuleError):
        defaults(date(2024, 1, 1))


@pytest.mark.parametrize(("units", "is_small"), [(0, False), (1, True), (9, True), (10, False), (11, False)])
def test_a_cell_below_k_is_small_and_an_empty_one_is_not(units: int, is_small: bool) -> None:
    assert small(units, 10) is is_small


# units of the whole, of the part -> may both be shown
@pytest.mark.parametrize(
    ("whole", "part", "safe"),
    [(100, 50, True), (100, 95, False), (100, 5, False), (100, 100, True), (100, 0, True), (100, 90, True)],
)
def test_a_part_is_shown_only_where_neither_it_nor_the_rest_is_small(
    whole: int, part: int, safe: bool
) -> None:
    assert nested_safe(whole, part, 10) is safe


# largest, second, total, share, p -> gives the largest away
DOMINANCE = [
    (60, 10, 100, 0.5, 10, True),  # holds more than half
    (50, 10, 100, 0.5, 10, False),  # exactly half is not more
    (45, 45, 100, 0.5, 10, False),  # the rest is 10, and 10 % of 45 is 4.5
    (48, 48, 100, 0.5, 10, True),  # the rest is 4, less than 10 % of 48
    (100, 0, 100, 1.0, 10, True),  # alone
    (0, 0, 0, 0.5, 10, False),  # nothing to give away
]


@pytest.mark.parametrize(("top1", "top2", "total", "share", "p", "expected"), DOMINANCE)
def test_a_sum_that_gives_its_largest_contributor_away_is_dominated(
    top1: float, top2: float, total: float, share: float, p: float, expected: bool
) -> None:
    assert dominated(top1, top2, total, share, p) is expected


@pytest.mark.parametrize(
    ("value", "base", "rounded"),
    [
        (0, 5, 0),
        (2, 5, 0),
        (3, 5, 5),
        (12, 5, 10),
        (13, 5, 15),
        (15, 5, 15),
        (5, 2, 6),
        (-13, 5, -15),
        (7, 1, 7),
    ],
)
def test_counts_are_rounded_to_the_base(value: int, base: int, rounded: int) -> None:
    assert round_to(value, base) == rounded


def test_a_rounding_base_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        round_to(10, 0)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(48_327, 3, 48_300), (999, 3, 999), (1_005, 3, 1_010), (999_500, 3, 1_000_000)],
)
def test_public_counts_have_three_significant_digits(value: int, digits: int, shown: int) -> None:
    assert significant(value, digits) == shown


def test_one_small_cell_of_a_line_takes_the_smallest_other_with_it() -> None:
    cells: dict[CellKey, int] = {("a",): 3, ("b",): 40, ("c",): 25}
    assert complementary(cells, [("a",)], 10) == {("a",), ("c",)}


def test_two_small_cells_that_together_are_still_small_take_a_third() -> None:
    cells: dict[CellKey, int] = {("a",): 3, ("b",): 4, ("c",): 25, ("d",): 40}
    assert complementary(cells, [("a",), ("b",)], 10) == {("a",), ("b",), ("c",)}


def test_a_table_with_margins_is_closed_in_both_directions() -> None:
    cells: dict[CellKey, int] = {
        ("a", "x"): 3, ("a", "y"): 50, ("b", "x"): 20, ("b", "y"): 40,
        ("a", TOTAL): 53, ("b", TOTAL): 60, (TOTAL, "x"): 23, (TOTAL, "y"): 90, (TOTAL, TOTAL): 113,
    }  # fmt: skip
    assert complementary(cells, [("a", "x")], 10) == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}


def test_a_small_total_is_not_found_again_from_its_parts() -> None:
    cells: dict[CellKey, int] = {
        ("a", "x"): 4, ("a", "y"): 3, ("b", "x"): 30, ("b", "y"): 40,
        ("a", TOTAL): 7, ("b", TOTAL): 70, (TOTAL, "x"): 34, (TOTAL, "y"): 43,
    }  # fmt: skip
    hidden = complementary(cells, [("a", "x"), ("a", "y"), ("a", TOTAL)], 10)
    assert {("b", "x"), ("b", "y")} <= hidden


def test_without_a_known_total_one_cell_of_a_line_may_stay_alone() -> None:
    cells: dict[CellKey, int] = {("a",): 3, ("b",): 40}
    assert complementary(cells, [("a",)], 10, totals_known=False) == {("a",)}


def test_nothing_is_added_where_nothing_is_withheld() -> None:
    assert complementary({("a",): 30, ("b",): 40}, [], 10) == frozenset()
