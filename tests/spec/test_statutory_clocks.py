"""Working-day clocks as tables: a day of receipt and a count, and the day something is due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from policies.clocks import (
    Due,
    StillPaused,
    calendar,
    deadline,
    due,
    due_by,
    local_date,
    workdays_between,
)
from policies.rulebook import RuleError

# received, working days -> due. The day of receipt does not count (Civil Code Art 201).
DUE_DAYS = """
2026-09-24  1  2026-09-28   Mid-Autumn 25–27 September is off
2026-09-24  5  2026-10-09   National Day 1–7 October is off
2026-09-24 10  2026-10-15   Saturday 10 October is worked in exchange
2026-09-24 20  2026-10-29
2026-09-18  1  2026-09-20   Sunday 20 September is worked in exchange
2026-02-13  1  2026-02-14   Saturday before the Spring Festival is worked
2026-02-14  1  2026-02-24   Spring Festival 15–23 February is off
2026-05-08  1  2026-05-09   Saturday 9 May is worked
2026-07-03  1  2026-07-06   an ordinary week-end
2025-09-26  1  2025-09-28   Sunday 28 September 2025 is worked
2025-09-30  1  2025-10-09   National Day and Mid-Autumn 1–8 October 2025
2025-01-27  1  2025-02-05   Spring Festival 28 January – 4 February 2025
2024-02-09  1  2024-02-18   Spring Festival 10–17 February 2024, Sunday 18 worked
2024-09-30  5  2024-10-12   National Day 2024, Saturday 12 October worked
2026-09-24  0  2026-09-24   nothing to count
"""


@pytest.mark.parametrize("row", DUE_DAYS.strip().splitlines())
def test_due_days_follow_the_official_calendar(row: str) -> None:
    received, count, expected = row.split()[:3]
    found = due(date.fromisoformat(received), int(count), calendar())
    assert found == Due(date.fromisoformat(expected), provisional=False)


# Days a year is off beside week-ends and days worked on them, as the notices print them.
@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_working_days_of_its_notice(year: int, workdays: int) -> None:
    assert workdays_between(date(year - 1, 12, 31), date(year, 12, 31), calendar()) == workdays


def test_a_day_worked_in_exchange_is_a_weekend_day_and_a_holiday_is_never_worked() -> None:
    known = calendar()
    assert all(day.weekday() >= 5 for day in known.worked)
    assert not known.off & known.worked


@pytest.mark.parametrize(
    ("received", "count", "expected"),
    [
        (date(2026, 12, 31), 1, Due(date(2027, 1, 1), provisional=True)),
        (date(2026, 12, 30), 1, Due(date(2026, 12, 31), provisional=False)),
        (date(2027, 3, 1), 5, Due(date(2027, 3, 8), provisional=True)),
    ],
)
def test_a_count_through_a_year_without_calendar_is_provisional(
    received: date, count: int, expected: Due
) -> None:
    assert due(received, count, calendar()) == expected


def test_the_clock_pauses_while_something_is_owed() -> None:
    received, paused = date(2026, 7, 1), [(date(2026, 7, 2), date(2026, 7, 7))]
    assert due(received, 2, calendar()).date == date(2026, 7, 3)
    assert due(received, 2, calendar(), paused).date == date(2026, 7, 9)


def test_a_pause_without_end_has_no_due_day() -> None:
    with pytest.raises(StillPaused):
        due(date(2026, 7, 1), 5, calendar(), [(date(2026, 7, 3), None)])


# rule -> working days, nationally on 1 October 2026
DEADLINES = """
catalogue_update 10
catalogue_update_extension 5
catalogue_review 2
answer_unconditional 1
answer_conditional 10
answer_extension 10
supply 20
correction_answer 10
registration_acceptance 3
registration_supplement 10
registration_review 20
registration_notice 10
"""


@pytest.mark.parametrize("row", DEADLINES.strip().splitlines())
def test_deadlines_are_those_of_the_law_and_say_where_they_come_from(row: str) -> None:
    name, workdays = row.split()
    found = deadline(name, date(2026, 10, 1))
    assert found.workdays == int(workdays)
    assert found.source
    assert found.confidence
    assert found.place == "national"


def test_a_request_received_before_the_holidays_is_answered_after_them() -> None:
    assert due_by("answer_conditional", date(2026, 9, 24)) == Due(date(2026, 10, 15), provisional=False)


def test_a_local_rule_holds_in_its_place_only() -> None:
    on = date(2026, 10, 1)
    assert deadline("demand_confirmation", on, "310000").workdays == 15
    with pytest.raises(RuleError):
        deadline("demand_confirmation", on)
    assert deadline("supply", on, "310000").place == "national"


def test_no_rule_is_in_force_before_its_first_day() -> None:
    with pytest.raises(RuleError):
        deadline("supply", date(2025, 7, 31))


# instant (UTC) -> day in Asia/Shanghai
@pytest.mark.parametrize(
    ("hour", "day"), [(0, date(2026, 9, 24)), (15, date(2026, 9, 24)), (16, date(2026, 9, 25))]
)
def test_days_are_those_of_shanghai(hour: int, day: date) -> None:
    assert local_date(datetime(2026, 9, 24, hour, 0, tzinfo=UTC)) == day


def test_an_instant_without_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 9, 24))
