"""Cells of a block beside cells of former blocks: what shows, and what one has that the other lacks.

Holds exact figures: nothing here leaves the worker. Counts units of differences and tells whether a
difference is none for certain; what follows from it is judged by :mod:`space.engines.auditing.audit`. A
*pair* is the place of a cell of ours and one of theirs that have rows in common, or could have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from policies.disclosure import dominated
from space.engines.auditing.atoms import Counted, Flags, Key, Largest, Tops, key_of
from space.engines.auditing.overlaps import Overlaps
from space.engines.auditing.possible import Possible, Side
from space.engines.auditing.sides import Sides
from space.engines.threshold.cells import Cells, Numbers, places
from space.engines.threshold.statements import COUNTED
from space.query.auditing.conditions import Rows
from space.query.plan import Aggregate, Limits

# Rows and proved units of every group.
Counts = tuple[Numbers, Numbers]


@dataclass(slots=True)
class Crossed:
    """Cells and former cells over one relation with one set of keys on either side.

    Attributes:
        near, far: of every pair, its group on our side and on theirs.
        places: of every group on our side, the place of its cell, or -1.
        possible: for which cells rows could be at all that two conditions differ on.
    """

    overlaps: Overlaps
    cells: Cells
    limits: Limits
    near: Numbers = field(init=False)
    far: Numbers = field(init=False)
    places: Numbers = field(init=False)
    possible: Possible = field(init=False)
    _common: dict[tuple[Rows, Rows], Counts] = field(default_factory=dict)
    _lacked: dict[tuple[Rows, Rows, Side], Counts] = field(default_factory=dict)
    _varied: dict[tuple[Rows, Rows, Side, int], Flags] = field(default_factory=dict)
    _shown: dict[tuple[int, int], Flags] = field(default_factory=dict)
    _named: dict[tuple[str, ...], list[Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        o, s = self.overlaps, self.sides
        self.possible = Possible(o.connection, s, [(key.sql, key.name) for key in self.cells.block.keys])
        pairs = o.groups(s.both)
        self.near, self.far = (
            o.groups(by).ids[pairs.firsts] if by else np.zeros(pairs.size, np.int64) for by in (s.near, s.far)
        )
        ours = o.groups(s.near)
        if not s.near:
            self.places = np.zeros(1, np.int64) if len(self.cells) else np.full(1, -1)
            return
        types = self.cells.keys.schema.types
        keys = [ours.keys.column(g).cast(kind) for g, kind in zip(s.own, types, strict=True)]
        self.places = places(self.cells.keys, pa.table(keys, names=self.cells.keys.column_names))

    @property
    def sides(self) -> Sides:
        """What is compared."""
        return self.overlaps.sides

    def ours(self, i: int) -> Counts:
        """Rows and proved units of our cells under a condition."""
        return self.overlaps.count(self.sides.near, self.sides.p(i))

    def theirs(self, n: int) -> Counts:
        """Rows and proved units of the former cells under a condition of theirs."""
        return self.overlaps.count(self.sides.far, self.sides.q(n))

    def common(self, i: int, n: int) -> Counts:
        """Rows and proved units that the cells of every pair have in common."""
        wanted = self.sides.p(i), self.sides.q(n)
        if wanted not in self._common:
            self._common[wanted] = self.overlaps.count(self.sides.both, wanted[0] & wanted[1])
        return self._common[wanted]

    def held(self, i: int) -> Flags:
        """Of every pair, whether our cell shows under a condition."""
        shown = self.cells.shown
        if not len(shown):
            return np.zeros(len(self.near), bool)
        shows = shown[:, i] if i >= 0 else shown[:, 0] & shown[:, -i]
        found: Flags = ((self.places >= 0) & shows[self.places])[self.near]
        return found

    def place(self, pair: int) -> int:
        """The place of our cell of a pair, or -1."""
        return int(self.places[self.near[pair]])

    def k(self, n: int) -> int:
        """Fewest units a difference may rest on."""
        return max(self.limits.k, self.sides.theirs[n][0].k)

    def shows(self, place: int, i: int) -> bool:
        """Whether the figures of a condition of our cell show; the rest of a cell beside one: if both do."""
        shown = self.cells.shown[place]
        return bool(shown[i] if i >= 0 else shown[0] and shown[-i])

    def told(self, ours: Sequence[int], theirs: Sequence[int], pairs: Numbers) -> Numbers:
        """Those of some pairs whose cells show under all of some conditions, ours and theirs."""
        for i in ours:
            pairs = pairs[self.held(i)[pairs]]
        for n in theirs:
            pairs = pairs[self.before(n)[self.far[pairs]]]
        return pairs

    def loose(self, n: int) -> bool:
        """Whether the keys of either side have other columns, but for conditions."""
        return self.sides.theirs[n][0].loose

    def varied(self, i: int, n: int, side: Side) -> Flags:
        """Pairs where one cell has k units that the other lacks, for what units prove together."""
        wanted = (self.sides.p(i), self.sides.q(n), side, self.k(n))
        if wanted not in self._varied:
            rows, units = self.lacked(i, n, side)
            self._varied[wanted] = (units.min(axis=0) if len(units) else rows) >= self.k(n)
        return self._varied[wanted]

    def before(self, n: int) -> Flags:
        """Of every group of theirs, whether its cell rested on k units."""
        return self._rested(n, self.sides.theirs[n][0].k)

    def stays(self, far: int, n: int) -> bool:
        """Whether a former cell has so many units that k of them are left without fewer than k."""
        return bool(self._rested(n, 2 * self.k(n) - 1)[far])

    def _rested(self, n: int, least: int) -> Flags:
        if (n, least) not in self._shown:
            rows, units = self.theirs(n)
            found: Flags = (units.min(axis=0) if len(units) else rows) >= least
            if not self.sides.rows_are_units and (~found & (rows >= least)).any():
                exact = self.overlaps.units(self.sides.far, self.sides.q(n))
                found = found | (exact.min(axis=0) >= least)
            self._shown[n, least] = found
        return self._shown[n, least]

    def hide(self, place: int) -> None:
        """The whole cell: of several conditions one could follow from the others."""
        self.cells.shown[place] = False

    def hide_value(self, place: int, value: str) -> None:
        """Every figure of a cell that is made of a value."""
        for a in self.cells.block.aggregates:
            if value in a.values and a.operation not in COUNTED:
                self.cells.rows[place][f"dominated_{a.name}"] = True

    def hide_all(self, pairs: Flags) -> None:
        """The whole cells of some pairs."""
        self.cells.shown[self.places[self.near[pairs]]] = False

    def gone(self, place: int, a: Aggregate) -> bool:
        """Whether a figure of a cell is withheld because of its value."""
        return bool(self.cells.rows[place].get(f"dominated_{a.name}"))

    def dominated(self, top: Largest) -> bool:
        """Whether one unit dominates."""
        return dominated(*top, self.limits.dominance_share, self.limits.p_percent)

    def top(self, tops: Tops, group: int) -> Largest:
        """The largest of one group."""
        first, second, total = tops
        return float(first[group]), float(second[group]), float(total[group])

    def least(self, counted: Counted) -> int:
        """The fewest units of any kind; rows where nothing has units."""
        return min(counted[1], default=counted[0])

    def less(self, whole: Counted, *parts: Counted) -> Counted:
        """What is left of a set without parts of it; units that may stand in several count as none."""
        rows = whole[0] - sum(part[0] for part in parts)
        adds = [self.sides.adds(j) for j in self.sides.proofs]
        units = tuple(
            (whole[1][at] - sum(part[1][at] for part in parts) if add or not any(p[0] for p in parts) else 0)
            for at, add in enumerate(adds)
        )
        return rows, units

    def sum(self, parts: Iterable[Counted]) -> Counted:
        """Several disjoint sets together; units that may stand in several count once."""
        listed = list(parts)
        adds = [self.sides.adds(j) for j in self.sides.proofs]
        units = tuple(
            sum(p[1][at] for p in listed) if add else max((p[1][at] for p in listed), default=0)
            for at, add in enumerate(adds)
        )
        return sum(part[0] for part in listed), units

    def together(self, tops: Sequence[Largest]) -> Largest:
        """The largest of several groups of rows; where a unit may stand in several, its shares add up."""
        if self.sides.rows_are_units:
            first, second = [*sorted((v for top in tops for v in top[:2]), reverse=True), 0, 0][:2]
        else:
            first, second = sum(t[0] for t in tops), sum(t[1] for t in tops)
        return first, second, sum(t[2] for t in tops)

    def lacked(self, i: int, n: int, side: Side) -> Counts:
        """Of every pair, rows and proved units of one cell that the other lacks."""
        wanted = (self.sides.p(i), self.sides.q(n), side)
        if wanted in self._lacked:
            return self._lacked[wanted]
        rows, units = self.ours(i) if side == "plus" else self.theirs(n)
        where = self.near if side == "plus" else self.far
        common, shared = self.common(i, n)
        adds = np.array([self.sides.adds(j) for j in self.sides.proofs], bool)
        left = np.where(adds[:, None], units[:, where] - shared, np.where(common > 0, 0, units[:, where]))
        self._lacked[wanted] = rows[where] - common, left
        return self._lacked[wanted]

    def enough(self, pair: int, i: int, n: int, side: Side) -> bool:
        """Whether the rows of one cell that the other lacks are none for certain, or rest on k units."""
        if at(self.lacked(i, n, side), pair)[0] == 0:
            return self.never(int(self.near[pair]), i, n, side)
        return self.many(pair, i, n, side)

    def many(self, pair: int, i: int, n: int, side: Side) -> bool:
        """Whether the rows of one cell that the other lacks rest on k units."""
        rest, k = at(self.lacked(i, n, side), pair), self.k(n)
        if self.least(rest) >= k:
            return True
        if self.sides.rows_are_units or rest[0] < k:
            return False
        return self._exactly(pair, i, n, side) >= k

    def surely(self, i: int, n: int, side: Side) -> Flags:
        """Pairs for which it is enough, as far as that can be seen of all at once."""
        rows, units = self.lacked(i, n, side)
        least = units.min(axis=0) if len(units) else rows
        found: Flags = least >= self.k(n)
        none = rows == 0
        if none.any():
            if not self.possible.differ(i, n, side):  # the same for all cells
                found |= none & self.never(0, i, n, side)
            else:
                groups = np.unique(self.near[none])
                safe = np.zeros(self.overlaps.groups(self.sides.near).size, bool)
                safe[groups] = [self.never(int(group), i, n, side) for group in groups]
                found |= none & safe[self.near]
        return found

    def _exactly(self, pair: int, i: int, n: int, side: Side) -> int:
        """The fewest units of any kind among the rows of one cell that the other lacks."""
        o, s = self.overlaps, self.sides
        p, q = s.p(i), s.q(n)
        by, other = (s.near, s.far) if side == "plus" else (s.far, s.near)
        group = int((self.near if side == "plus" else self.far)[pair])
        inside = p if side == "plus" else q
        # Units none of whose rows lie elsewhere are not among them.
        left = o.units(by, inside)[:, group] - o.apart(by, other, inside, p & q)[:, pair]
        return int(left.min(initial=int(left.max(initial=0))))

    def never(self, near: int, i: int, n: int, side: Side) -> bool:
        """Whether no row can lie in one cell and not in the other, whatever the data."""
        former, asked = self.sides.theirs[n]
        ours = self.sides.ours[i].sql
        if self.sides.spanning:
            return self._within(i, n, side)
        if not former.zero:
            # A part lies in its total, whatever tells the parts apart.
            part = side == "plus" and not former.from_sql and set(self.sides.far) <= set(self.sides.near)
            return part and asked.sql in (ours, "TRUE")
        if ours == asked.sql or (asked.sql if side == "plus" else ours) == "TRUE":
            return True
        keys = self.possible.differ(i, n, side)
        return keys is not None and (not keys or self.named(near, self.possible.names(n)) not in keys)

    def _within(self, i: int, n: int, side: Side) -> bool:
        """Whether one cell lies in the other by its keys and by what its condition asks besides."""
        near, far = set(self.sides.near), set(self.sides.far)
        if side == "plus":
            return far <= near and self.sides.q(n).holds(self.sides.p(i))
        return near <= far and self.sides.p(i).holds(self.sides.q(n))

    def named(self, near: int, names: Sequence[str]) -> Key:
        """Some columns of the key of a group of our side."""
        wanted = tuple(names)
        if not wanted:
            return ()
        if wanted not in self._named:
            own = dict(zip((key.name for key in self.cells.block.keys), self.sides.own, strict=True))
            keys = self.overlaps.groups(self.sides.near).keys
            columns = [keys.column(own[name]).to_pylist() for name in wanted]
            self._named[wanted] = [key_of(values) for values in zip(*columns, strict=True)]
        return self._named[wanted][near]


def at(counts: Counts, group: int) -> Counted:
    """What is counted in one group."""
    rows, units = counts
    return int(rows[group]), tuple(int(n) for n in units[:, group])
