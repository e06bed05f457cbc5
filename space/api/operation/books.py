"""Money for whoever keeps it: tariff, statements, invoices, batches of vouchers, income; a thin door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store.parts import Part
from policies.access import Act
from policies.tariff import tariff
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import towards
from space.api.services import permit
from space.money import income, invoices, statements, voucher_batches, voucher_spending, vouchers

router = APIRouter(prefix="/v1", tags=["money"])

Month = Annotated[str, Field(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")]
Id = Annotated[str, Field(max_length=60)]
_CODE = Field(min_length=1, max_length=40)


class Closed(Signed):
    """Whose month."""

    organisation: Annotated[str, _CODE]
    month: Month


class Line(BaseModel):
    """A line and what is taken off it."""

    model_config = ConfigDict(extra="forbid")

    line: int = Field(ge=1, le=100_000)
    fen: int = Field(ge=1, le=2**53)


class Credited(Reasoned):
    """What is taken off an invoice."""

    lines: list[Line] = Field(min_length=1, max_length=1000)


class Batch(Signed):
    """A batch of vouchers."""

    batch: dict[str, Any] = Field(max_length=50, description="title, issuer, budget_fen, cap_fen …")


class Issued(Signed):
    """Vouchers of a batch."""

    count: int = Field(ge=1, le=100_000)
    face_fen: int = Field(ge=1, le=2**53)


class Back(Reasoned):
    """Why a voucher is taken back, and whether what was spent counts too."""

    spent: bool = False


class Stated(Signed):
    """A cost, subsidy, tax or income of a year."""

    kind: income.Kind
    fen: int = Field(ge=0, le=2**53)
    basis: str = Field(min_length=1, max_length=2000)


@router.get("/tariff")
def show_tariff(look: Look, on: date | None = None) -> Document:
    """The tariff of a day: ceilings with their sources, units, steps, trial fee, rounding."""
    permit(look.who, Act.CATALOGUE_READ)
    return dict(tariff(on or look.today).to_document())


@router.get("/statements")
def list_statements(look: Look, page: Page) -> Response:
    """The closed months of the caller's organisation."""
    permit(look.who, Act.MONEY_READ)
    mine, part = look.who.organisation, page.part(str)
    return page.parted("statements", look.at(lambda c: statements.by_organisation(c, mine, part)), "month")


@router.post("/statements", status_code=201)
def close(said: Closed, do: Do) -> Document:
    """Close a month, if its calls reconcile; a closed statement never changes."""
    permit(do.who, Act.MONEY_KEEP)
    towards(do, Act.MONEY_KEEP, said.organisation)
    by = do.by(said)
    return do.inside(
        lambda c, now: statements.close(
            c, do.wired.signer, said.organisation, said.month, by=by, now=now
        ).to_document()
    )


@router.get("/statements/{month}/receipts")
def receipts(
    month: Month,
    look: Look,
    after: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Document:
    """The signed receipts of a month of the caller's organisation, by their ids."""
    permit(look.who, Act.MONEY_READ)
    part = Part((after,) if after else None, limit)
    found = look.at(lambda c: list(statements.receipts_of(c, look.who.organisation, month, part)))
    told = dict(found[:limit])
    return {"month": month, "receipts": told, "next": found[limit - 1][0] if len(found) > limit else None}


@router.post("/invoices", status_code=201)
def issue(said: Closed, do: Do) -> Document:
    """Bill a closed month: one invoice for each granting body something is owed to."""
    permit(do.who, Act.MONEY_KEEP)
    towards(do, Act.MONEY_KEEP, said.organisation)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        made = invoices.issue(connection, do.wired.signer, said.organisation, said.month, by=by, now=now)
        return {"invoices": [one.to_document() for one in made]}

    return do.inside(act)


@router.post("/invoices/{number}/credits", status_code=201)
def credit(number: Id, said: Credited, do: Do) -> Document:
    """Take money off lines of an invoice by a credit note of its own number."""
    permit(do.who, Act.MONEY_KEEP)
    towards(do, Act.MONEY_KEEP, do.at(lambda c: invoices.by_number(c, number)).payer)
    by, off = do.by(said), {one.line: one.fen for one in said.lines}
    return do.inside(
        lambda c, now: invoices.credit(
            c, do.wired.signer, number, off, reason=said.reason, by=by, now=now
        ).to_document()
    )


@router.post("/vouchers/batches", status_code=201)
def open_batch(said: Batch, do: Do) -> Document:
    """Open a batch of vouchers."""
    permit(do.who, Act.VOUCHER_ISSUE)
    by = do.by(said)
    return do.inside(lambda c, now: voucher_batches.open_batch(c, said.batch, by=by, now=now).to_document())


@router.post("/vouchers/batches/{batch}/vouchers", status_code=201)
def issue_vouchers(batch: Id, said: Issued, do: Do) -> Document:
    """Issue vouchers of a batch: its unissued value becomes unclaimed."""
    permit(do.who, Act.VOUCHER_ISSUE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        made = vouchers.issue(connection, batch, count=said.count, face_fen=said.face_fen, by=by, now=now)
        return {"vouchers": [one.to_document() for one in made]}

    return do.inside(act)


@router.post("/vouchers/{voucher}/return")
def take_back(voucher: Id, said: Back, do: Do) -> Document:
    """Take a voucher back; its value may be issued again while vouchers are claimed."""
    permit(do.who, Act.VOUCHER_ISSUE)
    by = do.by(said)
    return do.inside(
        lambda c, now: voucher_spending.take_back(
            c, voucher, reason=said.reason, spent=said.spent, by=by, now=now
        ).to_document()
    )


@router.post("/vouchers/expiry")
def expire(said: Signed, do: Do) -> Document:
    """End every value that is over; safe to send again."""
    permit(do.who, Act.VOUCHER_ISSUE)
    by = do.by(said)
    return do.inside(lambda c, now: {"expired_fen": voucher_spending.expire(c, by=by, now=now)})


@router.get("/income/{organisation}/{year}")
def excess(
    organisation: Annotated[str, _CODE], year: Annotated[int, Field(ge=2000, le=9999)], look: Look
) -> Document:
    """Excess income 超额收益 of a year: above cost, permitted profit and tax."""
    permit(look.who, Act.MONEY_READ)
    towards(look, Act.MONEY_READ, organisation)
    document: Document = jsonable_encoder(look.at(lambda c: income.income(c, organisation, year)))
    return document


@router.post("/income/{organisation}/{year}", status_code=201)
def state(
    organisation: Annotated[str, _CODE], year: Annotated[int, Field(ge=2000, le=9999)], said: Stated, do: Do
) -> Document:
    """Enter a cost, subsidy, tax or income of a year."""
    permit(do.who, Act.MONEY_KEEP)
    towards(do, Act.MONEY_KEEP, organisation)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        made = income.state(
            connection, organisation, year, said.kind, said.fen, basis=said.basis, by=by, now=now
        )
        document: Document = {"stated": jsonable_encoder(made)}
        return document

    return do.inside(act)
