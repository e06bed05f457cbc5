"""``/v1/supplies``: files and tables for departments, and the signed address a file is fetched by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from catalog import keys
from catalog.evidence.publishing import publish
from catalog.keys import ring_of
from catalog.lake.kept import kept_of
from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny
from policies.rulebook import rule
from space.api.answering.paging import Page
from space.api.entrance import browsers
from space.api.entrance.acting import Do
from space.api.services import Known, Wired, only, permit
from space.calls.metering import count_stranger
from space.errors import Refused
from space.identity.tokens import Caller
from space.supply import answering, databases, exchange, links, supplies
from space.supply import proofs as proving
from space.supply.files import MEDIA_TYPES, Form
from space.supply.intents import Asked
from space.supply.making import Maker
from space.supply.supplies import Supply
from space.supply.transfers import Span, Transfer, span

router = APIRouter(prefix="/v1/supplies", tags=["supplies"])


class Wanted(BaseModel):
    """What is to be supplied."""

    model_config = ConfigDict(extra="forbid")

    grant: str = Field(max_length=40, description="Id of the grant.")
    dataset: str | None = Field(None, max_length=130, description="`schema.table`; the grant's only one.")
    form: Literal["csv", "xlsx", "parquet", "table"] = Field(description="File, or table of `exchange`.")
    exchange: str | None = Field(None, max_length=63, description="Name of your exchange database.")
    by: str = Field("", max_length=200, description="The person who asks.")


class Counted(BaseModel):
    """How the receiver counted a supply."""

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(ge=0, description="Rows, as you counted them.")
    sha256: str | None = Field(None, max_length=64, description="Of the file, as you have it.")
    by: str = Field(min_length=1, max_length=200, description="The person who counted.")


class Deleted(BaseModel):
    """That the receiver has deleted its copy."""

    model_config = ConfigDict(extra="forbid")

    on: date = Field(description="Day of deletion.")
    by: str = Field(min_length=1, max_length=200, description="The person who answers for it.")


@router.post("")
def make(wanted: Wanted, do: Do) -> dict[str, Any]:
    """Supply a dataset of a grant as a file or a table; asked for again it is the same, with its receipt."""
    permit(do.who, Act.SUPPLY_TAKE)
    wired, who = do.wired, do.who
    maker = Maker(wired.engine, wired.home, keys.load(wired.home), wired.clock)
    asked = Asked(wanted.grant, wanted.dataset, Form(wanted.form), wanted.by or who.organisation)

    def act(_now: datetime) -> dict[str, Any]:
        made = _table(maker, who, asked, wanted) if asked.form is Form.TABLE else maker.file(who, asked)
        if isinstance(made, Deny):
            raise Refused(made)
        return made.to_document()

    return do.apart(act)


@router.get("")
def list_supplies(wired: Wired, who: Known, page: Page, grant: str | None = None) -> Response:
    """The supplies of the caller's organisation, the oldest first."""
    permit(who, Act.SUPPLY_TAKE)
    if grant is not None:
        only(who, grant)
    with reading(wired.engine) as connection:
        found = supplies.listing(
            connection, receiver=who.organisation, grant_id=grant or who.grant_id,
            part=page.part(datetime, str),
        )  # fmt: skip
    return page.answer("supplies", [one.to_document() for one in found], "made_at", "id")


@router.get("/{supply}")
def show(supply: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One supply with its receipts."""
    permit(who, Act.SUPPLY_TAKE)
    with reading(wired.engine) as connection:
        return _held(connection, supply, who).to_document()


@router.get("/{supply}/proofs")
def proofs(supply: str, wired: Wired, who: Known) -> dict[str, Any]:
    """The proof that each signed statement of a supply is in the evidence log."""
    permit(who, Act.SUPPLY_TAKE)
    publish(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        found = _held(connection, supply, who)
        return {
            "supply": supply,
            "proofs": proving.proofs(connection, found, ring_of(connection, wired.signer)),
        }


@router.post("/{supply}/links")
def link(supply: str, request: Request, wired: Wired, who: Known) -> dict[str, Any]:
    """A signed address of the file, good for a short time and for as long as the grant holds."""
    permit(who, Act.SUPPLY_TAKE)
    base = browsers.own_address(request, wired.home)
    with writing(wired.engine) as connection:
        _held(connection, supply, who)
        given = links.link(
            connection,
            wired.signer,
            supply,
            by=who.organisation,
            receiver=who.organisation,
            now=wired.clock(),
        )
    return given.to_document(base)


@router.post("/{supply}/acknowledgement")
def acknowledge(supply: str, counted: Counted, do: Do) -> dict[str, Any]:
    """Count a supply back 对账: `acknowledged` where both sides count alike, else `disputed`."""
    permit(do.who, Act.SUPPLY_TAKE)
    do.at(lambda c: _held(c, supply, do.who))
    return do.inside(
        lambda c, now: answering.acknowledge(
            c, do.wired.signer, supply, rows=counted.rows, sha256=counted.sha256, by=counted.by,
            receiver=do.who.organisation, now=now,
        ).to_document()
    )  # fmt: skip


@router.post("/{supply}/deletion")
def deletion(supply: str, stated: Deleted, do: Do) -> dict[str, Any]:
    """State that your copy is deleted; the signed statement comes back as `proof`."""
    permit(do.who, Act.SUPPLY_TAKE)
    do.at(lambda c: _held(c, supply, do.who))
    return do.inside(
        lambda c, now: answering.prove_deletion(
            c, do.wired.signer, supply, on=stated.on, by=stated.by, receiver=do.who.organisation, now=now
        ).to_document()
    )


@router.get("/{supply}/file")
def fetch(
    supply: str,
    token: str,
    wired: Wired,
    range_: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(alias="If-Range", max_length=200)] = None,
) -> Response:
    """The file behind a signed address, whole or from where a broken download stopped (`Range`)."""
    with reading(wired.engine) as connection:
        try:
            made, link_id = links.opened(
                connection, supply, token, ring_of(connection, wired.signer), wired.clock()
            )
        except Refused as refused:
            problem: Refused | None = refused
        else:
            problem = None
    if problem is not None:
        with writing(wired.engine) as connection:
            count_stranger(connection, problem.decision.reasons[0].code, wired.clock())
        raise problem
    etag, size = f'"{made.sha256}"', int(made.size_bytes or 0)
    asked = range_ if if_range in (None, etag) else None
    part = span(asked, size)
    if part is None:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    transfer = Transfer(wired.engine, wired.clock, made, kept_of(wired.home), part, link_id)
    return Handed(transfer, _headers(made, part, size, etag), ranged=asked is not None and part.size < size)


class Handed(Response):
    """Bytes of a file on their way, cut off as soon as what they rest on ends or the receiver is gone."""

    def __init__(self, transfer: Transfer, headers: dict[str, str], *, ranged: bool) -> None:
        super().__init__(status_code=206 if ranged else 200, headers=headers)
        self._transfer = transfer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the bytes over; incomplete, the connection is closed."""
        await run_in_threadpool(self._transfer.begin)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, group.cancel_scope)
                group.start_soon(_gone, receive, group.cancel_scope)
                await self._send(send)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._transfer.end)

    async def _send(self, send: Send) -> None:
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        async for part in iterate_in_threadpool(self._transfer.chunks()):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        if self._transfer.stopped is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _watch(self, scope: anyio.CancelScope) -> None:
        """Cut off also where the receiver takes nothing, so that no next chunk comes."""
        day = local_date(self._transfer.clock())
        pause_s = float(rule("upkeep", "watch", day).value) / 1000
        while True:
            await anyio.sleep(pause_s)
            if await run_in_threadpool(self._transfer.look) is not None:
                scope.cancel()


async def _gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    scope.cancel()


def _headers(made: Supply, part: Span, size: int, etag: str) -> dict[str, str]:
    name = f"{made.dataset}-{made.id}.{made.form}"
    headers = {
        "Content-Type": MEDIA_TYPES[Form(made.form)],
        "Content-Length": str(part.size),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "no-store",
    }
    if part.size < size:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return headers


def _held(connection: Connection, supply: str, who: Caller) -> Supply:
    """The supply, where it is the caller's and of a grant its token opens."""
    found = supplies.by_id(connection, supply, who.organisation)
    only(who, found.grant_id)
    return found


def _table(maker: Maker, who: Caller, asked: Asked, wanted: Wanted) -> Supply | Deny:
    with reading(maker.engine) as connection:
        found = databases.called(connection, who.organisation, wanted.exchange or "")
    return exchange.supply_table(maker, who, asked, found)
