"""Supply to departments: what is in the file, for whom, once, with a receipt, and what is refused."""

from __future__ import annotations

import csv
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
import python_calamine
from sqlalchemy import func, select

from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import usages
from catalog.store.tables.supplies import supplies
from policies.decision import Deny
from space.calls import jws
from space.supply.receipts import DELIVERY_TYPE
from space.supply.supplies import Supply
from tests.space.bureau import TRADE, WEATHER
from tests.space.bureau_contracts import identity
from tests.space.supply.conftest import SECOND


def lines(path: Any) -> list[list[str]]:
    """The lines of a CSV file, its mark and header among them."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def test_a_file_holds_the_granted_columns_of_the_granted_rows(counter: Any) -> None:
    held = counter.granted(where="district = '云港区'")

    made = counter.supply(held)

    assert isinstance(made, Supply), made
    mark, header, *rows = lines(counter.path(made))
    assert header == ["id_card", "sex", "district", "income"]
    wanted = [[identity(n), "男女"[n % 2], "云港区", str(n)] for n in range(240, 244)]
    assert sorted(rows) == sorted(wanted)
    assert len(mark) == 1
    for said in (made.id, held.id, held.grantee, "发展改革委"):
        assert said in mark[0]
    assert made.rows == 4


def test_a_workbook_holds_text_as_text_and_a_sheet_that_says_whose_it_is(counter: Any) -> None:
    made = counter.supply(counter.granted(where="district = '云港区'"), "xlsx")

    book = python_calamine.CalamineWorkbook.from_path(str(counter.path(made)))
    data, notes = (book.get_sheet_by_name(name).to_python() for name in ("数据", "说明"))
    assert data[0] == ["公民身份号码", "性别", "区", "收入"]
    assert {row[0] for row in data[1:]} == {identity(n) for n in range(240, 244)}
    assert dict(tuple(row[:2]) for row in notes)["供数"] == made.id


def test_a_parquet_file_says_whose_it_is_in_its_metadata(counter: Any) -> None:
    made = counter.supply(counter.granted(), "parquet")

    table = pq.read_table(counter.path(made))
    assert table.num_rows == 244
    assert table.schema.metadata[b"ybz.supply"].decode() == made.id
    assert table.schema.field("sex").metadata[b"title"].decode() == "性别"


def test_masked_terms_mask_identifiers_and_the_receipt_says_so(counter: Any) -> None:
    made = counter.supply(counter.granted(analyses=("masked_list",)))

    number = identity(0)
    assert number[:6] + "********" + number[-4:] in {row[0] for row in lines(counter.path(made))[2:]}
    assert identity(0) not in counter.path(made).read_text(encoding="utf-8-sig")
    states = jws.verify(made.receipt, counter.bureau.keys.signer.public_raw, DELIVERY_TYPE)
    assert [c["name"] for c in states["columns"] if c["masked"]] == ["id_card"]


def test_the_same_supply_asked_for_again_is_the_same_file_and_receipt(counter: Any) -> None:
    held = counter.granted()

    first = counter.supply(held)
    content = counter.path(first).read_bytes()
    counter.bureau.clock.later(days=3)
    again = counter.supply(held)

    assert (again.id, again.receipt) == (first.id, first.receipt)
    assert counter.path(again).read_bytes() == content
    assert counter.bureau.row(held).calls_used == 1


def test_a_supply_is_one_call_one_receipt_and_evidence_without_counts(counter: Any) -> None:
    held = counter.granted()

    made = counter.supply(held)

    (used,) = counter.rows(select(usages).where(usages.c.grant_id == held.id))
    assert (used.outcome, used.product, used.calls, used.price_fen) == ("answered", "supply", 1, 0)
    states = jws.verify(made.receipt, counter.bureau.keys.signer.public_raw, DELIVERY_TYPE)
    assert (states["rows"], states["sha256"], states["holder"]) == (244, made.sha256, held.grantee)
    assert states["terms"] == held.terms_digest
    said = counter.rows(select(evidence_entries).where(evidence_entries.c.subject == made.id))
    assert {row.event for row in said} == {"space:supply:intend", "space:supply:receipt"}
    assert not any(244 in json.loads(row.body).values() for row in said)


@pytest.mark.full
def test_stricter_rules_of_the_owner_make_another_supply(counter: Any) -> None:
    from catalog.store import writing
    from policies.protection_form import from_document
    from space.granting.owner_rules import set_rules

    held = counter.granted()
    first = counter.supply(held)
    asked = {"columns": {"sex": {"visibility": "deny", "on_breach": "nullify"}}, "unlisted": "plain"}
    b = counter.bureau
    with writing(b.engine) as connection:
        set_rules(
            connection, b.keys.signer, "civil.population", from_document(asked), by="王敏", now=b.clock()
        )

    second = counter.supply(held)

    assert isinstance(second, Supply), second
    assert second.id != first.id
    assert {row[1] for row in lines(counter.path(second))[2:]} == {""}


REFUSED = {
    "supply.outside": {"to": "operator", "items": WEATHER, "analyses": ("aggregate",)},
    "supply.analysis": {"analyses": ("aggregate",)},
    "supply.method": {"method": "query"},
    "supply.rows": {"max_rows": 200},
    "query.analysis": {"rules": {"min_group": 5}},
    "query.receiver": {"rules": {"receivers": ["11990100MB0000077X"]}},
}


QUICK = ("supply.outside", "supply.method", "supply.rows")


@pytest.mark.parametrize(
    "wanted", [code if code in QUICK else pytest.param(code, marks=pytest.mark.full) for code in REFUSED]
)
def test_what_may_not_leave_is_refused_and_leaves_nothing(counter: Any, wanted: str) -> None:
    stated = dict(REFUSED[wanted])
    to = getattr(counter.bureau, stated.pop("to", "department"))
    held = counter.granted(to, **stated)

    assert code(counter.supply(held)) == wanted

    lost = counter.rows(select(supplies.c.state))
    assert all(row.state == "lost" for row in lost)
    assert not [p for p in (counter.bureau.home.root / "supplies").rglob("*") if p.is_file()]
    (used,) = counter.rows(select(usages).where(usages.c.grant_id == held.id))
    assert (used.outcome, used.reason, used.calls) == ("refused", wanted, 0)


@pytest.mark.full
def test_a_grant_of_another_is_not_told_from_none(counter: Any) -> None:
    held = counter.granted()

    answers = {code(counter.supply(held, who=SECOND["code"])), code(counter.supply(held, who="nobody"))}
    assert answers == {"grant.not_held"}


def test_an_ended_grant_supplies_nothing(counter: Any) -> None:
    held = counter.granted()
    counter.bureau.revoke(held)

    assert code(counter.supply(held)) == "grant.revoked"


def test_who_dies_while_making_leaves_nothing_and_it_is_made_anew(counter: Any, monkeypatch: Any) -> None:
    from space.supply import files, making

    held = counter.granted()

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, "lose", lambda *_: None)  # a dead process takes nothing back
        patched.setattr(files, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            counter.supply(held)
    assert code(counter.supply(held)) == "supply.making"

    counter.bureau.clock.later(hours=7)
    made = counter.supply(held)
    assert isinstance(made, Supply)
    assert counter.bureau.count(select(func.count()).where(supplies.c.state == "ready")) == 1


@pytest.mark.full
def test_trade_rows_are_supplied_to_two_departments_in_two_orders(counter: Any) -> None:
    one = counter.supply(counter.granted(items=TRADE))
    other = counter.supply(counter.granted(SECOND, items=TRADE))

    first, second = (lines(counter.path(made))[2:] for made in (one, other))
    assert first != second
    assert sorted(first) == sorted(second)
