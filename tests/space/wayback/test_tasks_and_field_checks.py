"""Tasks of a street's people: handed over with dates, done by a stand-in, checked at the door."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.event import listen, remove

from catalog.store import reading, writing
from catalog.store.tables.grassroots import base_task_moves
from policies.clocks import local_date
from space.errors import Refused, Unknown
from space.wayback.grassroots import handing, stand_ins, tasks, verifying
from space.wayback.grassroots.judging import Acting
from space.wayback.grassroots.keeping import close_in
from space.wayback.grassroots.tasks import Task
from space.wayback.grassroots.verifying import Found
from tests.space.wayback.conftest import Town
from tests.space.wayback.ledger_town import PHONE, person, prepare


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def today(town: Town) -> date:
    return local_date(town.now)


def door(town: Town, person_: str = "王芳") -> Task:
    """A field check of the household of residents 1 and 2."""
    home = person(town, 1).household
    due = today(town) + timedelta(days=10)
    return verifying.open_check(
        town.engine, "street", home, person=person_, due_on=due, by="主任", now=town.now
    )


def who_has(town: Town, task: Task, day: date) -> str:
    with reading(town.engine) as connection:
        return tasks.task(connection, task.id, day).person


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_a_task_that_is_handed_over_for_some_days_goes_back(street: Town) -> None:
    task, day = door(street), today(street)
    handing.hand_over(
        street.engine, "street", "王芳", "李雷", first_on=day + timedelta(days=2),
        last_on=day + timedelta(days=4), reason="培训", by="主任", now=street.now,
    )  # fmt: skip

    assert [who_has(street, task, day + timedelta(days=n)) for n in (0, 1, 2, 4, 5)] == [
        "王芳", "王芳", "李雷", "李雷", "王芳",
    ]  # fmt: skip


def test_a_task_that_is_handed_over_for_good_stays(street: Town) -> None:
    task, day = door(street), today(street)
    done = handing.hand_over(
        street.engine, "street", "王芳", "李雷", first_on=day, reason="调岗", by="主任", now=street.now
    )

    assert [one.id for one in done] == [task.id]
    assert who_has(street, task, day + timedelta(days=200)) == "李雷"
    with reading(street.engine) as connection:
        assert [move.person for move in tasks.moves(connection, task.id)] == ["王芳", "李雷"]


def test_only_named_tasks_of_the_giver_are_handed_over(street: Town) -> None:
    task, others = door(street), door(street, "赵平")

    with pytest.raises(Unknown):
        handing.hand_over(
            street.engine, "street", "王芳", "李雷", first_on=today(street), tasks=[others.id],
            reason="调岗", by="主任", now=street.now,
        )  # fmt: skip
    assert who_has(street, task, today(street)) == "王芳"


@pytest.mark.parametrize(("first", "last"), [(-1, None), (3, 2)])
def test_days_that_are_over_or_out_of_order_are_refused(street: Town, first: int, last: int | None) -> None:
    door(street)
    day = today(street)
    with pytest.raises(Refused) as refused:
        handing.hand_over(
            street.engine, "street", "王芳", "李雷", first_on=day + timedelta(days=first), reason="x",
            last_on=None if last is None else day + timedelta(days=last), by="主任", now=street.now,
        )  # fmt: skip

    assert codes(refused) == {"grassroots.task.days"}


def test_nobody_else_closes_a_task_and_a_stand_in_does(street: Town) -> None:
    task = door(street)
    with pytest.raises(Refused) as refused:
        handing.finish(street.engine, "street", task.id, by="李雷", now=street.now, outcome={})
    assert codes(refused) == {"grassroots.task.other"}

    stand_ins.name(
        street.engine,
        "street",
        "王芳",
        "李雷",
        today(street),
        today(street),
        reason="休假",
        by="主任",
        now=street.now,
    )
    assert [one.id for one in tasks.mine(street.engine, "street", "李雷", today(street))] == [task.id]
    done = handing.finish(street.engine, "street", task.id, by="李雷", now=street.now, outcome={})

    assert done.state == "done"
    with pytest.raises(Refused) as again:
        handing.finish(street.engine, "street", task.id, by="李雷", now=street.now, outcome={})
    assert codes(again) == {"grassroots.task.closed"}


def test_a_stand_in_counts_on_the_days_named_and_until_it_is_taken_back(street: Town) -> None:
    day = today(street)
    made = stand_ins.name(
        street.engine,
        "street",
        "王芳",
        "李雷",
        day,
        day + timedelta(days=5),
        reason="休假",
        by="主任",
        now=street.now,
    )

    def covers(on: date) -> frozenset[str]:
        with reading(street.engine) as connection:
            return stand_ins.stands_in_for(connection, "street", "李雷", on)

    assert covers(day) == {"王芳"}
    assert covers(day + timedelta(days=6)) == covers(day - timedelta(days=1)) == frozenset()
    street.later(days=2)
    stand_ins.end(street.engine, made.id, by="主任", now=street.now)
    assert covers(day + timedelta(days=1)) == {"王芳"}
    assert covers(day + timedelta(days=2)) == frozenset()
    with pytest.raises(Unknown):
        stand_ins.end(street.engine, made.id, by="主任", now=street.now)


def test_nobody_stands_in_for_themselves(street: Town) -> None:
    day = today(street)
    with pytest.raises(Refused) as refused:
        stand_ins.name(street.engine, "street", "王芳", "王芳", day, day, reason="x", by="y", now=street.now)

    assert codes(refused) == {"grassroots.stand_in.person"}


def test_a_field_check_shows_the_household_and_its_people(street: Town) -> None:
    task = door(street)

    with reading(street.engine) as connection:
        seen = verifying.door(connection, "street", task.id, "王芳", today(street))

    assert [one.kind for one in seen.records] == ["household", "person", "person"]
    assert seen.checked == frozenset()


def test_what_is_found_at_a_door_becomes_events_and_closes_the_task(street: Town) -> None:
    task, first, second = door(street), person(street, 1), person(street, 2)
    home = first.household

    def report(found: list[Found], *, done: bool) -> Any:
        street.later()
        return verifying.report(
            street.home, street.engine, "street", task.id, found, by="王芳", now=street.now, done=done
        )

    told = {"living_alone": "否", PHONE: "13800000000"}
    report([Found(first.id, "changed", told, "本人告知")], done=False)
    report([Found(second.id, "gone", reason="已迁出"), Found(home, "absent")], done=True)

    assert person(street, 1).cells["living_alone"].source == "task"
    assert person(street, 1).cells[PHONE].disputed
    assert person(street, 2).state == "closed"
    with reading(street.engine) as connection:
        closed = tasks.task(connection, task.id, today(street))
    assert (closed.state, closed.outcome) == ("done", {"absent": 1, "changed": 1, "gone": 1})


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (lambda one, other: [Found(other, "confirmed")], "grassroots.check.record"),
        (lambda one, other: [Found(one, "confirmed"), Found(one, "absent")], "grassroots.check.record"),
        (lambda one, other: [Found(one, "changed")], "grassroots.check.result"),
        (lambda one, other: [Found(one, "gone")], "grassroots.reason"),
    ],
)
def test_a_report_that_does_not_fit_the_door_writes_nothing(street: Town, found: Any, code: str) -> None:
    task, before = door(street), person(street, 1)
    with pytest.raises(Refused) as refused:
        verifying.report(
            street.home, street.engine, "street", task.id, found(before.id, person(street, 3).id),
            by="王芳", now=street.now, done=True,
        )  # fmt: skip

    assert codes(refused) == {code}
    assert person(street, 1) == before
    with reading(street.engine) as connection:
        assert tasks.task(connection, task.id, today(street)).state == "open"


def test_a_task_of_another_body_looks_like_none(street: Town) -> None:
    task = door(street)
    with pytest.raises(Unknown):
        verifying.report(
            street.home, street.engine, "village", task.id, [], by="王芳", now=street.now, done=True
        )
    with reading(street.engine) as connection, pytest.raises(Unknown):
        verifying.door(connection, "village", task.id, "王芳", today(street))
    with pytest.raises(Unknown):
        handing.finish(street.engine, "village", task.id, by="王芳", now=street.now, outcome={})
    assert who_has(street, task, today(street)) == "王芳"


@contextmanager
def meanwhile(town: Town, say: Callable[[], object]) -> Iterator[Connection]:
    """A first teller writes; what a second one says is judged before, and written after."""
    judged = threading.Event()

    def about_to_write(_connection: Connection, options: Mapping[str, Any]) -> None:
        if "ybz_writing" in options and threading.current_thread() is teller:
            judged.set()

    outcome: list[Refused] = []

    def tell() -> None:
        try:
            say()
        except Refused as error:
            outcome.append(error)

    teller = threading.Thread(target=tell)
    listen(town.engine, "set_connection_execution_options", about_to_write)
    try:
        with writing(town.engine) as connection:
            teller.start()
            assert judged.wait(60), "the second teller never came to write"
            yield connection
    finally:
        teller.join(60)
        remove(town.engine, "set_connection_execution_options", about_to_write)
    if outcome:
        raise outcome[0]


def told(town: Town, task: Task, *found: Found) -> Callable[[], object]:
    """What 王芳 says at a door that stays open."""
    return lambda: verifying.report(
        town.home, town.engine, "street", task.id, found, by="王芳", now=town.now, done=False
    )


@pytest.mark.parametrize("result", ["confirmed", "changed", "gone", "absent"])
def test_of_two_tellers_the_second_finds_the_task_closed(street: Town, result: Any) -> None:
    task, one = door(street), person(street, 1)
    values = {"living_alone": "是"} if result == "changed" else {}
    second = told(street, task, Found(one.id, result, values, "已迁出"))

    with pytest.raises(Refused) as refused, meanwhile(street, second) as connection:
        handing.finish_in(connection, "street", task.id, by="王芳", now=street.now, outcome={})

    assert codes(refused) == {"grassroots.task.closed"}
    assert person(street, 1) == one


@pytest.mark.parametrize("result", ["confirmed", "changed", "gone"])
def test_of_two_tellers_the_second_finds_the_record_closed(street: Town, result: Any) -> None:
    task, one = door(street), person(street, 1)
    values = {"living_alone": "是"} if result == "changed" else {}
    second = told(street, task, Found(one.id, result, values, "已迁出"))

    with pytest.raises(Refused) as refused, meanwhile(street, second) as connection:
        close_in(connection, Acting("street", "李雷", street.now), one, "迁往外地")

    assert codes(refused) == {"grassroots.record.closed"}
    left = person(street, 1)
    assert (left.state, left.reason, left.number) == ("closed", "迁往外地", one.number + 1)


def test_of_two_tellers_the_second_finds_the_task_given_away(street: Town) -> None:
    task, one = door(street), person(street, 1)
    second = told(street, task, Found(one.id, "confirmed"))

    move = {"task_id": task.id, "number": 2, "person": "李雷", "first_on": today(street), "reason": "调岗"}
    stamp = {"moved_by": "主任", "moved_at": street.now, "evidence_id": "none"}
    with pytest.raises(Refused) as refused, meanwhile(street, second) as connection:
        connection.execute(insert(base_task_moves).values(**move, **stamp))

    assert codes(refused) == {"grassroots.task.other"}
    assert person(street, 1) == one


def test_an_open_task_is_overdue_the_day_after_its_last(street: Town) -> None:
    task = door(street)
    with reading(street.engine) as connection:
        found = [
            tasks.listing(connection, "street", task.due_on + timedelta(days=n))[0].overdue for n in (0, 1)
        ]
    assert found == [False, True]


def test_a_task_is_not_due_in_the_past_and_has_a_person(street: Town) -> None:
    with pytest.raises(Refused) as refused:
        handing.assign(
            street.engine, "street", "visit", person(street, 1).id, title="走访", person=" ",
            due_on=today(street) - timedelta(days=1), by="主任", now=street.now,
        )  # fmt: skip

    assert codes(refused) == {"grassroots.task.person", "grassroots.task.due"}
