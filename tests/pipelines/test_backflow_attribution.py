from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.releases.published import Changes
from pipelines.attribution import Attributed, Moved, attribute, region_codes

STREET, OTHER = "990101001", "990105006"


def table(*codes: str | None) -> pa.Table:
    return pa.table({"area": pa.array(codes, pa.string()), "n": pa.array(range(len(codes)), pa.int64())})


def moved(
    added: tuple[str | None, ...] = (),
    changed: tuple[tuple[str | None, str | None], ...] = (),
    removed: tuple[str | None, ...] = (),
) -> Moved:
    before, after = table(*(b for b, _ in changed)), table(*(a for _, a in changed))
    return Moved.of(Changes(table(*added), before, after, table(*removed)), "area")


def counts(found: Attributed) -> tuple[int, int, int]:
    return found.added.num_rows, found.changed_after.num_rows, found.removed.num_rows


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (STREET + "001", STREET + "001", (0, 1, 0)),
        (STREET + "001", STREET + "002", (0, 1, 0)),  # moved within the area: it stays there
        (STREET + "001", OTHER, (0, 0, 1)),
        (OTHER, STREET + "001", (1, 0, 0)),
        (STREET + "001", None, (0, 0, 1)),
        (None, STREET + "001", (1, 0, 0)),
        (OTHER, OTHER, (0, 0, 0)),
        (None, OTHER, (0, 0, 0)),
        (None, None, (0, 0, 0)),
    ],
)
def test_a_changed_row_is_told_of_by_where_it_was_and_where_it_is(
    before: str | None, after: str | None, expected: tuple[int, int, int]
) -> None:
    assert counts(attribute(moved(changed=((before, after),)), STREET)) == expected


def test_a_moved_row_goes_with_its_new_values_to_the_new_area_and_its_old_ones_to_the_old() -> None:
    one = moved(changed=((STREET, OTHER),))

    assert attribute(one, STREET).removed["area"].to_pylist() == [STREET]
    assert attribute(one, OTHER).added["area"].to_pylist() == [OTHER]


@pytest.mark.parametrize("code", [None, "", " ", "99010", "０x", "清波街道", "0990101001"])
def test_a_missing_or_malformed_code_is_unattributed(code: str | None) -> None:
    one = moved(added=(code,), removed=(code,), changed=((code, code),))

    assert (one.total, one.unattributed) == (3, 3)
    assert attribute(one, "99").delivered == 0


def test_a_full_width_code_is_read_like_any_other() -> None:
    assert attribute(moved(added=("９９０１０１００１００１",)), STREET).delivered == 1


def test_an_area_is_a_beginning_of_the_code_and_not_any_part_of_it() -> None:
    assert attribute(moved(added=("110990101001",)), STREET).delivered == 0


def test_codes_of_an_empty_table_are_empty() -> None:
    assert len(region_codes(table(), "area")) == 0
    assert moved().total == 0


def test_codes_kept_as_numbers_are_read_too() -> None:
    numbers = pa.table({"area": pa.array([990101001001, None])})

    assert region_codes(numbers, "area").to_pylist() == ["990101001001", None]


codes = st.sampled_from(
    [None, "", "bad", STREET, STREET + "001", STREET + "002", OTHER, "990101002", "990101"]
)


@given(
    st.lists(codes, max_size=6), st.lists(st.tuples(codes, codes), max_size=6), st.lists(codes, max_size=6)
)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_the_counts_of_every_area_add_up_whatever_moves(
    added: list[Any], changed: list[Any], removed: list[Any]
) -> None:
    one = moved(tuple(added), tuple(changed), tuple(removed))

    for area in ("99", "990101", STREET, STREET + "001", OTHER, "110000"):
        found = attribute(one, area)
        assert one.total == found.delivered + one.unattributed + found.other_areas
        assert found.changed_before.num_rows == found.changed_after.num_rows
    assert attribute(one, "99").other_areas == 0  # every well-formed code here begins with 99
