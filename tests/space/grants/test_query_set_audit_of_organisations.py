"""The audit at the gateway: what is kept, between grants, between racing queries, on cached answers."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.audits import audited_blocks
from catalog.store.tables.queries import reservations
from space.calls import audits, budget
from space.calls.budget import AnswerKey
from space.query.admit import Question
from space.query.auditing.audit import related
from space.query.prepare import Ready, prepare

ALL = "SELECT count(*) AS n, sum(capital) AS s FROM market.firms"
BUT_MINES = f"{ALL} WHERE industry <> '采矿业'"


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def shown(answer: Any) -> list[Any]:
    """The figures of an answer of one row."""
    (row,) = answer.table.to_pylist()
    return list(row.values())


def kept(bureau: Any) -> int:
    """How many blocks are remembered."""
    return int(bureau.count(select(func.count()).select_from(audited_blocks)))


def test_three_mines_do_not_follow_from_two_questions(bureau: Any) -> None:
    held = bureau.held(bureau.trade)

    assert None not in shown(bureau.ask(held, ALL))
    assert shown(bureau.ask(held, BUT_MINES)) == [None, None]


def test_keys_that_are_conditions_are_kept_apart_from_group_columns(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    key = "CASE WHEN industry <> '采矿业' THEN 'a' ELSE 'b' END"
    bureau.ask(held, f"SELECT {key} AS g, count(*) AS n FROM market.firms GROUP BY 1")

    with reading(bureau.engine) as connection:
        (columns,) = connection.execute(select(audited_blocks.c.columns)).scalars()
    assert [column[0] for column in columns] == ["?"]
    assert related(columns, []) == "same"
    assert related(columns, ["city.person.sex"]) == "nested"
    assert related(["city.person.sex"], ["city.person.district"]) == "other"


def test_grants_of_one_organisation_remember_together_and_others_do_not(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    second = bureau.granted(bureau.department, bureau.trade)
    stranger = bureau.granted(bureau.other, bureau.trade)
    bureau.ask(held, ALL)

    assert shown(bureau.ask(second, BUT_MINES)) == [None, None]
    assert None not in shown(bureau.ask(stranger, BUT_MINES))


def test_a_repeated_question_is_the_stored_answer_and_is_not_kept_again(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    first = bureau.ask(held, ALL)
    bureau.ask(held, BUT_MINES)
    assert kept(bureau) == 2

    again = bureau.ask(held, ALL)

    assert again.repeated
    assert again.table.equals(first.table)
    assert kept(bureau) == 2


def test_what_is_kept_holds_conditions_and_no_unit_or_figure(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    bureau.ask(held, BUT_MINES)

    with reading(bureau.engine) as connection:
        row = connection.execute(select(audited_blocks)).one()

    assert (row.organisation, row.kind, row.columns) == (held.grantee, "enterprise", [])
    assert set(row.body) == {
        *("k", "from", "scans", "keys", "labelled", "conditional", "asked", "proofs", "alone", "samples")
    }
    assert row.body["asked"][0]["sql"] == '("t0"."industry" <> \'采矿业\')'


def test_a_lost_query_told_nothing_and_takes_nothing_away(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    working = bureau.pool
    bureau.pool = type(working)(seconds=0.0)  # a wall clock nobody can keep
    with pytest.raises(Exception, match=r".*"):
        bureau.ask(held, ALL)
    bureau.pool.close()
    bureau.pool = working

    assert None not in shown(bureau.ask(held, BUT_MINES))


def test_private_and_plain_answers_are_not_kept(bureau: Any) -> None:
    bureau.ask(bureau.held(bureau.people), "SELECT district, count(*) AS n FROM population GROUP BY 1")
    bureau.ask(bureau.held(bureau.weather), "SELECT station, max(pm25) FROM eco.air GROUP BY station")

    assert kept(bureau) == 0


def test_of_two_racing_queries_one_sees_the_other(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    found: dict[str, list[Any]] = {}

    def race(sql: str) -> None:
        found[sql] = shown(bureau.ask(held, sql))

    threads = [threading.Thread(target=race, args=(sql,)) for sql in (ALL, BUT_MINES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(row == [None, None] for row in found.values()) == [False, True]


def test_a_query_that_still_runs_is_seen(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    with reading(bureau.engine) as connection:
        ready = prepare(connection, bureau.home, held, ALL, bureau.clock())
    assert isinstance(ready, Ready)
    with writing(bureau.engine) as connection:
        paid = budget.reserve(connection, ready.key, nrho=0, now=bureau.clock())
        assert isinstance(paid, budget.Reserved)
        audits.note(connection, held.grantee, paid.id, ready.plan, bureau.clock())

    assert shown(bureau.ask(held, BUT_MINES)) == [None, None]


def test_only_the_newest_twenty_are_compared(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    with reading(bureau.engine) as connection:
        plans = [
            prepare(connection, bureau.home, held, sql, bureau.clock()).plan  # type: ignore[union-attr]
            for sql in (ALL, f"{ALL} WHERE industry = '制造业'")
        ]
    with writing(bureau.engine) as connection:
        for number in range(25):
            key = AnswerKey(held.id, held.terms_digest, f"q{number}", ("rel_1",), "threshold")
            paid = budget.reserve(connection, key, nrho=0, now=bureau.clock())
            audits.note(connection, held.grantee, paid.id, plans[number % 2], bureau.clock())
        both = audits.against(connection, held.grantee, plans[0], bureau.clock())
    assert len(both.formers) == 2, "a question counts once however often it was asked"


def noted(bureau: Any, held: Any, sqls: list[str], *, before: timedelta = timedelta(0)) -> list[Any]:
    """The plans of some questions, each paid, answered and remembered so long ago."""
    now = bureau.clock() - before
    with reading(bureau.engine) as connection:
        plans = [prepare(connection, bureau.home, held, sql, bureau.clock()).plan for sql in sqls]  # type: ignore[union-attr]
    with writing(bureau.engine) as connection:
        for plan in plans:
            key = AnswerKey(held.id, held.terms_digest, new_id("q"), ("rel_1",), "threshold")
            paid = budget.reserve(connection, key, nrho=0, now=bureau.clock())
            audits.note(connection, held.grantee, paid.id, plan, now)
            connection.execute(
                reservations.update().where(reservations.c.id == paid.id).values(state="answered")
            )
    return plans


def beside(bureau: Any, held: Any, plan: Any) -> int:
    with reading(bureau.engine) as connection:
        return len(audits.against(connection, held.grantee, plan, bureau.clock()).formers)


def test_a_question_asked_a_hundred_times_pushes_no_other_out_of_sight(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    plan, *_ = noted(bureau, held, [ALL, *[BUT_MINES] * 110])

    assert beside(bureau, held, plan) == 2


def test_nor_do_questions_by_other_columns(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    by_both = "SELECT industry, count(*) AS n, sum(capital) AS s FROM market.firms GROUP BY industry"
    plan, *_ = noted(bureau, held, [ALL, *[by_both] * 110])

    assert beside(bureau, held, plan) == 2


def test_what_nothing_is_compared_with_any_more_is_forgotten_after_its_time(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    conditions = [f"{ALL} WHERE industry = '{name}'" for name in map(str, range(25))]
    noted(bureau, held, conditions, before=timedelta(days=500))
    assert kept(bureau) == 25
    (plan,) = noted(bureau, held, [ALL])

    assert kept(bureau) == 21, "the newest twenty stay, however old, beside one not yet answered then"
    assert beside(bureau, held, plan) == 20


def test_nothing_of_a_period_that_may_be_held_is_forgotten(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    conditions = [f"{ALL} WHERE industry = '{name}'" for name in map(str, range(25))]
    noted(bureau, held, conditions, before=timedelta(days=260))
    noted(bureau, held, [ALL])

    assert kept(bureau) == 26


def test_the_decision_and_the_cost_do_not_depend_on_what_was_asked_before(bureau: Any) -> None:
    from space.identity.tokens import Caller

    held = bureau.held(bureau.trade)
    question = Question(held.id, held.terms.purpose, BUT_MINES)
    before = bureau.gateway.explain(Caller(held.grantee), question).document
    bureau.ask(held, ALL)
    after = bureau.gateway.explain(Caller(held.grantee), question).document

    assert (before["decision"], before["cost"]) == (after["decision"], after["cost"])
    assert (before["audit"]["compared_with"], after["audit"]["compared_with"]) == (0, 1)
    assert bureau.count(select(func.count()).select_from(reservations)) == 1


def test_an_answer_too_large_for_the_volume_is_remembered_for_it_tells_how_many_cells_show(
    bureau: Any,
) -> None:
    cells = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry"
    small = bureau.granted(bureau.department, bureau.trade, volumes=["1 rows/day"])
    with reading(bureau.engine) as connection:
        ready = prepare(connection, bureau.home, bureau.held(bureau.trade), cells, bureau.clock())
    assert isinstance(ready, Ready)
    assert beside(bureau, small, ready.plan) == 0

    assert bureau.ask(small, cells).reasons[0].code == "grant.volume"

    assert kept(bureau) == 1
    assert beside(bureau, small, ready.plan) == 1, "that it has more than one row was told"


def test_what_was_refused_for_its_size_keeps_a_narrower_question_from_being_told(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    small = bureau.granted(bureau.department, bureau.trade, volumes=["1 cells/day"])
    assert bureau.ask(small, ALL).reasons[0].code == "grant.volume"

    assert shown(bureau.ask(held, BUT_MINES)) == [None, None]
