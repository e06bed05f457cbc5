"""Rules on how many rows a dataset has, where a delivery only adds to its release.

Decides the count they are judged by: the rows the release will have once the delivery is in it, known before
anything is written. Where a delivery is the whole dataset, Great Expectations counts it like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalog.quality import RuleResult
from contracts.model import Rule
from pipelines.expectations.measured import not_assessed


def judged(rules: Sequence[Rule], rows_after: int, former_rows: int) -> Iterator[RuleResult]:
    """The outcome of each rule.

    Args:
        rules: of the kind ``row_count``.
        rows_after: rows of the release that would be made.
        former_rows: rows of the one it adds to.
    """
    from pipelines.expectations.suite import band  # brings Great Expectations

    for rule in rules:
        bounds = band(rule, former_rows)
        if bounds is None:
            yield not_assessed(rule, "nothing bounds how many rows there are")
            continue
        least, most = bounds
        passed = (least is None or rows_after >= least) and (most is None or rows_after <= most)
        yield replace(not_assessed(rule, ""), good=int(passed), evaluated=1, passed=passed)
