"""Rule tables a lawyer can read: purposes and prices, modes by caller and unit, roles and acts."""

from __future__ import annotations

from datetime import date

import pytest

from policies.access import Act, Caller, OrganisationKind, Role, may
from policies.decision import Deny, Permit
from policies.modes import at_least, required
from policies.price_terms import Price, product_price, trial_fee
from policies.purpose import agrees, known, purposes
from policies.rulebook import RuleError
from policies.tariff import ceiling_fen, charge_fen, lawful
from policies.terms import Mode

DAY = date(2026, 9, 24)


@pytest.mark.parametrize(
    ("caller", "kinds", "mode"),
    [
        (Caller.OUTSIDE, {"person"}, Mode.DP),
        (Caller.OUTSIDE, {"household"}, Mode.DP),
        (Caller.OUTSIDE, {"enterprise"}, Mode.THRESHOLD),
        (Caller.OUTSIDE, {"department"}, Mode.THRESHOLD),
        (Caller.OUTSIDE, {"enterprise", "person"}, Mode.DP),
        (Caller.OUTSIDE, {"vehicle"}, Mode.DP),
        (Caller.OUTSIDE, set(), Mode.PLAIN),
        (Caller.ADMINISTRATION, {"person"}, Mode.THRESHOLD),
        (Caller.ADMINISTRATION, {"enterprise", "household"}, Mode.THRESHOLD),
        (Caller.ADMINISTRATION, set(), Mode.PLAIN),
    ],
)
def test_the_strictest_rule_over_caller_and_unit_kinds_decides_the_mode(
    caller: Caller, kinds: set[str], mode: Mode
) -> None:
    found = required(caller, kinds, DAY)

    assert found.mode is mode
    assert found.sources


@pytest.mark.parametrize(
    ("stated", "needed", "allowed"),
    [
        (Mode.DP, {"enterprise"}, True),
        (Mode.THRESHOLD, {"enterprise"}, True),
        (Mode.PLAIN, {"enterprise"}, False),
        (Mode.THRESHOLD, {"person"}, False),
    ],
)
def test_terms_may_be_stricter_than_the_rules_but_not_weaker(
    stated: Mode, needed: set[str], allowed: bool
) -> None:
    decision = at_least(stated, required(Caller.OUTSIDE, needed, DAY))

    assert isinstance(decision, Permit) is allowed


def test_no_mode_is_ruled_before_the_rules_began() -> None:
    with pytest.raises(RuleError):
        required(Caller.OUTSIDE, {"person"}, date(2024, 1, 1))


@pytest.mark.parametrize(
    ("kind", "caller"),
    [
        (OrganisationKind.DEPARTMENT, Caller.ADMINISTRATION),
        (OrganisationKind.AUTHORITY, Caller.ADMINISTRATION),
        (OrganisationKind.GRASSROOTS, Caller.ADMINISTRATION),
        (OrganisationKind.OPERATOR, Caller.OUTSIDE),
    ],
)
def test_only_operators_stand_outside_the_administration(kind: OrganisationKind, caller: Caller) -> None:
    assert kind.caller is caller


def test_governance_and_public_good_are_free_and_industry_has_a_ceiling() -> None:
    for purpose in purposes(DAY).values():
        assert purpose.charged is (purpose.group == "industry")
        assert (ceiling_fen(purpose.code, DAY) == 0) is not purpose.charged


@pytest.mark.parametrize(
    ("purpose", "price", "allowed"),
    [
        ("public_good.research", 0, True),
        ("public_good.research", 1, False),
        ("governance.service", 1, False),
        ("industry.research", 2000, True),
        ("industry.research", 2001, False),
        ("industry.research", -1, False),
    ],
)
def test_a_price_stays_under_its_ceiling(purpose: str, price: int, allowed: bool) -> None:
    assert isinstance(lawful(purpose, Price(price, DAY), DAY), Permit) is allowed


@pytest.mark.parametrize(
    ("purpose", "line", "code"),
    [
        ("industry.research", "supply: 500000/product", None),
        ("industry.research", "supply: 500001/product", "tariff.above_ceiling"),
        ("industry.research", "query: 200000/service", None),
        ("industry.research", "query: 300001/time", "tariff.above_ceiling"),
        ("public_good.research", "query: 1/call", "tariff.above_ceiling"),
        ("public_good.research", "query: 0/call", None),
        ("industry.research", "telex: 5/call", "tariff.product"),
    ],
)
def test_a_price_of_a_product_stays_under_the_ceiling_of_its_unit(
    purpose: str, line: str, code: str | None
) -> None:
    decision = lawful(purpose, Price(0, DAY, (product_price(line),)), DAY)
    assert (decision.reasons[0].code if isinstance(decision, Deny) else None) == code


@pytest.mark.parametrize(("months", "allowed"), [(12, True), (13, False)])
def test_a_trial_fee_lasts_no_longer_than_the_rule_says(months: int, allowed: bool) -> None:
    price = Price(100, DAY, trial=trial_fee(f"50% for {months} months"))
    assert isinstance(lawful("industry.research", price, DAY), Permit) is allowed


def test_calls_and_prices_are_multiplied_and_never_negative() -> None:
    assert charge_fen(0, 500) == 0
    with pytest.raises(ValueError, match="negative"):
        charge_fen(-1, 500)


def test_only_the_same_purpose_agrees() -> None:
    assert isinstance(agrees("industry.research", "industry.research"), Permit)
    denied = agrees("industry", "industry.research")
    assert isinstance(denied, Deny)
    assert denied.reasons[0].code == "purpose.not_granted"


def test_a_purpose_outside_the_vocabulary_is_denied_with_the_vocabulary() -> None:
    denied = known("curiosity", DAY)

    assert isinstance(denied, Deny)
    assert "industry.research" in denied.reasons[0].allowed
    assert "curiosity" not in denied.reasons[0].message


@pytest.mark.parametrize(
    ("role", "act", "allowed"),
    [
        (Role.CLIENT, Act.QUERY_ASK, True),
        (Role.CLIENT, Act.CATALOGUE_READ, True),
        (Role.CLIENT, Act.GRANT_SIGN, False),
        (Role.READER, Act.QUERY_ASK, False),
        (Role.READER, Act.EVIDENCE_READ, True),
        (Role.AUDITOR, Act.RECEIPT_READ, True),
        (Role.AUDITOR, Act.QUERY_ASK, False),
        (Role.PROVIDER, Act.REQUEST_DECIDE, True),
        (Role.PROVIDER, Act.GRANT_SIGN, False),
        (Role.AUTHORITY, Act.GRANT_REVOKE, True),
        (Role.AUTHORITY, Act.QUERY_ASK, False),
    ],
)
def test_roles_permit_what_the_table_says_and_nothing_else(role: Role, act: Act, allowed: bool) -> None:
    assert isinstance(may(role, act), Permit) is allowed
