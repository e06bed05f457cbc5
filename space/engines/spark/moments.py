"""Variance, covariance, correlation and regression from sums of integers, exactly.

Decides the figure of every moment by its definition over whole numbers, so that no engine's floating point
stands behind it. Where a figure has no definition it is None or no number, as DuckDB has it.

Source: ISO/IEC 9075-2, set functions of two arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# Beyond it a sum of 38 digits may have lost some.
_LARGEST: Final = 10**38


class TooLarge(Exception):
    """The sums of a cell may not have fitted into what the second engine adds up in."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of the rows of a cell in which every value is there.

    Attributes:
        n: how many.
        y, x: sums of the values; of one value alone ``y`` is it.
        yy, xx, yx: sums of their squares and products.
        most: the largest magnitude of a value.
    """

    n: int
    y: int
    yy: int
    most: int
    x: int = 0
    xx: int = 0
    yx: int = 0

    def __post_init__(self) -> None:
        if self.n * self.most**2 >= _LARGEST:
            raise TooLarge

    @property
    def vary_y(self) -> int:
        """n² times the variance of y."""
        return self.n * self.yy - self.y**2

    @property
    def vary_x(self) -> int:
        """n² times the variance of x."""
        return self.n * self.xx - self.x**2

    @property
    def together(self) -> int:
        """n² times the covariance."""
        return self.n * self.yx - self.y * self.x


def _corr(s: Sums) -> float | None:
    if not s.vary_y or not s.vary_x:
        return math.nan
    return s.together / (math.sqrt(s.vary_y) * math.sqrt(s.vary_x))


def _r2(s: Sums) -> float | None:
    if not s.vary_x:
        return None
    return 1.0 if not s.vary_y else s.together**2 / (s.vary_x * s.vary_y)


def _intercept(s: Sums) -> float | None:
    if not s.vary_x:
        return None
    return (s.y * s.vary_x - s.together * s.x) / (s.n * s.vary_x)


_FIGURES: Final[dict[str, tuple[int, Callable[[Sums], float | None]]]] = {
    "var_pop": (1, lambda s: s.vary_y / s.n**2),
    "var_samp": (2, lambda s: s.vary_y / (s.n * (s.n - 1))),
    "stddev_pop": (1, lambda s: math.sqrt(s.vary_y / s.n**2)),
    "stddev_samp": (2, lambda s: math.sqrt(s.vary_y / (s.n * (s.n - 1)))),
    "covar_pop": (1, lambda s: s.together / s.n**2),
    "covar_samp": (2, lambda s: s.together / (s.n * (s.n - 1))),
    "corr": (1, _corr),
    "regr_slope": (1, lambda s: s.together / s.vary_x if s.vary_x else math.nan),
    "regr_intercept": (1, _intercept),
    "regr_r2": (1, _r2),
}
ONE: Final = ("var_pop", "var_samp", "stddev_pop", "stddev_samp")
TWO: Final = tuple(name for name in _FIGURES if name not in ONE)


def figure(operation: str, sums: Sums) -> float | None:
    """A moment of a cell; None where there are too few rows, or nothing varies that must.

    >>> figure("var_samp", Sums(n=3, y=6, yy=14, most=3))
    1.0
    """
    least, made = _FIGURES[operation]
    return made(sums) if sums.n >= least else None
