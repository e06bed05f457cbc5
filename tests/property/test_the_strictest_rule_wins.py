"""Rules put together: order and repetition do not matter, and no part is ever weakened.

What "weaker" means is written here once more, by what each rule lets pass, not by how it is composed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from policies.composition import allows, columns, compose, demands, receives, strictest, within
from policies.protection import (
    ANALYSES,
    ROLES,
    Analysis,
    ColumnRule,
    DatasetRules,
    Demand,
    OnBreach,
    SmallGroups,
    TableRule,
    Visibility,
)
from policies.protection_form import from_document, to_document
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from tests.policies.protections import NAMES, dataset_rules

GRAINS = ["year", "quarter", "month", "day"]
FORMS = [
    ("join", ""),
    ("key", ""),
    ("compared", ""),
    ("ranked", "sum"),
    *(("aggregated", name) for name in ("sum", "avg", "count", "max")),
]


def seen(rule: ColumnRule) -> set[tuple[str, str, str]]:
    """Every form, aggregate and circumstance in which a rule lets values be seen."""
    circumstances = ("alone", "by itself", "with partner")
    every = {(form, name, how) for form, name in FORMS for how in circumstances}
    return {
        Visibility.PLAIN: every,
        Visibility.AFTER_JOIN: {one for one in every if one[2] == "by itself"},
        Visibility.JOIN_PAYLOAD: {one for one in every if one[2] != "alone" and one[0] != "join"},
        Visibility.AFTER_GROUP_BY: {one for one in every if one[0] == "key"},
        Visibility.AFTER_AGGREGATE: {one for one in every if one[1] in rule.aggregates},
        Visibility.AFTER_COMPARE: {one for one in every if one[0] == "compared"},
        Visibility.RANK_ONLY: {one for one in every if one[0] == "ranked"},
        Visibility.DENY: set(),
    }[rule.visibility]


def subset(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return other is None or (one is not None and one <= other)


def as_strict_column(one: ColumnRule, other: ColumnRule) -> bool:
    return (
        seen(one) <= seen(other)
        and one.roles <= other.roles
        and subset(one.functions, other.functions)
        and shows_no_more(one, other)
    )


def shows_no_more(one: ColumnRule, other: ColumnRule) -> bool:
    """Whether what one rule shows after a breach tells no more than what the other shows."""
    unbreakable = ColumnRule(other.name)
    if replace(other, on_breach=OnBreach.FAIL, mask=None, generalise="") == unbreakable and (
        other.on_breach is OnBreach.FAIL
    ):
        return True  # it asks for nothing, so it says nothing about breaches
    if one.on_breach is OnBreach.FAIL or other.on_breach is OnBreach.FAIL:
        return one.on_breach is OnBreach.FAIL
    if one.on_breach is OnBreach.NULLIFY or other.on_breach is OnBreach.NULLIFY:
        return one.on_breach is OnBreach.NULLIFY
    if one.mask is not None and other.mask is not None:
        return one.mask.first <= other.mask.first and one.mask.last <= other.mask.last
    if one.generalise in GRAINS and other.generalise in GRAINS:
        return GRAINS.index(one.generalise) <= GRAINS.index(other.generalise)
    return one.generalise == other.generalise and (one.mask is None) == (other.mask is None)


def lets(demand: Demand) -> set[str]:
    return {
        Demand.ALLOWED: {"with", "without"},
        Demand.REQUIRED: {"with"},
        Demand.NOT_ALLOWED: {"without"},
        Demand.NEVER: set(),
    }[demand]


def as_strict(one: DatasetRules, other: DatasetRules) -> bool:
    a, b = one.table, other.table
    small = (SmallGroups.REMAINDER, SmallGroups.NULL, SmallGroups.DROP)
    return (
        all(as_strict_column(one.column(name), other.column(name)) for name in (*NAMES, "unnamed"))
        and a.min_group >= b.min_group
        and all(dict(a.min_distinct).get(name, 0) >= least for name, least in b.min_distinct)
        and (
            b.small_groups is None
            or (a.small_groups is not None and small.index(a.small_groups) >= small.index(b.small_groups))
        )
        and lets(a.join.demand) <= lets(b.join.demand)
        and subset(a.join.partners, b.join.partners)
        and subset(a.join.keys, b.join.keys)
        and subset(a.join.types, b.join.types)
        and a.analyses <= b.analyses
        and subset(a.templates, b.templates)
        and subset(a.receivers, b.receivers)
        and lets(a.follow_on) <= lets(b.follow_on)
    )


@settings(max_examples=30, derandomize=True, deadline=None)
@given(dataset_rules(), dataset_rules(), dataset_rules())
def test_order_grouping_and_repetition_of_rules_do_not_matter(
    a: DatasetRules, b: DatasetRules, c: DatasetRules
) -> None:
    assert compose(a, b) == compose(b, a)
    assert compose(a, compose(b, c)) == compose(compose(a, b), c) == compose(c, a, b)
    assert compose(a, a) == compose(a) == a == compose(a, DatasetRules())
    assert compose(a, b, a, b) == compose(a, b)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(dataset_rules(), dataset_rules(), dataset_rules())
def test_no_part_is_weakened_and_a_stricter_part_makes_no_weaker_whole(
    a: DatasetRules, b: DatasetRules, c: DatasetRules
) -> None:
    both = compose(a, b)
    assert as_strict(both, a)
    assert as_strict(both, b)
    assert as_strict(compose(both, c), compose(a, c)), "monotone: a and b are stricter than a"


@settings(max_examples=30, derandomize=True, deadline=None)
@given(dataset_rules())
def test_rules_survive_the_form_people_write(rules: DatasetRules) -> None:
    assert from_document(to_document(rules)) == rules


def test_thresholds_take_the_largest_and_receivers_what_is_common() -> None:
    a = TableRule(min_group=20, min_distinct=(("x", 3),), receivers=frozenset({"p", "q"}))
    b = TableRule(min_group=50, min_distinct=(("x", 2), ("y", 9)), receivers=frozenset({"q", "r"}))
    both = strictest(a, b)
    assert (both.min_group, both.min_distinct) == (50, (("x", 3), ("y", 9)))
    assert both.receivers == {"q"}


def test_columns_that_any_part_denies_are_denied() -> None:
    a = DatasetRules((ColumnRule("a", Visibility.DENY),))
    b = DatasetRules((ColumnRule("b", Visibility.DENY),))
    both = compose(a, b)
    assert [both.column(name).visibility for name in "abc"] == [Visibility.DENY] * 2 + [Visibility.PLAIN]


def test_two_different_forms_of_visibility_leave_none() -> None:
    found = columns(ColumnRule("a", Visibility.AFTER_COMPARE), ColumnRule("a", Visibility.RANK_ONLY))
    assert found.visibility is Visibility.DENY


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Demand.REQUIRED, Demand.ALLOWED, Demand.REQUIRED),
        (Demand.ALLOWED, Demand.NOT_ALLOWED, Demand.NOT_ALLOWED),
        (Demand.REQUIRED, Demand.NOT_ALLOWED, Demand.NEVER),
        (Demand.NEVER, Demand.ALLOWED, Demand.NEVER),
    ],
)
def test_what_is_required_or_excluded_wins_over_what_is_allowed(
    one: Demand, other: Demand, both: Demand
) -> None:
    assert demands(one, other) is demands(other, one) is both


def test_the_smaller_trust_of_owner_and_grant_is_what_a_grant_opens() -> None:
    terms = Terms(
        purpose="p",
        datasets=(DatasetTerm("s.t", ("a", "b")),),
        mode=Mode.THRESHOLD,
        disclosure=Disclosure(10, 0.5, 10, 5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        analyses=frozenset({Analysis.AGGREGATE, Analysis.VERIFY}),
    )
    owner = DatasetRules(table=TableRule(analyses=frozenset({Analysis.VERIFY}), receivers=frozenset({"me"})))
    left = within(terms, {"s.t": owner, "s.other": DatasetRules(unlisted=Visibility.DENY)})
    opened = [one for one in sorted(ANALYSES) if allows(left, "s.t", one)]
    assert opened == [Analysis.VERIFY]
    assert not allows(left, "s.unknown", Analysis.VERIFY)
    assert receives(left.datasets[0].rules, "me")
    assert not receives(left.datasets[0].rules, "you")
    assert within(terms, {}) == terms


@pytest.mark.parametrize(
    "document",
    [
        {"columns": {"a": {"visibility": "secret"}}},
        {"columns": {"a": {"roles": ["owner"]}}},
        {"columns": {"a": {"colour": "red"}}},
        {"columns": {"a": {"visibility": "after_aggregate"}}},
        {"columns": {"a": {"on_breach": "mask"}}},
        {"min_group": -1},
        {"min_group": "many"},
        {"max_group": 3},
        {"unlisted": "after_join"},
        {"receivers": "me"},
        {"join": {"types": ["cross"]}},
    ],
)
def test_a_rule_nobody_enforces_cannot_be_written(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+: |nobody|after_aggregate|mask|positive|inner|plain or denied"):
        from_document(document)


def test_once_columns_are_named_all_others_are_denied_unless_said_otherwise() -> None:
    assert from_document({"columns": {"a": {}}}).column("b").visibility is Visibility.DENY
    assert from_document({"columns": {"a": {}}, "unlisted": "plain"}).column("b").roles == ROLES
    assert from_document({}).column("b").silent
