"""``/v1/subscriptions``: which rows of an area flow back to a body 回流订阅; a thin door."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import towards
from space.api.services import permit
from space.errors import Unknown
from space.wayback.backflow.balances import figures
from space.wayback.backflow.bodies import Body
from space.wayback.backflow.bodies import register as enter_body
from space.wayback.backflow.claims import claims_of
from space.wayback.backflow.inbox import listing as deliveries_of
from space.wayback.backflow.subscriptions import Wanted, end, listing, subscribe

router = APIRouter(prefix="/v1", tags=["subscriptions"])

_Names = Annotated[list[str], Field(max_length=1000)]


class Entered(Signed):
    """A grass-roots body and the area it answers for."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=200)
    area: str = Field(min_length=1, max_length=12, description="Division code.")


class Subscribed(Signed):
    """The rows of an area, in a dataset, for a body."""

    body: str = Field(min_length=1, max_length=40)
    dataset: str = Field(min_length=3, max_length=130)
    fields: _Names = Field(min_length=1)
    basis: str = Field(min_length=1, max_length=2000)
    area: str = Field("", max_length=130, description="Field the area is told by.")
    plain: _Names = Field([], description="Identifiers that are needed unmasked.")
    grant: str = Field("", max_length=40)
    meaning: str = Field("", max_length=60)
    valid_from: str = Field("", max_length=10)
    valid_to: str = Field("", max_length=10)
    conditions: _Names = Field([])


@router.post("/bodies", status_code=201)
def register(said: Entered, do: Do) -> Document:
    """Enter a grass-roots body and the area it answers for."""
    permit(do.who, Act.SUBSCRIPTION_KEEP)
    return do.apart(lambda now: asdict(enter_body(do.engine, Body(said.code, said.name, said.area), now)))


@router.get("/subscriptions")
def list_subscriptions(look: Look, page: Page) -> Response:
    """The subscriptions of the caller's body, in the order they were opened."""
    permit(look.who, Act.SUBSCRIPTION_KEEP)
    part = page.part(datetime, str)
    found = look.at(lambda c: listing(c, look.who.organisation, part))
    return page.parted("subscriptions", [_plain(one) for one in found], "opened_at", "id")


@router.post("/subscriptions", status_code=201)
def open_subscription(said: Subscribed, do: Do) -> Document:
    """Subscribe a body to the rows of its area in a dataset."""
    permit(do.who, Act.SUBSCRIPTION_KEEP)
    towards(do, Act.SUBSCRIPTION_KEEP, said.body)
    by = do.by(said)
    wanted = Wanted(
        said.body, said.dataset, tuple(said.fields), said.basis, said.area, tuple(said.plain), said.grant,
        said.meaning, said.valid_from, said.valid_to, tuple(said.conditions),
    )  # fmt: skip
    return do.apart(lambda now: _plain(subscribe(do.engine, wanted, by=by, now=now)))


@router.post("/subscriptions/{subscription}/ending")
def end_subscription(subscription: Annotated[str, Field(max_length=40)], said: Signed, do: Do) -> Document:
    """End a subscription; what was delivered stays."""
    permit(do.who, Act.SUBSCRIPTION_KEEP)
    by = do.by(said)

    def act(now: datetime) -> Document:
        if subscription not in {one.id for one in do.at(lambda c: listing(c, do.who.organisation))}:
            raise Unknown("subscription", subscription)
        end(do.engine, subscription, by=by, now=now)
        return {"subscription": subscription, "state": "ended"}

    return do.apart(act)


@router.get("/deliveries")
def list_deliveries(look: Look, page: Page) -> Response:
    """Deliveries to the caller's body, oldest first, with how complete and how late they are."""
    permit(look.who, Act.INBOX_READ)
    mine, now, part = look.who.organisation, look.now, page.part(datetime, str)

    def read(connection: Connection) -> list[Document]:
        found = deliveries_of(connection, mine, part)
        known = {one.delivery: one for one in figures(connection, mine, now, {one.id for one in found})}
        return [_plain(one) | {"figures": _figures(known.get(one.id))} for one in found]

    return page.answer("deliveries", look.at(read), "sent_at", "id")


@router.get("/claims")
def list_claims(look: Look, page: Page) -> Response:
    """Claims of rows no rule attributes, of the caller's body, oldest first."""
    permit(look.who, Act.INBOX_READ)
    part = page.part(datetime, str)
    found = look.at(lambda c: claims_of(c, look.who.organisation, part))
    return page.answer("claims", [_plain(one) for one in found], "claimed_at", "id")


def _plain(one: object) -> Document:
    document: Document = jsonable_encoder(asdict(one))  # type: ignore[call-overload]
    return document


def _figures(one: object | None) -> Document | None:
    return None if one is None else _plain(one)
