"""Several statements about the same data 从严叠加: the most restrictive of each wins.

Decides what holds where an owner's rules, a grant's terms and the rules of other datasets in one query
meet. Pure; the outcome is never weaker than any part, whatever their order and however often stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Final

from policies.masking import Mask
from policies.protection import (
    Analysis,
    ColumnRule,
    DatasetRules,
    Demand,
    JoinRule,
    OnBreach,
    SmallGroups,
    TableRule,
    Visibility,
)
from policies.terms import Terms

_SMALL: Final = tuple(SmallGroups)  # from the least to the most protective
_GRAINS: Final = ("year", "quarter", "month", "day", "hour")


def compose(*parts: DatasetRules) -> DatasetRules:
    """What holds for a dataset of which all these are stated.

    Args:
        parts: rules of the owner, of grants; none states nothing.
    """
    return reduce(_both, parts, DatasetRules())


def strictest(*rules: TableRule) -> TableRule:
    """What holds for a query over datasets with these rules: the largest thresholds, the common receivers."""
    return reduce(_tables, rules, TableRule())


def within(terms: Terms, owners: Mapping[str, DatasetRules]) -> Terms:
    """The terms as the owners' rules leave them.

    Args:
        terms: of a grant.
        owners: rules in force for the grantee, by dataset; a missing one states nothing.
    """
    datasets = tuple(
        replace(term, rules=compose(term.rules, owners.get(term.name, DatasetRules())))
        for term in terms.datasets
    )
    return replace(terms, datasets=datasets)


def allows(terms: Terms, dataset: str, analysis: Analysis) -> bool:
    """Whether terms, already :func:`within` the owners' rules, open a dataset to an analysis."""
    opened = [term for term in terms.datasets if term.name == dataset]
    return analysis in terms.analyses and any(analysis in term.rules.table.analyses for term in opened)


def receives(rules: DatasetRules, organisation: str) -> bool:
    """Whether an organisation may receive results about a dataset."""
    receivers = rules.table.receivers
    return receivers is None or organisation in receivers


def columns(one: ColumnRule, other: ColumnRule) -> ColumnRule:
    """What holds for a column with both rules."""
    visibility, aggregates = _visible(one, other)
    answer = _breach(one, other)
    return ColumnRule(
        name=one.name,
        visibility=visibility,
        aggregates=aggregates,
        roles=one.roles & other.roles,
        functions=_common(one.functions, other.functions),
        on_breach=answer.on_breach,
        mask=answer.mask,
        generalise=answer.generalise,
    )


def demands(one: Demand, other: Demand) -> Demand:
    """Required wins over allowed, excluded wins over allowed; both at once nothing satisfies."""
    if one is other or other is Demand.ALLOWED:
        return one
    return other if one is Demand.ALLOWED else Demand.NEVER


def _both(one: DatasetRules, other: DatasetRules) -> DatasetRules:
    names = sorted({rule.name for rule in (*one.columns, *other.columns)})
    denied = Visibility.DENY in (one.unlisted, other.unlisted)
    return DatasetRules(
        columns=tuple(columns(one.column(name), other.column(name)) for name in names),
        unlisted=Visibility.DENY if denied else Visibility.PLAIN,
        table=_tables(one.table, other.table),
    )


def _tables(one: TableRule, other: TableRule) -> TableRule:
    least: dict[str, int] = {}
    for name, count in (*one.min_distinct, *other.min_distinct):
        least[name] = max(count, least.get(name, 0))
    small = [rule.small_groups for rule in (one, other) if rule.small_groups is not None]
    return TableRule(
        min_group=max(one.min_group, other.min_group),
        min_distinct=tuple(sorted(least.items())),
        small_groups=max(small, key=_SMALL.index, default=None),
        join=_joins(one.join, other.join),
        analyses=one.analyses & other.analyses,
        templates=_common(one.templates, other.templates),
        receivers=_common(one.receivers, other.receivers),
        follow_on=demands(one.follow_on, other.follow_on),
    )


def _joins(one: JoinRule, other: JoinRule) -> JoinRule:
    return JoinRule(
        demand=demands(one.demand, other.demand),
        partners=_common(one.partners, other.partners),
        keys=_common(one.keys, other.keys),
        types=_common(one.types, other.types),
    )


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _visible(one: ColumnRule, other: ColumnRule) -> tuple[Visibility, frozenset[str]]:
    """Plain gives way, equal forms stay, different forms leave none.

    Source: SCQL 1.x, derivation of column constraints.
    """
    if Visibility.PLAIN in (one.visibility, other.visibility):
        stays = other if one.visibility is Visibility.PLAIN else one
        return stays.visibility, stays.aggregates
    if one.visibility is not other.visibility:
        return Visibility.DENY, frozenset()
    common = one.aggregates & other.aggregates
    if one.visibility is Visibility.AFTER_AGGREGATE and not common:
        return Visibility.DENY, frozenset()
    return one.visibility, common


def _breach(one: ColumnRule, other: ColumnRule) -> ColumnRule:
    """The rule whose answer to a breach holds: a refusal before all, then the form that shows less.

    A rule that asks for nothing cannot be breached, so its answer is no statement. Two different coarser
    forms, of which neither is known to show less, leave NULL.
    """
    if one.silent or other.silent:
        return other if one.silent else one
    kinds = {one.on_breach, other.on_breach}
    for kind in (OnBreach.FAIL, OnBreach.NULLIFY):
        if kind in kinds:
            return ColumnRule(one.name, on_breach=kind)
    if kinds == {OnBreach.MASK} and one.mask is not None and other.mask is not None:
        mask = Mask(min(one.mask.first, other.mask.first), min(one.mask.last, other.mask.last))
        return ColumnRule(one.name, on_breach=OnBreach.MASK, mask=mask)
    if kinds == {OnBreach.GENERALISE} and (coarser := _coarser(one.generalise, other.generalise)):
        return ColumnRule(one.name, on_breach=OnBreach.GENERALISE, generalise=coarser)
    return ColumnRule(one.name, on_breach=OnBreach.NULLIFY)


def _coarser(one: str, other: str) -> str:
    """The coarser of two periods; of two equal forms that form; else none."""
    if one == other:
        return one
    if one in _GRAINS and other in _GRAINS:
        return min(one, other, key=_GRAINS.index)
    return ""
