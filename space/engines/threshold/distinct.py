"""Numbers of units beside one another, where a unit has several rows.

Decides what to withhold so that of two numbers, one of units among those of the other, the difference rests
on k units. The rows between the two may be of many units, all but few of which have rows in both: how many
never came in May follows from those who came in the year and those who came in May. Where nobody lies
between, that is withheld as well, for somebody could. Where rows are units it has been decided by rows
(:mod:`space.engines.threshold.nested`, :mod:`space.engines.threshold.levels`).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import permutations
from typing import Any

from space.engines.base import Base
from space.engines.threshold.cells import Cells
from space.engines.threshold.measure import possible_parts
from space.query.plan import Aggregate


def judge(connection: Base, cells: Cells, k: int) -> None:
    """Withhold numbers of a condition that lies in another one of the same cell.

    Args:
        connection: lists the parts that a cell can have.
        cells: judged otherwise.
        k: fewest units.
    """
    counted = _counted(cells)
    if len(counted) < 2:
        return
    possible = possible_parts(connection, cells.block)
    for outer, inner in permutations(counted, 2):
        if outer.values != inner.values or not _lies_in(inner.condition, outer.condition, possible):
            continue
        between = cells.columns[outer.name] - cells.columns[inner.name]
        told = cells.shown[:, outer.condition] & cells.shown[:, inner.condition] & (between < k)
        cells.dominated(inner.name)[told] = True


def beside_total(total: Cells, part: Cells, k: int) -> None:
    """Withhold numbers of parts of which few units less stand in their total.

    Args:
        total: the upper of two levels of one table.
        part: the lower.
        k: fewest units.
    """
    parts = {_said(part, a): a for a in _counted(part)}
    pairs = [(a, parts[_said(total, a)]) for a in _counted(total) if _said(total, a) in parts]
    if not pairs:
        return
    lines, outer = defaultdict(list), [key.sql for key in total.block.keys]
    names = {key.sql: key.name for key in part.block.keys}
    for place in range(len(part)):
        lines[part.key_of(place, [names[sql] for sql in outer])].append(place)
    for at in range(len(total)):
        for above, below in pairs:
            if not total.shown[at][above.condition]:
                continue
            whole = total.columns[above.name][at]
            for place in lines[total.key(at)]:
                if whole - part.columns[below.name][place] < k:
                    part.dominated(below.name)[place] = True


def _counted(cells: Cells) -> list[Aggregate]:
    """Figures that count units; none where rows are units."""
    if all(method == "key" for proof in cells.block.proofs for method in proof.methods):
        return []
    return [a for a in cells.block.aggregates if a.operation == "units"]


def _said(cells: Cells, a: Aggregate) -> Any:
    return a.values, cells.block.conditions[a.condition].sql


def _lies_in(inner: int, outer: int, possible: tuple[int, ...]) -> bool:
    """Whether rows of one condition are rows of another, and there can be more of those."""
    if inner == outer or (outer and not possible):
        return False
    within = not outer or all(part >> outer & 1 for part in possible if part >> inner & 1)
    more = not possible or any(part >> outer & 1 and not part >> inner & 1 for part in possible)
    return within and more
