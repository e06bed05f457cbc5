"""The indicators of GB/T 36344 by code, 0101–0602, as X = A / B.

Decides which indicator a rule's items count for, and how X reads where lower is better. The table of
indicators and the kinds of rules behind them are dated data (``policies/rules/quality.yaml``).

Source: GB/T 36344-2018, as listed in that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalog.quality.rollup import RuleResult
from contracts.model import Dimension
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a dataset.

    Attributes:
        code: ``0301``.
        name: in Chinese.
        dimension: it belongs to.
        lower_is_better: A counts what is wrong: 数据重复率, 脏数据出现率.
        a, b: numerator and denominator of the standard.
        x: A / B; None where B is 0, which is "not assessed".
        goodness: X, inverted where lower is better; None where not assessed.
        rules: ids of the rules counted.
    """

    code: str
    name: str
    dimension: str
    lower_is_better: bool
    a: int
    b: int
    x: float | None
    goodness: float | None
    rules: tuple[str, ...]


def indicator_of(
    kind: str, dimension: Dimension, on: date, *, stated: str | None = None, fields: int = 1
) -> str | None:
    """Code of the indicator a rule counts for.

    Args:
        kind: of the rule.
        dimension: the rule belongs to; its indicator belongs to the same.
        on: day whose mapping applies.
        stated: the code the contract names; it goes before the usual one.
        fields: how many columns the rule reads; uniqueness of several is one of whole records.

    Returns:
        None where the dimension has no indicator for such a rule.
    """
    if stated is not None:
        return stated
    usual = rule("quality", "kinds", on).value
    for row in (usual.get(f"{kind}_of_several") if fields > 1 else None, usual.get(kind), usual["any"]):
        code = (row or {}).get(dimension.value)
        if code is not None:
            return str(code)
    return None


def coded(results: Iterable[RuleResult], on: date) -> tuple[RuleResult, ...]:
    """The outcomes with the indicator each counts for on a day; a code the contract names stays."""
    return tuple(
        replace(r, indicator=indicator_of(r.kind, r.dimension, on, stated=r.indicator, fields=len(r.fields)))
        for r in results
    )


def indicators(results: Iterable[RuleResult], on: date) -> dict[str, Indicator]:
    """Every indicator of the standard, by code and in its order, from the outcomes of rules.

    A rule counts for its own indicator and, by its kind, for those that sum several kinds up
    (数据重复率, 脏数据出现率).
    """
    table: Mapping[str, Mapping[str, Any]] = rule("quality", "indicators", on).value
    summed: Mapping[str, list[str]] = rule("quality", "summed_up", on).value
    good, evaluated = dict.fromkeys(table, 0), dict.fromkeys(table, 0)
    counted: dict[str, list[str]] = {code: [] for code in table}
    for result in results:
        for code in table:
            if code != result.indicator and result.kind not in summed.get(code, ()):
                continue
            good[code] += result.good
            evaluated[code] += result.evaluated
            if result.evaluated:
                counted[code].append(result.rule)
    return {code: measured(code, good[code], evaluated[code], tuple(counted[code]), on) for code in table}


def measured(code: str, good: int, evaluated: int, rules: tuple[str, ...], on: date) -> Indicator:
    """One indicator from the number of good items among those evaluated."""
    row = rule("quality", "indicators", on).value[code]
    lower = bool(row.get("lower_is_better", False))
    a = evaluated - good if lower else good
    return Indicator(
        code,
        row["name"],
        row["dimension"],
        lower,
        a,
        evaluated,
        a / evaluated if evaluated else None,
        good / evaluated if evaluated else None,
        rules,
    )
