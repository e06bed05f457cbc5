"""Verification over real vault files and workers: outcomes, receipts, money, and what never shows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.evidence import integrate
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import reservations, usages
from catalog.store.tables.verifications import verification_tries
from policies.decision import Deny
from policies.protection_form import from_document
from space.calls import metering
from space.calls import receipts as receipt_room
from space.calls.budget import Reserved
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.granting.owner_rules import set_rules
from space.identity.tokens import Caller
from space.verification.prepare import Asked
from space.verification.verifier import Verified
from tests.space.bureau_contracts import POPULATION
from tests.space.verification.conftest import about


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def test_every_record_gets_one_outcome_in_the_order_sent(desk: Any) -> None:
    held = desk.granted()
    records = [
        about(3, district="云湖区", income=3),
        about(3, district="云湖区", income=4),
        about(900, district="云湖区", income=3),
        about(240, district="云港区", income="240"),
    ]

    answer = desk.verify(held, records)

    assert answer.outcomes == ("match", "mismatch", "not_found", "match")
    assert desk.bureau.row(held).calls_used == 4


def test_two_spellings_of_one_value_agree(desk: Any) -> None:
    held = desk.granted()
    spelled = about(7)["id_card"]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in spelled)
    old = spelled[:6] + spelled[8:17]  # fifteen digits, without the century and the check

    answer = desk.verify(held, [{"id_card": one, "income": " 7.0 "} for one in (spelled.lower(), wide, old)])

    assert answer.outcomes == ("match",) * 3


def test_a_row_that_the_filter_hides_is_not_found(desk: Any) -> None:
    held = desk.granted(where="district = '云湖区'")

    answer = desk.verify(held, [about(3, sex="女"), about(200, sex="男")])

    assert answer.outcomes == ("match", "not_found")


def test_a_filter_on_a_measure_means_the_same_as_for_figures(desk: Any) -> None:
    held = desk.granted(where="sex = '男' AND district IN ('云湖区', '云山区')")

    answer = desk.verify(held, [about(2, sex="男"), about(3, sex="女"), about(242, sex="男")])

    assert answer.outcomes == ("match", "not_found", "not_found")


def test_a_receipt_says_verify_and_holds_no_count_and_no_value(desk: Any) -> None:
    held = desk.granted()

    answer = desk.verify(held, [about(3, income=3)])
    states = receipt_room.verify(answer.receipt, desk.bureau.keys.signer.public_raw)

    assert (states["mode"], states["mechanism"]["mode"], states["nrho"]) == ("verify", "verify", 0)
    assert about(3)["id_card"] not in json.dumps(states)
    assert "records" not in states


def test_the_store_and_the_log_hold_counts_and_digests_but_no_value(desk: Any) -> None:
    held = desk.granted()
    desk.verify(held, [about(3, income=977), about(4, income=977)])
    desk.verify(held, [about(3, name="x")])
    integrate(desk.bureau.engine, desk.bureau.keys.signer, desk.bureau.clock())

    with reading(desk.bureau.engine) as connection:
        bodies = [str(b) for b in connection.execute(select(evidence_entries.c.body)).scalars()]
        rows = connection.execute(select(verification_tries)).all()
        records = connection.execute(select(usages.c.records).order_by(usages.c.at)).scalars().all()
        events = set(connection.execute(select(evidence_entries.c.event)).scalars())

    text = " ".join([*bodies, *(str(row) for row in rows)])
    assert about(3)["id_card"] not in text
    assert about(4)["id_card"] not in text
    assert sorted(records) == [1, 2]
    assert {"space:verification:answer", "space:verification:refuse"} <= events


def test_the_price_is_per_record_and_the_books_agree(desk: Any) -> None:
    held = desk.granted(desk.bureau.operator, price_fen_per_call=500)

    answer = desk.verify(held, [about(n, sex="男") for n in range(4)])

    assert answer.price_fen == 2000
    row = desk.bureau.row(held)
    with reading(desk.bureau.engine) as connection:
        totals = metering.totals(connection, held.id)
    assert (row.calls_used, row.charged_fen) == (4, 2000)
    assert totals == {"calls": 4, "nrho": 0, "price_fen": 2000}


def test_the_same_batch_again_is_the_stored_answer_and_metered(desk: Any) -> None:
    held, records = desk.granted(), [about(3, income=3), about(4, income=5)]
    first = desk.verify(held, records)

    again = desk.verify(held, [about(3, income="3"), about(4, income="5")])

    assert again.repeated
    assert again.outcomes == first.outcomes == ("match", "mismatch")
    assert desk.bureau.row(held).calls_used == 4
    assert desk.bureau.count(select(func.count()).select_from(reservations)) == 1
    assert desk.bureau.count(select(func.max(verification_tries.c.tries))) == 1


def test_racing_equal_batches_are_run_once_and_each_is_metered(desk: Any) -> None:
    held, records = desk.granted(), [about(5, income=5)]

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: desk.verify(held, records), range(6)))

    assert {answer.outcomes for answer in found} == {("match",)}
    assert sum(not answer.repeated for answer in found) == 1
    assert desk.bureau.count(select(func.count()).select_from(reservations)) == 1
    assert desk.bureau.row(held).calls_used == 6


def test_racing_batches_never_oversell_the_quota(desk: Any) -> None:
    held = desk.granted(calls=7)

    with ThreadPoolExecutor(6) as threads:
        batches = [[about(10 * n, sex="男"), about(10 * n + 1, sex="女")] for n in range(6)]
        found = list(threads.map(lambda records: desk.verify(held, records), batches))

    assert sum(isinstance(answer, Verified) for answer in found) == 3
    assert desk.bureau.row(held).calls_used == 6


def test_a_worker_that_gives_no_answer_costs_the_calls_and_no_money(desk: Any) -> None:
    held = desk.granted(desk.bureau.operator, price_fen_per_call=500)
    pool = desk.bureau.pool.vault
    patience, pool.seconds = pool.seconds, 0.0
    try:
        with pytest.raises(EngineError):
            desk.verify(held, [about(3, sex="女"), about(4, sex="女")])
    finally:
        pool.seconds = patience

    row = desk.bureau.row(held)
    assert (row.calls_used, row.charged_fen) == (2, 0)
    with reading(desk.bureau.engine) as connection:
        lost = connection.execute(select(usages)).one()
    assert (lost.outcome, lost.calls, lost.records, lost.price_fen) == ("lost", 2, 2, 0)
    assert desk.verify(held, [about(3, sex="女"), about(4, sex="女")]).outcomes == ("match", "mismatch")


def test_a_gateway_that_died_before_the_answer_leaves_a_lost_call_and_no_charge(desk: Any) -> None:
    held, records = desk.granted(desk.bureau.operator, price_fen_per_call=500), [about(3, income=3)]
    caller = Caller(held.grantee)
    asked = Asked(held.id, held.terms.purpose, POPULATION.name, records)
    ready = desk.verifier._prepare(caller, asked)
    assert isinstance(desk.verifier._reserve(caller, ready, desk.bureau.clock()), Reserved)

    desk.bureau.clock.later(seconds=121)  # nobody waits longer for it
    answer = desk.verify(held, records)

    assert answer.outcomes == ("match",)
    with reading(desk.bureau.engine) as connection:
        found = connection.execute(select(usages.c.outcome, usages.c.calls, usages.c.price_fen)).all()
    assert sorted(tuple(row) for row in found) == [("answered", 1, 500), ("lost", 1, 0)]
    row = desk.bureau.row(held)
    assert (row.calls_used, row.charged_fen) == (2, 500)


def test_a_grant_that_ends_while_the_batch_runs_gives_no_answer(desk: Any) -> None:
    held = desk.granted()
    table = Pool.table

    def revoked_meanwhile(*given: Any, **named: Any) -> Any:
        made = table(*given, **named)
        desk.bureau.revoke(held)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "table", revoked_meanwhile)
        answer = desk.verify(held, [about(3, income=3)])

    assert code(answer) == "grant.ended_meanwhile"
    assert desk.bureau.row(held).charged_fen == 0
    with reading(desk.bureau.engine) as connection:
        outcomes = connection.execute(select(usages.c.outcome)).scalars().all()
    assert outcomes == ["lost"]
    assert not list((desk.bureau.home.root / "answers").glob("*.arrow"))


UNVERIFIABLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"id_card": "x", "name": "居民3"}, "verification.field"),
    ({"id_card": "x", "no_such": "1"}, "verification.field"),
    ({"id_card": "x"}, "verification.compared"),
    ({"sex": "男", "income": 3}, "verification.identified"),
    ({"id_card": "x", "income": "many"}, "verification.value"),
    ({"id_card": "x", "income": ""}, "verification.value"),
    ({"id_card": "x", "income": None}, "verification.records"),
    ({"id_card": "x", "income": ["3"]}, "verification.records"),
    ({"id_card": "x", "sex": "\ud800"}, "verification.records"),
    ({"id_card": "x" * 1001, "sex": "男"}, "verification.records"),
)


def test_a_record_that_cannot_be_verified_is_refused_and_costs_nothing(desk: Any) -> None:
    held = desk.granted()

    found = [code(desk.verify(held, [record])) for record, _ in UNVERIFIABLE]

    assert found == [wanted for _, wanted in UNVERIFIABLE]
    assert desk.bureau.row(held).calls_used == 0


def test_a_field_that_is_hidden_and_one_that_is_not_there_are_refused_in_the_same_words(desk: Any) -> None:
    held = desk.granted()

    hidden = desk.verify(held, [about(1, file_number="D1")])
    absent = desk.verify(held, [about(1, nothing_of_that_name="D1")])

    assert hidden == absent


def test_records_of_different_shapes_are_no_batch(desk: Any) -> None:
    held = desk.granted()

    assert code(desk.verify(held, [about(1, sex="男"), about(2, income=2)])) == "verification.records"


def test_a_batch_has_a_least_and_a_largest_size(desk: Any) -> None:
    held = desk.granted()

    for size in (0, 201):
        records = [about(n % 240, sex="男") for n in range(size)]
        assert code(desk.verify(held, records)) == "verification.batch"


def test_terms_without_verify_verify_nothing(desk: Any) -> None:
    held = desk.granted(analyses=("aggregate", "list", "masked_list"))

    assert code(desk.verify(held, [about(1, income=1)])) == "query.analysis"


CLOSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"analyses": ["aggregate"]}, "query.analysis"),
    ({"min_group": 20}, "query.analysis"),
    ({"receivers": ["91990100MA0000002X"]}, "query.receiver"),
    ({"columns": {"income": {"visibility": "deny"}}, "unlisted": "plain"}, "verification.field"),
    ({"columns": {"income": {"roles": ["dimension"]}}, "unlisted": "plain"}, "verification.field"),
    ({"columns": {"district": {}}}, "verification.field"),
)


def test_what_the_owner_does_not_open_is_not_verified(desk: Any) -> None:
    held, bureau = desk.granted(), desk.bureau
    found = []

    for rules, _ in CLOSED:
        with writing(bureau.engine) as connection:
            made, now = from_document(rules), bureau.clock()
            set_rules(connection, bureau.keys.signer, POPULATION.name, made, by="李四", now=now)
        found.append(code(desk.verify(held, [about(1, income=1)])))

    assert found == [wanted for _, wanted in CLOSED]
    assert bureau.row(held).calls_used == 0


def test_a_dataset_outside_the_grant_and_another_holder_get_nothing(desk: Any) -> None:
    held = desk.granted()
    other = desk.bureau.granted(desk.bureau.department, desk.bureau.trade, analyses=["verify"])

    assert code(desk.verify(other, [about(1, income=1)])) == "verification.dataset"
    assert code(desk.verify(held, [about(1, income=1)], who="91990100MA0000002X")) == "grant.not_held"
