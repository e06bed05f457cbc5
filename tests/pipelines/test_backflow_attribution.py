"""Which rows that moved concern which area: every row once, whatever moves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.keys import row_reference, row_references
from catalog.places.addresses import AddressList
from catalog.places.attributing import Attribution, Known, attribute_rows
from catalog.places.divisions import Divisions
from catalog.places.ledger import Places
from catalog.places.polygons import Polygons
from catalog.releases.published import Changes
from contracts.model import Area, Contract, Field, FieldType, Party
from pipelines.backflow.attribution import Attributed, Moved, attribute
from policies.attribution import attributing

STREET, OTHER = "990101001", "990105006"
DAY = date(2026, 9, 30)
TREE = Divisions((), (), DAY)
KNOWN = Known(
    Places(TREE, AddressList((), (), TREE, attributing(DAY)), Polygons((), TREE), attributing(DAY)),
    lambda *_: {},
)
CONTRACT = Contract(
    id="t", title="表", schema="s", table="t", department=Party("局"), area=Area("area"),
    fields=(Field("n", type=FieldType.INTEGER, key_position=1), Field("area")),
)  # fmt: skip


def table(*codes: str | None) -> pa.Table:
    return pa.table({"area": pa.array(codes, pa.string()), "n": pa.array(range(len(codes)), pa.int64())})


def told(rows: pa.Table) -> Attribution:
    return attribute_rows(CONTRACT, "residence", rows, KNOWN)


def moved(
    added: tuple[str | None, ...] = (),
    changed: tuple[tuple[str | None, str | None], ...] = (),
    removed: tuple[str | None, ...] = (),
) -> Moved:
    before, after = table(*(b for b, _ in changed)), table(*(a for _, a in changed))
    changes = Changes(table(*added), before, after, table(*removed))
    return Moved(
        changes, told(changes.added), told(before), told(after), told(changes.removed), was=TREE, now=TREE
    )


def areas(of: Attributed, which: str, rows: pa.Table) -> list[str]:
    found: list[str] = rows["area"].take(pa.array(getattr(of, which))).to_pylist()
    return found


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
    assert attribute(moved(changed=((before, after),)), STREET).counts == expected


def test_a_moved_row_goes_with_its_new_values_to_the_new_area_and_its_old_ones_to_the_old() -> None:
    one = moved(changed=((STREET, OTHER),))

    assert areas(attribute(one, STREET), "left", one.changes.changed_before) == [STREET]
    assert areas(attribute(one, OTHER), "came", one.changes.changed_after) == [OTHER]


@pytest.mark.parametrize("code", [None, "", " ", "99010", "０x", "清波街道", "0990101001"])
def test_a_missing_or_malformed_code_is_unattributed(code: str | None) -> None:
    one = moved(added=(code,), removed=(code,), changed=((code, code),))

    assert (one.total, one.unattributed) == (3, 3)
    assert attribute(one, "99").delivered == 0


def test_a_full_width_code_is_read_like_any_other() -> None:
    assert attribute(moved(added=("９９０１０１００１００１",)), STREET).delivered == 1


def test_an_area_is_a_beginning_of_the_code_and_not_any_part_of_it() -> None:
    assert attribute(moved(added=("110990101001",)), STREET).delivered == 0


def test_areas_of_an_empty_table_are_empty() -> None:
    assert len(told(table())) == 0
    assert moved().total == 0
    assert attribute(moved(), STREET).counts == (0, 0, 0)


codes = st.sampled_from(
    [None, "", "bad", STREET, STREET + "001", STREET + "002", OTHER, "990101002", "990101"]
)


@given(
    st.lists(codes, max_size=6), st.lists(st.tuples(codes, codes), max_size=6), st.lists(codes, max_size=6)
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_the_counts_of_every_area_add_up_whatever_moves(
    added: list[Any], changed: list[Any], removed: list[Any]
) -> None:
    one = moved(tuple(added), tuple(changed), tuple(removed))

    for area in ("99", "990101", STREET, STREET + "001", OTHER, "110000"):
        found = attribute(one, area)
        assert one.total == found.delivered + one.unattributed + found.other_areas
    assert attribute(one, "99").other_areas == 0  # every well-formed code here begins with 99


STREETS = ("990101001", "990101002", "990102001", "990105006")
homes = st.dictionaries(st.integers(0, 12), st.sampled_from([*STREETS, None]), max_size=10)


@given(st.lists(homes, min_size=2, max_size=5))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_row_that_moves_leaves_one_area_and_comes_to_another_never_both_or_neither(
    years: list[dict[int, str | None]],
) -> None:
    held: dict[str, set[int]] = {street: set() for street in STREETS}
    for before, after in zip([{}, *years], years, strict=False):
        changes = versions(before, after)
        one = Moved(
            changes,
            told(changes.added),
            told(changes.changed_before),
            told(changes.changed_after),
            told(changes.removed),
            was=TREE,
            now=TREE,
        )
        for street in STREETS:
            found = attribute(one, street)
            held[street] -= numbers(changes.removed, found.removed) | numbers(
                changes.changed_before, found.left
            )
            new = numbers(changes.added, found.added) | numbers(changes.changed_after, found.came)
            assert not new & held[street]
            held[street] |= new
        assert held == {s: {n for n, home in after.items() if home == s} for s in STREETS}


def versions(before: dict[int, str | None], after: dict[int, str | None]) -> Changes:
    """Rows that moved from one year to the next; each row keeps its number."""
    both = sorted(n for n in before.keys() & after.keys() if before[n] != after[n])
    return Changes(
        added=people({n: after[n] for n in sorted(after.keys() - before.keys())}),
        changed_before=people({n: before[n] for n in both}),
        changed_after=people({n: after[n] for n in both}),
        removed=people({n: before[n] for n in sorted(before.keys() - after.keys())}),
    )


def people(at: dict[int, str | None]) -> pa.Table:
    return pa.table({"n": pa.array(at, pa.int64()), "area": pa.array(at.values(), pa.string())})


def numbers(rows: pa.Table, places: Any) -> set[int]:
    return set(rows["n"].take(pa.array(places)).to_pylist())


@given(st.lists(st.tuples(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=5)), max_size=5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_references_of_many_rows_are_those_of_each(rows: list[tuple[str, Any]]) -> None:
    keys = [{"no": a, "month": b} for a, b in rows]

    many = row_references(b"secret", "s.t", keys)

    assert many == [row_reference(b"secret", "s.t", key) for key in keys]
