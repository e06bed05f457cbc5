"""What must hold before a grant is signed: a visible tuple of rules, each giving its reasons.

Decides on values alone: contracts, the request it answers, what the grantee already holds. Takes no
budget and writes nothing; :mod:`space.granting.grants` does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Final

from policies.access import Caller
from policies.decision import Decision, Deny, Permit, Reason
from policies.disclosure import defaults
from policies.modes import at_least
from policies.purpose import known
from policies.rulebook import rule
from policies.tariff import lawful
from policies.terms import Mode, ReleasePeriod
from space.calls.pricing import price_of
from space.granting.grant_case import Case, Held
from space.granting.grant_rules_of_columns import (
    columns_exist,
    joins_are_declared,
    regions_are_known,
    row_filters_apply,
    units_are_stated,
)
from space.granting.rule_fit import unfit


def judge(case: Case) -> Decision:
    """Permit, or every reason why the terms cannot be signed."""
    reasons = tuple(reason for rule_of in RULES for reason in rule_of(case))
    return Deny(reasons) if reasons else Permit()


def request_answers(case: Case) -> Iterator[Reason]:
    """A permitted request of the grantee stands behind every item, with the same purpose and time limit."""
    request, terms = case.request, case.terms
    if request is None:
        yield Reason(
            "grant.request.missing",
            "no permitted request of this organisation covers these terms",
            "request",
            "file one (`ybz request new`) and have it answered (`ybz decide`)",
        )
        return
    if request.state != "permitted" or request.applicant != case.grantee.code:
        yield Reason(
            "grant.request.not_permitted", "the request is not permitted to this organisation", "request"
        )
    if request.purpose != terms.purpose:
        yield Reason(
            "grant.request.purpose",
            "the purpose is not the request's",
            "purpose",
            f"purpose {request.purpose}",
        )
    if request.use_until is not None and terms.valid_to > request.use_until:
        yield Reason(
            "grant.request.time",
            "the terms last longer than asked for",
            "valid_to",
            f"{request.use_until} at most",
        )
    for dataset in terms.datasets:
        for column in dataset.columns:
            if not request.covers(dataset.name, column):
                yield Reason(
                    "grant.request.item",
                    "the item was not asked for",
                    f"{dataset.name}.{column}",
                    "leave it out, or file a request for it",
                )


def purpose_is_known(case: Case) -> Iterator[Reason]:
    """The purpose is in the vocabulary, and its prices may be agreed."""
    decision = known(case.terms.purpose, case.day)
    if isinstance(decision, Permit):
        decision = lawful(case.terms.purpose, price_of(case.terms), case.day)
    yield from _reasons(decision)


def mode_is_strict_enough(case: Case) -> Iterator[Reason]:
    """The mode protects as much as the dated rules ask, and its parameters as much as the defaults."""
    yield from _reasons(at_least(case.terms.mode, case.required))
    stated, least = case.terms.disclosure, defaults(case.day)
    weaker = {
        "k": stated.k < least.k,
        "dominance_share": stated.dominance_share > least.dominance_share,
        "p_percent": stated.p_percent < least.p_percent,
        "rounding_base": stated.rounding_base < least.rounding_base,
    }
    for name in (name for name, weak in weaker.items() if weak):
        yield Reason(
            "grant.disclosure.too_weak",
            "the parameter protects less than the rule in force",
            name,
            f"{name} {getattr(least, name)}, or stricter",
        )


def one_mode_per_kind(case: Case) -> Iterator[Reason]:
    """One organisation never holds threshold and differentially private terms over one unit kind."""
    yield from mixed(case.terms.mode, case.kinds, case.held)


def mixed(mode: Mode, kinds: Collection[str], held: Iterable[Held]) -> Iterator[Reason]:
    """Grants that open one of these kinds in the other of the two modes."""
    for other in held:
        if other.kind in kinds and {other.mode, mode} == {Mode.THRESHOLD, Mode.DP}:
            yield Reason(
                "grant.mode.mixed",
                f"grant {other.grant_id} opens the same kind of unit in mode {other.mode.value}",
                other.kind,
                "use one mode for both, or revoke the other grant first",
            )


def rules_fit(case: Case) -> Iterator[Reason]:
    """Every rule of the terms can be enforced on its dataset."""
    for dataset in case.terms.datasets:
        contract, asked = case.contracts.get(dataset.name), dataset.rules.table
        if contract is not None:
            yield from unfit(dataset.rules, contract)
        if case.terms.mode is Mode.DP and (asked.min_distinct or asked.small_groups):
            yield Reason(
                "grant.rules.private",
                "differentially private answers count no values exactly and leave no small groups",
                dataset.name,
                "leave min_distinct and small_groups out, or raise min_group",
            )


def analyses_are_open(case: Case) -> Iterator[Reason]:
    """Rows, masked or not, are listed to those only whom the dated rule names."""
    for analysis in sorted(case.terms.analyses):
        callers = rule("grants", f"analysis/{analysis.value}", case.day).value
        if case.grantee.kind.caller.value not in callers:
            yield Reason(
                "grant.analysis.closed",
                f"{analysis.value} is not open to organisations outside the administration",
                "analyses",
                "leave it out: figures and verification are open to them",
            )


def releases_are_held(case: Case) -> Iterator[Reason]:
    """The release period is at least as long as the dated rule asks for the mode."""
    least = ReleasePeriod(rule("grants", f"release_period/{case.terms.mode.value}", case.day).value)
    periods = tuple(ReleasePeriod)
    if periods.index(case.terms.release_period) < periods.index(least):
        yield Reason(
            "grant.release_period.too_short",
            "terms in this mode see one release for longer",
            "release_period",
            f"{least.value}, or longer",
        )


def budget_fits(case: Case) -> Iterator[Reason]:
    """A budget is stated where it is enforced, and covers at least one query."""
    budget = case.terms.budget
    if budget is None:
        return
    if case.terms.mode is not Mode.DP:
        yield Reason("grant.budget.unused", "only differentially private terms have a budget", "budget")
    elif budget.window is not None and not budget.rho_per_query <= budget.window.rho <= budget.rho:
        yield Reason(
            "grant.budget.window_impossible",
            "the budget of one period does not cover a single query, or is more than the whole",
            "budget.window",
            "rho_per_query <= rho of the window <= rho",
        )
    elif not 0 < budget.rho_per_query <= budget.rho or not 0 < budget.delta < 1:
        yield Reason(
            "grant.budget.impossible",
            "the budget does not cover a single query",
            "budget",
            "0 < rho_per_query <= rho and 0 < delta < 1",
        )


def term_is_short_enough(case: Case) -> Iterator[Reason]:
    """Authorised operation ends within its longest term; no terms lie wholly in the past."""
    terms = case.terms
    if terms.valid_to < case.day:
        yield Reason("grant.time.past", "the terms are over already", "valid_to")
    years = int(rule("grants", "longest_operation", case.day).value)
    if _years_after(terms.valid_from, years) <= terms.valid_to:
        yield Reason("grant.time.too_long", "the term is too long", "valid_to", f"{years} years at most")


def walls_stand(case: Case) -> Iterator[Reason]:
    """Whoever is outside the administration is granted only where every required wall stands."""
    if case.grantee.kind.caller is Caller.OUTSIDE and case.walls_missing:
        yield Reason(
            "grant.walls.missing",
            f"walls are missing around the query workers ({', '.join(case.walls_missing)})",
            "walls",
            "use a kernel that has them (`ybz doctor`), or have two people override (`ybz doctor override`)",
        )


RULES: Final[tuple[Callable[[Case], Iterator[Reason]], ...]] = (
    request_answers,
    purpose_is_known,
    columns_exist,
    units_are_stated,
    joins_are_declared,
    row_filters_apply,
    regions_are_known,
    mode_is_strict_enough,
    one_mode_per_kind,
    budget_fits,
    term_is_short_enough,
    walls_stand,
    rules_fit,
    analyses_are_open,
    releases_are_held,
)


def _reasons(decision: Decision) -> tuple[Reason, ...]:
    return decision.reasons if isinstance(decision, Deny) else ()


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
