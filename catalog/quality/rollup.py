"""Outcomes of rules, rolled up to six dimensions and one score.

Decides how ``X = A / B`` of each dimension and the weighted score come about. Every outcome counts the
items that are *good*, so that nothing has to be inverted here; indicators where lower is better are
:mod:`catalog.quality.indicators`'s.

Source: GB/T 36344-2018 (dimensions, X = A / B); weights are ours, in ``policies/rules/quality.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.model import Action, Contract, Dimension, FieldType
from contracts.rules import rules_of
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
        passed: whether no more items break it than it tolerates.
        kind: of the rule; ``type`` and ``record`` are measured of every dataset; empty = not kept.
        indicator: code of GB/T 36344 its items count for, or None.
        tolerance: share of the evaluated items that may break it.
        note: why it was not assessed; empty otherwise. Never a value of the data.
    """

    rule: str
    fields: tuple[str, ...]
    dimension: Dimension
    action: Action
    good: int
    evaluated: int
    passed: bool
    kind: str = ""
    indicator: str | None = None
    tolerance: float = 0.0
    note: str = ""


def assessable(contract: Contract) -> tuple[Dimension, ...]:
    """Dimensions a build of the dataset can assess, in the standard's order.

    Its rules speak about some; of rows that are read, the columns delivered (conformity) and the cells
    that cast (accuracy) are measured without a rule.
    """
    spoken_of = {rule.dimension for rule in rules_of(contract)}
    if contract.composed is None:
        spoken_of.add(Dimension.CONFORMITY)
        if any(field.type is not FieldType.STRING for field in contract.fields):
            spoken_of.add(Dimension.ACCURACY)
    return tuple(dimension for dimension in Dimension if dimension in spoken_of)


def within(good: int, evaluated: int, tolerance: float) -> bool:
    """Whether the share of broken items is tolerated; nothing evaluated breaks nothing.

    >>> within(71, 100, 0.29), within(70, 100, 0.29), within(0, 0, 0.0)
    (True, False, True)
    """
    # As the contract writes the share: 0.29 of a hundred is 29, not a little less.
    return evaluated - good <= Decimal(str(tolerance)) * evaluated


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
