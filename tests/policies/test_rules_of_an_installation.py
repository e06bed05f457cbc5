"""Rule files an installation lays over the shipped ones, and what a calendar that comes late changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from policies import rulebook
from policies.clocks import Due, calendar, due_by
from policies.rulebook import RuleError, lay_over, places, rule

NOTICE = """
rules:
  - name: "2027"
    value:
      off: [[2027-01-01, 2027-01-03], [2027-02-05, 2027-02-11]]
      worked: [2027-01-30, 2027-02-20]
    source: a notice made up for this test
    valid_from: 2026-11-10
    confidence: test
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A folder of rules laid over the shipped ones."""
    folder = tmp_path / "rules"
    folder.mkdir()
    former = rulebook._Overlay.folder
    lay_over(folder)
    yield folder
    lay_over(former)


def test_a_calendar_of_the_installation_makes_a_due_day_firm(own: Path) -> None:
    assert due_by("catalogue_update", date(2026, 12, 28)) == Due(date(2027, 1, 11), provisional=True)
    (own / "holidays.yaml").write_text(NOTICE, encoding="utf-8")
    # 29, 30, 31 December; 4–8, 11 and 12 January.
    assert due_by("catalogue_update", date(2026, 12, 28)) == Due(date(2027, 1, 12), provisional=False)
    assert not calendar().is_workday(date(2027, 2, 5))
    assert calendar().is_workday(date(2027, 1, 30))


def test_without_a_folder_the_shipped_rules_hold(own: Path) -> None:
    (own / "holidays.yaml").write_text(NOTICE, encoding="utf-8")
    assert 2027 in calendar().years
    lay_over(None)
    assert 2027 not in calendar().years


def test_a_rule_of_the_installation_goes_before_a_shipped_one_as_new_as_it(own: Path) -> None:
    def own_review(value: int, since: str) -> None:
        row = (
            f"{{name: catalogue_review, value: {value}, valid_from: {since}, source: 本市, confidence: read}}"
        )
        (own / "deadlines.yaml").write_text(f"rules:\n  - {row}\n", encoding="utf-8")

    own_review(1, "2025-08-01")
    assert rule("deadlines", "catalogue_review", date(2026, 11, 2)).value == 1
    assert rule("deadlines", "catalogue_update", date(2026, 11, 2)).value == 10
    own_review(3, "2020-01-01")
    assert rule("deadlines", "catalogue_review", date(2026, 11, 2)).value == 2
    own_review(3, "2026-11-03")
    assert rule("deadlines", "catalogue_review", date(2026, 11, 2)).value == 2
    assert rule("deadlines", "catalogue_review", date(2026, 11, 3)).value == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [", "cannot be read as YAML"),
        ("- 1", "holds no rows"),
        ("rules:\n  - {name: a, value: 1}", "a row lacks source, valid_from, confidence"),
        (
            "rules:\n  - {name: a, value: 1, source: s, valid_from: soon, confidence: x}",
            "valid_from of a is no day",
        ),
    ],
)
def test_a_faulty_file_is_named_with_what_is_wrong(own: Path, text: str, says: str) -> None:
    path = own / "deadlines.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=says) as told:
        rule("deadlines", "catalogue_review", date(2026, 11, 2))
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    ("former", "later", "says"),
    [
        ("[2027-02-05, 2027-02-11]", "[2027-02-11, 2027-02-05]", "ends before it begins"),
        ("2027-01-30, ", "2027-01-29, ", "2027-01-29 is worked in exchange"),
        ("2027-01-30, ", "2027-02-06, ", "2027-02-06 is worked in exchange"),
        ("2027-01-30, ", "soon, ", "write YYYY-MM-DD"),
        ("2027-01-30, ", "2037-01-31, ", "lies in another year"),
        ("worked:", "works:", "write off"),
    ],
)
def test_a_faulty_calendar_is_refused(own: Path, former: str, later: str, says: str) -> None:
    (own / "holidays.yaml").write_text(NOTICE.replace(former, later), encoding="utf-8")
    with pytest.raises(RuleError, match=says):
        calendar()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("national", ("national",)),
        ("310000", ("310000", "national")),
        ("140581", ("140581", "140500", "140000", "national")),
        ("140581001", ("140581001", "140581", "140500", "140000", "national")),
        ("110101", ("110101", "110100", "110000", "national")),
    ],
)
def test_the_rules_of_those_above_hold_in_a_place(place: str, expected: tuple[str, ...]) -> None:
    assert places(place) == expected
