"""Levels that are no parts of one another, but of which both are sums of a finer one: the margins of a table.

Decides that the finer level agrees with all of them: its estimates are brought to theirs, and their figures
are then the sums of its figures. Without a finer level such levels agree by their common total alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from space.engines.private import whole_numbers
from space.engines.private.tied_levels import Level, Noisy, home_of, parts_evenly

Numbers = npt.NDArray[Any]

# Rounds in which the estimates of a level come to agree with margins that cross; two of them take one.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Crossing:
    """A level and a finer one that is no part of it in the tree of levels.

    Attributes:
        margin, finer: their positions.
        home: of every cell of the finer that of the margin.
        groups: of every group of rows of the margin its place in the finer.
    """

    margin: int
    finer: int
    home: Numbers
    groups: tuple[int, ...]


def crossings(levels: Sequence[Level], noisy: Mapping[str, Noisy]) -> list[Crossing]:
    """The levels whose figures are sums of a finer one that is not below them; each once."""
    found: dict[int, Crossing] = {}
    for finer in reversed(range(len(levels))):
        for margin in range(finer):
            crossing = _crossing(levels, margin, finer, noisy)
            if crossing is not None and margin not in found:
                found[margin] = crossing
    # What is a sum of one level cannot be the total of another that is settled by itself.
    held = {m for m in found if all(c in found or c == found[m].finer for c in _below(levels, m))}
    return [found[margin] for margin in sorted(held)]


def _below(levels: Sequence[Level], place: int) -> Iterator[int]:
    for child, level in enumerate(levels):
        if level.parent == place:
            yield child
            yield from _below(levels, child)


def _crossing(
    levels: Sequence[Level], margin: int, finer: int, noisy: Mapping[str, Noisy]
) -> Crossing | None:
    above, below = levels[margin], levels[finer]
    in_tree = below.complete and above.complete and above.name and below.name
    if not in_tree or margin in _ancestors(levels, finer) or set(above.groups) != set(below.groups):
        return None
    home = home_of(noisy[below.name], noisy[above.name])
    if home is None or not parts_evenly(home, above.cells):
        return None
    return Crossing(margin, finer, home, tuple(below.groups.index(group) for group in above.groups))


def _ancestors(levels: Sequence[Level], place: int) -> Iterator[int]:
    above = levels[place].parent
    while above is not None:
        yield above
        above = levels[above].parent


def brought_together(
    levels: Sequence[Level], near: Sequence[Numbers], found: Sequence[Crossing]
) -> list[Numbers]:
    """Estimates of which those of finer levels add up to all of their margins."""
    made = list(near)
    for _ in range(_ROUNDS if found else 0):
        for crossing in found:
            wanted = np.empty_like(made[crossing.margin])
            wanted[:, list(crossing.groups)] = made[crossing.margin]
            made[crossing.finer] = _towards(made[crossing.finer], crossing.home, wanted)
        for finer in {crossing.finer for crossing in found}:
            level = levels[finer]
            assert level.parent is not None
            above = levels[level.parent]
            joined = np.array([[float(g & h != 0) for h in above.groups] for g in level.groups])
            made[finer] = _towards(made[finer], level.home, made[level.parent] @ joined.T)
    return made


def _towards(near: Numbers, home: Numbers, totals: Numbers) -> Numbers:
    """Estimates moved alike within each total, to add up to it."""
    size = len(totals)
    given = np.stack([np.bincount(home, column, size) for column in near.T], axis=1)
    found: Numbers = near + ((totals - given) / (len(home) / size))[home]
    return found


def margins(made: Sequence[Numbers], found: Sequence[Crossing]) -> list[Numbers]:
    """The figures with those of margins as sums of the finer levels'."""
    settled = list(made)
    for crossing in found:
        fine, size = made[crossing.finer], len(made[crossing.margin])
        columns = [whole_numbers.added(fine[:, place], crossing.home, size) for place in crossing.groups]
        settled[crossing.margin] = np.stack(columns, axis=1)
    return settled
