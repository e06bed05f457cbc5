"""A month from calls to a statement: what it names, its check by the other side, its closing once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from catalog.store import reading, writing
from catalog.store.tables.queries import usages
from contracts.canonical import digest
from policies.price_terms import product_price, tier, trial_fee
from space.calls.jws import SignatureInvalid
from space.errors import Refused
from space.money import statements as monthly
from space.money.reconcile import reconcile
from space.money.signed import STATEMENT_TYPE, NotReadable, Signed, read, read_file, ring_from, sign
from space.money.statement_check import check
from tests.forged import forged
from tests.space.money.months import MONTH, called, close, over, receipts, refusal, ring
from tests.space.money.till import FIRM, Till


def test_a_statement_names_every_call_and_what_it_costs_with_the_ceiling_and_its_source(till: Till) -> None:
    held = called(till)
    with reading(till.engine) as connection:
        told = monthly.of_organisation(connection, till.keys.signer, FIRM, MONTH, till.now).document
        of_one = monthly.of_grant(connection, till.keys.signer, held.id, MONTH, till.now).document
    (section,) = told["grants"]
    assert (told["total_fen"], section["grant"], len(section["calls"])) == (4000, held.id, 7)
    by_product = {line["product"]: line for line in section["lines"]}
    query, verified = by_product["query"], by_product["verification"]
    assert (query["answers"], query["calls"], query["amount_fen"]) == (4, 4, 2000)
    assert query["not_charged"] == {"lost": 1, "refused": 1}
    assert (verified["answers"], verified["calls"], verified["records"], verified["amount_fen"]) == (
        1,
        4,
        4,
        2000,
    )
    assert query["ceiling"]["fen"] == 2000
    assert "65号" in query["ceiling"]["source"]
    assert of_one["total_fen"] == 4000
    assert of_one["scope"] == held.id


def test_the_other_side_computes_the_same_offline_from_its_receipts(till: Till, tmp_path: Path) -> None:
    called(till)
    over(till)
    folder, file, key = (
        receipts(till, tmp_path / "receipts"),
        tmp_path / "september.json",
        tmp_path / "key.pem",
    )
    key.write_bytes(till.keys.signer.public_pem)
    file.write_text(json.dumps(close(till).to_document()), encoding="utf-8")

    found = check(read_file(file), folder, ring_from(key))

    assert found.differences == ()
    assert (found.receipts, found.stated_fen, found.recomputed_fen) == (5, 4000, 4000)


def test_prices_of_single_products_a_trial_fee_and_tiers_are_billed_and_computed_again(
    either: Till, tmp_path: Path
) -> None:
    till = either
    held = till.grant(
        prices=(product_price("verification: 30/call"), product_price("list: 9000/time")),
        trial_fee=trial_fee("50% for 12 months"),
        tiers=(tier("above 3: 10%"),),
    )
    for n in range(2):
        till.answer(held, f"q{n}")
        till.answer(held, f"l{n}", product="list")
    till.answer(held, "v", product="verification", records=4)
    over(till)

    told = close(till)
    (section,) = told.document["grants"]
    lines = {line["product"]: (line["unit"], line["amount_fen"]) for line in section["lines"]}
    assert lines == {"query": ("call", 500), "list": ("time", 4500), "verification": ("call", 15 + 3 * 1)}
    assert section["price"] == {
        "fen": 500, "since": "2026-01-01", "products": ["verification: 30/call", "list: 9000/time"],
        "trial": "50% for 12 months", "tiers": ["above 3: 10%"],
    }  # fmt: skip
    found = check(told, receipts(till, tmp_path / "receipts"), ring(till))
    assert (found.differences, found.recomputed_fen) == ((), 5018)
    counted = reconcile(till.engine, till.keys.signer)
    assert (counted.differences, counted.sums.billed, counted.sums.recomputed) == ([], 5018, 5018)


def test_a_statement_that_names_another_price_than_was_agreed_does_not_compute(
    till: Till, tmp_path: Path
) -> None:
    held = till.grant(prices=(product_price("list: 9000/time"),))
    till.answer(held, "l", product="list")
    with reading(till.engine) as connection:
        told = monthly.of_grant(connection, till.keys.signer, held.id, MONTH, till.now).document
    told["grants"][0]["price"]["products"] = ["list: 9000/call"]
    found = check(sign(till.keys.signer, told, STATEMENT_TYPE), receipts(till, tmp_path / "r"), ring(till))
    assert any("the tariff gives 2000" in line for line in found.differences)


def test_receipts_are_also_found_in_the_answers_they_came_with(till: Till, tmp_path: Path) -> None:
    held = till.grant()
    given = till.answer(held, "q")
    (tmp_path / "answer.json").write_text(json.dumps({"rows": [], "receipt": {"jws": given.receipt}}))
    (tmp_path / "notes.txt").write_text("not a receipt", encoding="utf-8")
    (tmp_path / "table.json").write_text("[1, 2]", encoding="utf-8")
    with reading(till.engine) as connection:
        told = monthly.of_grant(connection, till.keys.signer, held.id, MONTH, till.now)
    assert check(told, tmp_path, ring(till)).to_document() == {
        "ok": True, "receipts": 1, "stated": 500, "recomputed": 500, "differences": [],
    }  # fmt: skip


def _without_a_receipt(_till: Till, folder: Path, told: Signed) -> Signed:
    next(iter(sorted(folder.iterdir()))).unlink()
    return told


def _with_another(till: Till, folder: Path, told: Signed) -> Signed:
    given = till.answer(till.grant(), "elsewhere")
    (folder / "more.jws").write_text(given.receipt, encoding="ascii")
    return told


def _forged(_till: Till, folder: Path, told: Signed) -> Signed:
    file = next(iter(sorted(folder.iterdir())))
    file.write_text(forged(file.read_text(encoding="ascii").strip()), encoding="ascii")
    return told


def _dearer(till: Till, _folder: Path, told: Signed) -> Signed:
    from space.money.signed import STATEMENT_TYPE, sign

    document = json.loads(told.text)
    section = document["grants"][0]
    next(call for call in section["calls"] if call[1] == "answered")[3] += 100
    section["lines"][0]["amount_fen"] += 100
    section["amount_fen"] += 100
    document["total_fen"] += 100
    return sign(till.keys.signer, document, STATEMENT_TYPE)


def _other_tariff(till: Till, _folder: Path, told: Signed) -> Signed:
    from space.money.signed import STATEMENT_TYPE, sign

    document = json.loads(told.text)
    document["tariffs"][0]["tariff"]["volume_steps"][0]["percent"] = 50
    return sign(till.keys.signer, document, STATEMENT_TYPE)


def _charges_a_loss(till: Till, _folder: Path, told: Signed) -> Signed:
    from space.money.signed import STATEMENT_TYPE, sign

    document = json.loads(told.text)
    next(call for call in document["grants"][0]["calls"] if call[1] == "lost")[3] = 500
    return sign(till.keys.signer, document, STATEMENT_TYPE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_a_receipt, "is not here"),
        (_with_another, "is not on the statement"),
        (_forged, "signature"),
        (_dearer, "the statement says something else of it"),
        (_other_tariff, "the tariff gives 250"),
        (_charges_a_loss, "500 fen are asked for a call that was lost"),
    ],
)
def test_whatever_does_not_agree_is_said(till: Till, tmp_path: Path, change: Any, said: str) -> None:
    called(till)
    folder = receipts(till, tmp_path / "receipts")
    with reading(till.engine) as connection:
        told = monthly.of_organisation(connection, till.keys.signer, FIRM, MONTH, till.now)
    found = check(change(till, folder, told), folder, ring(till))
    assert any(said in line for line in found.differences), found.differences


def test_a_statement_that_was_changed_is_not_read(till: Till, tmp_path: Path) -> None:
    called(till)
    with reading(till.engine) as connection:
        told = monthly.of_organisation(connection, till.keys.signer, FIRM, MONTH, till.now)
    changed = {**told.to_document(), "document": {**told.document, "total_fen": 1}}
    with pytest.raises(SignatureInvalid, match="check digest"):
        check(read(changed), tmp_path, ring(till))
    changed["digest"] = digest(changed["document"])
    with pytest.raises(SignatureInvalid, match="another document"):
        check(read(changed), tmp_path, ring(till))
    with pytest.raises(NotReadable):
        read({"document": {}})


def test_a_month_is_closed_once_after_its_end_and_never_changes(till: Till) -> None:
    held = called(till)
    with pytest.raises(Refused) as early:
        close(till)
    assert refusal(early) == "money.statement.not_over"
    till.now = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)  # half an hour after the month's end
    with pytest.raises(Refused) as early:
        close(till)
    assert refusal(early) == "money.statement.not_over"
    over(till)
    made = close(till)
    with pytest.raises(Refused) as again:
        close(till)
    assert refusal(again) == "money.statement.closed"
    till.answer(held, "october")
    with reading(till.engine) as connection:
        kept = monthly.of_organisation(connection, till.keys.signer, FIRM, MONTH, till.now)
        october = monthly.of_organisation(connection, till.keys.signer, FIRM, "2026-10", till.now)
        listed = monthly.by_organisation(connection, FIRM)
    assert kept == made
    assert made.document["state"] == "closed"
    assert (october.document["total_fen"], october.document["state"]) == (500, "open")
    assert [one["month"] for one in listed] == [MONTH]


def test_a_month_whose_calls_do_not_reconcile_is_not_closed(till: Till) -> None:
    called(till)
    over(till)
    with writing(till.engine) as connection:
        connection.execute(update(usages).where(usages.c.outcome == "lost").values(price_fen=1))
    with pytest.raises(Refused) as differs:
        close(till)
    assert refusal(differs) == "money.statement.differs"
