"""Data vouchers: no act and no race makes value or loses it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from catalog.store import reading, writing
from catalog.store.tables.money import voucher_batches
from space.errors import Refused
from space.money import invoices as billing
from space.money import voucher_spending as spending
from space.money import vouchers as room
from space.money.reconcile import reconcile
from space.money.voucher_batches import batch as batch_called
from space.upkeep import Kept, Upkeep
from tests.forked import CONTEXT
from tests.space.money.till import FIRM, OTHER, Till
from tests.space.money.voucher_acts import ACTS, act, conserved, race
from tests.space.money.voucher_desk import back, billed, claimed, code, expired, issued, opened, spent


def test_value_goes_from_unissued_to_spent_and_pays_its_share_of_an_invoice(either: Till) -> None:
    invoice, batch = billed(either), opened(either)
    issued(either, batch)
    one = claimed(either, batch)
    assert conserved(either.engine, batch) == {
        "unissued_fen": 6000, "unclaimed_fen": 3000, "unspent_fen": 1000, "spent_fen": 0, "expired_fen": 0,
    }  # fmt: skip
    paid = spent(either, one.id, invoice.number)
    assert (paid.amount_fen, paid.invoice.payable_fen, paid.voucher.state) == (1000, 2000, "spent")
    two = claimed(either, batch)
    assert spent(either, two.id, invoice.number).amount_fen == 500, "half of 3000, and no more"
    assert conserved(either.engine, batch)["spent_fen"] == 1500
    assert reconcile(either.engine, either.keys.signer).differences == []


def test_what_is_over_expires_once(till: Till) -> None:
    invoice, batch = billed(till), opened(till)
    issued(till, batch, count=3)
    one = claimed(till, batch)
    assert expired(till) == {}
    till.now = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)  # 1 November there
    assert expired(till) == {batch: 9000}
    assert expired(till) == {}
    assert spent(till, one.id, invoice.number).amount_fen == 1000, (
        "claimed in time, good until the year's end"
    )
    till.now = datetime(2027, 1, 1, 4, 0, tzinfo=UTC)
    assert expired(till) == {}
    assert conserved(till.engine, batch) == {
        "unissued_fen": 0, "unclaimed_fen": 0, "unspent_fen": 0, "spent_fen": 1000, "expired_fen": 9000,
    }  # fmt: skip


def test_a_running_installation_lets_what_is_over_expire_unasked(till: Till) -> None:
    batch = opened(till)
    issued(till, batch)
    kept = Upkeep(Kept(till.engine, till.home, till.keys.signer, lambda: till.now))
    kept.turn()
    assert conserved(till.engine, batch)["expired_fen"] == 0
    with reading(till.engine) as connection:
        assert not spending.any_over(connection, till.now)
    till.now = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
    with reading(till.engine) as connection:
        assert spending.any_over(connection, till.now)

    Upkeep(Kept(till.engine, till.home, till.keys.signer, lambda: till.now)).turn()

    assert conserved(till.engine, batch)["expired_fen"] == 10_000
    with reading(till.engine) as connection:
        assert not spending.any_over(connection, till.now)


def test_a_voucher_that_is_over_pays_nothing_and_expires(till: Till) -> None:
    invoice, batch = billed(till), opened(till)
    issued(till, batch, count=1)
    one = claimed(till, batch)
    till.now = datetime(2027, 1, 1, 4, 0, tzinfo=UTC)
    with pytest.raises(Refused) as over:
        spent(till, one.id, invoice.number)
    assert code(over) == {"voucher.spend.over"}
    assert expired(till) == {batch: 10_000}
    assert conserved(till.engine, batch)["expired_fen"] == 10_000


def test_what_is_taken_back_may_be_issued_again_and_is_owed_in_money_again(till: Till) -> None:
    invoice, batch = billed(till), opened(till)
    issued(till, batch, count=3)
    one, two = claimed(till, batch), claimed(till, batch)
    spent(till, one.id, invoice.number)
    assert back(till, two.id).state == "taken_back"
    assert back(till, one.id, paid=True).spent_fen == 0
    with reading(till.engine) as connection:
        assert billing.by_number(connection, invoice.number).payable_fen == 3000
    assert conserved(till.engine, batch) == {
        "unissued_fen": 9000, "unclaimed_fen": 1000, "unspent_fen": 0, "spent_fen": 0, "expired_fen": 0,
    }  # fmt: skip
    for voucher in (one, two):
        with pytest.raises(Refused) as ended:
            back(till, voucher.id, paid=True)
        assert code(ended) == {"voucher.ended"}
    assert reconcile(till.engine, till.keys.signer).differences == []
    three = claimed(till, batch)
    till.now = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
    back(till, three.id)
    assert conserved(till.engine, batch)["expired_fen"] == 1000, "after the days of claims nothing is issued"


def test_what_vouchers_paid_is_not_credited_away(till: Till) -> None:
    invoice, batch = billed(till, calls=2), opened(till)
    issued(till, batch, count=1)
    spent(till, claimed(till, batch).id, invoice.number)
    with pytest.raises(Refused), writing(till.engine) as connection:
        billing.credit(
            connection, till.keys.signer, invoice.number, {1: 600}, reason="多计", by="周敏", now=till.now
        )
    with writing(till.engine) as connection:
        billing.credit(
            connection, till.keys.signer, invoice.number, {1: 500}, reason="多计", by="周敏", now=till.now
        )
    assert reconcile(till.engine, till.keys.signer).differences == []


@pytest.mark.parametrize("part", ["unissued_fen", "spent_fen"])
def test_the_store_itself_keeps_a_batch_at_its_budget(either: Till, part: str) -> None:
    batch = opened(either)
    column = voucher_batches.c[part]
    with pytest.raises(IntegrityError), writing(either.engine) as connection:
        connection.execute(
            update(voucher_batches).where(voucher_batches.c.id == batch).values({part: column + 1})
        )


steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from([FIRM, OTHER]), st.integers(0, 50), st.integers(0, 9)),
    max_size=25,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_value_is_conserved_at_every_step_whatever_is_done(often: Till, done: Any) -> None:
    either = often
    if not getattr(either, "bills", None):
        either.bills = (billed(either), billed(either, OTHER))
    either.now = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
    batch = opened(either)
    for name, firm, pick, days in done:
        either.later(days=days)
        act(either.engine, name, batch, firm, pick, either.now)
        _only_of(either, batch)
    assert reconcile(either.engine, either.keys.signer).differences == []


def _only_of(till: Till, batch: str) -> None:
    """Conservation of one batch among others that paid the same invoices before."""
    with reading(till.engine) as connection:
        of = batch_called(connection, batch)
        held = room.all_vouchers(connection, batch_id=batch)
    parts = (of.unissued_fen, of.unclaimed_fen, of.unspent_fen, of.spent_fen, of.expired_fen)
    assert sum(parts) == of.budget_fen
    assert min(parts) >= 0
    assert of.unclaimed_fen == sum(v.left_fen for v in held if v.state == "issued")
    assert of.unspent_fen == sum(v.left_fen for v in held if v.state != "issued")
    assert of.spent_fen == sum(v.spent_fen for v in held)


def test_racing_processes_make_and_lose_no_value(often: Till) -> None:
    either = often
    billed(either, calls=8)
    billed(either, OTHER, calls=8)
    batch = opened(either, cap_fen=5_000)
    issued(either, batch, count=8, fen=200)
    for firm in (FIRM, OTHER):
        claimed(either, batch, firm)
    told = CONTEXT.Queue()
    words = (str(either.home.root), batch, (FIRM, OTHER))
    racers = [
        CONTEXT.Process(target=race, args=(*words, seed, 25, either.now.isoformat(), told))
        for seed in range(3)
    ]
    for racer in racers:
        racer.start()
    done: Counter[str] = Counter()
    for _ in racers:
        done.update(told.get(timeout=120))
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0] * 3
    assert sum(done.values()) == 75
    assert done["issue done"] > 0 < done["claim done"]
    assert done["spend done"] > 0
    conserved(either.engine, batch)
    assert reconcile(either.engine, either.keys.signer).differences == []
