"""Estimates of what noisy figures measure, where some of them are sums of others: weighted least squares.

Decides the estimate of least variance that is linear in the figures: each counts by the inverse of its
variance, what parts say of their total is added to what is known of it, and what the total then says is
shared among the parts. Knows nothing of bounds and of whole numbers.

Source: Hay, Rastogi, Miklau and Suciu 2010, boosting the accuracy of differentially private histograms
through consistency; here with several figures of one cell and levels of any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]

# What nothing is measured of counts so little against what is.
_UNMEASURED: Final = 1e-9


@dataclass(slots=True)
class Measured:
    """Figures of the cells of one level.

    Attributes:
        covers: by figure and group of rows, whether the figure is of the group.
        figures: by cell and figure.
        sigmas: standard deviation of each figure.
        parent: position of the level these cells are parts of, or None.
        home: of every cell that of the parent; each has as many.
        joined: by group of rows here and there, whether the one holds the other.
    """

    covers: Numbers
    figures: Numbers
    sigmas: Numbers
    parent: int | None
    home: Numbers
    joined: Numbers


def estimates(levels: Sequence[Measured]) -> list[Numbers]:
    """Estimates by cell and group of rows of every level.

    Args:
        levels: parents before their parts.
    """
    known = [_own(level) for level in levels]
    told: list[tuple[Numbers, Numbers, float] | None] = [None] * len(levels)
    for place in reversed(range(len(levels))):
        level, (weight, moment) = levels[place], known[place]
        weight, moment = _full(weight, moment)
        alone = moment @ np.linalg.inv(weight)
        told[place] = alone, np.zeros(0), 1.0
        if level.parent is None:
            continue
        above, moment_above = known[level.parent]
        size = len(moment_above)
        together = np.stack([np.bincount(level.home, column, size) for column in alone.T], axis=1)
        many = len(level.home) / size
        told[place] = alone, together, many
        share = level.joined.T @ (weight / many)
        known[level.parent] = above + share @ level.joined, moment_above + together @ share.T
    found: list[Numbers] = []
    for level, each in zip(levels, told, strict=True):
        assert each is not None
        alone, together, many = each
        if level.parent is not None:
            over = found[level.parent] @ level.joined.T - together
            alone = alone + over[level.home] / many
        found.append(alone)
    return found


def _own(level: Measured) -> tuple[Numbers, Numbers]:
    """What the figures of a level say of its cells, in the form of information: weights and weighted sums."""
    weights = level.sigmas**-2.0
    weight = level.covers.T @ (weights[:, None] * level.covers)
    return weight, (level.figures * weights) @ level.covers


def _full(weight: Numbers, moment: Numbers) -> tuple[Numbers, Numbers]:
    """The information with a little of what is not measured: about the estimate of least size."""
    if np.linalg.matrix_rank(weight, hermitian=True) == len(weight):
        return weight, moment
    little = _UNMEASURED * max(float(np.diag(weight).max(initial=0.0)), 1e-300)
    centre = moment @ np.linalg.pinv(weight, hermitian=True)
    return weight + little * np.eye(len(weight)), moment + little * centre
