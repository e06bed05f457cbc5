"""Whole numbers that add up to given totals, within bounds and as near to given estimates as can be.

Decides how a total is shared: what is too much or too little is taken from every estimate alike, as far as
its bounds allow, and the last units go where most was cut off. Knows nothing of what the numbers stand for.

Source: projection onto a simplex with bounds (Held, Wolfe and Crowder 1974); rounding by largest remainders.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]

# Stands for no bound: nothing that is counted comes near it.
ENDLESS: Final = 2**62
# Halvings of the interval of what is taken from every estimate; 64 bits have no more to tell.
_HALVINGS: Final = 64
# Rounds in which the last units find room.
_ROUNDS: Final = 8


def shared(near: Numbers, home: Numbers, totals: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """Whole numbers of which those of one home add up to its total.

    Args:
        near: estimates.
        home: of every estimate the place of its total.
        totals: whole numbers.
        low: whole lower bound of every number; where no numbers within their bounds add up to the total, the
            total counts and the bounds do not.
        high: whole upper bound of every number.
    """
    size = len(totals)
    if not len(near):
        return np.zeros(0, np.int64)
    fits = (_added(low.astype(float), home, size) <= totals) & (
        _added(high.astype(float), home, size) >= totals
    )
    low = np.where(fits[home], low, -ENDLESS)
    high = np.where(fits[home], high, ENDLESS)
    real = _level(near.astype(float), home, totals.astype(float), low.astype(float), high.astype(float))
    made = np.clip(np.floor(real + 1e-9).astype(np.int64), low, high)
    return _filled(made, real - made, home, totals, low, high)


def nearest(near: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """The nearest whole numbers within bounds, each for itself."""
    return np.clip(np.rint(near).astype(np.int64), low, high)


def added(numbers: Numbers, home: Numbers, size: int) -> Numbers:
    """Whole numbers added up by home."""
    found = np.zeros(size, np.int64)
    np.add.at(found, home, numbers)
    return found


def _added(numbers: Numbers, home: Numbers, size: int) -> Numbers:
    return np.bincount(home, numbers, size)


def _level(near: Numbers, home: Numbers, totals: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """The nearest numbers within bounds that add up: everything is lowered by as much, then cut off."""
    size = len(totals)
    many = np.maximum(np.bincount(home, minlength=size), 1)
    cut = (_added(near, home, size) - totals) / many
    moved = near - cut[home]
    if ((moved >= low) & (moved <= high)).all():
        return moved
    bound = np.where(np.abs(low) < ENDLESS, np.abs(low), 0.0)
    bound = np.maximum(bound, np.where(np.abs(high) < ENDLESS, np.abs(high), 0.0))
    widest = np.abs(totals) + 1
    np.maximum.at(widest, home, np.abs(totals[home]) + bound + 1)
    least, most = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, home, near)
    np.maximum.at(most, home, near)
    below, above = least - widest, most + widest
    for _ in range(_HALVINGS):
        cut = (below + above) / 2
        over = _added(np.clip(near - cut[home], low, high), home, size) > totals
        below, above = np.where(over, cut, below), np.where(over, above, cut)
    found: Numbers = np.clip(near - above[home], low, high)
    return found


def _filled(
    made: Numbers, left: Numbers, home: Numbers, totals: Numbers, low: Numbers, high: Numbers
) -> Numbers:
    """The numbers with what is still missing of each total, one unit each where most was cut off."""
    size = len(totals)
    for _ in range(_ROUNDS):
        missing = totals - added(made, home, size)
        if not missing.any():
            break
        room = np.where(missing[home] > 0, made < high, made > low)
        many = np.maximum(np.bincount(home[room], minlength=size), 1)
        made = made + np.where(room, (np.abs(missing) // many * np.sign(missing))[home], 0)
        made = np.clip(made, low, high)
        missing = totals - added(made, home, size)
        order = np.lexsort((np.where(missing[home] > 0, -left, left), ~room, home))
        starts = np.concatenate(([0], np.cumsum(np.bincount(home, minlength=size))[:-1]))
        place = np.empty(len(made), np.int64)
        place[order] = np.arange(len(made)) - starts[home[order]]
        chosen = room & (place < np.abs(missing)[home])
        made = made + np.where(chosen, np.sign(missing)[home], 0)
    return made
