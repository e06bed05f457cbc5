"""A closed month in money: invoice, page, credit note; none ever changes."""

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
from space.calls.jws import SignatureInvalid
from space.errors import Refused, SpaceError, Unknown
from space.money import invoices as billing
from space.money import statements as monthly
from space.money.invoice_page import check_code, check_page, page
from space.money.invoice_writing import Line
from space.money.reconcile import reconcile
from space.money.signed import NotReadable
from tests.space.money.months import MONTH, called, close, credit, issue, over, refusal, ring
from tests.space.money.till import AGENCY, BODY, BUREAU, FIRM, OTHER, Till
from ybz import ybz


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
