"""A month from calls to money: statement, offline check, invoice, page, credit note; none ever changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from catalog.keys import Ring
from catalog.store import reading, writing
from catalog.store.tables.money import invoice_lines, invoices, statements
from catalog.store.tables.queries import usages
from contracts.canonical import digest
from policies.price_terms import product_price, tier, trial_fee
from space.calls.jws import SignatureInvalid
from space.errors import Refused, SpaceError, Unknown
from space.money import invoices as billing
from space.money import statements as monthly
from space.money.invoice_page import check_code, check_page, page
from space.money.invoice_writing import Line
from space.money.reconcile import reconcile
from space.money.signed import STATEMENT_TYPE, NotReadable, Signed, read, read_file, ring_from, sign
from space.money.statement_check import check
from tests.space.money.till import AGENCY, BODY, BUREAU, FIRM, OTHER, Till
from ybz import ybz

MONTH = "2026-09"


def ring(till: Till) -> Ring:
    return Ring.single(till.keys.signer.public_raw)


def close(till: Till, code: str = FIRM, month: str = MONTH) -> Signed:
    with writing(till.engine) as connection:
        return monthly.close(connection, till.keys.signer, code, month, by="周敏", now=till.now)


def issue(till: Till, code: str = FIRM, month: str = MONTH) -> tuple[billing.Invoice, ...]:
    with writing(till.engine) as connection:
        return billing.issue(connection, till.keys.signer, code, month, by="周敏", now=till.now)


def credit(till: Till, number: str, taken_off: dict[int, int], reason: str = "重复计费") -> billing.Invoice:
    with writing(till.engine) as connection:
        return billing.credit(
            connection, till.keys.signer, number, taken_off, reason=reason, by="周敏", now=till.now
        )


def called(till: Till) -> Any:
    """A month of calls under a charged grant, a free one and one of another firm; the charged grant."""
    held, free, other = till.grant(), till.grant(BUREAU, "public_good.research", fen=0), till.grant(OTHER)
    for n in range(3):
        till.answer(held, f"q{n}")
    till.answer(held, "q0")
    till.answer(held, "b", product="verification", records=4)
    till.lost(held, "gone")
    till.refused(held)
    till.answer(free, "q")
    till.answer(other, "q")
    return held


def over(till: Till) -> None:
    """The month is over."""
    till.now = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


def receipts(till: Till, folder: Path, code: str = FIRM) -> Path:
    folder.mkdir(exist_ok=True)
    with reading(till.engine) as connection:
        for receipt_id, jws in monthly.receipts_of(connection, code, MONTH).items():
            (folder / f"{receipt_id}.jws").write_text(jws, encoding="ascii")
    return folder


def refusal(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.decision.reasons[0].code


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
    head, payload, signature = file.read_text(encoding="ascii").split(".")
    file.write_text(f"{head}.{payload[:-4]}AAAA.{signature}", encoding="ascii")
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


def test_a_closed_month_is_billed_once_by_granting_body_with_numbers_in_a_row(either: Till) -> None:
    called(either)
    second = either.grant(grantor=AGENCY, name="grt_second")
    either.answer(second, "q")
    with pytest.raises(Refused) as still_open:
        issue(either)
    assert refusal(still_open) == "money.invoice.open"
    over(either)
    for code in (FIRM, OTHER, BUREAU):
        close(either, code)
    made = issue(either)
    assert [(one.issuer, one.total_fen) for one in made] == [(AGENCY, 500), (BODY, 4000)]
    assert [one.number for one in made] == [f"{AGENCY}-2026-000001", f"{BODY}-2026-000001"]
    (other,) = issue(either, OTHER)
    assert other.number == f"{BODY}-2026-000002"
    document = made[1].signed.document
    assert document["total_capitals"] == "人民币肆拾元整"
    assert document["payer"] == {"code": FIRM, "name": "数据运营公司"}
    with pytest.raises(Refused) as again:
        issue(either)
    assert refusal(again) == "money.invoice.billed"
    with pytest.raises(Refused) as nothing:
        issue(either, BUREAU)
    assert refusal(nothing) == "money.invoice.nothing"
    found = reconcile(either.engine, either.keys.signer)
    assert (found.differences, found.invoiced_fen) == ([], 5000)


def test_an_invoice_that_was_refused_takes_no_number(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    with writing(till.engine) as connection:
        billing.issue(connection, till.keys.signer, FIRM, MONTH, by="周敏", now=till.now)
        connection.rollback()
    (made,) = issue(till)
    assert made.number.endswith("-000001")


def test_a_credit_note_takes_off_what_is_left_and_the_invoice_stays(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    (made,) = issue(till)
    note = credit(till, made.number, {1: 700})
    assert (note.kind, note.total_fen, note.corrects) == ("credit_note", -700, made.number)
    assert note.number == f"{BODY}-2026-000002"
    assert note.signed.document["total_capitals"] == "人民币负柒元整"
    with reading(till.engine) as connection:
        kept = billing.by_number(connection, made.number)
    assert (kept.signed, kept.payable_fen) == (made.signed, 3300)
    for taken_off, reason in (({1: 1301}, "多"), ({9: 1}, "多"), ({1: 0}, "多"), ({}, "多"), ({1: 1}, " ")):
        with pytest.raises(Refused) as refused:
            credit(till, made.number, taken_off, reason)
        assert refusal(refused) == "money.credit"
    with pytest.raises(Refused):
        credit(till, note.number, {1: 1})
    credit(till, made.number, {1: 1300, 2: 2000})
    found = reconcile(till.engine, till.keys.signer)
    assert (found.differences, found.invoiced_fen) == ([], 0)


def test_the_page_shows_what_was_signed_and_any_change_of_it_is_found(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    (made,) = issue(till)
    text = page(made.signed)
    assert "人民币肆拾元整" in text
    assert "40.00" in text
    assert check_code(made.signed.digest) in text
    assert "<script src" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert check_page(text, ring(till)).document["number"] == made.number
    for old, new in (
        ("40.00", "4.00"),
        ("肆拾", "肆"),
        (made.number, made.number[:-1] + "9"),
        ("数据运营", "他人"),
    ):
        with pytest.raises((NotReadable, SignatureInvalid)):
            check_page(text.replace(old, new), ring(till))
        once = text.replace(old, new, 1)
        with pytest.raises((NotReadable, SignatureInvalid)):
            check_page(once, ring(till))
    with pytest.raises(NotReadable):
        check_page("<html></html>", ring(till))
    with pytest.raises(SignatureInvalid):
        check_page(text, Ring.single(bytes(32)))


def test_a_name_that_is_markup_stays_text_on_the_page(till: Till) -> None:
    from space.money.signed import INVOICE_TYPE, sign

    called(till)
    over(till)
    close(till)
    (made,) = issue(till)
    document = json.loads(made.signed.text)
    document["payer"]["name"] = "</script><b>公司 & 其他</b>"
    text = page(sign(till.keys.signer, document, INVOICE_TYPE))
    assert "<b>" not in text
    assert check_page(text, ring(till)).document["payer"]["name"] == document["payer"]["name"]


@given(
    st.sampled_from(["governance", "public_good", ""]),
    st.integers(-(10**9), 10**9).filter(bool),
    st.sampled_from(["query", "verification", "supply"]),
)
def test_a_line_above_nought_for_a_free_class_cannot_be_made(group: str, fen: int, product: str) -> None:
    with pytest.raises(ValueError, match="nothing is asked"):
        Line("grt_1", product, "call", "governance.administration", group, (), 1, 1, fen)


@pytest.mark.parametrize("group", ["governance", "public_good"])
def test_the_store_itself_keeps_no_line_above_nought_for_a_free_class(either: Till, group: str) -> None:
    called(either)
    over(either)
    close(either)
    (made,) = issue(either)
    with reading(either.engine) as connection:
        line = dict(connection.execute(select(invoice_lines).limit(1)).one()._mapping)
    forged = line | {"line": 99, "once": None, "purpose_class": group, "amount_fen": 1}
    with pytest.raises(IntegrityError), writing(either.engine) as connection:
        connection.execute(insert(invoice_lines).values(**forged))
    with pytest.raises(IntegrityError), writing(either.engine) as connection:
        connection.execute(update(invoices).values(credited_fen=invoices.c.total_fen + 1))
    twice = line | {"number": made.number, "line": 98}
    with pytest.raises(IntegrityError), writing(either.engine) as connection:
        connection.execute(insert(invoice_lines).values(**twice))


def test_a_changed_invoice_and_a_gap_of_numbers_are_differences(till: Till) -> None:
    called(till)
    over(till)
    close(till)
    close(till, OTHER)
    (made,) = issue(till)
    (other,) = issue(till, OTHER)
    with writing(till.engine) as connection:
        changed = made.signed.text.replace('"total_fen":4000', '"total_fen":3999')
        connection.execute(update(invoices).where(invoices.c.number == made.number).values(document=changed))
        connection.execute(update(invoices).where(invoices.c.number == other.number).values(place=3))
        connection.execute(update(statements).where(statements.c.organisation == OTHER).values(total_fen=501))
    found = {(one.row, one.what) for one in reconcile(till.engine, till.keys.signer).differences}
    assert (made.number, "invoice and its signature") in found
    assert (made.number, "total of invoice and its lines") in found
    assert (f"{BODY}-2026", "numbers of a series") in found
    assert any(what == "total of statement and its calls" for _, what in found)


def test_what_is_not_there_is_said(till: Till) -> None:
    with reading(till.engine) as connection:
        with pytest.raises(Unknown):
            billing.by_number(connection, "none")
        with pytest.raises(Unknown):
            monthly.of_grant(connection, till.keys.signer, "grt_none", MONTH, till.now)
        for month in ("2026-13", "2026-9", "september"):
            with pytest.raises(SpaceError, match="YYYY-MM"):
                monthly.of_organisation(connection, till.keys.signer, FIRM, month, till.now)


def run(*words: str, fails: int = 0) -> Any:
    done = CliRunner().invoke(ybz, list(words))
    assert done.exit_code == fails, (words, done.output, done.stderr)
    return done


def test_the_month_goes_by_commands(till: Till, tmp_path: Path) -> None:
    till.now = datetime(2026, 2, 10, 4, 0, tzinfo=UTC)
    held = called(till)
    file, folder, html = tmp_path / "s.json", tmp_path / "receipts", tmp_path / "invoice.html"
    assert "total 4000 fen" in run("statement", held.id, "2026-02").stdout
    run("statement", "close", FIRM, "2026-02", "--by", "周敏")
    run("statement", FIRM, "2026-02", "--to", str(file))
    assert json.loads(run("statement", "list", FIRM, "--json").stdout)[0]["total_fen"] == 4000
    assert "5 receipts" in run("statement", "receipts", FIRM, "2026-02", str(folder)).stdout
    assert json.loads(run("statement", "check", str(file), "--receipts", str(folder), "--json").stdout)["ok"]
    (invoice,) = json.loads(run("invoice", "issue", FIRM, "2026-02", "--json").stdout)
    run("invoice", "show", invoice["number"], "--html", str(html))
    assert "holds: 人民币肆拾元整" in run("invoice", "check", str(html)).stdout
    run("invoice", "credit", invoice["number"], "--line", "1=500", "--reason", "试算")
    assert "still to pay 3500 fen" in run("invoice", invoice["number"]).stdout
    assert len(json.loads(run("invoice", "list", "--payer", FIRM, "--json").stdout)) == 2
    assert "money.invoice.billed" in run("invoice", "issue", FIRM, "2026-02", fails=1).stderr
    next(iter(folder.iterdir())).unlink()
    assert "is not here" in run("statement", "check", str(file), "--receipts", str(folder), fails=1).stderr
    html.write_text(html.read_text(encoding="utf-8").replace("40.00", "41.00"), encoding="utf-8")
    assert run("invoice", "check", str(html), fails=1)
    assert json.loads(run("meter", "reconcile", "--json").stdout)["invoiced"] == 3500
