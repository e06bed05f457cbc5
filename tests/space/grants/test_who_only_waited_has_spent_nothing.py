"""A call that found no turn among those of its grant: told so, metered as failed, and nothing was taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.queries import reservations, usages
from space.calls.failing import AnswerLate
from space.engines.workers.turns import Turns

ASKED = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
OTHER = "SELECT sex, count(*) AS persons FROM civil.population GROUP BY sex"


@pytest.fixture
def no_turns(bureau: Any) -> Iterator[Any]:
    """The office, whose workers give nobody a turn once this is called."""
    before = bureau.pool.turns

    def end() -> None:
        bureau.pool.turns = Turns()
        bureau.pool.turns.end()

    yield end
    bureau.pool.turns = before


def test_a_call_that_found_no_turn_took_nothing(bureau: Any, no_turns: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    bureau.ask(held, ASKED)
    before = bureau.row(held)
    no_turns()
    with pytest.raises(AnswerLate):
        bureau.ask(held, OTHER)
    assert bureau.row(held) == before
    with reading(bureau.engine) as connection:
        kept = select(reservations.c.state).where(reservations.c.grant_id == held.id)
        assert connection.execute(kept).scalars().all() == ["answered"]
        told = select(usages.c.outcome, usages.c.reason).where(usages.c.grant_id == held.id)
        assert set(connection.execute(told).all()) == {("answered", None), ("failed", "answer.late")}


def test_a_stored_answer_is_handed_out_without_a_turn(bureau: Any, no_turns: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.people)
    first = bureau.ask(held, ASKED)
    no_turns()
    again = bureau.ask(held, ASKED)
    assert again.repeated
    assert again.table == first.table
