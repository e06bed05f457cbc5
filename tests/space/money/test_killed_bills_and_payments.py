"""A process killed while it closes, bills or pays: the books agree at once, the act is done once after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog import keys
from catalog.home import Home
from catalog.store import open_store, reading, writing
from catalog.store.tables.money import invoices, statements
from space.money import invoice_writing, vouchers
from space.money import invoices as billing
from space.money import statements as monthly
from space.money import voucher_spending as spending
from space.money.reconcile import reconcile
from tests.forked import CONTEXT
from tests.space.grants.dying import die_at
from tests.space.money.till import FIRM, Till
from tests.space.money.voucher_acts import conserved
from tests.space.money.voucher_desk import claimed, issued, opened

PLACES: dict[str, tuple[Any, str]] = {
    "recording": (monthly, "record"),
    "signing": (invoice_writing, "sign"),
    "numbering": (invoice_writing, "_next"),
    "writing": (billing, "write"),
    "moving": (spending, "move"),
    "claiming": (vouchers, "move"),
}
ACTS: dict[str, Callable[..., object]] = {
    "close": lambda c, k, now, _: monthly.close(c, k.signer, FIRM, "2026-09", by="周敏", now=now),
    "bill": lambda c, k, now, _: billing.issue(c, k.signer, FIRM, "2026-09", by="周敏", now=now),
    "pay": lambda c, _, now, words: spending.spend(c, *words, FIRM, by="周敏", now=now),
    "claim": lambda c, _, now, words: vouchers.claim(c, *words, FIRM, by="周敏", now=now),
}


def do(root: str, act: str, step: str, at: str, words: tuple[str, ...]) -> None:
    """Do an act until its step comes."""
    os.environ["YBZ_HOME"] = root
    die_at(step, PLACES)
    home = Home.find()
    with writing(open_store(home)) as connection:
        ACTS[act](connection, keys.load(home), datetime.fromisoformat(at), words)


def dies(till: Till, act: str, step: str, *words: str) -> None:
    process = CONTEXT.Process(target=do, args=(str(till.home.root), act, step, till.now.isoformat(), words))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"{act}, {step}: ended with {process.exitcode}"
    assert reconcile(till.engine, till.keys.signer).differences == []


def count(till: Till, table: Any) -> int:
    with reading(till.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_killed_month_is_closed_billed_and_paid_once_afterwards(often: Till) -> None:
    held = often.grant()
    for n in range(4):
        often.answer(held, f"q{n}")
    often.now = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)

    dies(often, "close", "after recording")
    assert count(often, statements) == 0
    with writing(often.engine) as connection:
        monthly.close(connection, often.keys.signer, FIRM, "2026-09", by="周敏", now=often.now)

    for step in ("after numbering", "before signing", "after writing"):
        dies(often, "bill", step)
        assert count(often, invoices) == 0
    with writing(often.engine) as connection:
        (bill,) = billing.issue(connection, often.keys.signer, FIRM, "2026-09", by="周敏", now=often.now)
    assert bill.number.endswith("-000001"), "no number is lost with a process"

    batch = opened(often)
    issued(often, batch)
    dies(often, "claim", "after claiming", batch)
    assert conserved(often.engine, batch)["unclaimed_fen"] == 4000
    mine = claimed(often, batch)
    for step in ("before moving", "after moving"):
        dies(often, "pay", step, mine.id, bill.number)
        assert conserved(often.engine, batch)["spent_fen"] == 0
    with writing(often.engine) as connection:
        paid = spending.spend(connection, mine.id, bill.number, FIRM, by="周敏", now=often.now)
    assert (paid.amount_fen, paid.invoice.payable_fen) == (1000, 1000)
    assert reconcile(often.engine, often.keys.signer).differences == []


@pytest.mark.full
def test_a_process_that_was_killed_leaves_no_turn_of_a_writer_behind(till: Till) -> None:
    held = till.grant()
    till.answer(held, "q")
    till.now = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
    for _ in range(3):
        dies(till, "close", "after recording")
    with writing(till.engine) as connection:
        monthly.close(connection, till.keys.signer, FIRM, "2026-09", by="周敏", now=till.now)
    assert count(till, statements) == 1
