"""A contract's rules as a Great Expectations suite.

Decides which expectation stands for which rule. Importing this module imports Great Expectations,
which takes seconds: only :mod:`pipelines.expectations.staging` does, when a suite runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import great_expectations as gx

from contracts.model import Contract, Rule, RuleKind
from pipelines.expectations.counts import (
    CountsOnly,
    PeriodsHoldRows,
    RowCountIsInBand,
    RuleHolds,
    ValuesAgreeElsewhere,
    ValuesAreKnownElsewhere,
    ValuesAreUnique,
    ValuesKeepOrder,
)
from pipelines.expectations.statements import Statements

_OVER_ROWS: Final[dict[RuleKind, type[CountsOnly]]] = {
    RuleKind.UNIQUE: ValuesAreUnique,
    RuleKind.REFERENCE: ValuesAreKnownElsewhere,
    RuleKind.AGREEMENT: ValuesAgreeElsewhere,
    RuleKind.ORDER: ValuesKeepOrder,
    RuleKind.PERIOD_COUNT: PeriodsHoldRows,
}


def suite_of(
    contract: Contract, rules: Sequence[Rule], statements: Statements, former_rows: int | None
) -> Any:
    """The suite of a contract: one expectation for each rule that can be assessed.

    Args:
        contract: of the dataset.
        rules: all its rules; freshness is judged elsewhere and has no expectation.
        statements: what is asked; rules it leaves out have no expectation.
        former_rows: rows of the former release, or None.

    Returns:
        The suite, whose expectations carry the rule's id in ``meta``.
    """
    made = [e for rule in rules if (e := _expectation(contract, rule, statements, former_rows)) is not None]
    return gx.ExpectationSuite(name=contract.name, expectations=made)


def band(rule: Rule, former_rows: int | None) -> tuple[float | None, float | None] | None:
    """Fewest and most rows a dataset may have; None where nothing bounds them.

    Args:
        rule: ``minimum`` and ``maximum`` are rows, ``shrink`` and ``grow`` shares of the former release.
        former_rows: its rows; without them the shares bound nothing.
    """
    lows, highs = [rule.args.get("minimum")], [rule.args.get("maximum")]
    if former_rows is not None:
        shrink, grow = rule.args.get("shrink"), rule.args.get("grow")
        lows.append(None if shrink is None else former_rows * (1 - Decimal(str(shrink))))
        highs.append(None if grow is None else former_rows * (1 + Decimal(str(grow))))
    least = [float(n) for n in lows if n is not None]
    most = [float(n) for n in highs if n is not None]
    if not least and not most:
        return None
    return max(least, default=None), min(most, default=None)


def _expectation(
    contract: Contract, rule: Rule, statements: Statements, former_rows: int | None
) -> CountsOnly | None:
    common: dict[str, Any] = {"dataset": contract.name, "rule": rule.id, "meta": {"rule": rule.id}}
    if rule.kind is RuleKind.ROW_COUNT:
        bounds = band(rule, former_rows)
        return None if bounds is None else RowCountIsInBand(minimum=bounds[0], maximum=bounds[1], **common)
    if rule.id in statements.over_rows:
        return _OVER_ROWS[rule.kind](tolerance=rule.tolerance, **common)
    return RuleHolds(tolerance=rule.tolerance, **common) if rule.id in statements.rows else None
