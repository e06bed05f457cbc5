"""Registration by the rules of its place, over the days: what is due, what moves, what runs out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from catalog.clocks import cli as clocks_cli
from catalog.clocks import daily, running
from catalog.clocks.duties import duties
from catalog.clocks.place import set_place
from catalog.clocks.recompute import recompute
from catalog.registration import coding, examining, files, filing, rows, standing, terms
from catalog.registration.cli import register
from catalog.registration.rulings import Kind
from catalog.store import reading, writing
from policies.rulebook import lay_over
from tests.catalog.registration.bureau import (
    CLERK,
    DEPARTMENT,
    NOW,
    REGISTRAR,
    STEWARD,
    TODAY,
    Bureau,
    at,
)

RULES = """
rules:
  - name: registration_notice
    value: 3
    unit: working days
    source: a local rule made up for this test
    valid_from: 2026-01-01
    confidence: test
    place: "460000"
  - name: registration_acceptance
    value: 1
    unit: working days
    source: a local rule made up for this test
    valid_from: 2026-01-01
    confidence: test
    place: "460000"
"""
TERMS = """
rules:
  - {name: validity, value: 1, source: a local rule made up for this test, valid_from: 2026-01-01,
     confidence: test, place: "460000"}
  - {name: renewal_window, value: 10, source: a local rule made up for this test, valid_from: 2026-01-01,
     confidence: test, place: "460000"}
"""
CALENDAR = """
rules:
  - name: "2027"
    value: {off: [[2027-01-01, 2027-01-03], [2027-01-06, 2027-01-07]], worked: []}
    source: a notice made up for this test
    valid_from: 2026-11-10
    confidence: test
"""


@pytest.fixture
def own_rules(bureau: Bureau) -> Iterator[Path]:
    """The rule folder of the installation, laid over the shipped rules as a command does."""
    bureau.home.rules.mkdir(exist_ok=True)
    lay_over(bureau.home.rules)
    yield bureau.home.rules
    lay_over(None)


def _due(connection: Connection, on: date) -> list[tuple[str, str, str | None, str]]:
    return [
        (d.rule, d.owner_code, d.due_on and d.due_on.isoformat(), d.colour.value)
        for d in duties(connection, on)
        if d.subject.startswith("registration:")
    ]


def test_every_term_of_registration_follows_the_rule_of_the_place(bureau: Bureau, own_rules: Path) -> None:
    (own_rules / "deadlines.yaml").write_text(RULES, encoding="utf-8")
    (own_rules / "registration.yaml").write_text(TERMS, encoding="utf-8")
    with writing(bureau.engine) as connection:
        set_place(connection, "460000", valid_from=TODAY, basis="省级部署", by="赵六", now=NOW)
        case = bureau.apply(connection, "civil.people")
        (clock,) = running.clocks_of(connection, terms.of(case.id))
        assert (clock.place, clock.due_on) == ("460000", date(2026, 7, 2))
        noticed = bureau.to_notice(connection, case, NOW)
        assert noticed.notice_until == date(2026, 7, 6)
        of = bureau.code(connection, case)
        assert of.valid_until == date(2027, 7, 7)
        assert standing.standing(connection, date(2027, 6, 26)).expiring == ()
        assert [each.name for each in standing.standing(connection, date(2027, 6, 27)).expiring] == [of.name]
        assert _due(connection, date(2027, 6, 26)) == []
        assert _due(connection, date(2027, 6, 27)) == [
            ("renewal_window", DEPARTMENT.code, "2027-07-07", "yellow")
        ]


def test_a_place_that_makes_products_a_duty_shows_them_as_owed(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people")
        bureau.apply_product(connection, "living-check", ["civil.people"])
        nationally = standing.standing(connection, TODAY).owed
        set_place(connection, "460000", valid_from=TODAY, basis="省级部署", by="赵六", now=NOW)
        assert nationally == ("civil.people",)
        assert standing.standing(connection, TODAY).owed == ("civil.people", "living-check")


def test_whose_turn_it_is_shows_at_every_step(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people")
        terms.watch(connection, NOW)
        assert _due(connection, TODAY) == [("registration_first", DEPARTMENT.code, "2026-07-29", "green")]
        case = bureau.apply(connection, "civil.people")
        paused = ("registration_first", DEPARTMENT.code, None, "grey")
        assert _due(connection, TODAY) == [
            ("registration_acceptance", REGISTRAR.code, "2026-07-06", "green"), paused,
        ]  # fmt: skip
        examining.accept(connection, case.id, CLERK, now=NOW)
        assert _due(connection, TODAY) == [("registration_review", REGISTRAR.code, "2026-07-29", "green")]
        examining.review(connection, case.id, CLERK, now=NOW)
        assert _due(connection, TODAY) == [("registration_notice", REGISTRAR.code, None, "grey")]
        until = examining.publish(connection, case.id, CLERK, now=NOW).notice_until
        assert until is not None
        assert _due(connection, until) == []
        objected = bureau.object(connection, case, at(until))
        assert [line[:2] for line in _due(connection, until)] == [("registration_objection", REGISTRAR.code)]
        assert objected
        filing.withdraw(connection, case.id, STEWARD, reason="暂缓", now=at(until))
        assert terms.watch(connection, at(until)) == ("civil.people",)
        assert [line[0] for line in _due(connection, until)] == ["registration_first"]


def test_a_code_that_has_not_come_is_waited_for_after_the_notice(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        assert case.notice_until is not None
        after = case.notice_until + timedelta(days=1)
        assert _due(connection, after) == [("registration_code", REGISTRAR.code, None, "grey")]
        bureau.code(connection, case)
        assert _due(connection, after) == []


def test_a_renewal_on_its_way_is_not_owed_by_whoever_filed_it(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        opens = at(of.valid_until - timedelta(days=30))
        assert [line[0] for line in _due(connection, opens.date())] == ["renewal_window"]
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, opens)
        assert [line[:2] for line in _due(connection, opens.date())] == [
            ("registration_acceptance", REGISTRAR.code)
        ]
        filing.withdraw(connection, case.id, STEWARD, reason="暂缓", now=opens)
        assert [line[0] for line in _due(connection, opens.date())] == ["renewal_window"]


def test_a_notice_over_the_new_year_moves_with_the_calendar_that_comes(
    bureau: Bureau, own_rules: Path
) -> None:
    late = at(date(2026, 12, 24))
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people", late), late)
        assert (case.notice_until, case.notice_provisional) == (date(2027, 1, 7), True)
        assert recompute(connection, by="赵六", now=late) == ()
    (own_rules / "holidays.yaml").write_text(CALENDAR, encoding="utf-8")
    with writing(bureau.engine) as connection:
        (moved,) = recompute(connection, by="赵六", now=late)
        after = rows.application(connection, case.id)
        assert recompute(connection, by="赵六", now=late) == ()
    assert (moved.subject, moved.before, moved.after) == (
        f"registration:{case.id}", date(2027, 1, 7), date(2027, 1, 12),
    )  # fmt: skip
    assert (after.notice_until, after.notice_provisional) == (date(2027, 1, 12), False)


# --- the day begins ----------------------------------------------------------------------------------------


def test_a_lapse_noticed_late_counts_from_the_day_the_term_was_over(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2031, 6, 30))
        of = bureau.register(connection, "civil.people")
        over = of.valid_until + timedelta(days=1)
        done = daily.begin(connection, by="赵六", now=at(of.valid_until + timedelta(days=40)))
        assert (done.lapsed, done.owed) == (("civil.people",), ("civil.people",))
        assert rows.registration(connection, of.id).ended_on == over
        (clock,) = running.clocks_of(connection, terms.of("civil.people"), open_only=True)
        assert (clock.rule, clock.received_on) == ("registration_first", over)
        assert [each.rule for each in done.red] == ["registration_first"]
        again = daily.begin(connection, by="赵六", now=at(of.valid_until + timedelta(days=40)))
        assert (again.lapsed, again.owed, again.moved, again.settled) == ((), (), (), ())


def test_what_ran_out_and_is_not_marked_yet_is_owed_from_that_day(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", starts_on=date(2024, 5, 1), ends_on=date(2029, 4, 30))
        of = bureau.register(connection, "civil.people")
        bureau.authorise(connection, "civil.people", starts_on=TODAY, ends_on=date(2031, 6, 30))
        over = of.valid_until + timedelta(days=1)
        assert terms.watch(connection, at(over)) == ("civil.people",)
        (clock,) = running.clocks_of(connection, terms.of("civil.people"), open_only=True)
        assert (clock.rule, clock.received_on) == ("registration_first", over)


def test_a_renewal_that_came_to_nothing_ends_the_registration_on_that_day(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, at(of.valid_until))
        failed = of.valid_until + timedelta(days=12)
        filing.withdraw(connection, case.id, STEWARD, reason="不再运营", now=at(failed))
        assert coding.lapse(connection, at(failed + timedelta(days=9))) == ("civil.people",)
        assert rows.registration(connection, of.id).ended_on == failed


def test_the_day_is_begun_by_command(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", starts_on=date(2026, 6, 1))
    first = CliRunner().invoke(clocks_cli.clock, ["day", "--json"])
    again = CliRunner().invoke(clocks_cli.clock, ["day"])
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert json.loads(first.stdout)["first_registration_owed"] == ["civil.people"]
    assert "lapsed: nothing" in again.stdout
    assert "registration_first" in again.stdout


# --- files -----------------------------------------------------------------------------------------------


def test_a_file_that_was_replaced_is_found_and_put_right_by_handing_it_in_again(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        proof = bureau.keep("proof", "赋码回执")
        given = coding.Given(proof, bureau.fresh_code(), bureau.fresh_code())
        assert case.notice_until is not None
        coding.record_code(connection, case.id, given, CLERK, now=at(case.notice_until + timedelta(days=1)))
    place = bureau.home.root / files.FOLDER / proof.digest
    assert place.stat().st_mode & 0o777 == 0o600
    whole = CliRunner().invoke(register, ["files"])
    assert (whole.exit_code, whole.stdout) == (0, "4 of 4 files are as they were handed in\n")
    place.write_text("another one", encoding="utf-8")
    broken = CliRunner().invoke(register, ["files", "civil.people"])
    assert broken.exit_code == 1
    assert "proof proof.txt: is not what was handed in" in broken.stdout
    assert bureau.keep("proof", "赋码回执").digest == proof.digest
    assert files.is_intact(bureau.home, proof.digest)
    with reading(bureau.engine) as connection:
        kept = rows.files_of(connection, case.id)
    assert {each["digest"] for each in kept if each["role"] == "proof"} == {proof.digest}
