"""Authorisations of operation, and what is owed a registration by them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catalog.clocks import running
from catalog.registration import coding, standing, terms
from catalog.registration.authorisations import authorisations, in_operation
from catalog.registration.ending import end
from catalog.registration.errors import RegistrationRefused, UnknownRegistration
from catalog.store import writing
from catalog.store.tables.registration import registration_sources
from tests.catalog.registration.bureau import (
    NOW,
    TODAY,
    Bureau,
    at,
    code,
)


def codes_of(refused: pytest.ExceptionInfo[RegistrationRefused]) -> list[str]:
    return [reason.code for reason in refused.value.denial.reasons]


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"ends_on": date(2031, 7, 1)}, ["registration.authorisation.term"]),
        ({"ends_on": date(2026, 6, 30)}, ["registration.authorisation.term"]),
        ({"mode": "随意"}, ["registration.authorisation.mode"]),
        ({"operator_code": "91990100"}, ["registration.code_of_party"]),
        ({"datasets": ("civil.none",)}, ["registration.authorisation.scope"]),
        ({"datasets": ()}, ["registration.authorisation.scope"]),
        (
            {"body_code": "x", "mode": "y", "ends_on": date(2040, 1, 1)},
            [
                "registration.authorisation.term",
                "registration.authorisation.mode",
                "registration.code_of_party",
            ],
        ),
    ],
)
def test_an_authorisation_is_recorded_whole_or_refused_with_every_reason(
    bureau: Bureau, more: dict[str, object], reasons: list[str]
) -> None:
    with writing(bureau.engine) as connection:
        with pytest.raises(RegistrationRefused) as refused:
            bureau.authorise(connection, "civil.people", **more)
        assert authorisations(connection) == ()
    assert codes_of(refused) == reasons


def test_five_years_to_the_day_may_be_authorised_and_an_older_agreement_longer(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2031, 6, 30))
        bureau.authorise(connection, "civil.homes", starts_on=date(2022, 1, 1), ends_on=date(2031, 12, 31))
        assert set(in_operation(connection, date(2031, 6, 30))) == {"civil.people", "civil.homes"}
        assert set(in_operation(connection, date(2031, 7, 1))) == {"civil.homes"}


def test_standing_counts_what_is_in_operation_and_names_what_is_not_registered(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        nothing = standing.standing(connection, TODAY)
        bureau.authorise(connection, "civil.people", "civil.homes")
        bureau.register(connection, "civil.people")
        bureau.apply_product(connection, "living-check", ["civil.people"])
        now = standing.standing(connection, date(2026, 7, 20))
        expired = standing.standing(connection, date(2029, 7, 17))
        window = standing.standing(connection, date(2029, 6, 1))
    assert (nothing.authorised, nothing.share, nothing.unregistered) == (0, None, ())
    assert (now.authorised, now.registered) == (3, 1)
    assert now.unregistered == ("civil.homes", "living-check")
    assert now.owed == ("civil.homes",)
    assert dict(now.by_state) == {"applied": 1, "none": 1, "registered": 1}
    assert now.to_document()["share"] == 0.3333
    # Nobody has marked it yet: a day past its term it is not counted all the same.
    assert dict(expired.by_state) == {"applied": 1, "lapsed": 1, "none": 1}
    assert [(each.name, each.valid_until) for each in window.expiring] == [
        ("civil.people", date(2029, 7, 16))
    ]
    assert now.expiring == expired.expiring == ()


def test_what_is_no_longer_in_operation_is_no_longer_owed(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        agreed = bureau.authorise(connection, "civil.people")
        assert terms.watch(connection, NOW) == ("civil.people",)
        assert terms.watch(connection, NOW) == ()
        end(connection, agreed, reason="运营机构退出", by="赵六", now=NOW)
        assert terms.watch(connection, NOW) == ()
        (clock,) = running.clocks_of(connection, terms.of("civil.people"))
        assert clock.state == "cancelled"
        assert standing.standing(connection, TODAY).authorised == 0
        with pytest.raises(UnknownRegistration):
            end(connection, agreed, reason="again", by="赵六", now=NOW)


def test_what_lapses_in_operation_is_owed_anew(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2031, 6, 30))
        of = bureau.register(connection, "civil.people")
        assert of.valid_until is not None
        after = at(of.valid_until + timedelta(days=1))
        coding.lapse(connection, after)
        assert terms.watch(connection, after) == ("civil.people",)
        clock = running.clocks_of(connection, terms.of("civil.people"), open_only=True)[0]
    assert clock.received_on == date(2029, 7, 17)


def test_a_product_of_another_operator_is_not_in_operation(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", operator_code=code(77, "91"))
        bureau.apply_product(connection, "living-check", ["civil.people"])
        assert standing.standing(connection, TODAY).unregistered == ("civil.people",)
        sources = connection.execute(select(registration_sources.c.dataset)).scalars().all()
    assert sources == ["civil.people"]
