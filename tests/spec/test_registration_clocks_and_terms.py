"""Registration as a table: when each step is due, how long a registration stands, when it may be renewed.

Days are of the installation's rules: 发改数据规〔2025〕26号 and the calendar of the State Council's notices.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from catalog.clocks import running
from catalog.home import Home
from catalog.registration import coding, examining, filing, rows, rulings, standing, terms
from catalog.registration.errors import RegistrationRefused
from catalog.registration.rulings import Kind
from catalog.store import writing
from policies.clocks import due_by
from tests.catalog.registration.bureau import CLERK, FORM, STEWARD, Bureau, at

# step, day of receipt -> last day (* = provisional: the calendar of that year is not published)
STEPS = """
first            2026-02-13   2026-03-19    20 working days; Spring Festival 15–23 February, 14 and 28 worked
first            2026-09-24   2026-10-29    over Mid-Autumn and National Day, 10 October worked
first            2026-12-10   2027-01-07*   runs into a year without a calendar
first_stock      2025-03-01   2025-04-14    30 working days for what was in operation before the rule
acceptance       2026-02-13   2026-02-25    3 working days over the Spring Festival
acceptance       2026-09-30   2026-10-10    3 working days over National Day
acceptance       2026-12-30   2027-01-04*
supplement       2026-04-30   2026-05-18    10 working days over Labour Day, Saturday 9 May worked
review           2026-09-18   2026-10-22    20 working days
notice           2026-06-18   2026-07-03    10 working days over the Dragon Boat Festival
notice           2026-12-24   2027-01-07*
objection        2026-09-24   2026-10-15    10 working days, by choice of the installation
"""


@pytest.mark.parametrize("row", STEPS.strip().splitlines())
def test_each_step_is_due_on_the_last_day_of_its_working_days(row: str) -> None:
    step, received, last = row.split()[:3]
    found = due_by(f"registration_{step}", date.fromisoformat(received))
    assert (found.date.isoformat(), found.provisional) == (last.rstrip("*"), last.endswith("*"))


# coded on, last day of the authorisation (- = not in operation) -> last day of the registration
TERMS = """
2026-07-16  -           2029-07-16   three years, the same day of the year
2024-02-29  -           2027-02-28   no such day that year: the month's last
2026-07-16  2028-06-30  2028-06-30   never longer than the authorisation
2026-07-16  2031-07-15  2029-07-16   nor longer than three years
"""


@pytest.mark.parametrize("row", TERMS.strip().splitlines())
def test_a_registration_stands_three_years_and_never_longer_than_its_authorisation(row: str) -> None:
    coded, bound, last = row.split()[:3]
    # The rule of 2025 is asked for every row: an earlier day has none.
    day = max(date.fromisoformat(coded), date(2025, 3, 1))
    found = rulings.years_after(date.fromisoformat(coded), int(rulings.ruled("validity", day).value))
    limit = None if bound == "-" else date.fromisoformat(bound)
    assert min(found, limit or found) == date.fromisoformat(last)
    if day.isoformat() == coded:
        assert rulings.valid_until(day, limit) == date.fromisoformat(last)


# last day, filed on -> may a renewal be filed, and until when it stands then
RENEWALS = """
2029-07-16  2029-05-16  no
2029-07-16  2029-05-17  2032-07-16   sixty days before the last day
2029-07-16  2029-07-16  2032-07-16   the last day itself
2029-07-16  2029-07-17  no
"""


@pytest.mark.parametrize("row", RENEWALS.strip().splitlines())
def test_a_renewal_is_filed_in_the_last_sixty_days(home: Home, engine: Engine, row: str) -> None:
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    bureau.name_registrar()
    last, filed, expected = row.split()[:3]
    with writing(engine) as connection:
        of = bureau.register(connection, "civil.people")
        assert of.valid_until == date.fromisoformat(last)
        day = at(date.fromisoformat(filed))
        if expected == "no":
            with pytest.raises(RegistrationRefused, match="2029-05-17 to 2029-07-16"):
                bureau.about(connection, "civil.people", Kind.RENEWAL, day)
            return
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, day)
        renewed = bureau.code(connection, bureau.to_notice(connection, case, day))
    assert renewed.valid_until == date.fromisoformat(expected)
    assert renewed.code == of.code


# what the entry is -> whether registration is a duty, nationally and in Hainan
DUTIES = """
resource  must        must
product   encouraged  must
service   encouraged  must
"""


@pytest.mark.parametrize("row", DUTIES.strip().splitlines())
def test_what_is_in_operation_must_be_registered_by_national_and_local_rule(row: str) -> None:
    of, nationally, in_hainan = row.split()
    on = date(2026, 10, 1)
    assert rulings.obligatory(rulings.Object(of), on) == (nationally == "must")
    assert rulings.obligatory(rulings.Object(of), on, "460000") == (in_hainan == "must")


def _open(connection: Connection, subject: str) -> dict[str, running.Clock]:
    found = running.clocks_of(connection, terms.of(subject), open_only=True)
    return {clock.rule.removeprefix("registration_"): clock for clock in found}


def _day(text: str) -> datetime:
    return at(date.fromisoformat(text))


def test_the_clock_is_always_with_whoever_owes_the_next_step(home: Home, engine: Engine) -> None:
    """One application over the National Day of 2026, day by day."""
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    bureau.name_registrar()
    with writing(engine) as connection:
        bureau.authorise(connection, "civil.people", starts_on=date(2026, 9, 1))
        terms.watch(connection, _day("2026-09-10"))
        owed = _open(connection, "civil.people")["first"]
        assert (owed.received_on, owed.due_on) == (date(2026, 9, 1), date(2026, 9, 29))
        assert owed.owner == "云州市公安局"

        incomplete = {key: value for key, value in FORM.items() if key != "scenario"}
        case = bureau.apply(connection, "civil.people", _day("2026-09-24"), form=incomplete)
        assert _open(connection, "civil.people")["first"].state == "paused"
        assert _open(connection, case.id)["acceptance"].due_on == date(2026, 9, 30)

        examining.send_back(connection, case.id, [], CLERK, now=_day("2026-09-28"))
        both = _open(connection, case.id)
        assert (both["acceptance"].state, both["supplement"].owner) == ("paused", "云州市公安局")
        assert both["supplement"].due_on == date(2026, 10, 16)

        filing.supplement(connection, case.id, {"scenario": "信贷核验"}, (), STEWARD, _day("2026-10-09"))
        assert list(_open(connection, case.id)) == ["acceptance"]
        # The day of the return stands still already; the day it resumes counts as usual: 9, 10, 12 October.
        assert _open(connection, case.id)["acceptance"].due_on == date(2026, 10, 12)

        examining.accept(connection, case.id, CLERK, now=_day("2026-10-10"))
        assert _open(connection, "civil.people") == {}
        assert _open(connection, case.id)["review"].due_on == date(2026, 11, 6)

        examining.review(connection, case.id, CLERK, now=_day("2026-11-09"))
        assert _open(connection, case.id) == {}
        done = {c.rule: c.on_time for c in running.clocks_of(connection, terms.of(case.id))}
        assert done == {
            "registration_acceptance": True,
            "registration_supplement": True,
            "registration_review": False,
        }
        assert [c.on_time for c in running.clocks_of(connection, terms.of("civil.people"))] == [True]

        published = examining.publish(connection, case.id, CLERK, now=_day("2026-12-24"))
        assert (published.notice_until, published.notice_provisional) == (date(2027, 1, 7), True)


def test_a_first_registration_filed_late_stays_late(home: Home, engine: Engine) -> None:
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    bureau.name_registrar()
    with writing(engine) as connection:
        bureau.authorise(connection, "civil.people", starts_on=date(2026, 6, 1))
        terms.watch(connection, _day("2026-06-01"))
        case = bureau.apply(connection, "civil.people", _day("2026-09-01"))
        examining.accept(connection, case.id, CLERK, now=_day("2026-09-02"))
        (clock,) = running.clocks_of(connection, terms.of("civil.people"))
    assert (clock.state, clock.on_time) == ("done", False)


def test_stock_from_before_the_rule_is_counted_from_its_first_day(home: Home, engine: Engine) -> None:
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    with writing(engine) as connection:
        bureau.authorise(
            connection, "civil.people", starts_on=date(2024, 5, 1), ends_on=date(2028, 4, 30),
        )  # fmt: skip
        terms.watch(connection, _day("2026-06-01"))
        clock = _open(connection, "civil.people")["first_stock"]
    assert (clock.received_on, clock.due_on, clock.workdays) == (date(2025, 3, 1), date(2025, 4, 14), 30)


def test_a_registration_lapses_after_its_last_day_and_once_only(home: Home, engine: Engine) -> None:
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    bureau.name_registrar()
    with writing(engine) as connection:
        of = bureau.register(connection, "civil.people")
        assert of.valid_until is not None
        assert coding.lapse(connection, at(of.valid_until)) == ()
        after = at(of.valid_until + timedelta(days=1))
        assert coding.lapse(connection, after) == ("civil.people",)
        assert coding.lapse(connection, after) == ()
        assert standing.state_of(connection, "civil.people") == "lapsed"


def test_a_renewal_filed_in_its_window_keeps_the_registration_until_it_is_decided(
    home: Home, engine: Engine
) -> None:
    bureau = Bureau(home, engine, home.root)
    bureau.enter("civil.people")
    bureau.name_registrar()
    with writing(engine) as connection:
        of = bureau.register(connection, "civil.people")
        assert of.valid_until is not None
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, at(of.valid_until))
        after = at(of.valid_until + timedelta(days=30))
        assert coding.lapse(connection, after) == ()
        assert rows.registration(connection, of.id).state == "registered"
        filing.withdraw(connection, case.id, STEWARD, reason="不再运营", now=after)
        assert coding.lapse(connection, after) == ("civil.people",)
