"""The query-set audit inside the worker: which cells show beside what was answered before.

Decides, cell by cell, from counts of the rows that a cell and a cell of a former block do not have in
common. They must be none because there can be none, or rest on k units of every kind; sums over them
must be dominated by none. A cell withheld here looks like any other. What a former answer withheld for
other reasons than its size counts as shown; that a former cell was too small was told as well, so a cell
that has k units only by few more than it does not show either.

Totals with all their parts are :mod:`space.engines.auditing.rests`, three answers together
:mod:`space.engines.auditing.threes`. What is not compared is told in ``docs/what-thresholds-stop.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

import numpy as np
import pyarrow as pa

from space.engines.auditing import rests, threes
from space.engines.auditing.atoms import Flags
from space.engines.auditing.crossed import Crossed, at
from space.engines.auditing.overlaps import Overlaps
from space.engines.auditing.possible import Side
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.engines.threshold import dominance
from space.engines.threshold.cells import Cells
from space.engines.threshold.known import NOTHING, Known
from space.query.auditing.former import Former
from space.query.auditing.grid import CELLS
from space.query.plan import Block, Limits

_SIDES: Final[tuple[tuple[Side, Side], ...]] = (("plus", "minus"), ("minus", "plus"))


def compared(block: Block, formers: Iterable[Former], known: Known = NOTHING) -> list[Sides]:
    """A block beside former ones: those with one relation and one set of keys together.

    Args:
        block: of the plan.
        formers: blocks it is compared with.
        known: of the columns that its relation has.
    """
    tables: dict[tuple[str, ...], list[Former]] = defaultdict(list)
    for place, former in enumerate(formers):
        # Over another relation every former is a scan of its own.
        alone = (str(place), former.from_sql)
        shared = ("", former.open_sql, former.present, *former.keys)
        tables[alone if former.from_sql else shared].append(former)
    return [Sides(block, tuple(group), known) for group in tables.values()]


def withhold(
    connection: Base,
    cells: Cells,
    beside: Sequence[Sides],
    limits: Limits,
    made: Overlaps | None = None,
    read: Sequence[pa.Table | None] = (),
) -> list[int]:
    """Withhold what would follow from cells of former blocks by subtraction.

    Args:
        connection: opens the protected files.
        cells: judged already; all of them, also those that do not show, where they are only counted.
        beside: what they are compared with.
        limits: of the terms.
        made: of one of these, where the cells come from the same scan.
        read: atoms of these, where they were read together.

    Returns:
        Where cells are only counted, the places of those in doubt: a figure of them may not show.
    """
    if beside and cells.block.keys:
        connection.register(CELLS, cells.keys)
    doubtful: set[int] = set()
    for sides, table in zip_longest(beside, read):
        if cells.block.keys_only or cells.shown[:, :1].any():
            known = made if made is not None and made.sides is sides else None
            crossed = Crossed(known or Overlaps(connection, sides, table), cells, limits)
            doubtful |= _in_doubt(crossed)
            _cell_by_cell(crossed)
            rests.withhold(crossed)
            threes.withhold(crossed)
    return sorted(doubtful)


def _in_doubt(c: Crossed) -> set[int]:
    """Cells, of those only counted, that were told to have k units and are asked for without few of them.

    Whatever their size now, a figure of all cells would tell whether the few are there, save where k units
    are left in any case. Cells that have k units by few more than before are not counted, as before.
    """
    found: set[int] = set()
    for n in range(len(c.sides.theirs)) if c.cells.block.keys_only else ():
        there = (c.places[c.near] >= 0) & (c.common(0, n)[0] > 0) & ~c.surely(0, n, "minus")
        for pair in np.flatnonzero(there).tolist():
            if c.before(n)[c.far[pair]] and not _alike(c, pair, 0, n):
                found.add(c.place(pair))
    return found


def _cell_by_cell(c: Crossed) -> None:
    """Compare every cell with every former cell it has rows in common with."""
    for i in c.sides.ours:
        for n, (_, asked) in enumerate(c.sides.theirs):
            there = c.held(i) & (c.common(i, n)[0] > 0)
            if not there.any():
                continue
            doubtful = there & ~_sure(c, i, n)
            seen = c.sides.rows_are_units and not (c.sides.ours[i].bare or asked.bare)
            if seen and doubtful.any():
                c.hide_all(doubtful)  # where rows are units, what can be seen at once is all there is
                doubtful[:] = False
            for pair in np.flatnonzero(doubtful).tolist():
                if c.shows(c.place(pair), i) and not _alike(c, pair, i, n):
                    c.hide(c.place(pair))
            if asked.values and c.sides.ours[i].values:
                _values(c, i, n, asked.values)
            if asked.counted and not c.sides.rows_are_units:
                _counted(c, i, n, asked.counted)


def _sure(c: Crossed, i: int, n: int) -> Flags:
    """Pairs that are alike, as far as that can be seen of all at once."""
    before = c.before(n)[c.far]
    if not c.loose(n):
        return c.surely(i, n, "plus") & (c.surely(i, n, "minus") | ~before)
    return c.varied(i, n, "plus") | (c.varied(i, n, "minus") & before)


def _alike(c: Crossed, pair: int, i: int, n: int) -> bool:
    """Whether what the two cells tell of their differences is of nobody or of k units.

    Figures of both tell of what either has and the other lacks. A cell that shows beside one that was too
    small tells of what it has and the other lacks. Where one is only seen to be there, ours could only
    be missing for want of what the former had more, and not even then if k units are left or came anew.
    Of loose keys a difference tells only where what either has and the other lacks is few together.
    """
    far = int(c.far[pair])
    if not c.before(n)[far]:
        return c.enough(pair, i, n, "plus")
    if c.sides.ours[i].bare or c.sides.theirs[n][1].bare:
        return c.stays(far, n) or c.many(pair, i, n, "plus") or c.enough(pair, i, n, "minus")
    if c.loose(n):
        return c.many(pair, i, n, "plus") or c.many(pair, i, n, "minus")
    return c.enough(pair, i, n, "plus") and c.enough(pair, i, n, "minus")


def _counted(c: Crossed, i: int, n: int, told: Sequence[str]) -> None:
    """Withhold numbers of units where one cell lies in the other and has few units less.

    Units have several rows: the rows between the two may be of many, all but few of which are in both.
    """
    o, s = c.overlaps, c.sides
    proofs = [s.block.proofs[j].unit for j in s.proofs]
    for unit in set(s.ours[i].counted) & set(told) & set(proofs):
        line = proofs.index(unit)
        more = o.units(s.far, s.q(n))[line][c.far] - o.units(s.near, s.p(i))[line][c.near]
        doubtful = c.held(i) & (c.common(i, n)[0] > 0) & c.before(n)[c.far] & (np.abs(more) < c.k(n))
        for pair in np.flatnonzero(doubtful).tolist():
            for inner, outer in _SIDES:
                within = at(c.lacked(i, n, inner), pair)[0] == 0
                alike = at(c.lacked(i, n, outer), pair)[0] == 0 and c.never(int(c.near[pair]), i, n, outer)
                if within and not alike:
                    _hide_count(c, c.place(pair), i, unit)


def _hide_count(c: Crossed, place: int, i: int, unit: str) -> None:
    for a in c.cells.block.aggregates:
        if a.operation == "units" and unit in a.values and a.condition == i:
            c.cells.rows[place][f"dominated_{a.name}"] = True


def _values(c: Crossed, i: int, n: int, summed: Sequence[str]) -> None:
    """Withhold sums from which, with a former one, few units or one unit's value would follow."""
    for value in c.sides.ours[i].values:
        gone = _gives_one_away(c, i, n, value) if value in summed else np.zeros(len(c.near), bool)
        for other in [w for v, w in c.sides.differing if v == value and w in summed]:
            gone |= _bent(c, i, n, (value, other))
        for pair in np.flatnonzero(gone & c.held(i) & (c.common(i, n)[0] > 0)).tolist():
            if c.before(n)[c.far[pair]]:
                c.hide_value(c.place(pair), value)


def _gives_one_away(c: Crossed, i: int, n: int, value: str) -> Flags:
    """Of every pair, whether one unit dominates the rows of one cell that the other lacks.

    Where the cells do not have the same keys, the largest of the whole cell stand for those of the rest.
    """
    o, s = c.overlaps, c.sides
    p, q = s.p(i), s.q(n)
    found = np.zeros(len(c.near), bool)
    for j in s.proofs:
        both = o.largest(s.both, p & q, value, j)[2]
        for by, where, inside, outside in ((s.near, c.near, p, q), (s.far, c.far, q, p)):
            if set(s.near) == set(s.far):
                first, second, total = (line[where] for line in o.largest(by, inside.less(outside), value, j))
            else:
                first, second, total = (line[where] for line in o.largest(by, inside, value, j))
                total = total - both
            one = dominance.dominated((first, second, total), c.limits)
            found |= one & ~c.varied(i, n, "minus" if by is s.near else "plus") if c.loose(n) else one
    return found


def _bent(c: Crossed, i: int, n: int, forms: tuple[str, str]) -> Flags:
    """Of every pair, whether two forms of a measure differ on rows of both, and on too few of them."""
    o, s = c.overlaps, c.sides
    where = s.p(i) & s.q(n) & s.differs(forms)
    difference = f"({forms[0]}) - ({forms[1]})"
    units = o.units(s.both, where)
    found: Flags = (units.min(axis=0) if len(units) else np.zeros(len(c.near))) < c.k(n)
    for j in s.proofs:
        found = found | dominance.dominated(o.largest(s.both, where, difference, j), c.limits)
    return found
