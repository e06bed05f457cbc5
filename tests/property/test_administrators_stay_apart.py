"""Over any sequence of acts no person holds two of the three administrators on one day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from catalog.store import writing
from policies.access import ADMINISTRATORS, OrganisationKind, Role
from policies.clocks import local_date
from space.errors import Refused, Unknown
from space.identity import leaving, memberships, people
from space.identity.organisations import Organisation, register
from tests.space.identity.conftest import NOON

ROLES = [*sorted(ADMINISTRATORS), Role.STEWARD, Role.PUBLIC]
ORGANISATIONS = ("dept-a", "dept-b")
days = st.integers(0, 12)
last = st.one_of(st.none(), days)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 1), st.sampled_from(ROLES), days, last),
        st.tuples(st.just("change"), st.integers(0, 9), last),
        st.tuples(st.just("end"), st.integers(0, 9)),
        st.tuples(st.just("leave"), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.integers(1, 4)),
    ),
    max_size=14,
)


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that leaves nothing behind."""

    class Enough(Exception):
        pass

    with suppress(Enough), writing(engine) as connection:
        yield connection
        raise Enough


def _do(connection: Connection, act: tuple[Any, ...], persons: list[str], made: list[str], now: Any) -> None:
    today = local_date(now)

    def day(count: int | None) -> Any:
        return None if count is None else today + timedelta(days=count)

    if act[0] == "enter":
        _, whose, role, first, until = act
        entered = memberships.enter(
            connection, persons[whose], ORGANISATIONS[first % 2], role, by="x", now=now, first_day=day(first),
            last_day=day(until),
        )  # fmt: skip
        made.append(entered.id)
    elif act[0] == "change" and made:
        memberships.change(connection, made[act[1] % len(made)], day(act[2]), by="x", now=now)
    elif act[0] == "end" and made:
        memberships.end(connection, made[act[1] % len(made)], by="x", now=now)
    elif act[0] == "leave":
        leaving.leave(connection, persons[act[1]], by="x", now=now)


@pytest.fixture
def store(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for code in ORGANISATIONS:
            register(connection, Organisation(code, code, OrganisationKind.DEPARTMENT), NOON)
    return engine


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=acts)
def test_no_person_ever_holds_two_of_the_three_administrators(store: Engine, sequence: list[Any]) -> None:
    now = NOON
    with undone(store) as connection:
        persons = [people.register(connection, name, None, by="x", now=now).id for name in ("甲", "乙")]
        made: list[str] = []
        for act in sequence:
            if act[0] == "wait":
                now += timedelta(days=act[1])
            else:
                with suppress(Refused, Unknown):
                    _do(connection, act, persons, made, now)
            for person in persons:
                held = [each.held() for each in memberships.of_person(connection, person)]
                administrators = [each for each in held if each is not None and each.role in ADMINISTRATORS]
                for one, other in combinations(administrators, 2):
                    assert one.role is other.role or not one.meets(other)
