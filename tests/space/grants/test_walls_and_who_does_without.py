"""Operators are granted only behind walls, or where two people do without; the doctor says what lacks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog.store import reading, writing
from policies.clocks import local_date
from space import walls
from space.doctor import examine, store_is_current, workers_are_walled_in
from space.errors import Refused
from space.observing.finding import Case

PEOPLE = {"civil.population": ("sex", "district", "income")}


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without Landlock, as a worker would tell it."""
    told = {**walls.standing(), "landlock": False}
    monkeypatch.setattr(walls, "standing", lambda: told)


def _codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


@pytest.mark.usefixtures("no_landlock")
def test_an_operator_is_not_granted_without_a_wall_and_a_department_is(bureau: Any) -> None:
    bureau.permitted(bureau.operator, PEOPLE)
    bureau.permitted(bureau.department, PEOPLE)

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.operator, PEOPLE)

    assert _codes(refused) == {"grant.walls.missing"}
    assert bureau.sign(bureau.department, PEOPLE).state == "in_force"


@pytest.mark.usefixtures("no_landlock")
def test_two_people_may_do_without_a_wall_for_a_time(bureau: Any) -> None:
    bureau.permitted(bureau.operator, PEOPLE)
    day = local_date(bureau.clock())
    with writing(bureau.engine) as connection:
        asked = walls.propose(
            connection,
            reason="kernel renewed in May",
            valid_to=day + timedelta(30),
            by="甲",
            now=bureau.clock(),
        )
        with pytest.raises(Refused) as alone:
            walls.agree(connection, asked.id, by="甲", now=bureau.clock())
        assert not walls.covered(connection, ["landlock"], day)
        walls.agree(connection, asked.id, by="乙", now=bureau.clock())

    assert _codes(alone) == {"walls.same_person"}
    assert bureau.sign(bureau.operator, PEOPLE).state == "in_force"
    with reading(bureau.engine) as connection:
        assert not walls.covered(connection, ["landlock", "seccomp"], day)
        assert not walls.covered(connection, ["landlock"], day + timedelta(31))


@pytest.mark.usefixtures("no_landlock")
def test_a_withdrawn_override_covers_nothing(bureau: Any) -> None:
    bureau.permitted(bureau.operator, PEOPLE)
    day = local_date(bureau.clock())
    with writing(bureau.engine) as connection:
        asked = walls.propose(connection, reason="trial", valid_to=day, by="甲", now=bureau.clock())
        walls.agree(connection, asked.id, by="乙", now=bureau.clock())
        walls.withdraw(connection, asked.id, by="甲", now=bureau.clock())
        with pytest.raises(Refused) as again:
            walls.withdraw(connection, asked.id, by="甲", now=bureau.clock())
        with pytest.raises(Refused) as late:
            walls.agree(connection, asked.id, by="丙", now=bureau.clock())

    assert (_codes(again), _codes(late)) == ({"walls.withdrawn"}, {"walls.not_waiting"})
    with pytest.raises(Refused):
        bureau.sign(bureau.operator, PEOPLE)


def test_an_override_states_what_why_and_for_how_long(bureau: Any) -> None:
    day = local_date(bureau.clock())
    with writing(bureau.engine) as connection, pytest.raises(Refused) as refused:
        walls.propose(
            connection, reason=" ", valid_to=day + timedelta(400), by="甲", now=bureau.clock(), without=()
        )

    assert _codes(refused) == {"walls.none_missing", "walls.no_reason", "walls.term"}


@pytest.mark.usefixtures("no_landlock")
def test_the_doctor_names_the_missing_wall_until_two_people_do_without(bureau: Any) -> None:
    case = Case(bureau.home, bureau.engine, bureau.clock())

    found = workers_are_walled_in(case)
    with writing(bureau.engine) as connection:
        day = local_date(bureau.clock())
        asked = walls.propose(connection, reason="trial", valid_to=day, by="甲", now=bureau.clock())
        walls.agree(connection, asked.id, by="乙", now=bureau.clock())

    assert not found.ok
    assert "missing: landlock" in found.found
    assert workers_are_walled_in(case).ok


def test_the_doctor_finds_a_store_that_lacks_a_table(bureau: Any) -> None:
    case = Case(bureau.home, bureau.engine, bureau.clock())
    assert store_is_current(case).ok

    with writing(bureau.engine) as connection:
        connection.exec_driver_sql("DROP TABLE wall_overrides")

    found = store_is_current(case)
    assert not found.ok
    assert (found.todo, "wall_overrides" in found.found) == ("run `ybz init`", True)


def test_the_doctor_finds_nothing_to_do_in_a_sound_installation(bureau: Any) -> None:
    assert [f.name for f in examine(Case(bureau.home, bureau.engine, bureau.clock())) if not f.ok] == []
