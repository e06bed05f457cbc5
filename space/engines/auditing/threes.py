"""Three answers together: a cell less two others, or two together less the third.

Decides over cells with the same keys, two of them from one block and one from another or all three apart.
The rows that a sum or difference of the three rests on must be none because there can be none, or rest on
k units of every kind. Sums of measures and more than three answers are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import duckdb
import numpy as np

from space.engines.auditing.atoms import Either, Key, Rows, key_of
from space.engines.auditing.crossed import Counts, Crossed, at
from space.engines.threshold.cells import Numbers
from space.query.auditing.grid import grid, merged

# How three figures can be put together so that something cancels.
_SIGNS: Final = ((1, -1, -1), (1, 1, -1), (1, -1, 1))


@dataclass(frozen=True, slots=True)
class _Three:
    """Three figures: places of our conditions, numbers of theirs, and the signs in that order."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    signs: tuple[int, int, int]


def withhold(c: Crossed) -> None:
    """Withhold cells of which few units would follow from two further figures."""
    s = c.sides
    ours = [i for i, asked in s.ours.items() if i >= 0 and not asked.bare]
    theirs = [n for n, (_, asked) in enumerate(s.theirs) if asked.place >= 0 and not asked.bare]
    if set(s.near) != set(s.far) or len(ours) + len(theirs) < 3 or not theirs:
        return
    few = _counted(c)
    here = {i: _lines([_paired(c.ours(i), c.near)], few) for i in ours}
    there = _lines([_paired(c.theirs(n), c.far) for n in theirs], few)
    for i, (at_a, a) in product(ours, enumerate(theirs)):
        for signs in _SIGNS:
            nets = here[i] + signs[1] * there[:, at_a : at_a + 1] + signs[2] * there[:, at_a + 1 :]
            for more, pairs in _small(c, nets, few):
                other = theirs[at_a + 1 + more]
                if not _nested(c, a, other):
                    _judge(c, _Three((i,), (a, other), signs), pairs)
    for i, j in combinations([i for i in ours if i], 2):
        for signs in _SIGNS:
            nets = here[i] + signs[1] * here[j] + signs[2] * there
            for n, pairs in _small(c, nets, few):
                _judge(c, _Three((i, j), (theirs[n],), signs), pairs)


def _lines(counts: list[Counts], few: list[tuple[int | None, int]]) -> Numbers:
    """By measure, condition and pair: what adds up."""
    return np.stack([[r if measure is None else u[measure] for r, u in counts] for measure, _ in few])


def _small(c: Crossed, nets: Numbers, few: list[tuple[int | None, int]]) -> list[tuple[int, list[int]]]:
    """Where figures may rest on few units: what cancels between them only makes the net smaller."""
    limits = np.array([most for _, most in few])[:, None, None]
    near = (np.abs(nets) <= limits).any(axis=0) & (c.places[c.near] >= 0)
    return [(n, np.flatnonzero(near[n]).tolist()) for n in np.flatnonzero(near.any(axis=1)).tolist()]


def _nested(c: Crossed, a: int, b: int) -> bool:
    """Whether one is a condition of the other's cell: the cell less it was compared as such."""
    (one, first), (other, second) = c.sides.theirs[a], c.sides.theirs[b]
    return one is other and 0 in (first.place, second.place)


def _paired(counts: Counts, where: Numbers) -> Counts:
    return counts[0][where], counts[1][:, where]


def _counted(c: Crossed) -> list[tuple[int | None, int]]:
    """Proofs that add up, with k units less one; for others rows, with as many as so few units can have."""
    k = max(c.k(n) for n in range(len(c.sides.theirs)))
    adding = [(at, k - 1) for at, j in enumerate(c.sides.proofs) if c.sides.adds(j)]
    others = [k * c.overlaps.most_rows(j) for j in c.sides.proofs if not c.sides.adds(j)]
    if others or not adding:
        return [*adding, (None, max(others, default=k - 1))]
    return [*adding]


def _judge(c: Crossed, three: _Three, pairs: list[int]) -> None:
    """Withhold our cell of each of some pairs where the three figures together rest on too few."""
    told = c.told(three.ours, three.theirs, np.array(pairs, np.int64))
    if not len(told):
        return
    s, k = c.sides, max(c.k(n) for n in three.theirs)
    chosen = _resting(c, three)
    counted = c.overlaps.count(s.both, chosen)
    least = counted[1].min(axis=0) if len(counted[1]) else counted[0]
    possible: _Possible | None = None
    for pair in told[least[told] < k].tolist():
        found, place = at(counted, pair), c.place(pair)
        if not all(c.shows(place, i) for i in three.ours):
            continue
        if found[0] == 0:
            possible = possible or _Possible.of(c, three)
            safe = not possible.at(c, int(c.near[pair]))
        else:
            exact = not s.rows_are_units and found[0] >= k
            safe = exact and int(c.overlaps.units(s.both, chosen)[:, pair].min(initial=k)) >= k
        if not safe:
            c.hide(place)


def _resting(c: Crossed, three: _Three) -> Either:
    """The rows that the three do not cancel on."""
    sets = [*(c.sides.p(i) for i in three.ours), *(c.sides.q(n) for n in three.theirs)]
    found = []
    for met in product((0, 1), repeat=3):
        if sum(sign * here for sign, here in zip(three.signs, met, strict=True)):
            meet = sum(rows.meet for rows, here in zip(sets, met, strict=True) if here)
            lack = sum(rows.meet for rows, here in zip(sets, met, strict=True) if not here)
            found.append(Rows(meet, lack))
    return Either(tuple(found))


@dataclass(frozen=True, slots=True)
class _Possible:
    """Where a row could lie on which three figures do not cancel, whatever the data.

    Attributes:
        names: of the keys that are told apart.
        keys: for which there could be one; None where nobody can tell.
    """

    names: tuple[str, ...] = ()
    keys: frozenset[Key] | None = None

    @classmethod
    def of(cls, c: Crossed, three: _Three) -> _Possible:
        """From the values that conditions and keys can have."""
        s = c.sides
        formers = [s.theirs[n][0] for n in three.theirs]
        stated = [*(s.ours[i] for i in three.ours), *(s.theirs[n][1] for n in three.theirs)]
        samples = merged([*c.cells.block.samples, *(one for former in formers for one in former.samples)])
        named = [(key.sql, key.name) for key in c.cells.block.keys]
        sql, names = grid(named, stated, (), samples)
        if not sql or not all(former.zero for former in formers):
            return cls()
        try:
            rows = c.overlaps.connection.execute(sql).fetchall()
        except duckdb.Error:  # values of a kind that the conditions do not take: nobody can tell
            return cls()
        width = len(names)
        left = (r for r in rows if sum(a * b for a, b in zip(three.signs, r[width:], strict=True)))
        return cls(names, frozenset(key_of(row[:width]) for row in left))

    def at(self, c: Crossed, near: int) -> bool:
        """Whether one could lie in a cell of ours."""
        return self.keys is None or c.named(near, self.names) in self.keys
