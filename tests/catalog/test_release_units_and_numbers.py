"""Pseudonyms and row numbers of the protected form."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.releases.protect import pseudonyms
from catalog.releases.unit_numbers import number

KEY = b"k" * 32
# One person in the spellings departments use; region 990000 belongs to nobody.
EIGHTEEN = "130503196704010016"
FIFTEEN = "130503670401001"


def column(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def numbered(units: list[int | None], kept: list[int] | None = None) -> list[int | None]:
    former = None if kept is None else np.array(kept, dtype=np.int64)
    return number(pa.array(units, pa.int64()), former).to_pylist()


def test_a_pseudonym_is_63_bits_of_the_keyed_hash_of_kind_and_canonical_id() -> None:
    digest = hmac.new(KEY, b"person\0" + EIGHTEEN.encode(), hashlib.sha256).digest()

    assert pseudonyms("person", column(EIGHTEEN), KEY).to_pylist() == [int.from_bytes(digest[:8], "big") >> 1]


def test_every_spelling_of_one_person_gives_one_pseudonym() -> None:
    found = pseudonyms("person", column(EIGHTEEN, FIFTEEN, "１３０５０３196704010016", EIGHTEEN), KEY)

    assert len(set(found.to_pylist())) == 1


def test_a_missing_or_invalid_identifier_has_no_pseudonym() -> None:
    assert pseudonyms("person", column(None, "130503196704010017", "x"), KEY).to_pylist() == [None] * 3


def test_one_text_names_different_units_of_different_kinds_and_keys() -> None:
    ids = column("A-1")
    found = {
        pseudonyms("household", ids, KEY)[0].as_py(),
        pseudonyms("vehicle", ids, KEY)[0].as_py(),
        pseudonyms("household", ids, b"j" * 32)[0].as_py(),
    }

    assert len(found) == 3


def test_rows_of_each_unit_are_numbered_as_they_landed_and_rows_of_none_are_not() -> None:
    assert numbered([7, 9, 7, None, 7]) == [1, 1, 2, None, 3]


def test_new_rows_continue_from_the_highest_number_and_nothing_is_renumbered() -> None:
    # The unit's second row landed first this time, and a new one before its old first.
    assert numbered([7, 7, 7], kept=[2, 0, 1]) == [2, 3, 1]


def test_the_highest_row_fills_the_gap_of_a_vanished_row_and_the_others_stay() -> None:
    # Row 1 of four vanished: 2 and 3 stay, 4 becomes 1.
    assert numbered([7, 7, 7], kept=[2, 3, 4]) == [2, 3, 1]


def test_a_new_row_comes_after_the_rows_that_fill_gaps() -> None:
    assert numbered([7, 7, 7], kept=[0, 5, 2]) == [3, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=40))
def test_numbers_are_always_1_to_n_and_a_row_that_can_stay_stays(rows: list[tuple[int, int]]) -> None:
    units = [unit for unit, _ in rows]
    seen: set[tuple[int, int]] = set()
    kept = [0 if row in seen or seen.add(row) else row[1] for row in rows]  # unique within a unit

    found = numbered(list(units), kept)

    for unit in set(units):
        mine = [n for u, n in zip(units, found, strict=True) if u == unit]
        assert sorted(n or 0 for n in mine) == list(range(1, len(mine) + 1))
        former = [k for u, k in zip(units, kept, strict=True) if u == unit]
        assert all(n == k for n, k in zip(mine, former, strict=True) if 1 <= k <= len(mine))
