"""Data vouchers at the till: batches opened, vouchers issued, claimed and spent, and a bill to pay."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.store import writing
from space.errors import Refused
from space.money import invoices as billing
from space.money import statements as monthly
from space.money import voucher_spending as spending
from space.money import vouchers as room
from space.money.voucher_batches import open_batch
from tests.space.money.till import FIRM, ISSUER, Till

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
