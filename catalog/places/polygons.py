"""Which division a point lies in, by the polygons of areas on a day.

Decides by the even-odd rule, so that a hole is a hole whichever way its ring runs. Where polygons lie in one
another the innermost counts; where two of one level hold a point, neither is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from catalog.places.divisions import Divisions

# Systems whose pairs lie up to some hundred metres from where polygons in CGCS2000 or WGS 84 say they are.
# Source: GB 20263-2006 (coordinates shifted for publication); docs/odcs-mapping.md, ``coordinates``.
SHIFTED: Final = frozenset({"GCJ-02", "BD-09"})

Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Polygon:
    """The land of one division: outer rings and holes alike, each of (longitude, latitude) pairs."""

    code: str
    rings: tuple[Ring, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, east, south, north."""
        points = np.concatenate([np.asarray(ring, dtype=float)[:, :2] for ring in self.rings])
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        return float(west), float(east), float(south), float(north)


class Polygons:
    """Polygons of one day; what a point lies in.

    Args:
        polygons: of the day.
        tree: the region tree of the day: codes of polygons are read by it.
    """

    def __init__(self, polygons: Iterable[Polygon], tree: Divisions) -> None:
        self._tree = tree
        self._all = [(each, each.box) for each in polygons]

    def __len__(self) -> int:
        return len(self._all)

    def locate(self, longitudes: Any, latitudes: Any) -> tuple[list[str | None], list[str]]:
        """The innermost division of each point, and why where there is none.

        Args:
            longitudes: in degrees, NaN where missing.
            latitudes: of the same points.
        """
        east, north = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
        order = np.argsort(east, kind="stable")
        ordered, upright = east[order], north[order]
        held: dict[int, list[str]] = {}
        for polygon, (west, most_east, south, most_north) in self._all:
            first = int(np.searchsorted(ordered, west, side="left"))
            last = int(np.searchsorted(ordered, most_east, side="right"))
            height = upright[first:last]
            near = np.flatnonzero((height >= south) & (height <= most_north)) + first
            for place in near[_holds(polygon.rings, ordered[near], upright[near])].tolist():
                held.setdefault(int(order[place]), []).append(polygon.code)
        missing = np.isnan(east) | np.isnan(north)
        return self._settled(held, missing)

    def _settled(self, held: dict[int, list[str]], missing: Any) -> tuple[list[str | None], list[str]]:
        codes: list[str | None] = [None] * len(missing)
        why = np.where(missing, "no_point", "outside").tolist()
        for place, found in held.items():
            current = {code for each in set(found) for code in self._tree.current(each)}
            above = {outer for code in current for outer in self._tree.chain(code)[1:]}
            inner = current - above
            if len(inner) == 1:
                codes[place], why[place] = next(iter(inner)), "inside"
            else:
                why[place] = "overlap"
        return codes, why


def _holds(rings: Iterable[Ring], x: Any, y: Any) -> Any:
    """Whether each point lies within: a line from it to the west crosses the rings an odd number of times."""
    inside = np.zeros(len(x), dtype=bool)
    for ring in rings:
        points = np.asarray(ring, dtype=float)[:, :2]
        after = np.roll(points, -1, axis=0)
        for (x1, y1), (x2, y2) in zip(points, after, strict=True):
            if y1 == y2:
                continue
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
