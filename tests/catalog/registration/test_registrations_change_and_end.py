"""What stands is changed, amended, renewed, ended, or lapses."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.clocks import running
from catalog.registration import coding, filing, rows, standing, terms
from catalog.registration.eligibility import Filing
from catalog.registration.errors import RegistrationRefused
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store import writing
from policies.machine import Office
from tests.catalog.registration.bureau import (
    CITIZEN,
    DEPARTMENT,
    FORM,
    NOW,
    STEWARD,
    Bureau,
    at,
)


def codes_of(refused: pytest.ExceptionInfo[RegistrationRefused]) -> list[str]:
    return [reason.code for reason in refused.value.denial.reasons]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.FIRST])
def test_what_does_not_stand_is_not_changed_amended_renewed_or_deregistered(
    bureau: Bureau, kind: Kind
) -> None:
    with writing(bureau.engine) as connection:
        for filed in (False, True):
            if filed:
                bureau.apply(connection, "civil.people")
            given = Filing(kind, Object.RESOURCE, "civil.people", {}, ground="lost")
            with pytest.raises(RegistrationRefused) as refused:
                filing.apply(connection, given, STEWARD, NOW)
            assert codes_of(refused) == ["registration.standing"]


def test_a_change_says_what_is_different_and_replaces_what_is_registered(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        later = at(date(2026, 9, 1))
        with pytest.raises(RegistrationRefused) as same:
            bureau.about(
                connection, "civil.people", Kind.CHANGE, later, form={"storage_place": FORM["storage_place"]}
            )
        case = bureau.about(
            connection,
            "civil.people",
            Kind.CHANGE,
            later,
            form={"storage_place": "新机房", "data_name": "人口"},
        )
        with pytest.raises(RegistrationRefused) as pending:
            bureau.about(connection, "civil.people", Kind.CHANGE, later)
        with pytest.raises(RegistrationRefused) as other_code:
            bureau.code(connection, bureau.to_notice(connection, case, later), code="NDR-000777")
        after = bureau.code(connection, case, query_code="Q-000777")
    assert codes_of(same) == ["registration.no_change"]
    assert codes_of(pending) == ["registration.pending"]
    assert codes_of(other_code) == ["registration.code.kept"]
    assert (after.title, after.code, after.query_code) == ("人口", of.code, "Q-000777")
    assert after.to_document()["content"]["storage_place"] == "新机房"
    assert after.valid_until == of.valid_until


def test_an_interested_party_may_ask_for_an_amendment_and_for_nothing_else(bureau: Bureau) -> None:
    later = at(date(2026, 9, 1))
    with writing(bureau.engine) as connection:
        bureau.register(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as nameless:
            bureau.about(connection, "civil.people", Kind.AMENDMENT, later, CITIZEN)
        with pytest.raises(RegistrationRefused) as change:
            bureau.about(connection, "civil.people", Kind.CHANGE, later, CITIZEN, applicant_name="王五")
        case = bureau.about(connection, "civil.people", Kind.AMENDMENT, later, CITIZEN, applicant_name="王五")
        assert (case.applicant_name, case.applicant_code, case.office) == ("王五", "", "party")
        after = bureau.code(connection, bureau.to_notice(connection, case, later))
    assert codes_of(nameless) == ["registration.unnamed"]
    assert codes_of(change) == ["registration.applicant"]
    assert after.registrant_code == DEPARTMENT.code


def test_a_deregistration_rests_on_a_ground_and_drops_what_was_pending(bureau: Bureau) -> None:
    later = at(date(2026, 9, 1))
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        for ground, citation in ((None, None), ("无用", None), ("other", None)):
            with pytest.raises(RegistrationRefused) as refused:
                bureau.about(
                    connection, "civil.people", Kind.DEREGISTRATION, later, ground=ground, citation=citation
                )
            assert codes_of(refused) == ["registration.ground"]
        change = bureau.about(connection, "civil.people", Kind.CHANGE, later)
        case = bureau.about(connection, "civil.people", Kind.DEREGISTRATION, later, ground="lost")
        after = bureau.code(connection, bureau.to_notice(connection, case, later))
        assert rows.application(connection, change.id).state == "dropped"
        assert running.clocks_of(connection, terms.of(change.id), open_only=True) == ()
        assert standing.state_of(connection, "civil.people") == "deregistered"
        bureau.apply(connection, "civil.people", at(date(2026, 10, 20)))
        assert standing.state_of(connection, "civil.people") == "applied"
    assert (after.state, after.code) == ("deregistered", of.code)


def test_a_renewal_needs_an_authorisation_that_lasts_longer(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2027, 6, 30))
        of = bureau.register(connection, "civil.people")
        assert of.valid_until == date(2027, 6, 30)
        window = at(date(2027, 6, 1))
        with pytest.raises(RegistrationRefused) as refused:
            bureau.about(connection, "civil.people", Kind.RENEWAL, window)
        bureau.authorise(connection, "civil.people", starts_on=date(2027, 6, 1), ends_on=date(2028, 5, 31))
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, window)
        after = bureau.code(connection, bureau.to_notice(connection, case, window))
    assert codes_of(refused) == ["registration.renewal.bound"]
    assert after.valid_until == date(2028, 5, 31)


def test_a_late_end_of_term_is_refused_and_lapsing_needs_nobody(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as refused:
            coding.end_of_term(connection, of.id, Actor("clock", Office.CLOCK), NOW)
    assert codes_of(refused) == ["registration.not_over"]
