"""Urgency and due days of faulty data as tables: a breach and a share in, a grade and a day out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from catalog.rectification.cases import due_of
from catalog.rectification.opening import urgency_of
from contracts.model import Action
from policies.clocks import due_by
from policies.rulebook import RULES, rules

# what the breach does, items that fail, items evaluated -> urgency. One grade higher from 5 % on.
URGENCY = """
warn        1    1000  general
warn       49    1000  general
warn       50    1000  important
warn     1000    1000  important
quarantine  1    1000  important
quarantine 50    1000  urgent
stop        1    1000  urgent
stop      999    1000  urgent
warn        0       0  general
"""


@pytest.mark.parametrize("row", URGENCY.strip().splitlines())
def test_urgency_follows_the_breach_and_its_share(row: str) -> None:
    action, failing, evaluated, expected = row.split()

    assert urgency_of(Action(action), int(failing), int(evaluated), date(2026, 9, 24)) == expected


# found at (Shanghai), urgency -> due. The day on which it is found does not count (Civil Code Art 201).
DUE = """
2026-09-24T16:00  general    2026-10-15  Mid-Autumn and National Day are off, Saturday 10 October is worked
2026-09-24T16:00  important  2026-10-09
2026-09-24T16:00  urgent     2026-09-30
2026-09-25T23:59  urgent     2026-09-30  found on a holiday: the first working day after it is the first
2026-09-18T09:00  urgent     2026-09-22  Sunday 20 September is worked
2026-02-13T09:00  urgent     2026-02-25  Saturday 14 February is worked, Spring Festival 15–23 February is off
2026-11-21T12:00  general    2026-12-04  an ordinary Saturday
2025-09-26T09:00  important  2025-10-10  Sunday 28 September is worked, 1–8 October 2025 is off
"""


@pytest.mark.parametrize("row", DUE.strip().splitlines())
def test_a_case_is_due_in_working_days(row: str) -> None:
    found, urgency, expected = row.split()[:3]

    due, words = due_of(urgency, datetime.fromisoformat(f"{found}+08:00"))

    assert (due.date, due.provisional) == (date.fromisoformat(expected), False)
    assert f"rectification_{urgency}" in words
    assert "confidence" in words


def test_a_due_day_in_a_year_without_a_calendar_is_provisional() -> None:
    due, _ = due_of("general", datetime(2026, 12, 28, 4, tzinfo=UTC))

    assert due.provisional


def test_the_evening_in_utc_is_the_next_day_in_shanghai() -> None:
    late, _ = due_of("urgent", datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    early, _ = due_of("urgent", datetime(2026, 11, 23, 15, 59, tzinfo=UTC))

    assert (early.date, late.date) == (date(2026, 11, 26), date(2026, 11, 27))


# published on, last day for an objection
WINDOWS = """
2026-10-08  2026-10-21  Saturday 10 October is worked
2026-04-01  2026-04-16  Qingming 4–6 April is off
"""


@pytest.mark.parametrize("row", WINDOWS.strip().splitlines())
def test_an_evaluation_may_be_contested_for_ten_working_days(row: str) -> None:
    published, until = row.split()[:2]

    assert due_by("evaluation_contest", date.fromisoformat(published)).date == date.fromisoformat(until)


def test_every_rule_of_rectification_names_its_source_and_confidence() -> None:
    assert (RULES / "rectification.yaml").is_file()
    found = rules("rectification", date(2026, 9, 24))
    assert {rule.name for rule in found} == {"urgency", "escalation_share", "workbook_rows"}
    # None of them is a statute's, and none may claim to be.
    assert {rule.confidence for rule in found} == {"policy"}
    own = [
        r for r in rules("deadlines", date(2026, 9, 24)) if r.name.startswith(("rectification", "evaluation"))
    ]
    assert len(own) == 5
    assert {rule.confidence for rule in own} == {"policy"}
