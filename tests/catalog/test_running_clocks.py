"""Clocks of duties: what starts, stops, lengthens and ends them, against a counter that knows days only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, func, select

from catalog.clocks import running
from catalog.clocks.place import UnknownPlace, place_on, set_place
from catalog.clocks.running import Clock, ClockError
from catalog.store import reading, writing
from catalog.store.schema import metadata
from catalog.store.tables.clocks import clock_extensions, clock_pauses, clocks, installation_places
from catalog.store.tables.evidence import evidence_entries
from policies.clocks import calendar, due
from policies.rulebook import RuleError

ABOUT = "entry:people.residents"


def at(day: str, hour: int = 9) -> datetime:
    """An instant of a day in Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")


def started(connection: Connection, day: str, rule: str = "catalogue_update", **rest: Any) -> Clock:
    values = {"subject": ABOUT, "owner": "云州市公安局", "owner_code": "A", "words": "update the entry"}
    return running.start(connection, rule=rule, now=at(day), **(values | rest))


def act(connection: Connection, name: str, day: str, **rest: Any) -> Clock:
    more = {"pause": {"reason": "a document is missing", "by": "b"}, "resume": {"by": "b"}}.get(name, {})
    step: Callable[..., Clock] = getattr(running, name)
    return step(connection, subject=ABOUT, rule="catalogue_update", now=at(day), **(more | rest))


def extended(connection: Connection, day: str, **rest: Any) -> Clock:
    given = {"extension": "catalogue_update_extension", "reason": "flood", "approved_by": "数据局"}
    return act(connection, "extend", day, **(given | rest))


# Script of a clock of ten working days, received on the first day -> its due day after the last step.
SCRIPTS = """
2026-09-24                                                          2026-10-15
2026-09-24 pause:2026-09-28 resume:2026-09-29                       2026-10-16  a pause of one working day
2026-09-24 pause:2026-09-25 resume:2026-09-28                       2026-10-15  it held only days off
2026-09-24 pause:2026-09-30 resume:2026-10-08                       2026-10-16  then the holidays
2026-09-24 pause:2026-09-30 resume:2026-09-30                       2026-10-15  paused and resumed on one day
2026-09-24 pause:2026-09-30 resume:2026-09-30 pause:2026-09-30 resume:2026-10-08  2026-10-16  twice on one day
2026-09-24 pause:2026-09-24 resume:2026-09-28                       2026-10-15  paused on the day of receipt
2026-09-24 pause:2026-10-10 resume:2026-10-11                       2026-10-16  Saturday 10 October is worked
2026-09-24 extend:2026-10-15                                        2026-10-22  on its last day
2026-09-24 pause:2026-09-28 resume:2026-09-29 extend:2026-10-08     2026-10-23
2026-12-21                                                          2027-01-04? Monday to Friday, nobody knows
2026-12-10                                                          2026-12-24
2027-03-01                                                          2027-03-15?
"""


@pytest.mark.parametrize("row", SCRIPTS.strip().splitlines())
def test_a_clock_is_due_on_the_day_its_script_says(engine: Engine, row: str) -> None:
    received, *rest = row.split()
    steps = [word.split(":") for word in rest if ":" in word]
    (expected, *_) = [word for word in rest if ":" not in word]
    with writing(engine) as connection:
        clock = started(connection, received)
        for name, day in steps:
            clock = extended(connection, day) if name == "extend" else act(connection, name, day)
    assert clock.due_on == date.fromisoformat(expected.removesuffix("?"))
    assert clock.provisional is expected.endswith("?")


def test_what_comes_a_minute_before_midnight_in_shanghai_is_received_that_day(engine: Engine) -> None:
    with writing(engine) as connection:
        late = running.start(
            connection, subject="a", rule="catalogue_review", owner="o", owner_code="", words="review",
            now=datetime(2026, 9, 24, 15, 59, tzinfo=UTC),
        )  # fmt: skip
        next_day = running.start(
            connection, subject="b", rule="catalogue_review", owner="o", owner_code="", words="review",
            now=datetime(2026, 9, 24, 16, 0, tzinfo=UTC),
        )  # fmt: skip
    assert (late.received_on, late.due_on) == (date(2026, 9, 24), date(2026, 9, 29))
    assert (next_day.received_on, next_day.due_on) == (date(2026, 9, 25), date(2026, 9, 29))


@pytest.mark.parametrize(("done", "on_time"), [("2026-10-15", True), ("2026-10-16", False)])
def test_a_duty_is_on_time_up_to_and_with_its_last_day(engine: Engine, done: str, on_time: bool) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        ended = act(connection, "end", done)
    assert (ended.state, ended.on_time) == ("done", on_time)


def test_a_clock_that_is_ended_while_it_stands_still_is_on_time(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        paused = act(connection, "pause", "2026-09-28")
        assert (paused.state, paused.due_on) == ("paused", None)
        assert act(connection, "end", "2027-05-05").on_time is True


def test_what_was_overdue_before_it_was_paused_stays_late(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        paused = act(connection, "pause", "2026-10-20")
        assert (paused.state, paused.due_on) == ("paused", date(2026, 10, 15))
        assert act(connection, "resume", "2026-10-30").due_on == date(2026, 10, 15)
        assert act(connection, "end", "2026-10-30").on_time is False


def test_a_clock_that_is_overdue_is_not_extended(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        with pytest.raises(ClockError, match="an overdue duty is not extended"):
            extended(connection, "2026-10-16")


def test_a_clock_is_extended_once_by_the_rule_made_for_it_with_an_approver(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        with pytest.raises(ClockError, match="who consented"):
            extended(connection, "2026-09-28", approved_by=" ")
        with pytest.raises(ClockError, match="does not extend catalogue_update"):
            extended(connection, "2026-09-28", extension="answer_extension")
        with pytest.raises(ClockError, match="1 to 5 working days, not 6"):
            extended(connection, "2026-09-28", workdays=6)
        assert extended(connection, "2026-09-28", workdays=2).due_on == date(2026, 10, 19)
        with pytest.raises(ClockError, match="it is extended once"):
            extended(connection, "2026-09-28")


def test_one_clock_of_a_rule_runs_a_subject_and_the_next_after_it(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        with pytest.raises(ClockError, match="runs already"):
            started(connection, "2026-09-25")
        running.cancel(
            connection, subject=ABOUT, rule="catalogue_update", reason="withdrawn", now=at("2026-09-25")
        )
        assert started(connection, "2026-09-28").state == "running"
        assert [clock.state for clock in running.clocks_of(connection, ABOUT)] == ["cancelled", "running"]


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("running", "resume"), ("paused", "pause"), ("paused", "extend"), ("done", "pause"),
        ("done", "resume"), ("done", "end"), ("done", "extend"), ("cancelled", "end"),
        ("none", "pause"), ("none", "end"),
    ],
)  # fmt: skip
def test_a_step_a_clock_is_not_fit_for_is_refused_and_writes_nothing(
    engine: Engine, state: str, name: str
) -> None:
    with writing(engine) as connection:
        if state != "none":
            started(connection, "2026-09-24")
        if state in ("paused", "done"):
            act(connection, {"paused": "pause", "done": "end"}[state], "2026-09-25")
        if state == "cancelled":
            act(connection, "cancel", "2026-09-25", reason="withdrawn")
    before = _everything(engine)
    with writing(engine) as connection, pytest.raises(ClockError, match="no clock catalogue_update is"):
        extended(connection, "2026-09-28") if name == "extend" else act(connection, name, "2026-09-28")
    assert _everything(engine) == before


def test_every_act_on_a_clock_is_evidence_with_its_actor(engine: Engine) -> None:
    with writing(engine) as connection:
        started(connection, "2026-09-24")
        act(connection, "pause", "2026-09-28")
        act(connection, "resume", "2026-09-29")
        extended(connection, "2026-09-29")
        act(connection, "end", "2026-09-30")
        rows = connection.execute(select(evidence_entries.c.event, evidence_entries.c.body)).all()
    bodies = {event.rpartition(":")[2]: json.loads(body) for event, body in rows}
    assert list(bodies) == ["start", "pause", "resume", "extend", "end"]
    assert bodies["extend"]["actor"] == "数据局"
    assert bodies["resume"]["due_on"] == "2026-10-16"
    assert bodies["end"]["on_time"] is True


def test_a_local_rule_goes_before_the_national_one_in_its_place_from_its_day(engine: Engine) -> None:
    with writing(engine) as connection:
        national = started(connection, "2026-11-02", "answer_conditional", subject="request:1")
        set_place(
            connection, "140581", valid_from=date(2026, 11, 3), basis="本市规定", by="a", now=at("2026-11-02")
        )
        assert (place_on(connection, date(2026, 11, 2)), place_on(connection, date(2026, 11, 3))) == (
            "national",
            "140581",
        )
        local = started(connection, "2026-11-03", "answer_conditional", subject="request:2")
        check = started(connection, "2026-11-03", "compliance_check", subject="request:3")
    assert (national.workdays, national.place, national.due_on) == (10, "national", date(2026, 11, 16))
    assert (local.workdays, local.place, local.due_on) == (5, "140581", date(2026, 11, 10))
    assert (check.workdays, check.place) == (2, "140581")
    with writing(engine) as connection, pytest.raises(UnknownPlace, match="no division code"):
        set_place(
            connection, "Shanghai", valid_from=date(2026, 1, 1), basis="x", by="a", now=at("2026-11-02")
        )


def test_a_district_follows_the_rule_of_its_province(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(RuleError, match="demand_confirmation"):
        started(connection, "2026-11-02", "demand_confirmation")
    with writing(engine) as connection:
        set_place(connection, "310115", valid_from=date(2026, 1, 1), basis="x", by="a", now=at("2026-11-02"))
        clock = started(connection, "2026-11-02", "demand_confirmation")
    assert (clock.workdays, clock.place) == (15, "310000")


def _everything(engine: Engine) -> tuple[Any, ...]:
    with reading(engine) as connection:
        events = connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one()
        return events, connection.execute(select(clocks)).all()


# --- against a counter that walks day by day -------------------------------------------------------------

FIRST = date(2025, 12, 20)
# Tables a clock needs; making all of them for every script would take most of the time.
NEEDED = [clocks, clock_pauses, clock_extensions, evidence_entries, installation_places]


def naive(received: date, workdays: int, stops: list[tuple[date, date]]) -> date:
    """Count days one by one: a day counts if it is worked and nobody had stopped the clock on it."""
    known, day = calendar(), received
    while workdays:
        day += timedelta(days=1)
        stopped = any(first <= day < until for first, until in stops)
        if known.is_workday(day) and not stopped:
            workdays -= 1
    return day


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(0, 300), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), max_size=4), st.booleans()
)
def test_any_script_of_pauses_ends_on_the_day_a_naive_counter_finds(
    offset: int, script: list[tuple[int, int]], longer: bool
) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine, tables=NEEDED)
    received = day = FIRST + timedelta(days=offset)
    stops: list[tuple[date, date]] = []
    with engine.begin() as connection:
        clock = started(connection, received.isoformat())
        for wait, still in script:
            day += timedelta(days=wait)
            if clock.due_on is None or day > clock.due_on:
                break
            act(connection, "pause", day.isoformat())
            clock = act(connection, "resume", (day + timedelta(days=still)).isoformat())
            stops.append((day, day + timedelta(days=still)))
            day += timedelta(days=still)
        if longer and clock.due_on is not None and day <= clock.due_on:
            clock = extended(connection, day.isoformat())
        else:
            longer = False
    engine.dispose()
    assert clock.due_on == naive(received, 15 if longer else 10, stops)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.integers(0, 40))
def test_the_pure_counter_agrees_with_the_naive_one(offset: int, workdays: int) -> None:
    received = date(2024, 1, 1) + timedelta(days=offset)
    assert due(received, workdays, calendar()).date == naive(received, workdays, [])
