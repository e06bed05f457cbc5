"""Data vouchers: who may claim and spend them, within which bounds, and by which commands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from space.errors import Refused, Unknown
from space.money.voucher_rules import affiliated
from tests.space.money.till import BODY, BUREAU, FIRM, ISSUER, OTHER, Till
from tests.space.money.voucher_acts import conserved
from tests.space.money.voucher_desk import BATCH, billed, claimed, code, issued, opened, spent
from ybz import ybz


def placed(till: Till, unit: str, name: str, parent: str | None = None) -> None:
    """Enter a unit into the organisation tree."""
    with writing(till.engine) as connection:
        units.add(
            connection, code=unit, name=name, kind=UnitKind.INSTITUTION, valid_from=date(2020, 1, 1),
            basis="编办文件", by="李四", now=till.now, parent=parent,
        )  # fmt: skip


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
