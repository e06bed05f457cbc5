"""Mechanisms of differential privacy, by OpenDP: noise on whole numbers, and on counts of unknown keys.

Decides that a scale which would spend more than is stated is refused. OpenDP may end its whole process, so
only worker processes import this; its odometers are not used, budgets are summed in the store.

Gaussian noise serves every figure: for one loss in zCDP it is never wider than Laplace noise, whose loss
``epsilon`` counts as ``epsilon ** 2 / 2`` and whose standard deviation is then larger by the root of two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import opendp.prelude as dp

dp.enable_features("contrib")

# Rounding of a scale to a float may cost a hair more than the plan says.
_SLACK = 1 + 1e-6


class Overspent(Exception):
    """A mechanism would spend more than the plan says: nothing is released."""


@lru_cache(maxsize=64)
def vector_mechanism(sensitivity: float, sigma: float, rho: float) -> Any:
    """Discrete Gaussian noise on a vector of integers.

    Raises:
        Overspent: it spends more than ``rho``.
    """
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    mechanism: Any = dp.m.make_gaussian(*space, scale=sigma)
    if not sigma > 0 or mechanism.map(sensitivity) > rho * _SLACK:
        raise Overspent
    return mechanism


@lru_cache(maxsize=64)
def threshold_mechanism(bound: int, sigma: float, rho: float, delta: float, k: int) -> Any:
    """Noisy counts of unknown keys, released where they pass a threshold of at least ``k``.

    Raises:
        Overspent: it spends more than ``rho`` or no threshold reaches ``delta``.
    """
    domain = dp.map_domain(dp.atom_domain(T="String"), dp.atom_domain(T="i64"))
    metric = dp.l02inf_distance(dp.absolute_distance(T="f64"))
    distance = (bound, float(bound), float(bound))

    def made(threshold: int) -> Any:
        return dp.m.make_gaussian_threshold(domain, metric, scale=sigma, threshold=threshold)

    low, high = max(k, bound), max(k, bound) + 1
    while made(high).map(distance)[1] > delta:
        low, high = high, high * 2
        if high > 2**40:
            raise Overspent
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if made(middle).map(distance)[1] <= delta else (middle + 1, high)
    mechanism = made(low)
    spent, failure = mechanism.map(distance)
    if spent > rho * _SLACK or failure > delta:
        raise Overspent
    return mechanism
