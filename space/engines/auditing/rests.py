"""Totals beside their parts of another answer: what the parts that show leave of the total.

Decides what to withhold so that it is nobody, or rests on k units of every kind and is dominated by none.
Either may have been answered first. Cells of which only is told that they are there add up to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from policies.disclosure import magnitude
from space.engines.auditing.atoms import Counted, Flags
from space.engines.auditing.crossed import Crossed, at
from space.engines.auditing.possible import Side
from space.engines.threshold import dominance
from space.engines.threshold.cells import Numbers
from space.engines.threshold.statements import COUNTED


def withhold(c: Crossed) -> None:
    """Withhold totals after their parts, or parts after their total."""
    near, far = set(c.sides.near), set(c.sides.far)
    figures = [
        (i, n)
        for i, ours in c.sides.ours.items()
        for n, (_, theirs) in enumerate(c.sides.theirs)
        if not ours.bare and not theirs.bare
    ]
    if near < far:
        lines = _lines(c.near)
        for i, n in figures:
            _total_over_parts(c, lines, i, n)
    elif far < near:
        lines = _lines(c.far)
        for i, n in figures:
            _parts_under_total(c, lines, i, n)
    else:
        for i, n in ((i, n) for i, n in figures if c.loose(n)):
            touched = c.common(i, n)[0] > 0
            if not touched.any():
                continue
            beyond = c.before(n)[c.far] & c.varied(i, n, "minus")
            if len(doubtful := _in_doubt(c.near, touched, beyond)):
                _total_over_parts(c, _lines(c.near, doubtful), i, n)
            beyond = c.held(i) & c.varied(i, n, "plus")
            if len(doubtful := _in_doubt(c.far, touched, beyond)):
                _parts_under_total(c, _lines(c.far, doubtful), i, n)


def _in_doubt(of: Numbers, touched: Flags, beyond: Flags) -> Numbers:
    """By loose keys: pairs of the groups that parts touch, none of which goes beyond its total by k units."""
    doubtful = np.zeros(int(of.max(initial=-1)) + 1, bool)
    doubtful[of[touched]] = True
    doubtful[of[beyond]] = False
    return np.flatnonzero(doubtful[of])


def _lines(of: Numbers, chosen: Numbers | None = None) -> dict[int, list[int]]:
    """The pairs by a group of one of their cells."""
    pairs = np.arange(len(of)) if chosen is None else chosen
    found: dict[int, list[int]] = {}
    for pair, group in zip(pairs.tolist(), of[pairs].tolist(), strict=True):
        found.setdefault(group, []).append(pair)
    return found


def _total_over_parts(c: Crossed, lines: dict[int, list[int]], i: int, n: int) -> None:
    """Withhold cells of which former parts would leave a rest that is too small."""
    before, common, over = c.before(n)[c.far], c.common(i, n), c.lacked(i, n, "minus")
    for near, pairs in lines.items():
        place = int(c.places[near])
        shown = [pair for pair in pairs if before[pair]]
        if place < 0 or not shown or not c.shows(place, i):
            continue
        rest = c.less(at(c.ours(i), near), *(at(common, pair) for pair in shown))
        more = c.sum(at(over, pair) for pair in shown)
        hidden = [pair for pair in pairs if not before[pair]]
        if _plenty(c, more, shown, (i, n), "minus"):
            continue
        if _unsafe(c, rest, near, (i, n), "plus", hidden) or _unsafe(c, more, near, (i, n), "minus"):
            c.hide(place)
        else:
            _rest_of_total(c, place, (i, n), pairs, set(shown))


def _rest_of_total(
    c: Crossed, place: int, of: tuple[int, int], pairs: Sequence[int], shown: set[int]
) -> None:
    """Withhold sums of which one unit dominates what former parts leave."""
    (i, n), o, s = of, c.overlaps, c.sides
    for value in set(s.ours[i].values) & set(s.theirs[n][1].values):
        for j in s.proofs:
            gone = dominance.dominated(o.largest(s.far, s.q(n), value, j), c.limits)[c.far]
            tops = o.largest(s.both, s.p(i), value, j)
            out = [c.top(tops, pair) for pair in pairs if pair not in shown or gone[pair]]
            if out and c.dominated(c.together(out)):
                c.hide_value(place, value)


def _parts_under_total(c: Crossed, lines: dict[int, list[int]], i: int, n: int) -> None:
    """Withhold cells, the smallest first, until what a former total leaves of them is large enough."""
    before, ranks, there = c.before(n), _ranks(c, i), (c.places[c.near] >= 0).tolist()
    for far, pairs in lines.items():
        if before[far]:
            held = sorted((pair for pair in pairs if there[pair]), key=ranks.__getitem__)
            _fill(c, far, held, pairs, (i, n))


def _ranks(c: Crossed, i: int) -> list[int]:
    """The place of every pair in the order in which its cell of ours goes.

    By magnitude only: which of two is the smaller by one unit would tell where that unit is.
    """
    rows, units = c.ours(i)
    least, where = np.unique(units.min(axis=0) if len(units) else rows, return_inverse=True)
    sizes = np.array([magnitude(value) for value in least.tolist()], np.int64)[where]
    order = np.lexsort((c.places[c.near], sizes[c.near]))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    found: list[int] = ranks.tolist()
    return found


def _fill(c: Crossed, far: int, order: Sequence[int], pairs: Sequence[int], of: tuple[int, int]) -> None:
    i, n = of
    common, over = c.common(i, n), c.lacked(i, n, "plus")
    while shown := [pair for pair in order if c.shows(c.place(pair), i)]:
        rest = c.less(at(c.theirs(n), far), *(at(common, pair) for pair in shown))
        more = c.sum(at(over, pair) for pair in shown)
        some, known = int(c.near[shown[0]]), set(shown)
        hidden = [pair for pair in pairs if pair not in known]
        if _plenty(c, more, shown, of, "plus"):
            return
        if c.loose(n):
            if not _unsafe(c, rest, some, of, "minus", hidden):
                break
            c.hide(c.place(shown[0]))
        elif _unsafe(c, more, some, of, "plus"):
            c.hide(c.place(next((pair for pair in shown if over[0][pair]), shown[0])))
        elif _unsafe(c, rest, some, of, "minus", hidden):
            c.hide(c.place(shown[0]))
        else:
            break
    _fill_values(c, order, pairs, of)


def _fill_values(c: Crossed, held: Sequence[int], pairs: Sequence[int], of: tuple[int, int]) -> None:
    (i, n), o, s = of, c.overlaps, c.sides
    for a in c.cells.block.aggregates:
        if a.condition != i or a.operation in COUNTED:
            continue
        for value, j in [(v, j) for v in a.values if v in s.theirs[n][1].values for j in s.proofs]:
            tops = o.largest(s.both, s.q(n), value, j)
            sizes = {x: (magnitude(int(tops[2][x])), c.place(x)) for x in held}
            order = sorted(held, key=sizes.__getitem__)
            while shown := [x for x in order if c.shows(c.place(x), i) and not c.gone(c.place(x), a)]:
                known = set(shown)
                out = [c.top(tops, x) for x in pairs if x not in known]
                if not out or not c.dominated(c.together(out)):
                    break
                c.hide_value(c.place(shown[0]), value)


def _plenty(c: Crossed, more: Counted, shown: Sequence[int], of: tuple[int, int], side: Side) -> bool:
    """Whether parts by loose keys go so far beyond their total that nothing follows from the rest."""
    i, n = of
    return c.loose(n) and (c.least(more) >= c.k(n) or any(c.many(pair, i, n, side) for pair in shown))


def _unsafe(
    c: Crossed, rest: Counted, near: int, of: tuple[int, int], side: Side, hidden: Sequence[int] = ()
) -> bool:
    """Whether the rows left over on one side are too few.

    Args:
        c: both sides.
        rest: the rows and their proved units.
        near: group of a cell of ours.
        of: our condition and theirs.
        side: on which the rows lie.
        hidden: pairs of cells in which they lie.
    """
    i, n = of
    if rest[0] == 0:
        return not c.never(near, i, n, side)
    if c.least(rest) >= c.k(n):
        return False
    if c.sides.rows_are_units or rest[0] < c.k(n):
        return True
    exact = c.overlaps.units(c.sides.both, c.sides.p(i) if side == "plus" else c.sides.q(n)).min(axis=0)
    # The same units may stand in every part left over: only those of the largest are certain.
    return max((int(np.asarray(exact)[pair]) for pair in hidden), default=0) < c.k(n)
