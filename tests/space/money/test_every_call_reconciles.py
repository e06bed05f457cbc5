"""Every call counted anew: counters, rows, evidence, receipts and prices agree, or the row is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Table, delete, insert, select, update

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.money import metered_months
from catalog.store.tables.queries import receipts, reservations, usages
from space.calls import metering
from space.calls.failing import AnswerLate, failing
from space.calls.pricing import Measure
from space.money.reconcile import Reconciled, reconcile
from tests.space.money.till import BUREAU, FIRM, Asked, Till
from ybz import ybz


def counted(till: Till) -> Reconciled:
    return reconcile(till.engine, till.keys.signer)


def mixed(till: Till) -> Any:
    """Calls of every kind, under a charged grant, a free one and none; the charged grant."""
    paid, free = till.grant(), till.grant(BUREAU, "governance.administration", fen=0)
    for n in range(4):
        till.answer(paid, f"q{n}")
    till.answer(paid, "q1")
    till.answer(paid, "batch", product="verification", records=7)
    till.lost(paid, "gone")
    till.refused(paid)
    till.refused(None, "grant.not_held")
    till.answer(free, "q")
    till.supply(free, "dlv_1", 12_345)
    with (
        pytest.raises(AnswerLate),
        failing(till.engine, FIRM, Asked(paid, "q", Measure("query")), lambda: till.now),
    ):
        raise AnswerLate
    return paid


def test_portions_of_any_size_count_the_same(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    paid = mixed(till)
    with writing(till.engine) as connection:
        connection.execute(update(usages).where(usages.c.grant_id == paid.id).values(price_fen=7))
        first = select(receipts.c.id).where(receipts.c.grant_id == paid.id).limit(1).scalar_subquery()
        connection.execute(delete(receipts).where(receipts.c.id == first))
    whole = counted(till).to_document()
    assert whole["difference"] > 1
    for name, most in (("_CALLS", 1), ("_AT_ONCE", 1), ("_RECEIPTS_AT_ONCE", 2)):
        monkeypatch.setattr(f"space.money.reconcile.{name}", most)
        assert counted(till).to_document() == whole


def test_every_kind_of_call_reconciles_to_the_call_and_to_the_fen(either: Till) -> None:
    paid = mixed(either)
    with writing(either.engine) as connection:  # one is under way
        from space.calls.budget import AnswerKey, reserve

        reserve(connection, AnswerKey(paid.id, "t", "open", (), "plain"), nrho=0, now=either.now)
    found = counted(either)
    assert found.differences == []
    told = found.to_document()
    wanted = {"calls": 13, "rows": 13, "counters": 16, "difference": 0, "billed": 6000, "recomputed": 6000}
    assert {name: told[name] for name in wanted} == wanted
    assert (told["taken"], told["open"]) == (15, 1)


def test_the_row_of_a_call_says_what_was_used_of_what(till: Till) -> None:
    paid = mixed(till)
    with reading(till.engine) as connection:
        rows = connection.execute(select(usages).order_by(usages.c.outcome)).all()
    verified = next(row for row in rows if row.product == "verification")
    said = (verified.purpose, verified.purpose_class, verified.size_class, verified.cells, verified.records)
    assert said == ("industry.research", "industry", "<10^5", 12, 7)
    assert (verified.month, verified.month_place, verified.month_before) == ("2026-09", 6, 5)
    supplied = {row.outcome: (row.calls, row.bytes_supplied) for row in rows if row.product == "supply"}
    assert supplied == {"answered": (1, None), "delivered": (0, 12_345)}
    assert {row.outcome for row in rows if row.grant_id == paid.id} == {
        "answered", "cached", "lost", "refused", "failed",
    }  # fmt: skip
    assert all(row.calls == row.price_fen == 0 for row in rows if row.outcome in ("refused", "failed"))
    assert all(row.price_fen == 0 for row in rows if row.outcome == "lost"), "a failed call of ours is free"


TAMPERED: dict[str, tuple[Table, dict[str, Any], str]] = {
    "price of a row": (usages, {"price_fen": 1}, "price_fen of usage row"),
    "calls of a row": (usages, {"calls": 9}, "calls of usage row"),
    "outcome of a row": (usages, {"outcome": "cached"}, "outcome of usage row"),
    "product of a row": (usages, {"product": "list"}, "product of usage row"),
    "size class of a row": (usages, {"size_class": "<10^9"}, "size_class of usage row"),
    "place of a row": (usages, {"month_place": 7}, "month_place of usage row"),
    "a receipt": (receipts, {"jws": "a.b.c"}, "receipt and its signature"),
    "an entry": (evidence_entries, {"body": None}, "evidence entry and its leaf hash"),
    "counter of calls": (grants, {"calls_used": 5}, "counter of calls"),
    "counter of money": (grants, {"charged_fen": 5}, "counter of money"),
    "answers of a month": (metered_months, {"answers": 5}, "counter of answers, 2026-09 query"),
    "calls of a month": (metered_months, {"calls": 5}, "counter of calls, 2026-09 query"),
    "money of a month": (metered_months, {"price_fen": 5}, "counter of money, 2026-09 query"),
    "a paid call": (reservations, {"state": "lost"}, "paid call and its usage row"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_by_hand_is_named_by_grant_and_row(till: Till, what: str) -> None:
    held = till.grant()
    till.answer(held, "q")
    table, values, named = TAMPERED[what]
    with writing(till.engine) as connection:
        if "body" in values:
            event = evidence_entries.c.event == "space:query:answer"
            body = connection.execute(select(evidence_entries.c.body).where(event)).scalar_one()
            connection.execute(
                update(evidence_entries)
                .where(event)
                .values(body=body.replace('"price_fen":500', '"price_fen":501'))
            )
        else:
            connection.execute(update(table).values(**values))
    found = counted(till)
    assert any(named in one.what for one in found.differences), found.differences
    assert all(one.grant == held.id and one.row for one in found.differences)


@pytest.mark.parametrize("gone", ["usage row", "receipt", "evidence entry"])
def test_what_was_taken_away_is_named(till: Till, gone: str) -> None:
    held = till.grant()
    till.answer(held, "q1")
    till.answer(held, "q2")
    with writing(till.engine) as connection:
        row = connection.execute(select(usages).limit(1)).one()
        connection.execute(delete(receipts).where(receipts.c.usage_id == row.id))
        if gone == "usage row":
            connection.execute(delete(usages).where(usages.c.id == row.id))
        if gone == "evidence entry":
            connection.execute(delete(evidence_entries).where(evidence_entries.c.id == row.evidence_id))
    found = counted(till).differences
    assert (held.id, row.id) in {(one.grant, one.row) for one in found}
    assert any(gone in one.what for one in found)


def test_a_row_nobody_recorded_is_a_difference(till: Till) -> None:
    held = till.grant()
    with writing(till.engine) as connection:
        forged = {"id": "use_forged", "grant_id": held.id, "organisation": FIRM, "outcome": "refused"}
        connection.execute(
            insert(usages).values(**forged, calls=0, nrho=0, price_fen=0, at=till.now, evidence_id="ev_none")
        )
    assert [(one.grant, one.row) for one in counted(till).differences] == [(held.id, "use_forged")]


def test_rows_of_an_earlier_version_reconcile(till: Till) -> None:
    held = till.grant()
    till.answer(held, "q1")
    till.answer(held, "b", product="verification", records=3)
    with writing(till.engine) as connection:
        new = (
            "purpose",
            "purpose_class",
            "product",
            "size_class",
            "cells",
            "month",
            "month_place",
            "month_before",
        )
        connection.execute(update(usages).values(dict.fromkeys(new)))
        connection.execute(delete(metered_months))
        connection.execute(delete(receipts))
        _as_formerly_recorded(connection)
        issued = connection.execute(select(usages)).all()
        for row in issued:
            _formerly_receipted(connection, till, row)
    assert counted(till).differences == []


def _as_formerly_recorded(connection: Any) -> None:
    from catalog.evidence.append import instant_text, leaf_bytes
    from catalog.evidence.merkle import leaf_hash
    from contracts.canonical import canonical

    kept = (
        "usage",
        "organisation",
        "outcome",
        "reason",
        "reservation",
        "query",
        "nrho",
        "price_fen",
        "records",
    )
    for row in connection.execute(select(evidence_entries)).all():
        if row.event not in metering.EVENTS:
            continue
        body = canonical({k: v for k, v in json.loads(row.body).items() if k in kept}).decode()
        leaf = leaf_bytes(
            entry_id=row.id,
            event=row.event,
            subject=row.subject,
            body=body,
            recorded_at=instant_text(row.recorded_at),
        )
        connection.execute(
            update(evidence_entries)
            .where(evidence_entries.c.id == row.id)
            .values(body=body, leaf_hash=leaf_hash(leaf).hex())
        )


def _formerly_receipted(connection: Any, till: Till, row: Any) -> None:
    from space.calls import receipts as room

    leaf = connection.execute(
        select(evidence_entries.c.leaf_hash).where(evidence_entries.c.id == row.evidence_id)
    ).scalar_one()
    receipt = room.Receipt(
        id=room.fresh_id(), grant=row.grant_id, terms="", holder=row.organisation, query="", canonical="",
        releases=(), mode="plain", mechanism={}, nrho=row.nrho, price_fen=row.price_fen,
        time=room.time_bucket(till.now), answer="", evidence=leaf,
    )  # fmt: skip
    room.issue(connection, till.keys.signer, receipt, row.id, till.now)


def test_the_command_says_the_six_figures_and_exits_by_them(till: Till) -> None:
    held = till.grant()
    till.answer(held, "q")
    done = CliRunner().invoke(ybz, ["meter", "reconcile", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {"calls", "rows", "counters", "difference", "billed", "recomputed"} <= told.keys()
    assert (told["calls"], told["rows"], told["counters"], told["billed"]) == (1, 1, 1, 500)
    with writing(till.engine) as connection:
        connection.execute(update(usages).values(price_fen=499))
        row = connection.execute(select(usages.c.id)).scalar_one()
    done = CliRunner().invoke(ybz, ["meter", "reconcile"])
    assert done.exit_code == 1
    assert held.id in done.stderr
    assert row in done.stderr
