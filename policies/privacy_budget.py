"""Privacy loss in whole numbers, and the dated limits on it 隐私预算.

Decides how a loss is rounded so that a ledger of whole numbers never says less than was spent, and which row
of the rules limits a unit kind's year or gives what one build with noise spends. Keeps no ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from policies.rulebook import RuleError, rule

# The ledger counts in whole billionths of rho and 10**-15 of delta: sums of floats would drift.
NRHO: Final = Decimal(10) ** 9
FDELTA: Final = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Loss:
    """A privacy loss in zCDP.

    Attributes:
        rho: of the figures.
        delta: of the keys that show by a noisy count.
    """

    rho: float
    delta: float


def nrho_cost(rho: float) -> int:
    """What is spent, rounded up to whole billionths.

    >>> nrho_cost(0.01)
    10000000
    """
    return _scaled(rho, NRHO, ROUND_CEILING)


def nrho_limit(rho: float) -> int:
    """What may be spent, rounded down to whole billionths."""
    return _scaled(rho, NRHO, ROUND_FLOOR)


def fdelta_cost(delta: float) -> int:
    """What is spent, rounded up to whole 10**-15."""
    return _scaled(delta, FDELTA, ROUND_CEILING)


def fdelta_limit(delta: float) -> int:
    """What may be spent, rounded down to whole 10**-15."""
    return _scaled(delta, FDELTA, ROUND_FLOOR)


def yearly_limits(kind: str, on: date) -> tuple[int, int]:
    """What a unit kind's year allows, in billionths of rho and 10**-15 of delta.

    Source: ``policies/rules/privacy_budgets.yaml``.
    """
    try:
        value = rule("privacy_budgets", f"limit/{kind}", on).value
    except RuleError:  # a kind without a row of its own
        value = rule("privacy_budgets", "limit/any", on).value
    return nrho_limit(value["rho"]), fdelta_limit(value["delta"])


def of_build(on: date, rho: float | None = None) -> Loss:
    """What one build of a statistical dataset with noise spends.

    Args:
        on: day of the build.
        rho: that its contract states; None takes the rule's.
    """
    value = rule("privacy_budgets", "build", on).value
    return Loss(float(value["rho"]) if rho is None else rho, float(value["delta"]))


def _scaled(value: float, scale: Decimal, rounding: str) -> int:
    return int((Decimal(repr(float(value))) * scale).to_integral_value(rounding))
