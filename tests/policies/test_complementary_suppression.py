"""Properties of complementary suppression over random tables with margins."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.disclosure import TOTAL, CellKey, complementary, small

K = 10


def _with_margins(inner: dict[CellKey, int]) -> dict[CellKey, int]:
    cells: dict[CellKey, int] = defaultdict(int)
    for (row, column), units in inner.items():
        for key in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            cells[key] += units
    return dict(cells)


tables = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(0, 60), min_size=1
).map(_with_margins)


@given(tables)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_line_of_the_table_has_exactly_one_withheld_cell_or_two_that_are_small_together(
    cells: dict[CellKey, int],
) -> None:
    first = {key for key, units in cells.items() if small(units, K)}
    hidden = complementary(cells, first, K)
    assert first <= hidden <= set(cells)
    lines: dict[tuple[int, CellKey], list[CellKey]] = defaultdict(list)
    for key in cells:
        for place in range(2):
            lines[place, (key[1 - place],)].append(key)
    for (place, _), line in lines.items():
        covered = [key for key in line if key in hidden]
        if not covered or len(covered) == len(line):
            continue
        assert len(covered) >= 2
        if not any(key[place] is TOTAL for key in covered):
            assert sum(cells[key] for key in covered) >= K


@given(tables)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_suppression_is_the_same_whatever_the_order_of_cells(cells: dict[CellKey, int]) -> None:
    first = [key for key, units in cells.items() if small(units, K)]
    turned = dict(reversed(list(cells.items())))
    assert complementary(cells, first, K) == complementary(turned, first[::-1], K)
