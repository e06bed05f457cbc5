"""The gateway over real workers: safe answers, each with a receipt that anyone can check."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.evidence import integrate
from catalog.evidence.prove import inclusion_holds, prove_inclusion
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import receipts, reservations, usages
from policies.decision import Deny
from space.calls import metering
from space.calls import receipts as receipt_room
from space.errors import EngineError
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered, Explained

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
BY_DISTRICT = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def rows(answer: Any) -> dict[str, Any]:
    """First column to second."""
    assert isinstance(answer, Answered), answer
    return {str(first): second for first, second in (row.values() for row in answer.table.to_pylist())}


def reserved(bureau: Any) -> int:
    """How many calls were paid."""
    return int(bureau.count(select(func.count()).select_from(reservations)))


def test_a_department_gets_counts_of_industries_with_enough_enterprises(bureau: Any) -> None:
    held = bureau.held(bureau.trade)

    answer = bureau.ask(held, BY_INDUSTRY)

    assert rows(answer) == {"制造业": 40, "零售业": 30}
    assert (answer.mode, answer.rho, answer.repeated) == ("threshold", 0, False)


def test_an_operator_gets_noisy_counts_of_persons_and_the_budget_pays(bureau: Any) -> None:
    held = bureau.held(bureau.people)

    answer = bureau.ask(held, BY_DISTRICT)

    assert answer.mode == "dp"
    assert answer.rho == pytest.approx(0.01)
    assert abs(rows(answer)["云湖区"] - 150) < 200
    row = bureau.row(held)
    assert (row.nrho_spent, row.calls_used, row.charged_fen) == (10_000_000, 1, 500)


def test_data_without_units_are_answered_exactly(bureau: Any) -> None:
    held = bureau.held(bureau.weather)

    answer = bureau.ask(held, "SELECT station, max(pm25) FROM eco.air GROUP BY station")

    assert answer.mode == "plain"
    assert rows(answer)["站4"] == 34


def test_a_receipt_verifies_offline_and_states_cost_but_no_count_time_or_text(bureau: Any) -> None:
    held = bureau.held(bureau.people)

    answer = bureau.ask(held, BY_DISTRICT)
    states = receipt_room.verify(answer.receipt, bureau.keys.signer.public_raw)

    assert states["nrho"] == 10_000_000
    assert states["price_fen"] == 500
    assert states["time"] == "2026-09-24T04:00Z"
    assert states["mechanism"]["delta"] == 1e-8
    assert sorted(states) == sorted(field.name for field in fields(receipt_room.Receipt))
    assert not {"rows", "row_count", "seconds", "bytes", "sql"} & set(states)
    assert "district" not in json.dumps(states)


def test_a_receipt_names_a_leaf_that_is_proved_to_be_in_the_log(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    answer = bureau.ask(held, BY_INDUSTRY)
    leaf = receipt_room.verify(answer.receipt, bureau.keys.signer.public_raw)["evidence"]

    integrate(bureau.engine, bureau.keys.signer, bureau.clock())
    with reading(bureau.engine) as connection:
        entry = connection.execute(select(evidence_entries).where(evidence_entries.c.leaf_hash == leaf)).one()
        proof = prove_inclusion(connection, entry.id)

    assert inclusion_holds(proof, bureau.keys.signer.public_raw)
    assert json.loads(entry.body)["outcome"] == "answered"


def test_the_same_query_in_other_words_is_the_stored_answer_and_spends_no_budget(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    first = bureau.ask(held, BY_DISTRICT)

    again = bureau.ask(held, "select  district,\n COUNT(*)  as persons from population group by district")

    assert again.repeated
    assert again.table.equals(first.table)
    assert (again.rho, again.price_fen) == (0, 500)
    assert reserved(bureau) == 1
    row = bureau.row(held)
    assert (row.nrho_spent, row.calls_used, row.charged_fen) == (10_000_000, 2, 1000)
    states = receipt_room.verify(again.receipt, bureau.keys.signer.public_raw)
    former = receipt_room.verify(first.receipt, bureau.keys.signer.public_raw)
    assert states["nrho"] == 0
    assert states["canonical"] == former["canonical"]
    assert states["query"] != former["query"]


def test_two_grants_never_share_an_answer_and_salt_their_digests_apart(bureau: Any) -> None:
    one = bureau.held(bureau.people)
    other = bureau.granted(bureau.other, bureau.people)

    first, second = bureau.ask(one, BY_DISTRICT), bureau.ask(other, BY_DISTRICT)

    assert not second.repeated
    stated = [receipt_room.verify(a.receipt, bureau.keys.signer.public_raw) for a in (first, second)]
    assert stated[0]["query"] != stated[1]["query"]
    assert stated[0]["canonical"] != stated[1]["canonical"]


def test_counters_and_the_usage_log_agree_after_every_kind_of_call(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    for sql in (BY_DISTRICT, BY_DISTRICT, "SELECT district FROM population", "DROP TABLE population"):
        bureau.ask(held, sql)

    with reading(bureau.engine) as connection:
        total = metering.totals(connection, held.id)
        outcomes = connection.execute(select(usages.c.outcome).order_by(usages.c.outcome)).scalars().all()

    row = bureau.row(held)
    assert total == {"calls": row.calls_used, "nrho": row.nrho_spent, "price_fen": row.charged_fen}
    assert outcomes == ["answered", "cached", "refused", "refused"]


def test_a_refusal_has_a_code_and_a_nearest_form_and_leaves_no_caller_text_behind(bureau: Any) -> None:
    held = bureau.held(bureau.people)

    denied = bureau.ask(held, "SELECT name, '张三的秘密' FROM civil.population")

    assert isinstance(denied, Deny)
    assert denied.reasons[0].code.startswith("query.")
    assert denied.reasons[0].allowed
    with reading(bureau.engine) as connection:
        call = connection.execute(select(usages).where(usages.c.outcome == "refused")).one()
        entry = connection.execute(
            select(evidence_entries).where(evidence_entries.c.id == call.evidence_id)
        ).one()
    assert call.reason == denied.reasons[0].code
    assert (call.calls, call.nrho, call.price_fen) == (0, 0, 0)
    assert "张三" not in entry.body
    assert entry.event == "space:query:refuse"


def test_explaining_tells_the_cost_and_spends_nothing(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    caller = Caller(held.grantee)
    question = Question(held.id, held.terms.purpose, BY_DISTRICT)

    fresh = bureau.gateway.explain(caller, question)
    assert isinstance(fresh, Explained)
    assert fresh.document["cost"] == {"rho": 0.01, "calls": 1, "price_fen": 500, "stored_answer": False}
    assert reserved(bureau) == 0

    bureau.gateway.ask(caller, question)
    stored = bureau.gateway.explain(caller, question)
    assert isinstance(stored, Explained)
    assert stored.document["cost"]["rho"] == 0
    assert stored.document["left"]["calls"] == held.terms.calls - 1


def test_a_lost_call_keeps_its_budget_costs_no_money_and_may_be_asked_again(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    working = bureau.pool
    bureau.pool = type(working)(seconds=0.0)  # a wall clock nobody can keep
    with pytest.raises(EngineError):
        bureau.ask(held, BY_DISTRICT)
    bureau.pool.close()

    bureau.pool = working
    answer = bureau.ask(held, BY_DISTRICT)

    assert not answer.repeated
    with reading(bureau.engine) as connection:
        states = (
            connection.execute(select(reservations.c.state).order_by(reservations.c.state)).scalars().all()
        )
        total = metering.totals(connection, held.id)
    assert states == ["answered", "lost"]
    row = bureau.row(held)
    assert (row.nrho_spent, row.calls_used, row.charged_fen) == (20_000_000, 2, 500)
    assert total == {"calls": 2, "nrho": 20_000_000, "price_fen": 500}


def test_every_answer_has_one_receipt_and_every_refusal_none(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    bureau.ask(held, BY_INDUSTRY)
    bureau.ask(held, BY_INDUSTRY)
    bureau.ask(held, "SELECT 1")

    assert bureau.count(select(func.count()).select_from(receipts)) == 2


def test_a_changed_answer_file_is_not_handed_out(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    bureau.ask(held, BY_INDUSTRY)
    (file,) = (bureau.home.root / "answers").iterdir()
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(bytes(raw))

    with pytest.raises(Exception, match="was changed"):
        bureau.ask(held, BY_INDUSTRY)
