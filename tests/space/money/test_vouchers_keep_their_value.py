"""Data vouchers: who may claim and spend, and that no act and no race makes value or loses it."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from catalog.store.tables.money import voucher_batches
from space.errors import Refused, Unknown
from space.money import invoices as billing
from space.money import statements as monthly
from space.money import voucher_spending as spending
from space.money import vouchers as room
from space.money.reconcile import reconcile
from space.money.voucher_batches import batch as batch_called
from space.money.voucher_batches import open_batch
from space.money.voucher_rules import affiliated
from space.upkeep import Kept, Upkeep
from tests.space.money.till import BODY, BUREAU, FIRM, ISSUER, OTHER, Till
from tests.space.money.voucher_acts import ACTS, act, conserved, race
from ybz import ybz

BATCH = {
    "title": "2026 年数据券", "issuer": ISSUER, "basis": "市数据局〔2026〕12号", "budget_fen": 10_000,
    "cap_fen": 3_000, "share_percent": 50, "claim_from": "2026-09-01", "claim_to": "2026-10-31",
    "spend_to": "2026-12-31",
}  # fmt: skip


def opened(till: Till, **stated: Any) -> str:
    with writing(till.engine) as connection:
        return open_batch(connection, BATCH | stated, by="周敏", now=till.now).id


def issued(till: Till, batch: str, count: int = 4, fen: int = 1000, firm: str | None = None) -> Any:
    with writing(till.engine) as connection:
        return room.issue(connection, batch, count=count, face_fen=fen, by="周敏", now=till.now, firm=firm)


def claimed(till: Till, batch: str, firm: str = FIRM, voucher: str | None = None) -> room.Voucher:
    with writing(till.engine) as connection:
        return room.claim(connection, batch, firm, by="周敏", now=till.now, voucher_id=voucher)


def spent(till: Till, voucher: str, number: str, firm: str = FIRM) -> spending.Spent:
    with writing(till.engine) as connection:
        return spending.spend(connection, voucher, number, firm, by="周敏", now=till.now)


def back(till: Till, voucher: str, *, paid: bool = False) -> room.Voucher:
    with writing(till.engine) as connection:
        return spending.take_back(connection, voucher, reason="核查不符", spent=paid, by="周敏", now=till.now)


def expired(till: Till) -> dict[str, int]:
    with writing(till.engine) as connection:
        return spending.expire(connection, by="周敏", now=till.now)


def billed(till: Till, firm: str = FIRM, calls: int = 6, **grant: Any) -> billing.Invoice:
    """An invoice of a month of calls at 500 fen; October begins."""
    till.now = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)
    held = till.grant(firm, **grant)
    for n in range(calls):
        till.answer(held, f"q{n}")
    till.now = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
    with writing(till.engine) as connection:
        monthly.close(connection, till.keys.signer, firm, "2026-09", by="周敏", now=till.now)
        (made,) = billing.issue(connection, till.keys.signer, firm, "2026-09", by="周敏", now=till.now)
    return made


def code(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in error.value.decision.reasons}


def placed(till: Till, unit: str, name: str, parent: str | None = None) -> None:
    """Enter a unit into the organisation tree."""
    with writing(till.engine) as connection:
        units.add(
            connection, code=unit, name=name, kind=UnitKind.INSTITUTION, valid_from=date(2020, 1, 1),
            basis="编办文件", by="李四", now=till.now, parent=parent,
        )  # fmt: skip


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


def test_a_voucher_is_used_once_by_who_holds_it(till: Till) -> None:
    invoice, batch = billed(till, calls=20), opened(till)
    issued(till, batch)
    one, two = claimed(till, batch), claimed(till, batch)
    spent(till, one.id, invoice.number)
    with pytest.raises(Refused) as twice:
        spent(till, one.id, invoice.number)
    assert code(twice) == {"voucher.spend.not_held"}
    with pytest.raises(Refused) as others:
        spent(till, two.id, invoice.number, OTHER)
    assert code(others) == {"voucher.spend.not_held"}
    with pytest.raises(Refused) as again:
        claimed(till, batch, OTHER, one.id)
    assert code(again) == {"voucher.claim.none"}
    with pytest.raises(Unknown):
        spent(till, "vch_none", invoice.number)


def test_a_voucher_with_value_left_pays_one_invoice_once(till: Till) -> None:
    invoice, batch = billed(till, calls=2), opened(till)
    issued(till, batch)
    one = claimed(till, batch)
    assert spent(till, one.id, invoice.number).amount_fen == 500
    with pytest.raises(Refused) as again:
        spent(till, one.id, invoice.number)
    assert code(again) == {"voucher.spend.room"}


def test_a_firm_claims_up_to_its_cap_within_the_days_and_what_is_issued(till: Till) -> None:
    batch = opened(till)
    issued(till, batch, count=4)
    for _ in range(3):
        claimed(till, batch)
    with pytest.raises(Refused) as cap:
        claimed(till, batch)
    assert code(cap) == {"voucher.claim.cap"}
    claimed(till, batch, OTHER)
    with pytest.raises(Refused) as none:
        claimed(till, batch, OTHER)
    assert code(none) == {"voucher.claim.none"}
    with pytest.raises(Refused) as budget:
        issued(till, batch, count=7)
    assert code(budget) == {"voucher.issue.budget"}
    with pytest.raises(Refused) as face:
        issued(till, batch, count=1, fen=3001)
    assert code(face) == {"voucher.issue.face"}
    till.now = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    with pytest.raises(Refused) as late:
        claimed(till, batch)
    assert code(late) == {"voucher.claim.dates"}
    conserved(till.engine, batch)


def test_a_voucher_issued_to_a_firm_is_claimed_by_no_other(till: Till) -> None:
    batch = opened(till)
    (named,) = issued(till, batch, count=1, firm=OTHER)
    with pytest.raises(Refused) as none:
        claimed(till, batch, FIRM, named.id)
    assert code(none) == {"voucher.claim.none"}
    assert claimed(till, batch, OTHER).id == named.id


def test_the_administration_claims_nothing(till: Till) -> None:
    batch = opened(till)
    issued(till, batch)
    with pytest.raises(Refused) as firm:
        claimed(till, batch, BUREAU)
    assert code(firm) == {"voucher.claim.firm"}


def test_the_issuer_and_whoever_hangs_in_its_tree_claims_nothing(till: Till) -> None:
    batch, own = opened(till), opened(till, issuer=FIRM)
    issued(till, batch)
    issued(till, own)
    with pytest.raises(Refused) as itself:
        claimed(till, own)
    assert code(itself) == {"voucher.self_dealing"}
    placed(till, "CITY", "某市人民政府")
    placed(till, ISSUER, "市数据局", "CITY")
    placed(till, FIRM, "数据运营公司", "CITY")
    with reading(till.engine) as connection:
        assert affiliated(connection, FIRM, ISSUER, date(2026, 9, 24))
        assert not affiliated(connection, OTHER, ISSUER, date(2026, 9, 24))
        assert not affiliated(connection, OTHER, FIRM, date(2026, 9, 24))
        assert not affiliated(connection, FIRM, ISSUER, date(2019, 9, 24)), "not yet"
    with pytest.raises(Refused) as affiliate:
        claimed(till, batch)
    assert code(affiliate) == {"voucher.self_dealing"}
    claimed(till, batch, OTHER)


def test_nobody_pays_its_own_product_with_a_voucher(till: Till) -> None:
    seller = billed(till, OTHER, grantor=FIRM, name="grt_of_a_firm")
    batch = opened(till)
    issued(till, batch)
    mine = claimed(till, batch, OTHER)
    placed(till, "GROUP", "数据集团")
    placed(till, OTHER, "另一公司", "GROUP")
    placed(till, FIRM, "数据运营公司", "GROUP")
    with pytest.raises(Refused) as dealing:
        spent(till, mine.id, seller.number, OTHER)
    assert code(dealing) == {"voucher.self_dealing"}
    conserved(till.engine, batch)


def test_only_eligible_lines_of_an_invoice_of_ones_own_count(till: Till) -> None:
    invoice = billed(till)
    other = opened(till, products=["verification"])
    elsewhere = opened(till, datasets=["civil.population"])
    fitting = opened(till, products=["query"], datasets=["market.firms", "eco.air"])
    for batch in (other, elsewhere, fitting):
        issued(till, batch, count=1)
    for batch in (other, elsewhere):
        held = claimed(till, batch)
        with pytest.raises(Refused) as product:
            spent(till, held.id, invoice.number)
        assert code(product) == {"voucher.spend.product"}
    assert spent(till, claimed(till, fitting).id, invoice.number).amount_fen == 1000
    foreign = claimed(till, opened_with(till), OTHER)
    with pytest.raises(Refused) as of:
        spent(till, foreign.id, invoice.number, OTHER)
    assert code(of) == {"voucher.spend.invoice"}


def opened_with(till: Till) -> str:
    batch = opened(till)
    issued(till, batch)
    return batch


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


WRONG: dict[str, Any] = {
    "share": {"share_percent": 101},
    "cap": {"cap_fen": 10_001},
    "days": {"claim_to": "2026-08-31"},
    "end": {"spend_to": "2026-10-30"},
    "no basis": {"basis": " "},
    "a day": {"claim_from": "soon"},
    "more": {"colour": "red"},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_batch_is_stated_whole(till: Till, what: str) -> None:
    with pytest.raises(Refused) as wrong:
        opened(till, **WRONG[what])
    assert code(wrong) == {"voucher.batch"}


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


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.space.money.voucher_acts"])
    told = context.Queue()
    words = (str(either.home.root), batch, (FIRM, OTHER))
    racers = [
        context.Process(target=race, args=(*words, seed, 25, either.now.isoformat(), told))
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


def test_vouchers_go_by_commands(till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert monkeypatch
    invoice = billed(till)
    file = tmp_path / "batch.yaml"
    today = datetime.now(UTC).date()
    dates = {
        "claim_from": "2026-01-01",
        "claim_to": f"{today.year + 1}-12-31",
        "spend_to": f"{today.year + 1}-12-31",
    }
    file.write_text(json.dumps(BATCH | dates, ensure_ascii=False), encoding="utf-8")

    def run(*words: str, fails: int = 0) -> Any:
        done = CliRunner().invoke(ybz, ["voucher", *words])
        assert done.exit_code == fails, (words, done.output, done.stderr)
        return done

    batch = json.loads(run("open", str(file), "--json").stdout)["id"]
    assert len(json.loads(run("issue", batch, "--count", "3", "--fen", "1000", "--json").stdout)) == 3
    one = json.loads(run("claim", batch, "--firm", FIRM, "--json").stdout)["id"]
    assert "paid 1000 fen" in run("spend", one, invoice.number, "--firm", FIRM).stdout
    assert "voucher.spend.not_held" in run("spend", one, invoice.number, "--firm", FIRM, fails=1).stderr
    assert json.loads(run("show", batch, "--json").stdout)["value_fen"]["spent"] == 1000
    run("back", one, "--reason", "核查", "--spent")
    assert "taken_back" in run("show", one).stdout
    assert len(json.loads(run("list", "--firm", FIRM, "--json").stdout)) == 1
    assert batch in run("list").stdout
    assert "nothing is over" in run("expire").stdout
    assert BODY in invoice.number
