"""Datasets stand behind what their rules read, unless that would go round in a circle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.build_order import LineageCycle, ordered

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


@given(MADE, COMPARED)
def test_every_input_stands_first_and_no_dataset_is_lost(
    made: dict[str, list[str]], compared: dict[str, list[str]]
) -> None:
    order = ordered(made, compared)
    assert sorted(order) == sorted(NAMES)
    for name, inputs in made.items():
        assert all(order.index(each) < order.index(name) for each in inputs if each in NAMES)
