"""Racing reservations from threads and processes: calls, rho and kinds' years are never oversold."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from catalog.store import reading, writing
from catalog.store.tables.grants import allowances, grants, privacy_years
from catalog.store.tables.queries import reservations
from policies.decision import Deny
from policies.privacy_budget import fdelta_cost, nrho_cost, nrho_limit
from space import store
from space.calls import budget
from space.calls.budget import AnswerKey, Reserved, Running, Stored
from space.errors import Refused
from tests.forked import Program

# Reserves fresh queries one after another until told to stop; prints how many were paid.
RACER = """
import sys
from datetime import UTC, datetime
from catalog.home import Home
from catalog.store import open_store, writing
from space.calls import budget
grant_id, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine, paid = open_store(Home.find()), 0
for n in range(count):
    key = budget.AnswerKey(grant_id, "t", f"{who}-{n}", ("rel",), "dp")
    with writing(engine) as connection:
        got = budget.reserve(connection, key, nrho=10_000_000, now=datetime(2026, 9, 24, 4, tzinfo=UTC))
    paid += isinstance(got, budget.Reserved)
print(paid)
"""


def key(held: Any, query: str) -> AnswerKey:
    """The identity of some query's answer."""
    return AnswerKey(held.id, held.terms_digest, query, ("rel_1",), "dp")


def reserve(bureau: Any, held: Any, query: str, nrho: int = 10_000_000) -> Any:
    """Reserve in a transaction of its own."""
    with writing(bureau.engine) as connection:
        return budget.reserve(connection, key(held, query), nrho=nrho, now=bureau.clock())


def test_two_hundred_racing_reservations_never_overspend(bureau: Any) -> None:
    held = bureau.granted(
        bureau.operator, bureau.people, budget={"rho": 0.5, "rho_per_query": 0.01, "delta": 1e-8}
    )
    paid: list[bool] = []

    def race(name: str) -> None:
        for n in range(25):
            paid.append(isinstance(reserve(bureau, held, f"{name}-{n}"), Reserved))

    processes = [Program(RACER, held.id, f"p{n}", "25") for n in range(4)]
    threads = [threading.Thread(target=race, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elsewhere = [int(process.communicate(timeout=60)[0]) for process in processes]

    assert len(paid) == 100
    assert sum(paid) + sum(elsewhere) == 50  # 0.5 / 0.01
    with reading(bureau.engine) as connection:
        row = connection.execute(select(grants)).one()
    assert (row.nrho_spent, row.nrho_limit, row.calls_used) == (500_000_000, 500_000_000, 50)
    assert bureau.count(select(func.sum(reservations.c.nrho))) == row.nrho_spent


def test_one_query_asked_by_many_at_once_is_reserved_once(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    got: list[Any] = []
    threads = [threading.Thread(target=lambda: got.append(reserve(bureau, held, "same"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(one, Reserved) for one in got) == 1
    assert sum(isinstance(one, Running) for one in got) == 11
    assert bureau.count(select(grants.c.nrho_spent)) == 10_000_000


def test_the_store_itself_refuses_a_second_open_reservation_of_one_answer(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    reserve(bureau, held, "same")
    with reading(bureau.engine) as connection:
        values = dict(connection.execute(select(reservations)).one()._mapping)

    with pytest.raises(IntegrityError), writing(bureau.engine) as connection:
        connection.execute(reservations.insert().values({**values, "id": "rsv_other"}))


def test_an_answer_is_another_one_for_another_release_mode_or_query(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    base = key(held, "q")
    others = [
        AnswerKey(held.id, held.terms_digest, "q", ("rel_2",), "dp"),
        AnswerKey(held.id, held.terms_digest, "q", ("rel_1",), "threshold"),
        AnswerKey(held.id, held.terms_digest, "other", ("rel_1",), "dp"),
        AnswerKey(held.id, "other terms", "q", ("rel_1",), "dp"),
    ]

    assert len({one.digest for one in (base, *others)}) == 5
    assert (
        AnswerKey(held.id, "t", "q", ("a", "b"), "dp").digest
        == AnswerKey(held.id, "t", "q", ("b", "a"), "dp").digest
    )


def test_a_reservation_that_was_lost_gives_nothing_back_and_frees_its_answer(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    first = reserve(bureau, held, "q")
    with writing(bureau.engine) as connection:
        assert budget.lose(connection, first.id, reason="engine.no_answer", now=bureau.clock())
        assert not budget.lose(connection, first.id, reason="engine.no_answer", now=bureau.clock())

    second = reserve(bureau, held, "q")

    assert isinstance(second, Reserved)
    assert bureau.count(select(grants.c.nrho_spent)) == 20_000_000


def test_a_stored_answer_is_found_and_reserves_nothing(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    first = reserve(bureau, held, "q")
    with writing(bureau.engine) as connection:
        day = date(2026, 9, 24)
        assert store.settle(
            connection, first.id, day=day, now=bureau.clock(), answer_sha256="0" * 64, mechanism={}
        )
        assert not store.settle(
            connection, first.id, day=day, now=bureau.clock(), answer_sha256="1" * 64, mechanism={}
        )

    assert reserve(bureau, held, "q") == Stored(first.id)
    assert bureau.count(select(grants.c.calls_used)) == 1


def test_a_cost_above_what_is_left_is_refused_whole(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)

    denied = reserve(bureau, held, "q", nrho=500_000_001)

    assert isinstance(denied, Deny)
    assert denied.reasons[0].code == "grant.budget"
    assert bureau.count(select(grants.c.nrho_spent)) == 0


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=30))
def test_rounding_never_favours_the_spender(costs: list[float]) -> None:
    assert sum(nrho_cost(cost) for cost in costs) >= sum(nrho_limit(cost) for cost in costs)
    assert all(nrho_cost(cost) / 1e9 >= cost - 1e-15 for cost in costs)
    assert all(0 <= nrho_cost(cost) - nrho_limit(cost) <= 1 for cost in costs)


def test_a_tenth_is_a_tenth() -> None:
    assert nrho_cost(0.01) * 50 == nrho_limit(0.5)
    assert fdelta_cost(1e-8) == 10**7


def test_signing_takes_the_allowance_out_of_the_kinds_year_and_ending_returns_the_rest(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    year = select(privacy_years.c.nrho).where(privacy_years.c.kind == "person", privacy_years.c.year == 2026)
    assert bureau.count(year) == 500_000_000

    reserve(bureau, held, "q")
    bureau.revoke(held)

    assert bureau.count(year) == 10_000_000
    assert bureau.count(select(privacy_years.c.fdelta)) == 10**7
    with reading(bureau.engine) as connection:
        row = connection.execute(select(allowances)).one()
    assert (row.nrho, row.nrho_returned) == (500_000_000, 490_000_000)


def test_allowances_of_one_year_never_exceed_its_limit(bureau: Any) -> None:
    for applicant in (bureau.operator, bureau.other):
        bureau.permitted(applicant, bureau.people)
    big = {"rho": 0.9, "rho_per_query": 0.01, "delta": 1e-8}
    bureau.sign(bureau.operator, bureau.people, budget=big)
    second = bureau.sign(bureau.other, bureau.people, budget=big)

    with pytest.raises(Refused) as refused:
        bureau.sign(bureau.operator, bureau.people, budget=big)

    assert refused.value.decision.reasons[0].code == "grant.allowance"
    assert bureau.count(select(func.count()).select_from(grants)) == 2
    bureau.revoke(second)
    assert bureau.sign(bureau.operator, bureau.people, budget=big).state == "in_force"


def test_the_delta_of_all_grants_together_is_limited_too(bureau: Any) -> None:
    bureau.permitted(bureau.operator, bureau.people)

    with pytest.raises(Refused, match=r"grant\.allowance"):
        bureau.sign(bureau.operator, bureau.people, budget={"rho": 0.5, "rho_per_query": 0.01, "delta": 1e-6})


def test_an_expired_grant_returns_what_it_did_not_spend(bureau: Any) -> None:
    bureau.granted(bureau.operator, bureau.people, valid_to="2026-10-01")
    bureau.clock.later(days=9)

    bureau.sign(bureau.operator, bureau.people)

    with reading(bureau.engine) as connection:
        states = connection.execute(select(grants.c.state).order_by(grants.c.signed_at)).scalars().all()
    assert states == ["ended", "in_force"]
    assert bureau.count(select(func.sum(privacy_years.c.nrho))) == 500_000_000


def test_the_unspent_part_returns_once(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    bureau.revoke(held)

    with writing(bureau.engine) as connection:
        assert not store.give_back(connection, held.id, "person", nrho=500_000_000, fdelta=1)
    assert bureau.count(select(privacy_years.c.nrho)) == 0
