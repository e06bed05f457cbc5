"""A month at the till: its calls, its end, its statement, its invoices and credit notes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.keys import Ring
from catalog.store import reading, writing
from space.errors import Refused
from space.money import invoices as billing
from space.money import statements as monthly
from space.money.signed import Signed
from tests.space.money.till import BUREAU, FIRM, OTHER, Till

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
        for receipt_id, jws in monthly.receipts_of(connection, code, MONTH):
            (folder / f"{receipt_id}.jws").write_text(jws, encoding="ascii")
    return folder


def refusal(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.decision.reasons[0].code
