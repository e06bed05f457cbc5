"""Noisy figures of one query brought to agree: parts add up to totals, nothing is negative, counts are whole.

Decides the released figure from noisy ones and public bounds alone, so it costs no privacy: no exact figure
comes here. Which figures must agree the plan says (:class:`space.query.plan.Tie`). Totals are settled before
their parts, and parts are fitted to them; counts before sums, so that a mean lies within its public bounds.

Source: post-processing of differentially private figures is free (Dwork and Roth 2014, proposition 2.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from space.engines.private import least_squares, whole_numbers
from space.engines.private.crossings import brought_together, crossings, margins
from space.engines.private.least_squares import Measured
from space.engines.private.tied_levels import Level, Noisy, counts_rows, levels_of
from space.engines.private.whole_numbers import ENDLESS, nearest, shared
from space.query.plan import Aggregate
from space.query.planning.tie import Tie

Numbers = npt.NDArray[Any]
# A figure by the names of its block and aggregate.
Name = tuple[str, str]

# Rounds in which numbers find their place within bounds, and a change of which no further round is worth it.
_ROUNDS: Final = 60
_NEAR: Final = 0.05


@dataclass(slots=True)
class Settled:
    """Figures that agree.

    Attributes:
        figures: by block and aggregate.
        moved: how far the figures of an aggregate lie from their estimates at most, public bounds apart.
    """

    figures: dict[Name, Numbers] = field(default_factory=dict)
    moved: dict[Name, float] = field(default_factory=dict)


def settle(ties: Sequence[Tie], noisy: Mapping[str, Noisy]) -> Settled:
    """The figures of a plan's private blocks, made to agree.

    Args:
        ties: of the plan.
        noisy: by block.
    """
    settled = Settled()
    for tie in ties:
        kinds: dict[tuple[str, ...], dict[str, list[tuple[Aggregate, int]]]] = {}
        for name, condition, rows in tie.members:
            for a in noisy[name].block.aggregates:
                if a.condition == condition and a.name in noisy[name].figures:
                    kind = () if counts_rows(a, noisy[name].block) else (a.operation, *a.values)
                    kinds.setdefault(kind, {}).setdefault(name, []).append((a, rows))
        for kind in sorted(kinds, key=lambda kind: (len(kind), kind)):  # counts of rows first
            if kind and kind[0] == "units":
                _alone(kinds[kind], noisy, settled)
            else:
                _settle(tie, kinds[kind], noisy, settled)
    return settled


def _alone(
    figures: Mapping[str, list[tuple[Aggregate, int]]], noisy: Mapping[str, Noisy], settled: Settled
) -> None:
    """Figures that add up to no other."""
    for name, stated in figures.items():
        for a, _ in stated:
            settled.figures[name, a.name] = np.maximum(noisy[name].figures[a.name], 0)


def _settle(
    tie: Tie,
    figures: Mapping[str, list[tuple[Aggregate, int]]],
    noisy: Mapping[str, Noisy],
    settled: Settled,
) -> None:
    """Figures of one kind: counts of rows, or sums of one value."""
    levels = levels_of(tie, figures, noisy)
    crossed = crossings(levels, noisy)
    near = brought_together(levels, _estimated(levels, noisy), crossed)
    first = next(a for stated in figures.values() for a, _ in stated)
    limits = (first.low, first.high) if first.operation == "sum" else None
    bounds = [_bounds(level, limits, _counted(level, tie, noisy, settled)) for level in levels]
    _tighten(levels, bounds)
    made: list[Numbers] = []
    for place, level in enumerate(levels):
        low, high = bounds[place]
        wanted = _within(near[place], level, noisy, low, high)
        if level.parent is not None and level.complete:
            made.append(_parts(level, wanted, low, high, made[level.parent], levels[level.parent]))
        else:
            made.append(_cells(wanted, low, high))
            if level.parent is not None and (low >= 0).all():
                _hold_down(level, made[place], wanted, (low, high), made[level.parent], levels[level.parent])
    for level, figures_made, estimate in zip(levels, margins(made, crossed), near, strict=True):
        _keep(level, figures_made, estimate, limits, settled)


def _estimated(levels: Sequence[Level], noisy: Mapping[str, Noisy]) -> list[Numbers]:
    measured = []
    for level in levels:
        given = [noisy[level.name].figures[a.name] for a, _ in level.figures]
        whole = level.parent is not None and level.complete
        joined = [[float(g & h != 0) for h in levels[level.parent or 0].groups] for g in level.groups]
        measured.append(
            Measured(
                np.array([level.covers(rows) for _, rows in level.figures]).reshape(-1, len(level.groups)),
                np.stack(given, axis=1).astype(float) if given else np.zeros((level.cells, 0)),
                np.array([noisy[level.name].sigmas[a.name] for a, _ in level.figures]),
                level.parent if whole else None,
                level.home,
                np.array(joined),
            )
        )
    if len(levels) == 1 and levels[0].groups and measured[0].covers.shape == (1, 1):
        return [measured[0].figures]
    return least_squares.estimates(measured)


def _counted(
    level: Level, tie: Tie, noisy: Mapping[str, Noisy], settled: Settled
) -> list[tuple[int, Numbers]]:
    """Counts of rows released of the cells of a level, with the parts of rows they are of."""
    return [
        (rows, settled.figures[name, a.name])
        for name, condition, rows in tie.members
        if name == level.name
        for a in noisy[name].block.aggregates
        if a.condition == condition
        and (name, a.name) in settled.figures
        and counts_rows(a, noisy[name].block)
    ]


def _bounds(
    level: Level, limits: tuple[int, int] | None, counted: Sequence[tuple[int, Numbers]]
) -> tuple[Numbers, Numbers]:
    """What every cell and group lies between: counts are not negative, sums go by bounds and counts."""
    low = np.zeros((level.cells, len(level.groups)), np.int64)
    high = np.full_like(low, ENDLESS)
    if limits is None:
        return low, high
    least, most = limits
    low[:], high[:] = _certain(limits)
    for place, group in enumerate(level.groups):
        for rows, count in counted:
            if group & ~rows:
                continue
            same = rows == group
            low[:, place] = np.maximum(low[:, place], _times(count, least if same else min(least, 0)))
            high[:, place] = np.minimum(high[:, place], _times(count, most if same else max(most, 0)))
    return low, high


def _certain(limits: tuple[int, int] | None) -> tuple[int, int]:
    """What a figure lies between however many rows there are."""
    if limits is None:
        return 0, ENDLESS
    return 0 if limits[0] >= 0 else -ENDLESS, 0 if limits[1] <= 0 else ENDLESS


def _times(count: Numbers, bound: int) -> Numbers:
    """Rows times a bound, as far as whole numbers reach."""
    found: Numbers = np.minimum(count, ENDLESS // max(1, abs(bound))) * bound
    return found


def _tighten(levels: Sequence[Level], bounds: Sequence[tuple[Numbers, Numbers]]) -> None:
    """Have no total lie where its parts cannot reach it."""
    for place in reversed(range(len(levels))):
        level, (low, high) = levels[place], bounds[place]
        if level.parent is None or not level.complete:
            continue
        above, (low_above, high_above) = levels[level.parent], bounds[level.parent]
        size = above.cells
        for here, group in enumerate(level.groups):
            if group not in above.groups:
                continue
            there = above.groups.index(group)
            least = np.bincount(level.home, low[:, here].astype(float), size).clip(-ENDLESS, ENDLESS)
            most = np.bincount(level.home, high[:, here].astype(float), size).clip(-ENDLESS, ENDLESS)
            np.maximum(low_above[:, there], least.astype(np.int64), out=low_above[:, there])
            np.minimum(high_above[:, there], most.astype(np.int64), out=high_above[:, there])


def _within(near: Numbers, level: Level, noisy: Mapping[str, Noisy], low: Numbers, high: Numbers) -> Numbers:
    """The numbers within their bounds whose figures are nearest to what was estimated of them.

    Each number in turn is made the best beside the others; a few rounds are enough for a few groups.
    """
    if len(level.groups) < 2 or not level.figures:
        return near
    covers = np.array([level.covers(rows) for _, rows in level.figures])
    weights = np.array([noisy[level.name].sigmas[a.name] for a, _ in level.figures]) ** -2.0
    weight = covers.T @ (weights[:, None] * covers)
    wanted, made = near @ weight, np.clip(near, low, high)
    for _ in range(_ROUNDS):
        before = made.copy()
        for place in range(len(level.groups)):
            if weight[place, place] > 0:
                better = made[:, place] + (wanted[:, place] - made @ weight[:, place]) / weight[place, place]
                made[:, place] = np.clip(better, low[:, place], high[:, place])
        if np.abs(made - before).max(initial=0.0) < _NEAR:
            break
    return made


def _cells(wanted: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """Whole numbers of cells that are parts of nothing; the groups of a cell keep what they add up to."""
    cells, groups = wanted.shape
    if groups == 1:
        return nearest(wanted, low, high)
    least, most = low.astype(float).sum(axis=1), high.astype(float).sum(axis=1)
    totals = np.rint(np.clip(wanted.sum(axis=1), least, most)).astype(np.int64)
    home = np.repeat(np.arange(cells), groups)
    return shared(wanted.ravel(), home, totals, low.ravel(), high.ravel()).reshape(cells, groups)


def _parts(
    level: Level, wanted: Numbers, low: Numbers, high: Numbers, made: Numbers, above: Level
) -> Numbers:
    """Whole numbers of cells that are all parts of the parent's."""
    columns = []
    for place, group in enumerate(level.groups):
        held = [there for there, other in enumerate(above.groups) if other & group]
        totals = made[:, held].sum(axis=1)
        columns.append(shared(wanted[:, place], level.home, totals, low[:, place], high[:, place]))
    return np.stack(columns, axis=1)


def _hold_down(
    level: Level,
    made: Numbers,
    wanted: Numbers,
    bounds: tuple[Numbers, Numbers],
    made_above: Numbers,
    above: Level,
) -> None:
    """Have some of the parts of a total add up to no more than it; changes ``made``."""
    for union in _overlapping([*level.groups, *above.groups]):
        here = [place for place, group in enumerate(level.groups) if group & union]
        there = [place for place, group in enumerate(above.groups) if group & union]
        if any(level.groups[p] & ~sum(above.groups[q] for q in there) for p in here) or not here:
            continue
        size, inside = above.cells, level.home >= 0
        totals = made_above[:, there].sum(axis=1)
        given = whole_numbers.added(made[inside][:, here].sum(axis=1), level.home[inside], size)
        over = given > totals
        cells = np.flatnonzero(inside & over[level.home])
        if not len(cells):
            continue
        at = np.ix_(cells, np.array(here))
        home = np.repeat(level.home[cells], len(here))
        low, high = (bound[at].ravel() for bound in bounds)
        fitted = shared(wanted[at].ravel(), home, np.where(over, totals, 0), low, high)
        made[at] = fitted.reshape(len(cells), len(here))


def _overlapping(groups: Sequence[int]) -> Iterator[int]:
    """Unions of groups that overlap, each apart from the others."""
    found: list[int] = []
    for group in groups:
        near = [union for union in found if union & group]
        found = [union for union in found if union not in near]
        for union in near:
            group |= union
        found.append(group)
    yield from found


def _keep(
    level: Level, made: Numbers, near: Numbers, limits: tuple[int, int] | None, settled: Settled
) -> None:
    """The figures of a level, and how far they are from what was estimated."""
    for a, rows in level.figures:
        of = level.covers(rows)
        figure = made @ of.astype(np.int64)
        estimate = np.clip(near @ of, *_certain(limits))
        settled.figures[level.name, a.name] = figure
        settled.moved[level.name, a.name] = float(np.abs(figure - estimate).max(initial=0.0))
