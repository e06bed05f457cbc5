"""What must hold before a grant is signed; every rule with what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from policies import odrl
from policies.terms import Mode
from space.calls.jws import SignatureInvalid
from space.errors import Refused, SpaceError
from space.granting.grants import by_id, verify
from space.granting.proposals import TermsUnreadable

PEOPLE = {"civil.population": ("sex", "district", "income")}
TRADE = {"market.firms": ("industry", "capital")}
WEATHER = {"eco.air": ("station", "pm25")}


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    """Every reason of a refusal."""
    return {reason.code for reason in refused.value.decision.reasons}


@pytest.mark.parametrize(
    ("who", "items", "mode"),
    [
        ("operator", PEOPLE, Mode.DP),
        ("operator", TRADE, Mode.THRESHOLD),
        ("operator", WEATHER, Mode.PLAIN),
        ("operator", PEOPLE | WEATHER, Mode.DP),
        ("department", PEOPLE, Mode.THRESHOLD),
        ("department", WEATHER, Mode.PLAIN),
    ],
)
def test_terms_without_a_mode_take_the_strictest_the_rules_ask(
    bureau: Any, who: str, items: dict[str, tuple[str, ...]], mode: Mode
) -> None:
    asks = getattr(bureau, who)
    bureau.permitted(asks, items)

    assert bureau.sign(asks, items).terms.mode is mode


def test_the_agreement_is_odrl_signed_and_names_both_parties(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, PEOPLE)

    agreement = odrl.read(json.loads(held.agreement))

    assert (agreement.kind, agreement.assignee) == ("operation", bureau.operator["code"])
    assert agreement.assigner == "11990100MB0000008X"
    assert agreement.terms == held.terms
    assert held.terms_digest == odrl.terms_digest(held.terms)
    verify(held, bureau.keys.signer.public_raw)


def test_a_department_is_granted_by_the_source_department(bureau: Any) -> None:
    held = bureau.granted(bureau.department, TRADE)

    assert (held.kind, held.grantor) == ("sharing", "11990100MB0000002X")


def test_data_of_two_departments_need_a_named_granting_body(bureau: Any) -> None:
    bureau.permitted(bureau.department, TRADE | WEATHER)

    with pytest.raises(SpaceError, match="name the granting body"):
        bureau.sign(bureau.department, TRADE | WEATHER)


def test_a_changed_agreement_does_not_verify(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, PEOPLE)
    wider = held.agreement.replace('"rightOperand":"1000"', '"rightOperand":"9999"')
    assert wider != held.agreement
    with writing(bureau.engine) as connection:
        connection.execute(update(grants).values(agreement=wider))
    with reading(bureau.engine) as connection:
        changed = by_id(connection, held.id)

    with pytest.raises(SignatureInvalid):
        verify(changed, bureau.keys.signer.public_raw)


def test_signing_leaves_evidence_with_the_digest_of_the_agreement(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, PEOPLE)

    with reading(bureau.engine) as connection:
        entry = connection.execute(
            select(evidence_entries).where(evidence_entries.c.event == "space:grant:sign")
        ).one()

    assert entry.subject == held.id
    assert json.loads(entry.body)["terms"] == held.terms_digest


def test_without_a_permitted_request_nothing_is_granted(bureau: Any) -> None:
    bureau.file(bureau.operator, PEOPLE)  # not answered yet

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.operator, PEOPLE)

    assert codes(refused) == {"grant.request.missing"}


def test_a_request_of_another_organisation_does_not_count(bureau: Any) -> None:
    bureau.permitted(bureau.operator, PEOPLE)
    bureau.file(bureau.other, WEATHER)

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.other, PEOPLE)

    assert codes(refused) == {"grant.request.missing"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": "industry.finance"}, "grant.request.missing"),
        ({"valid_to": "2030-12-01"}, "grant.request.time"),
        ({"valid_from": "2025-01-01", "valid_to": "2026-01-01"}, "grant.time.past"),
        ({"valid_from": "2022-12-30", "valid_to": "2027-12-30"}, "grant.time.too_long"),
        ({"price_fen_per_call": 2001}, "tariff.above_ceiling"),
        ({"mode": "threshold"}, "grant.mode.too_weak"),
        ({"mode": "plain"}, "grant.mode.too_weak"),
        ({"disclosure": {"k": 9}}, "grant.disclosure.too_weak"),
        ({"disclosure": {"dominance_share": 0.6}}, "grant.disclosure.too_weak"),
        ({"disclosure": {"p_percent": 5}}, "grant.disclosure.too_weak"),
        ({"disclosure": {"rounding_base": 4}}, "grant.disclosure.too_weak"),
        ({"budget": {"rho": 0.001, "rho_per_query": 0.01}}, "grant.budget.impossible"),
        ({"joins": ["civil.population.sex = market.firms.industry"]}, "grant.join.not_declared"),
    ],
)
def test_terms_beyond_what_may_be_granted_are_refused(
    bureau: Any, changed: dict[str, Any], code: str
) -> None:
    bureau.permitted(bureau.operator, PEOPLE)

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.operator, PEOPLE, **changed)

    assert codes(refused) == {code}
    assert all(
        reason.allowed or reason.code == "grant.time.past" for reason in refused.value.decision.reasons
    )


def test_a_free_purpose_takes_no_price(bureau: Any) -> None:
    bureau.permitted(bureau.department, TRADE)

    with pytest.raises(Refused, match=r"tariff\.above_ceiling"):
        bureau.sign(bureau.department, TRADE, price_fen_per_call=1)


def test_items_that_were_not_asked_for_are_named_one_by_one(bureau: Any) -> None:
    request = bureau.permitted(bureau.operator, {"civil.population": ("sex",)})

    with pytest.raises(Refused) as refused:
        bureau.sign_under(request, bureau.operator, PEOPLE)

    where = {r.where for r in refused.value.decision.reasons if r.code == "grant.request.item"}
    assert where == {"civil.population.district", "civil.population.income"}


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ({"civil.population": ("name",)}, "grant.column.never"),
        ({"civil.population": ("shoe_size",)}, "grant.column.unknown"),
        ({"civil.population": ()}, "grant.columns.none"),
        ({"civil.nothing": ("a",)}, "grant.dataset.unknown"),
        ({"eco.silent": ("station",)}, "grant.dataset.units_unstated"),
    ],
)
def test_only_columns_with_a_use_in_the_space_are_granted(
    bureau: Any, items: dict[str, tuple[str, ...]], code: str
) -> None:
    request = bureau.permitted(bureau.department, PEOPLE)

    with pytest.raises(Refused) as refused:
        bureau.sign_under(request, bureau.department, items)

    assert code in codes(refused)


@pytest.mark.parametrize(
    ("where", "signed"),
    [
        ("district = '云湖区'", True),
        ("file_number = 'D1' AND sex = '男'", True),  # a filter may name what is not granted
        ("name = '居民1'", False),
        ("district = (SELECT 1)", False),
        ("district = '云湖区' OR", False),
    ],
)
def test_a_row_filter_is_tried_before_it_is_signed(bureau: Any, where: str, signed: bool) -> None:
    bureau.permitted(bureau.department, PEOPLE)
    datasets = [{"name": "civil.population", "columns": ["sex", "district"], "where": where}]

    if signed:
        assert bureau.sign(bureau.department, PEOPLE, datasets=datasets).terms.datasets[0].row_filter == where
    else:
        with pytest.raises(Refused) as refused:
            bureau.sign(bureau.department, PEOPLE, datasets=datasets)
        assert codes(refused) == {"grant.row_filter"}


def test_threshold_terms_have_no_budget_nobody_would_enforce(bureau: Any) -> None:
    bureau.permitted(bureau.department, PEOPLE)

    with pytest.raises(Refused, match=r"grant\.budget\.unused"):
        bureau.sign(bureau.department, PEOPLE, budget={"rho": 0.5})


def test_one_organisation_never_holds_two_modes_over_one_unit_kind(bureau: Any) -> None:
    bureau.permitted(bureau.department, PEOPLE)
    first = bureau.sign(bureau.department, PEOPLE)

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.department, PEOPLE, mode="dp")
    assert codes(refused) == {"grant.mode.mixed"}

    bureau.revoke(first)
    assert bureau.sign(bureau.department, PEOPLE, mode="dp").terms.mode is Mode.DP


def test_stricter_terms_than_the_rules_ask_are_signed(bureau: Any) -> None:
    held = bureau.granted(
        bureau.department, TRADE, mode="threshold", disclosure={"k": 50, "rounding_base": 10}
    )

    assert held.terms.disclosure == replace(held.terms.disclosure, k=50, rounding_base=10)


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": "red"},
        {"calls": -1},
        {"calls": True},
        {"mode": "gentle"},
        {"valid_to": "soon"},
        {"valid_from": "2030-10-01"},
        {"joins": "a.b.c = d.e.f"},
        {"joins": ["a.b.c"]},
        {"disclosure": {"l": 3}},
        {"budget": {"epsilon": 1}},
        {"budget": {"rho": "much"}},
        {"datasets": []},
        {"datasets": ["civil.population"]},
    ],
)
def test_a_terms_file_that_does_not_read_as_terms_is_named_by_its_key(
    bureau: Any, changed: dict[str, Any]
) -> None:
    bureau.permitted(bureau.operator, PEOPLE)

    with pytest.raises(TermsUnreadable):
        bureau.sign(bureau.operator, PEOPLE, **changed)
