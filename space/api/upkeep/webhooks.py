"""``/v1/webhooks``: addresses of the caller's organisation that are told of events; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import writing
from policies.access import Act
from space.api.answering import etags
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Signed
from space.api.services import permit
from space.webhooks import hooks, outbox

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Id = Annotated[str, Field(max_length=40)]
_Url = Annotated[
    str, Field(min_length=8, max_length=2000, description="https, or allowed by the security office.")
]
_Events = Annotated[list[str], Field(min_length=1, max_length=20, description="`GET /v1/webhooks/events`.")]


class Registered(Signed):
    """An address and what it is told of."""

    url: _Url
    events: _Events


class Changed(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: _Url | None = None
    events: _Events | None = None
    paused: bool | None = None
    by: str = Field("", max_length=200)


@router.get("")
def list_webhooks(look: Look, page: Page) -> Response:
    """The webhooks of the caller's organisation, the oldest first; without their secrets."""
    permit(look.who, Act.WEBHOOK_KEEP)
    part = page.part(datetime, str)
    found = look.at(lambda c: hooks.listing(c, look.who.organisation, part))
    return page.parted("webhooks", [one.to_document() for one in found], "made_at", "id")


@router.get("/events")
def events(look: Look) -> Document:
    """The events there are, and the acts each comes from."""
    permit(look.who, Act.WEBHOOK_KEEP)
    return {"events": {name: list(acts) for name, acts in hooks.known_events(look.now).items()}}


@router.post("", status_code=201)
def register(said: Registered, do: Do) -> Document:
    """Register an address. Its `secret` is shown once: messages are signed with it (Standard Webhooks)."""
    permit(do.who, Act.WEBHOOK_KEEP)
    by, mine = do.by(said), do.who.organisation
    return _with_secret(do, lambda c, now: hooks.register(c, mine, said.url, said.events, by=by, now=now).id)


@router.get("/{webhook}")
def show(webhook: Id, look: Look) -> Document:
    """One webhook."""
    permit(look.who, Act.WEBHOOK_KEEP)
    return look.at(lambda c: _document(c, webhook, look.who.organisation))


@router.patch("/{webhook}")
def change(webhook: Id, said: Changed, do: Do) -> Document:
    """Change the address, its events, or whether anything is sent."""
    permit(do.who, Act.WEBHOOK_KEEP)
    mine, by = do.who.organisation, do.by(Signed(by=said.by))
    return do.inside(
        lambda c, now: hooks.change(
            c,
            hooks.by_id(c, webhook, mine),
            url=said.url,
            events=said.events,
            paused=said.paused,
            by=by,
            now=now,
        ).to_document(),
        lambda c: _document(c, webhook, mine),
    )


@router.delete("/{webhook}", status_code=204, response_class=Response)
def end(webhook: Id, do: Do) -> Response:
    """End a webhook: nothing more is sent; what waits is given up."""
    permit(do.who, Act.WEBHOOK_KEEP)
    mine, by = do.who.organisation, do.by(Signed(by=""))

    def act(connection: Connection, now: datetime) -> Document:
        hooks.end(connection, hooks.by_id(connection, webhook, mine), by=by, now=now)
        return {}

    do.inside(act, lambda c: _document(c, webhook, mine))
    return Response(status_code=204)


@router.post("/{webhook}/rotation")
def rotate(webhook: Id, said: Signed, do: Do) -> Document:
    """Make a new secret, shown once; for a time both sign, so that no message is lost meanwhile."""
    permit(do.who, Act.WEBHOOK_KEEP)
    by, mine = do.by(said), do.who.organisation

    def act(connection: Connection, now: datetime) -> str:
        hook = hooks.by_id(connection, webhook, mine)
        etags.require(do.if_match, hook.to_document())
        return hooks.rotate(connection, hook, by=by, now=now).id

    return _with_secret(do, act)


@router.get("/{webhook}/messages")
def messages(
    webhook: Id,
    look: Look,
    page: Page,
    status: Annotated[Literal["waiting", "told", "dead"] | None, Query()] = None,
) -> Response:
    """Messages of a webhook, the oldest first; `dead` those that were given up."""
    permit(look.who, Act.WEBHOOK_KEEP)

    part = page.part(datetime, str)

    def read(connection: Connection) -> list[Document]:
        hook = hooks.by_id(connection, webhook, look.who.organisation)
        return [one.to_document() for one in outbox.messages(connection, hook, status, part)]

    return page.answer("messages", look.at(read), "made_at", "id")


@router.post("/{webhook}/messages/{message}/repetition")
def again(webhook: Id, message: Id, said: Signed, do: Do) -> Document:
    """Send a message once more, whether it was told or given up."""
    permit(do.who, Act.WEBHOOK_KEEP)
    mine, by = do.who.organisation, do.by(said)
    return do.inside(
        lambda c, now: outbox.again(c, hooks.by_id(c, webhook, mine), message, by=by, now=now).to_document()
    )


def _with_secret(do: Doing, act: Callable[[Connection, datetime], str]) -> Document:
    """Do an act that makes a secret: a repetition is told it anew, so that no answer with it is kept."""
    with writing(do.engine) as connection:
        now = do.now
        named = do.once.do(connection, lambda: act(connection, now), now)
        return hooks.with_secret(do.wired.home, hooks.by_id(connection, named, do.who.organisation))


def _document(connection: Connection, webhook: str, organisation: str) -> Document:
    return hooks.by_id(connection, webhook, organisation).to_document()
