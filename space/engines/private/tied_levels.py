"""The cells of tied private blocks as levels, each a part of another: which figure adds up to which.

Decides it from keys and public domains. Holds noisy figures only; what becomes of them is
:mod:`space.engines.private.consistency`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.threshold.cells import places
from space.query.plan import Aggregate, Block
from space.query.planning.tie import Tie

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Noisy:
    """Figures of the cells of a private block as their mechanisms gave them, whole numbers.

    Attributes:
        keys: of the cells; no columns where there is one cell.
        cells: how many there are.
        figures, sigmas: by aggregate.
    """

    block: Block
    keys: pa.Table
    cells: int
    figures: Mapping[str, Numbers]
    sigmas: Mapping[str, float]


@dataclass(slots=True)
class Level:
    """The cells of one block, and its figures of one kind.

    Attributes:
        name: of the block; empty for the total of levels that have none.
        figures: aggregates with the parts of rows they are of, as bits.
        parent: position of the level whose cells these are parts of, or None.
        home: of every cell that of the parent, or -1.
        complete: whether all parts of the parent's cells are among them.
        groups: parts of rows told apart here, as bits.
    """

    name: str
    cells: int
    figures: list[tuple[Aggregate, int]]
    parent: int | None = None
    home: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    complete: bool = False
    groups: list[int] = field(default_factory=list)

    def covers(self, rows: int) -> Numbers:
        """By group, whether it is among some parts of rows."""
        return np.array([bool(group & rows) for group in self.groups], float)


def counts_rows(a: Aggregate, block: Block) -> bool:
    """Whether a figure counts rows: also distinct units, where each has one row."""
    own = {proof.unit for proof in block.proofs}
    units = a.operation == "units" and block.bound == 1 and len(own) == 1 and own == set(a.values)
    return a.operation == "count" or units


def levels_of(
    tie: Tie, figures: Mapping[str, list[tuple[Aggregate, int]]], noisy: Mapping[str, Noisy]
) -> list[Level]:
    """The blocks as levels, each a part of the finest before it whose cells are all there."""
    blocks = {name: noisy[name].block for name in figures}
    ordered = sorted(figures, key=lambda name: (len(blocks[name].keys), not _all_there(blocks[name])))
    levels = [Level(name, noisy[name].cells, figures[name]) for name in ordered]
    for place in range(len(levels)):
        for other in reversed(range(place)):
            if _joined(levels, place, other, tie, noisy):
                break
    roots = [
        level for level in levels
        if level.parent is None and tie.whole and _all_there(noisy[level.name].block)
    ]  # fmt: skip
    if len(roots) > 1:
        levels = _under_one_total(levels, roots)
    for place in reversed(range(len(levels))):
        below = [child for child in levels if child.parent == place and child.complete]
        stated = [rows for _, rows in levels[place].figures]
        stated += [group for child in below for group in child.groups]
        levels[place].groups = _told_apart(stated, tie.parts)
    return levels


def _all_there(block: Block) -> bool:
    return block.public_keys or not block.keys


def _joined(levels: list[Level], place: int, other: int, tie: Tie, noisy: Mapping[str, Noisy]) -> bool:
    """Make one level a part of another, if its cells are parts of the other's cells."""
    here, there = noisy[levels[place].name], noisy[levels[other].name]
    home = home_of(here, there)
    if home is None:
        return False
    finer = len(here.block.keys) > len(there.block.keys)
    level = levels[place]
    level.parent, level.home = other, home
    level.complete = _all_there(here.block) and (tie.whole or not finer) and parts_evenly(home, there.cells)
    return True


def home_of(here: Noisy, there: Noisy) -> Numbers | None:
    """Of every cell the one it is part of, or -1; None where cells are no parts of the others'."""
    names = {key.sql: key.name for key in here.block.keys}
    if not _all_there(there.block) or any(key.sql not in names for key in there.block.keys):
        return None
    if not there.block.keys:
        return np.zeros(here.cells, np.int64)
    wanted = here.keys.select([names[key.sql] for key in there.block.keys])
    return places(there.keys, wanted.rename_columns(there.keys.column_names))


def parts_evenly(home: Numbers, size: int) -> bool:
    """Whether every cell is a part, and each of the others has as many."""
    each = np.bincount(home[home >= 0], minlength=size)
    return bool(
        (home >= 0).all() and each.min(initial=0 if not size else each[0]) > 0 and len(set(each)) == 1
    )


def _under_one_total(levels: list[Level], roots: list[Level]) -> list[Level]:
    """The same levels below one cell of every row, whose parts all of them are."""
    for level in levels:
        level.parent = None if level.parent is None else level.parent + 1
    for level in roots:
        level.parent, level.home, level.complete = 0, np.zeros(level.cells, np.int64), True
    return [Level("", 1, []), *levels]


def _told_apart(stated: Sequence[int], parts: int) -> list[int]:
    """The parts of rows in groups: those in the same of some sets together; none that are in none."""
    found: dict[tuple[bool, ...], int] = {}
    for part in range(parts):
        among = tuple(bool(rows >> part & 1) for rows in stated)
        if any(among):
            found[among] = found.get(among, 0) | 1 << part
    return list(found.values())
