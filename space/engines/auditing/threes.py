"""Three answers together: a cell less two others, or two together less the third.

Decides over cells with the same keys, two of them from one block and one from another or all three apart.
The rows that a sum or difference of the three rests on must be none because there can be none, or rest on
k units of every kind. Sums of measures and more than three answers are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import numpy as np

from space.engines.auditing.atoms import Key
from space.engines.auditing.crossed import Counts, Crossed, at
from space.engines.threshold.cells import Numbers
from space.query.auditing.conditions import Either, Rows

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
    # What is asked of the same rows in several conditions is added up once.
    once = _alike(theirs, s.q)
    there = _lines([_paired(c.theirs(asked[0]), c.far) for asked in once], few)
    ahead = np.triu_indices(len(once))
    for alike, signs in product(_alike(ours, s.p), _SIGNS):
        nets = here[alike[0]] + signs[1] * there[:, ahead[0]] + signs[2] * there[:, ahead[1]]
        for place, pairs in _small(c, nets, few):
            for i, a, other in product(alike, once[ahead[0][place]], once[ahead[1][place]]):
                if a != other and not _nested(c, a, other):
                    _judge(c, _Three((i,), (a, other), signs), pairs)
    for i, j in combinations([i for i in ours if i], 2):
        for signs in _SIGNS:
            nets = here[i] + signs[1] * here[j] + signs[2] * there
            for place, pairs in _small(c, nets, few):
                for n in once[place]:
                    _judge(c, _Three((i, j), (n,), signs), pairs)


def _alike(conditions: Sequence[int], rows: Callable[[int], Rows]) -> list[list[int]]:
    """Conditions by the rows that meet them."""
    found: dict[Rows, list[int]] = {}
    for each in conditions:
        found.setdefault(rows(each), []).append(each)
    return list(found.values())


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
    possible: tuple[tuple[str, ...], frozenset[Key] | None] | None = None
    for pair in told[least[told] < k].tolist():
        found, place = at(counted, pair), c.place(pair)
        if not all(c.shows(place, i) for i in three.ours):
            continue
        if found[0] == 0:
            possible = possible or c.possible.together(three.ours, three.theirs, three.signs)
            names, keys = possible
            safe = keys is not None and c.named(int(c.near[pair]), names) not in keys
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
            rows = Rows()
            for each in (each for each, here in zip(sets, met, strict=True) if here):
                rows = rows & each
            for each in (each for each, here in zip(sets, met, strict=True) if not here):
                rows = rows.less(each)
            found.append(rows)
    return Either(tuple(found))
