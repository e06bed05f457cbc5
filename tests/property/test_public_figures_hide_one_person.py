"""Whatever figures others see, none of them tells that one person came or left."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.statistics import Figure, public_count, public_dimensions, public_ratio
from policies.disclosure import defaults

ON = date(2026, 9, 30)
K = defaults(ON).k


@settings(deadline=None)
@given(st.integers(0, 20_000))
def test_every_count_shown_stands_for_at_least_k_counts(count: int) -> None:
    shown = public_count(count, has_units=True, on=ON)
    alike = [
        n
        for n in range(max(0, count - 2 * K), count + 2 * K)
        if public_count(n, has_units=True, on=ON) == shown
    ]
    assert len(alike) >= K


@settings(deadline=None)
@given(st.integers(2, 20_000))
def test_a_change_between_two_counts_shown_may_be_of_many_persons(count: int) -> None:
    before, after = (public_count(n, has_units=True, on=ON) for n in (count, count - 1))
    if before == after:
        return
    # Everybody from the lowest count that shows like `before` to the highest … all may have left.
    highest = max(n for n in range(count, count + 2 * K) if public_count(n, has_units=True, on=ON) == before)
    lowest = min(
        n for n in range(max(0, count - 2 * K), count) if public_count(n, has_units=True, on=ON) == after
    )
    assert highest - lowest >= K


@settings(deadline=None)
@given(st.data())
def test_a_ratio_shown_stands_for_at_least_k_numbers_of_faulty_rows(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 3_000))
    faulty = data.draw(st.integers(0, rows))
    over = public_count(rows, has_units=True, on=ON)
    shown = public_ratio(1 - faulty / rows, ON, over)
    if shown is None:
        assert rows < 2 * K
        return
    alike = [n for n in range(rows + 1) if public_ratio(1 - n / rows, ON, over) == shown]
    assert len(alike) >= K


@settings(deadline=None)
@given(st.floats(0, 1), st.sampled_from([Figure(None), Figure(0)]))
def test_a_ratio_over_a_withheld_count_is_withheld(value: float, over: Figure) -> None:
    assert public_ratio(value, ON, over) is None


@settings(deadline=None)
@given(st.data())
def test_a_ratio_of_a_rule_that_looks_at_few_rows_tells_no_number_of_them(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 3_000))
    looked_at = data.draw(st.integers(1, 2 * K - 1))
    good = data.draw(st.integers(0, looked_at))
    few = {"a": good, "b": looked_at, "x": good / looked_at}
    assert public_dimensions({"accuracy": few}, rows, ON, has_units=True) == {"accuracy": None}


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 900))
def test_every_count_of_rows_of_persons_with_several_stands_for_at_least_k_persons(most: int, n: int) -> None:
    shown = public_count(n * most, has_units=True, on=ON, rows_of_one=most)
    alike = [
        each
        for each in range(n + 2 * K)
        if public_count(each * most, has_units=True, on=ON, rows_of_one=most) == shown
    ]
    assert len(alike) >= K
