"""``/v1/statements``, ``/v1/invoices`` and ``/v1/vouchers``: a thin door to money."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading, writing
from policies.access import Act, Role
from space.api.answering.paging import Page
from space.api.entrance.acting import Do
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.money import invoices, statements, voucher_batches, voucher_spending, vouchers
from space.money.invoice_page import page

router = APIRouter(prefix="/v1", tags=["money"])


class Claim(BaseModel):
    """A claim of a voucher."""

    model_config = ConfigDict(extra="forbid")

    batch: str = Field(max_length=40, description="Id of the batch.")
    voucher: str | None = Field(
        default=None, max_length=40, description="Which one; the first free, if none."
    )


class Payment(BaseModel):
    """A payment by voucher."""

    model_config = ConfigDict(extra="forbid")

    invoice: str = Field(max_length=60, description="Number of the invoice.")


@router.get("/statements/{month}")
def statement(month: str, wired: Wired, who: Known, organisation: str | None = None) -> dict[str, Any]:
    """The signed statement of a month of the caller's organisation; auditors read every one."""
    code = _whose(who, organisation)
    with reading(wired.engine) as connection:
        return statements.of_organisation(connection, wired.signer, code, month, wired.clock()).to_document()


@router.get("/invoices")
def all_invoices(wired: Wired, who: Known, page: Page, organisation: str | None = None) -> Response:
    """Invoices and credit notes the caller's organisation has to pay; auditors read every one."""
    code = _whose(who, organisation)
    with reading(wired.engine) as connection:
        found = invoices.payer_part(connection, code, page.part(str))
    return page.parted("invoices", [one.to_document() for one in found], "number")


@router.get("/invoices/{number}")
def invoice(number: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One invoice or credit note with its check digest and signature."""
    return _invoice(wired, who, number).to_document()


@router.get("/invoices/{number}/page", response_class=HTMLResponse)
def invoice_page(number: str, wired: Wired, who: Known) -> HTMLResponse:
    """The same as a page to print."""
    return HTMLResponse(page(_invoice(wired, who, number).signed))


@router.get("/vouchers")
def own_vouchers(wired: Wired, who: Known, page: Page) -> Response:
    """The vouchers of the caller's organisation."""
    permit(who, Act.MONEY_READ)
    with reading(wired.engine) as connection:
        found = vouchers.firm_part(connection, who.organisation, page.part(str))
    return page.parted("vouchers", [one.to_document() for one in found], "id")


@router.get("/vouchers/batches")
def all_batches(wired: Wired, who: Known, page: Page) -> Response:
    """Every batch, with where its value is."""
    permit(who, Act.MONEY_READ)
    with reading(wired.engine) as connection:
        found = voucher_batches.batches_part(connection, page.part(str))
    return page.parted("batches", [one.to_document() for one in found], "id")


@router.post("/vouchers/claims")
def claim(sent: Claim, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Claim a voucher for the caller's organisation; one for an ``Idempotency-Key``."""
    permit(who, Act.VOUCHER_USE)
    mine = who.organisation
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            made = vouchers.claim(connection, sent.batch, mine, by=mine, now=now, voucher_id=sent.voucher)
            return made.id

        return vouchers.voucher(connection, once.do(connection, act, now)).to_document()


@router.post("/vouchers/{voucher}/payments")
def pay(voucher: str, sent: Payment, do: Do) -> dict[str, Any]:
    """Pay an invoice of the caller's organisation with a voucher; the same pair pays once."""
    permit(do.who, Act.VOUCHER_USE)
    mine = do.who.organisation
    return do.inside(
        lambda c, now: voucher_spending.spend(c, voucher, sent.invoice, mine, by=mine, now=now).to_document()
    )


def _whose(who: Caller, organisation: str | None) -> str:
    """Whose figures are read: the caller's own, or any by an auditor."""
    permit(who, Act.MONEY_READ)
    if organisation is None or organisation == who.organisation:
        return who.organisation
    if who.role is not Role.AUDITOR:
        raise Unknown("organisation", organisation)
    return organisation


def _invoice(wired: Wired, who: Caller, number: str) -> invoices.Invoice:
    permit(who, Act.MONEY_READ)
    with reading(wired.engine) as connection:
        found = invoices.by_number(connection, number)
    if who.organisation not in (found.payer, found.issuer) and who.role is not Role.AUDITOR:
        raise Unknown("invoice", number)
    return found
