"""Quality of a release: outcomes of rules, rolled up to indicators, dimensions, a score and a grade.

Decides how ``X = A / B`` and the weighted score come about, keeps their history and shows it. Does not
run rules (:mod:`pipelines.expectations` does) nor decide what a breach does (the contract does).

Source: GB/T 36344-2018 (dimensions, indicators, X = A / B); weights and grades are ours, in
``policies/rules/quality.yaml``.
"""

from catalog.quality.grades import Grade5, grade5
from catalog.quality.indicators import Indicator, coded, indicator_of, indicators
from catalog.quality.rollup import RuleResult, assessable, dimensions, score, weights, within

__all__ = [
    "Grade5",
    "Indicator",
    "RuleResult",
    "assessable",
    "coded",
    "dimensions",
    "grade5",
    "indicator_of",
    "indicators",
    "score",
    "weights",
    "within",
]
