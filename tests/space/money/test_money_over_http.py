"""Statements, invoices and vouchers over HTTP: a client reads its own, an auditor all, others nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from catalog.keys import Ring
from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.engines.workers.pool import Pool
from space.identity.tokens import issue as token_for
from space.money.invoice_page import check_page
from space.money.signed import STATEMENT_TYPE, read, require
from tests.space.money.till import FIRM, OTHER, Till
from tests.space.money.voucher_desk import billed, issued, opened
from tests.space.serving import serving


@pytest.fixture
def http(till: Till) -> Iterator[httpx.Client]:
    pool = Pool(spare=False)
    with (
        serving(create_app(till.home, clock=lambda: till.now, pool=pool)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client
    pool.close()


def bearer(till: Till, code: str, role: Role = Role.CLIENT) -> dict[str, str]:
    with writing(till.engine) as connection:
        made = token_for(connection, code, role=role, by="周敏", days=30, now=till.now)
    return {"Authorization": f"Bearer {made.secret}"}


def problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_firm_reads_its_month_pays_with_a_voucher_and_nobody_else_does(
    till: Till, http: httpx.Client
) -> None:
    bill = billed(till)
    batch = opened(till)
    issued(till, batch)
    mine, other, auditor = (bearer(till, FIRM), bearer(till, OTHER), bearer(till, OTHER, Role.AUDITOR))
    ring = Ring.single(till.keys.signer.public_raw)

    def get(path: str, who: dict[str, str], **params: Any) -> httpx.Response:
        return http.get(path, headers=who, params=params)

    told = read(get("/v1/statements/2026-09", mine).json())
    require(told, ring, STATEMENT_TYPE)
    assert told.document["total_fen"] == 3000
    assert get("/v1/statements/2026-09", auditor, organisation=FIRM).json()["digest"] == told.digest
    problem(get("/v1/statements/2026-09", other, organisation=FIRM), 404, "not_found")
    problem(get("/v1/statements/september", mine), 422, "refused")
    assert [one["number"] for one in get("/v1/invoices", mine).json()["invoices"]] == [bill.number]
    assert get("/v1/invoices", other).json()["invoices"] == []
    assert get(f"/v1/invoices/{bill.number}", mine).json()["payable_fen"] == 3000
    problem(get(f"/v1/invoices/{bill.number}", other), 404, "not_found")
    handed = get("/v1/statements/2026-09/receipts", mine).json()
    assert (len(handed["receipts"]) > 1, handed["next"]) == (True, None)
    some: dict[str, str] = {}
    after: str | None = ""
    while after is not None:
        part = get("/v1/statements/2026-09/receipts", mine, limit=1, after=after).json()
        some, after = some | part["receipts"], part["next"]
        assert len(part["receipts"]) == 1
    assert some == handed["receipts"]
    assert get("/v1/statements/2026-09/receipts", other).json()["receipts"] == {}
    page = get(f"/v1/invoices/{bill.number}/page", auditor)
    assert page.headers["content-type"].startswith("text/html")
    assert check_page(page.text, ring).document["number"] == bill.number

    keyed = mine | {"Idempotency-Key": "c1"}
    (voucher,) = {
        http.post("/v1/vouchers/claims", json={"batch": batch}, headers=keyed).json()["id"] for _ in range(2)
    }
    payment = {"invoice": bill.number}
    problem(
        http.post(f"/v1/vouchers/{voucher}/payments", json=payment, headers=other),
        422,
        "voucher.spend.not_held",
    )
    problem(http.post(f"/v1/vouchers/{voucher}/payments", json=payment, headers=auditor), 403, "access.role")
    paid = http.post(f"/v1/vouchers/{voucher}/payments", json=payment, headers=mine).json()
    assert (paid["amount_fen"], paid["payable_fen"]) == (1000, 2000)
    again = http.post(f"/v1/vouchers/{voucher}/payments", json=payment, headers=mine)
    problem(again, 422, "voucher.spend.not_held")
    assert [one["state"] for one in get("/v1/vouchers", mine).json()["vouchers"]] == ["spent"]
    assert get("/v1/vouchers/batches", mine).json()["batches"][0]["value_fen"]["spent"] == 1000
    assert http.get("/v1/invoices").status_code == 401
