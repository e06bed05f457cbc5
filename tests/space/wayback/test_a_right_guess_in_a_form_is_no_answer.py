"""Whoever writes a whole value over a masked one learns nothing by it: right and wrong are told alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.forms import corrections
from space.errors import Refused
from space.wayback.forms.admission import admit
from space.wayback.forms.filling import Filled, Submission, submit
from tests.space.wayback.conftest import EAST, Town
from tests.space.wayback.test_forms_keep_what_deliveries_keep import FORM


def prepare(town: Town) -> None:
    town.publish(town.population, town.residents(EAST, EAST))
    admit(town.engine, replace(FORM, code="GUESS-01"), by="王敏", now=town.now)


@pytest.fixture
def street(settle: Any, tmp_path: Any) -> Iterator[Town]:
    town = settle("guessing", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def handed_in(town: Town, number: int, *, why: str = "本人来电", **values: str) -> Submission:
    reasons = dict.fromkeys(values, why) if why else {}
    sheet = Filled("GUESS-01", "2026-09", "street", town.person(number), values, reasons)
    return submit(town.home, town.engine, sheet, by="王五", now=town.later())


def counts(made: Submission) -> tuple[int, ...]:
    return made.kept, made.corrected, made.added, made.computed, len(made.challenges)


def test_a_right_guess_of_a_masked_value_is_counted_and_sent_like_a_wrong_one(street: Town) -> None:
    right = handed_in(street, 1, tel="13900000001")
    wrong = handed_in(street, 2, tel="13912345678")

    assert counts(right) == counts(wrong)
    assert right.corrected == 1


def test_a_right_guess_needs_its_reason_like_a_wrong_one(street: Town) -> None:
    for value in ("13900000001", "13912345678"):
        with pytest.raises(Refused) as refused:
            handed_in(street, 1, why="", tel=value)
        assert {reason.code for reason in refused.value.decision.reasons} == {"correction.reason"}


def test_what_was_shown_whole_and_whom_the_sheet_is_about_are_no_guess(street: Town) -> None:
    made = handed_in(street, 1, why="", full_name="居民1", card=street.person(1))
    assert (made.corrected, made.challenges) == (0, ())


def test_a_challenge_by_a_form_names_the_submission_it_came_from(street: Town) -> None:
    made = handed_in(street, 1, full_name="居民一")
    with reading(street.engine) as connection:
        case = connection.execute(select(corrections)).one()
    assert (case.id, case.origin) == (made.challenges[0], made.id)
