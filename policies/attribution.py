"""Attribution of rows to areas 属地归集: how sure each way of telling is, and from where on it counts.

Decides nothing itself: the figures and words are dated rules (``rules/attribution.yaml``), read here into
one value. How an address is cut and a row attributed is :mod:`catalog.places`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policies.rulebook import edition, rule

_FILE = "attribution"


@dataclass(frozen=True, slots=True)
class Attributing:
    """The rules of attribution on a day.

    Attributes:
        confidence: way of telling (``code``, ``register``, ``address``, ``coordinates``, ``claim``) → share.
        factors: what an address left out or said otherwise → factor.
        least: share below which no area is told.
        least_digits: a region code of an address or a point with fewer says of no street whose it is.
        endings: digits of a division's code → endings of its name, longest first.
        other_names: words that make a short name before them part of another name.
        between: words of an address that lies in no one area.
    """

    confidence: Mapping[str, float]
    factors: Mapping[str, float]
    least: float
    least_digits: int
    endings: Mapping[int, tuple[str, ...]]
    other_names: tuple[str, ...]
    between: tuple[str, ...]


def attributing(on: date) -> Attributing:
    """The rules in force on a day.

    Raises:
        RuleError: one is missing.
    """
    return _read(edition(_FILE), on)


@lru_cache(maxsize=64)
def _read(_state: tuple[tuple[str, int, int], ...], on: date) -> Attributing:
    def longest_first(words: Iterable[object]) -> tuple[str, ...]:
        return tuple(sorted((str(word) for word in words), key=len, reverse=True))

    endings = rule(_FILE, "division_endings", on).value

    return Attributing(
        confidence={str(key): float(share) for key, share in rule(_FILE, "confidence", on).value.items()},
        factors={str(key): float(share) for key, share in rule(_FILE, "address_factors", on).value.items()},
        least=float(rule(_FILE, "least_confidence", on).value),
        least_digits=int(rule(_FILE, "least_digits", on).value),
        endings={int(digits): longest_first(words) for digits, words in endings.items()},
        other_names=longest_first(rule(_FILE, "other_names", on).value),
        between=longest_first(rule(_FILE, "between", on).value),
    )
