"""Datasets stand behind what their rules read, unless that would go round in a circle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lineage.order import LineageCycle, ordered

NAMES = "abcdefg"
# Made from earlier letters only, so that nothing is made from itself; compared with anything.
MADE = st.fixed_dictionaries({n: st.lists(st.sampled_from(NAMES[:i] or "?")) for i, n in enumerate(NAMES)})
COMPARED = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES + "?")))


def test_a_dataset_stands_behind_what_its_rules_read() -> None:
    assert ordered({"a": (), "b": (), "c": ()}, {"a": ("c",), "c": ("b", "elsewhere")}) == ("b", "c", "a")


def test_rules_that_read_each_others_dataset_are_no_circle_of_lineage() -> None:
    order = ordered({"a": (), "b": (), "c": ()}, {"a": ("b", "a"), "b": ("a",), "c": ("a",)})
    assert sorted(order) == ["a", "b", "c"]
    assert ordered({"made": ("base",), "base": ()}, {"base": ("made",)}) == ("base", "made")


def test_a_circle_of_composed_datasets_is_refused_whatever_rules_read() -> None:
    with pytest.raises(LineageCycle):
        ordered({"a": ("b",), "b": ("a",), "c": ()}, {"a": ("c",), "c": ("b",)})


def test_a_long_chain_and_a_tangle_of_ten_thousand_rules_are_ordered() -> None:
    names = [f"d{n:05}" for n in range(10_000)]
    inputs: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    chain = {name: (behind,) for name, behind in pairwise(names)}
    assert ordered(inputs, chain) == tuple(reversed(names))
    tangle = {name: (names[n * 7 % 10_000], names[n // 2]) for n, name in enumerate(names)}
    assert sorted(ordered(inputs, tangle)) == names


def test_what_stands_outside_a_circle_still_waits_for_it() -> None:
    order = ordered({"a": (), "b": (), "c": ()}, {"a": ("b",), "b": ("c",), "c": ("b",)})
    assert order.index("b") < order.index("a")


@given(MADE, COMPARED)
def test_every_input_stands_first_and_no_dataset_is_lost(
    made: dict[str, list[str]], compared: dict[str, list[str]]
) -> None:
    order = ordered(made, compared)
    assert sorted(order) == sorted(NAMES)
    for name, inputs in made.items():
        assert all(order.index(each) < order.index(name) for each in inputs if each in NAMES)
