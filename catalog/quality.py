"""Quality of a release: outcomes of rules, rolled up to dimensions and one score.

Decides how ``X = A / B`` of each dimension and the weighted score come about. Does not run rules
(:mod:`pipelines.expectations` does) nor decide what a breach does (the contract does).

Source: GB/T 36344-2018 (dimensions, X = A / B); weights are ours, in ``policies/rules/quality.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.model import Action, Dimension
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Outcome of one rule.

    Attributes:
        rule: its id.
        fields: columns it reads.
        dimension: of GB/T 36344.
        action: what a breach does.
        good: A, items that meet the rule.
        evaluated: B, items evaluated; 0 = not assessed.
        passed: whether no item breaks it.
    """

    rule: str
    fields: tuple[str, ...]
    dimension: Dimension
    action: Action
    good: int
    evaluated: int
    passed: bool


def weights(on: date) -> Mapping[str, float]:
    """Weight of each dimension in the score on a day (``policies/rules/quality.yaml``)."""
    found: Mapping[str, float] = rule("quality", "weights", on).value
    return found


def dimensions(results: Iterable[RuleResult]) -> dict[str, dict[str, float | int | None]]:
    """Dimension → ``{a, b, x}``; ``x`` is None where nothing was evaluated, never 1.

    Every dimension is present, in the standard's order.
    """
    a = dict.fromkeys(Dimension, 0)
    b = dict.fromkeys(Dimension, 0)
    for result in results:
        a[result.dimension] += result.good
        b[result.dimension] += result.evaluated
    return {d.value: {"a": a[d], "b": b[d], "x": a[d] / b[d] if b[d] else None} for d in Dimension}


def score(measured: Mapping[str, Mapping[str, Any]], weighting: Mapping[str, float]) -> float | None:
    """Weighted mean over the dimensions that were assessed; None where none was.

    Args:
        measured: as :func:`dimensions` gives it.
        weighting: dimension → weight, not negative.
    """
    total = share = 0.0
    for name, values in measured.items():
        if values["x"] is None:
            continue
        weight = weighting.get(name, 0.0)
        total += weight * values["x"]
        share += weight
    return round(total / share, 6) if share else None
