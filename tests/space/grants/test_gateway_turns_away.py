"""Who is turned away: revoked, expired, not begun, another purpose or holder, quota, budget, mode."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from catalog.store import reading, writing
from catalog.store.tables.queries import receipts, reservations, usages
from policies.access import Role
from policies.decision import Deny
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
BY_DISTRICT = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def nothing_answered(bureau: Any) -> bool:
    """Whether no receipt exists and nothing was reserved."""
    counted = (select(func.count()).select_from(table) for table in (receipts, reservations))
    return [bureau.count(statement) for statement in counted] == [0, 0]


def test_a_revoked_grant_answers_no_further_call_not_even_a_stored_one(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)

    bureau.revoke(held)

    assert code(bureau.ask(held, BY_INDUSTRY)) == "grant.revoked"
    assert code(bureau.ask(held, "SELECT count(*) FROM market.firms")) == "grant.revoked"
    assert bureau.count(select(func.count()).select_from(receipts)) == 1


def test_a_revocation_while_the_query_runs_withholds_its_answer(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    real = bureau.pool

    class RevokingMeanwhile:
        """The real pool; the grant is revoked between the run and the answer."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def run(self, *arguments: Any, **more: Any) -> Any:
            answer = real.run(*arguments, **more)
            bureau.revoke(held)
            return answer

    bureau.pool = RevokingMeanwhile()

    assert code(bureau.ask(held, BY_DISTRICT)) == "grant.ended_meanwhile"
    assert bureau.count(select(func.count()).select_from(receipts)) == 0
    assert list((bureau.home.root / "answers").iterdir()) == []
    with reading(bureau.engine) as connection:
        lost = connection.execute(select(usages).where(usages.c.outcome == "lost")).one()
    row = bureau.row(held)
    assert (row.nrho_spent, row.calls_used, row.charged_fen) == (10_000_000, 1, 0)
    assert (lost.nrho, lost.calls, lost.price_fen) == (10_000_000, 1, 0)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2030, 9, 23, 15, 59, tzinfo=UTC), None),  # 23:59 of the last day in Shanghai
        (datetime(2030, 9, 23, 16, 0, tzinfo=UTC), "grant.expired"),  # 00:00 of the next
        (datetime(2026, 9, 23, 15, 59, tzinfo=UTC), "grant.not_yet"),
    ],
)
def test_a_grant_is_in_force_by_days_of_the_city(
    bureau: Any, instant: datetime, expected: str | None
) -> None:
    held = bureau.held(bureau.trade)
    bureau.clock.now = instant

    answer = bureau.ask(held, BY_INDUSTRY)

    if expected is None:
        assert isinstance(answer, Answered)
    else:
        assert code(answer) == expected
        assert nothing_answered(bureau)


def test_another_purpose_is_refused_and_not_written_down(bureau: Any) -> None:
    held = bureau.held(bureau.trade)

    denied = bureau.ask(held, BY_INDUSTRY, purpose="industry.finance")

    assert code(denied) == "purpose.not_granted"
    assert nothing_answered(bureau)


def test_another_organisation_cannot_tell_a_grant_of_others_from_none(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    bureau.permitted(bureau.other, bureau.weather)

    foreign = bureau.ask(held, BY_INDUSTRY, who=bureau.other["code"])
    missing = bureau.gateway.ask(Caller(bureau.other["code"]), Question("grt_none", "x", BY_INDUSTRY))

    assert code(foreign) == "grant.not_held"
    assert foreign == missing
    with reading(bureau.engine) as connection:
        named = connection.execute(select(usages.c.grant_id)).scalars().all()
    assert named == [None, None]


def test_a_role_that_may_not_ask_is_refused(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    question = Question(held.id, held.terms.purpose, BY_INDUSTRY)

    denied = bureau.gateway.ask(Caller(held.grantee, Role.AUDITOR), question)

    assert code(denied) == "access.role"
    assert nothing_answered(bureau)


def test_the_quota_ends_calls_repeated_ones_too(bureau: Any) -> None:
    held = bureau.granted(bureau.department, bureau.trade, calls=2)
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)

    assert code(bureau.ask(held, BY_INDUSTRY)) == "grant.quota"


def test_an_empty_budget_still_repeats_what_was_answered(bureau: Any) -> None:
    budget = {"rho": 0.01, "rho_per_query": 0.01, "delta": 1e-8}
    held = bureau.granted(bureau.operator, bureau.people, budget=budget)
    assert isinstance(bureau.ask(held, BY_DISTRICT), Answered)

    denied = bureau.ask(held, "SELECT sex, count(*) FROM civil.population GROUP BY sex")

    assert code(denied) == "grant.budget"
    assert bureau.ask(held, BY_DISTRICT).repeated


def test_a_dataset_that_turned_out_to_hold_persons_is_not_answered_in_the_old_mode(bureau: Any) -> None:
    held = bureau.held(bureau.weather)
    bureau.recatalogue_air_with_a_person()

    denied = bureau.ask(held, "SELECT count(*) FROM eco.air")

    assert code(denied) == "grant.mode.too_weak"
    assert nothing_answered(bureau)


def test_second_callers_wait_for_the_first_and_share_its_answer(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(bureau.ask(held, BY_DISTRICT))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.repeated for answer in answers) == [False, True, True, True]
    assert len({tuple(map(tuple, (a.table["persons"].to_pylist(),))) for a in answers}) == 1
    row = bureau.row(held)
    assert (row.nrho_spent, row.calls_used) == (10_000_000, 4)


def test_a_reservation_of_a_dead_process_is_lost_after_its_deadline_and_asked_again(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    bureau.ask(held, BY_DISTRICT)
    with writing(bureau.engine) as connection:  # as a killed process leaves it
        connection.execute(update(reservations).values(state="reserved"))
    bureau.clock.later(seconds=121)

    answer = bureau.ask(held, BY_DISTRICT)

    assert not answer.repeated
    with reading(bureau.engine) as connection:
        reasons = (
            connection.execute(select(usages.c.reason).where(usages.c.outcome == "lost")).scalars().all()
        )
    row = bureau.row(held)
    assert row.nrho_spent == 20_000_000
    assert reasons == ["gateway.died"]
