"""A registration for operation stands no longer than its authorisation, also where that ends early."""

from __future__ import annotations

from datetime import date

from catalog.registration import coding, ending, rows, standing
from catalog.store import writing
from tests.catalog.registration.bureau import Bureau, at, events

EARLY = date(2027, 3, 1)


def test_the_early_end_of_an_authorisation_ends_the_term_of_what_rests_on_it(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        agreed = bureau.authorise(connection, "civil.people", "civil.homes")
        before = bureau.register(connection, "civil.people").valid_until
        (cut,) = ending.end(connection, agreed, reason="运营机构退出", by="赵六", now=at(EARLY))
        assert (cut.name, cut.before, cut.after) == ("civil.people", before, date(2027, 2, 28))
        assert rows.registration(connection, "civil.people").valid_until == date(2027, 2, 28)
        assert coding.lapse(connection, at(EARLY)) == ("civil.people",)
        assert standing.state_of(connection, "civil.people") == "lapsed"
    assert events(bureau.engine, "catalog:registered:shorten") == ["catalog:registered:shorten"]


def test_a_second_authorisation_bears_the_term_as_long_as_it_lasts(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        first = bureau.authorise(connection, "civil.people")
        bureau.authorise(
            connection, "civil.people", agreement="云数授〔2026〕2号", ends_on=date(2027, 12, 31)
        )
        bureau.register(connection, "civil.people")
        (cut,) = ending.end(connection, first, reason="运营机构退出", by="赵六", now=at(EARLY))
        assert cut.after == date(2027, 12, 31)
        assert coding.lapse(connection, at(EARLY)) == ()


def test_what_was_registered_of_ones_own_accord_keeps_its_term(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        agreed = bureau.authorise(connection, "civil.people", starts_on=date(2026, 12, 1))
        assert ending.end(connection, agreed, reason="运营机构退出", by="赵六", now=at(EARLY)) == ()
        assert rows.registration(connection, "civil.people").valid_until == of.valid_until
