"""Figures of one cell beside one another: from several of them, one too small or dominated may follow.

Decides what else to withhold within a cell, from its parts: the groups of rows that meet the same
conditions. Where every part that could hold rows is safe by itself nothing is withheld; other cells are
judged one by one (:mod:`space.engines.threshold.combinations`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from space.engines.base import Base
from space.engines.threshold import dominance
from space.engines.threshold.cells import Cells, Numbers, Row
from space.engines.threshold.combinations import withheld
from space.engines.threshold.measure import bits, possible_parts, proved_parts
from space.engines.threshold.statements import COUNTED
from space.query.plan import Limits


def judge(connection: Base, cells: Cells, parts: Cells, limits: Limits) -> None:
    """Withhold figures from which others, too small or dominated, would follow within a cell."""
    parts, home = proved_parts(connection, cells, parts)
    parts.shown = np.ones((len(parts), 1), bool)
    dominance.judge(connection, parts, limits)
    possible = possible_parts(connection, cells.block)
    have = bits(parts)
    unsafe = np.flatnonzero(cells.shown[:, 0] & ~_safe(cells, parts, home, possible, limits.k))
    found: dict[int, dict[int, Row]] = defaultdict(dict)
    for place in np.flatnonzero(np.isin(home, unsafe)).tolist():
        found[int(home[place])][int(have[place])] = parts.rows[place]
    for place in unsafe.tolist():
        _combine(cells, place, parts, found[place], possible, limits.k)


def _safe(cells: Cells, parts: Cells, home: Numbers, possible: Sequence[int], k: int) -> Numbers:
    """The cells of which every part, found or possible, rests on k units and is dominated by none."""
    good = parts.all_units(0) >= k
    for out in parts.out.values():
        good &= ~out
    other = ~np.isin(bits(parts), possible)
    known = np.bincount(home[good], minlength=len(cells))
    every: Numbers = known == len(possible) + np.bincount(home[other], minlength=len(cells))
    return every


def _combine(
    cells: Cells, place: int, parts: Cells, found: dict[int, Row], possible: Sequence[int], k: int
) -> None:
    """One cell: first for the numbers of units, then for every summed value.

    A part that could hold rows and holds none is as unsafe as one that holds few.
    """
    every = sorted({*found, *possible})
    block, shown = cells.block, cells.shown[place]
    adds: Any = sum if all(proof.methods[0] == "key" for proof in parts.block.proofs) else max

    def unsafe(conditions: set[int], value: str) -> Callable[[list[int]], bool]:
        judged = {frozenset(p for p in every if p >> i & 1) for i in {0, *conditions}}

        def judge(group: list[int]) -> bool:
            if frozenset(group) in judged:
                return False
            rows = [found[p] for p in group if p in found]
            few = adds([0, *(parts.units(r, 0) for r in rows)]) < k
            return few or any(value and parts.out[value][r.place] for r in rows)

        return judge

    used = {a.condition for a in block.aggregates if shown[a.condition]}
    for condition in withheld(every, used, unsafe(used, "")):
        shown[condition] = False
    _beside_small(place, cells, parts, found, adds, k)
    for total in parts.block.aggregates:
        resting = [a for a in block.aggregates if total.values[0] in a.values and a.operation not in COUNTED]
        used = {a.condition for a in resting if shown[a.condition] and not cells.out[a.name][place]}
        gone = withheld(every, used, unsafe(used, total.name))
        for a in resting:
            if a.condition in gone:
                cells.out[a.name][place] = True


def _beside_small(
    place: int, cells: Cells, parts: Cells, found: dict[int, Row], adds: Callable[..., int], k: int
) -> None:
    """Withhold conditions that few units lift above one that is too small to show.

    That the one has k units and the other has not would say that there is somebody in the one alone.
    """
    block, shown, row = cells.block, cells.shown[place], cells.rows[place]
    used = {a.condition for a in block.aggregates} - {0}
    small = [j for j in used if cells.units(row, j) < k]
    for i in (i for i in used if shown[i]):
        for j in small:
            more = [r for p, r in found.items() if p >> i & 1 and not p >> j & 1]
            if adds([0, *(parts.units(r, 0) for r in more)]) < k:
                shown[i] = False
