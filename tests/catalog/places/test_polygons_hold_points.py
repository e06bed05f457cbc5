"""Points lie in the innermost polygon that holds them; holes and overlaps tell nothing."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.places.divisions import Divisions
from catalog.places.polygons import Polygon, Polygons

TREE = Divisions((), (), date(2026, 9, 30))
SQUARE = [[108.0, 27.0], [109.0, 27.0], [109.0, 28.0], [108.0, 28.0]]
HOLE = [[108.4, 27.4], [108.6, 27.4], [108.6, 27.6], [108.4, 27.6]]
INNER = [[108.1, 27.1], [108.2, 27.1], [108.2, 27.2], [108.1, 27.2]]
RIVAL = [[108.8, 27.0], [109.5, 27.0], [109.5, 28.0], [108.8, 28.0]]
LAND = Polygons(
    [
        Polygon("990101001", (SQUARE, HOLE)),
        Polygon("990101001002", (INNER,)),
        Polygon("990101002", (RIVAL,)),
    ],
    TREE,
)


def test_points_are_told_by_the_innermost_polygon() -> None:
    points = [(108.3, 27.3), (108.15, 27.15), (108.5, 27.5), (109.2, 27.5), (108.9, 27.5), (120.0, 30.0)]
    codes, why = LAND.locate([x for x, _ in points], [y for _, y in points])

    assert codes == ["990101001", "990101001002", None, "990101002", None, None]
    assert why == ["inside", "inside", "outside", "inside", "overlap", "outside"]


def test_a_missing_coordinate_is_no_point() -> None:
    codes, why = LAND.locate([float("nan"), 108.3], [27.3, float("nan")])

    assert codes == [None, None]
    assert why == ["no_point", "no_point"]


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_points_of_a_many_sided_polygon_are_those_near_its_centre(points: list[tuple[float, float]]) -> None:
    ring = [[math.cos(2 * math.pi * k / 90), math.sin(2 * math.pi * k / 90)] for k in range(90)]
    codes, _ = Polygons([Polygon("99", (ring,))], TREE).locate(
        np.array([x for x, _ in points]), np.array([y for _, y in points])
    )

    for (x, y), code in zip(points, codes, strict=True):
        if math.hypot(x, y) < 0.99:
            assert code == "99"
        if math.hypot(x, y) > 1.01:
            assert code is None
