"""The query-set audit inside the worker: which cells show beside what was answered before.

Decides, cell by cell, from counts of the rows that a cell and a cell of a former block do not have in
common. They must be none because there can be none, or rest on k units of every kind; sums over them
must be dominated by none. A cell withheld here looks like any other. What a former answer withheld for
other reasons than its size counts as shown. Sets of two cells and unions of all cells of a line are
compared, never unions of some: see ``docs/what-thresholds-stop.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from policies.disclosure import dominated
from space.engines.atoms import NOBODY, Counted, Key, Largest, key_of
from space.engines.cells import Cells
from space.engines.overlaps import Overlaps
from space.engines.statements import COUNTED
from space.query.audit import CELLS, Former
from space.query.plan import Aggregate, Limits

_NO_ROWS: Counted = (0, ())


def withhold(connection: DuckDBPyConnection, cells: Cells, formers: Iterable[Former], limits: Limits) -> None:
    """Withhold what would follow from cells of former blocks by subtraction.

    Args:
        connection: opens the protected files.
        cells: judged already.
        formers: blocks the cells' block is compared with.
        limits: of the terms.
    """
    tables: dict[tuple[str, ...], list[Former]] = defaultdict(list)
    for place, former in enumerate(formers):
        # Over another relation every former is a scan of its own.
        tables[(str(place), former.from_sql) if former.from_sql else ("", *former.keys)].append(former)
    if tables and cells.block.keys:
        connection.register(CELLS, cells.keys)
    for group in tables.values():
        if any(shown[0] for shown in cells.shown):
            _Audit(Overlaps(connection, cells.block, tuple(group)), cells, limits).run()


@dataclass(slots=True)
class _Audit:
    """The comparison of the cells with those of formers over one relation with one set of keys."""

    overlaps: Overlaps
    cells: Cells
    limits: Limits
    ours: dict[Key, dict[str, Counted]] = field(init=False)
    theirs: dict[Key, dict[str, Counted]] = field(init=False)
    common: dict[Key, dict[str, Counted]] = field(init=False)
    places: dict[Key, int] = field(init=False)
    _possible: dict[int, set[tuple[Any, ...]] | None] = field(default_factory=dict)

    def run(self) -> None:
        """Compare cells with cells, then totals with their parts on either side."""
        o = self.overlaps
        every = range(len(o.theirs))
        self.places = {self.cells.key(place): place for place in range(len(self.cells.rows))}
        self.ours = o.count(o.near, {f"p{i}": o.p(i) for i in o.ours})
        self.theirs = o.count(o.far, {f"q{n}": o.q(n) for n in every})
        both = {f"c{i}_{n}": o.p(i) & o.q(n) for i in o.ours for n in every}
        self.common = o.count(o.both, both)
        for pair in self.common:
            place = self.places.get(self._near(pair))
            if place is not None:
                self._cell_by_cell(pair, place)
        if set(o.near) < set(o.far):
            self._total_over_parts()
        elif set(o.far) < set(o.near):
            self._parts_under_total()

    def _cell_by_cell(self, pair: Key, place: int) -> None:
        for i in self.overlaps.ours:
            for n, (_, asked) in enumerate(self.overlaps.theirs):
                if not self._shows(place, i):
                    break
                if not self.common[pair][f"c{i}_{n}"][0] or not self._was_shown(self._far(pair), n):
                    continue
                if not all(self._enough(pair, place, i, n, side) for side in ("plus", "minus")):
                    self._hide(place)
                    break
                self._values(pair, place, i, n, asked.values)

    def _enough(self, pair: Key, place: int, i: int, n: int, side: str) -> bool:
        """Whether the rows of one cell that the other lacks are none for certain, or rest on k units."""
        o, k = self.overlaps, self._k(n)
        near, far, both = self._near(pair), self._far(pair), self.common[pair][f"c{i}_{n}"]
        whole = self.ours[near][f"p{i}"] if side == "plus" else self.theirs[far][f"q{n}"]
        rest = self._less(whole, both)
        if self._least(rest) >= k:
            return True
        if rest[0] == 0:
            return self._never(place, i, n, side)
        if o.rows_are_units or rest[0] < k:
            return False
        return self._exactly(pair, i, n, side) >= k

    def _exactly(self, pair: Key, i: int, n: int, side: str) -> int:
        """The fewest units of any kind among the rows of one cell that the other lacks."""
        o = self.overlaps
        p, q = o.p(i), o.q(n)
        near, far = (o.near, o.far) if side == "plus" else (o.far, o.near)
        here, there = (
            (self._near(pair), self._far(pair)) if side == "plus" else (self._far(pair), self._near(pair))
        )
        inside = p if side == "plus" else q
        units = o.units(near, inside).get(here, (0,) * len(o.proofs))
        # Units none of whose rows lie elsewhere are not among them.
        enclosed = o.apart(near, far, inside, p & q).get((*here, *there), (0,) * len(o.proofs))
        return min((a - b for a, b in zip(units, enclosed, strict=True)), default=0)

    def _values(self, pair: Key, place: int, i: int, n: int, summed: Sequence[str]) -> None:
        """Withhold sums from which, with a former one, few units or one unit's value would follow."""
        o = self.overlaps
        near, far = self._near(pair), self._far(pair)
        for value in o.ours[i].values:
            gone = False
            if value in summed:
                gone = self._gives_one_away(near, far, pair, i, n, value)
            forms = [w for v, w in o.differing if v == value and w in summed]
            for other in forms:
                gone |= self._bent(pair, i, n, (value, other))
            if gone:
                self._hide_value(place, value)

    def _gives_one_away(self, near: Key, far: Key, pair: Key, i: int, n: int, value: str) -> bool:
        """Whether one unit dominates the rows of one cell that the other lacks.

        Where the cells do not have the same keys, the largest of the whole cell stand for those of the rest.
        """
        o = self.overlaps
        p, q = o.p(i), o.q(n)
        for j in o.proofs:
            both = o.largest(o.both, p & q, value, j).get(pair, NOBODY)
            for by, key, inside, outside in ((o.near, near, p, q), (o.far, far, q, p)):
                if set(o.near) == set(o.far):
                    top = o.largest(by, inside.less(outside), value, j).get(key, NOBODY)
                else:
                    first, second, total = o.largest(by, inside, value, j).get(key, NOBODY)
                    top = first, second, total - both[2]
                if self._dominated(top):
                    return True
        return False

    def _bent(self, pair: Key, i: int, n: int, forms: tuple[str, str]) -> bool:
        """Whether two forms of a measure differ on the rows both cells have, and on too few of them."""
        o = self.overlaps
        where = o.p(i) & o.q(n) & o.differs(forms)
        difference = f"({forms[0]}) - ({forms[1]})"
        units = o.units(o.both, where).get(pair, (0,))
        few = min(units, default=0) < self._k(n)
        tops = (o.largest(o.both, where, difference, j).get(pair, NOBODY) for j in o.proofs)
        return few or any(self._dominated(top) for top in tops)

    def _total_over_parts(self) -> None:
        """Withhold a cell of which former parts would leave a rest that is too small."""
        lines = self._lines(self._near)
        for near, pairs in lines.items():
            place = self.places.get(near)
            for i in self.overlaps.ours if place is not None else ():
                for n in range(len(self.overlaps.theirs)):
                    assert place is not None
                    shown = [pair for pair in pairs if self._was_shown(self._far(pair), n)]
                    if not shown or not self._shows(place, i):
                        continue
                    rest = self._less(self.ours[near][f"p{i}"], *(self._both(x, i, n) for x in shown))
                    over = self._sum(
                        self._less(self.theirs[self._far(x)][f"q{n}"], self._both(x, i, n)) for x in shown
                    )
                    hidden = [x for x in pairs if x not in shown]
                    if self._unsafe(rest, place, i, n, "plus", hidden) or self._unsafe(
                        over, place, i, n, "minus"
                    ):
                        self._hide(place)
                        continue
                    self._rest_of_total(place, i, n, pairs, set(shown))

    def _rest_of_total(self, place: int, i: int, n: int, pairs: Sequence[Key], shown: set[Key]) -> None:
        o = self.overlaps
        p, q = o.p(i), o.q(n)
        for value in set(o.ours[i].values) & set(o.theirs[n][1].values):
            for j in o.proofs:
                former = o.largest(o.far, q, value, j)
                out = {
                    x for x in pairs if x not in shown or self._dominated(former.get(self._far(x), NOBODY))
                }
                tops = [o.largest(o.both, p, value, j).get(x, NOBODY) for x in out]
                if out and self._dominated(self._together(tops)):
                    self._hide_value(place, value)

    def _parts_under_total(self) -> None:
        """Withhold cells, the smallest first, until what a former total leaves of them is large enough."""
        for far, pairs in self._lines(self._far).items():
            for n in range(len(self.overlaps.theirs)):
                if self._was_shown(far, n):
                    for i in self.overlaps.ours:
                        self._fill(far, pairs, i, n)

    def _fill(self, far: Key, pairs: Sequence[Key], i: int, n: int) -> None:
        def size(pair: Key) -> tuple[int, str]:
            return self._least(self.ours[self._near(pair)][f"p{i}"]), repr(pair)

        at = {pair: self.places[self._near(pair)] for pair in pairs if self._near(pair) in self.places}
        order = sorted(at, key=size)
        while shown := [pair for pair in order if self._shows(at[pair], i)]:
            rest = self._less(self.theirs[far][f"q{n}"], *(self._both(x, i, n) for x in shown))
            overs = {x: self._less(self.ours[self._near(x)][f"p{i}"], self._both(x, i, n)) for x in shown}
            some = at[shown[0]]
            hidden = [x for x in pairs if x not in shown]
            if self._unsafe(self._sum(overs.values()), some, i, n, "plus"):
                self._hide(at[next((x for x in shown if overs[x][0]), shown[0])])
            elif self._unsafe(rest, some, i, n, "minus", hidden):
                self._hide(some)
            else:
                break
        self._fill_values(pairs, at, i, n)

    def _fill_values(self, pairs: Sequence[Key], at: dict[Key, int], i: int, n: int) -> None:
        o = self.overlaps
        q = o.q(n)
        for a in self.cells.block.aggregates:
            if a.condition != i or a.operation in COUNTED:
                continue
            for value, j in [(v, j) for v in a.values if v in o.theirs[n][1].values for j in o.proofs]:
                tops = o.largest(o.both, q, value, j)
                while shown := [x for x in at if self._shows(at[x], i) and not self._gone(at[x], a)]:
                    out = [tops.get(x, NOBODY) for x in pairs if x not in shown]
                    if not out or not self._dominated(self._together(out)):
                        break
                    small = min(shown, key=lambda x: (tops.get(x, NOBODY)[2], repr(x)))
                    self._hide_value(at[small], value)

    def _unsafe(
        self, rest: Counted, place: int, i: int, n: int, side: str, hidden: Sequence[Key] = ()
    ) -> bool:
        """Whether the rows left over on one side are too few."""
        if rest[0] == 0:
            return not self._never(place, i, n, side)
        if self._least(rest) >= self._k(n):
            return False
        o = self.overlaps
        if o.rows_are_units or rest[0] < self._k(n):
            return True
        exact = o.units(o.both, o.p(i) if side == "plus" else o.q(n))
        # The same units may stand in every part left over: only those of the largest are certain.
        return max((min(exact.get(x, (0,))) for x in hidden), default=0) < self._k(n)

    def _never(self, place: int, i: int, n: int, side: str) -> bool:
        """Whether no row can lie in one cell and not in the other, whatever the data."""
        former, asked = self.overlaps.theirs[n]
        ours = self.overlaps.ours[i].sql
        if not former.zero:
            return False
        if ours == asked.sql or (asked.sql if side == "plus" else ours) == "TRUE":
            return True
        possible = self._differences(n)
        if possible is None:
            return False
        key = key_of([self.cells.rows[place][name] for name in former.grid_keys])
        return (key, i, former.asked.index(asked), side) not in possible

    def _differences(self, n: int) -> set[tuple[Any, ...]] | None:
        """The keys, conditions and sides for which rows can differ; None where nobody can tell."""
        former = self.overlaps.theirs[n][0]
        if n not in self._possible:
            self._possible[n] = self._grid(former) if former.grid_sql else None
        return self._possible[n]

    def _grid(self, former: Former) -> set[tuple[Any, ...]] | None:
        try:
            rows = self.overlaps.connection.execute(former.grid_sql).fetchall()
        except duckdb.Error:  # values of a kind that the conditions do not take: nobody can tell
            return None
        width, ours = len(former.grid_keys), list(self.overlaps.ours)
        found: set[tuple[Any, ...]] = set()
        for row in rows:
            key, p = key_of(row[:width]), row[width : width + len(ours)]
            for m, q in enumerate(row[width + len(ours) :]):
                found |= {
                    (key, i, m, "plus" if here else "minus")
                    for i, here in zip(ours, p, strict=True)
                    if here != q
                }
        return found

    def _was_shown(self, far: Key, n: int) -> bool:
        """Whether a cell of a former block rested on k units."""
        counted = self.theirs.get(far, {}).get(f"q{n}", _NO_ROWS)
        k = self.overlaps.theirs[n][0].k
        if self._least(counted) >= k:
            return True
        if self.overlaps.rows_are_units or counted[0] < k:
            return False
        return min(self.overlaps.units(self.overlaps.far, self.overlaps.q(n)).get(far, (0,)), default=0) >= k

    def _k(self, n: int) -> int:
        return max(self.limits.k, self.overlaps.theirs[n][0].k)

    def _dominated(self, top: Largest) -> bool:
        return dominated(*top, self.limits.dominance_share, self.limits.p_percent)

    def _together(self, tops: Sequence[Largest]) -> Largest:
        """The largest of several groups of rows; where a unit may stand in several, its shares add up."""
        if self.overlaps.rows_are_units:
            first, second = [*sorted((v for top in tops for v in top[:2]), reverse=True), 0, 0][:2]
        else:
            first, second = sum(t[0] for t in tops), sum(t[1] for t in tops)
        return first, second, sum(t[2] for t in tops)

    def _shows(self, place: int, i: int) -> bool:
        shown = self.cells.shown[place]
        return bool(shown[i] if i >= 0 else shown[0] and shown[-i])

    def _hide(self, place: int) -> None:
        """The whole cell: of several conditions one could follow from the others."""
        self.cells.shown[place] = [False] * len(self.cells.shown[place])

    def _hide_value(self, place: int, value: str) -> None:
        for a in self.cells.block.aggregates:
            if value in a.values and a.operation not in COUNTED:
                self.cells.rows[place][f"dominated_{a.name}"] = True

    def _gone(self, place: int, a: Aggregate) -> bool:
        return bool(self.cells.rows[place].get(f"dominated_{a.name}"))

    def _both(self, pair: Key, i: int, n: int) -> Counted:
        return self.common[pair][f"c{i}_{n}"]

    def _near(self, pair: Key) -> Key:
        return tuple(pair[self.overlaps.both.index(g)] for g in self.overlaps.near)

    def _far(self, pair: Key) -> Key:
        return tuple(pair[self.overlaps.both.index(g)] for g in self.overlaps.far)

    def _lines(self, of: Any) -> dict[Key, list[Key]]:
        lines: dict[Key, list[Key]] = defaultdict(list)
        for pair in self.common:
            lines[of(pair)].append(pair)
        return lines

    def _least(self, counted: Counted) -> int:
        """The fewest units of any kind; rows where nothing has units."""
        return min(counted[1], default=counted[0])

    def _less(self, whole: Counted, *parts: Counted) -> Counted:
        """What is left of a set without parts of it; units that may stand in several count as none."""
        rows = whole[0] - sum(part[0] for part in parts)
        adds = [self.overlaps.adds(j) for j in self.overlaps.proofs]
        units = tuple(
            (whole[1][at] - sum(part[1][at] for part in parts) if add or not any(p[0] for p in parts) else 0)
            for at, add in enumerate(adds)
        )
        return rows, units

    def _sum(self, parts: Iterator[Counted] | Iterable[Counted]) -> Counted:
        listed = list(parts)
        adds = [self.overlaps.adds(j) for j in self.overlaps.proofs]
        units = tuple(
            sum(p[1][at] for p in listed) if add else max((p[1][at] for p in listed), default=0)
            for at, add in enumerate(adds)
        )
        return sum(part[0] for part in listed), units
