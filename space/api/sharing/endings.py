"""``/v1/notices``, giving a grant back, and the stops of the security officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading
from catalog.store.tables.backflow import notices as told
from policies.access import Act
from space.access import one_grant
from space.api.answering.paging import Page
from space.api.entrance.acting import Do
from space.api.services import Known, Wired, permit
from space.granting import stopping
from space.granting.grants import by_id
from space.granting.revocation import give_back
from space.wayback.backflow.inbox import notices_of
from space.workspace.ending import sweep

router = APIRouter(prefix="/v1", tags=["endings"])


class Why(BaseModel):
    """Why a grant is given back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=1000, description="Read by the granting side.")
    by: str = Field(min_length=1, max_length=200, description="The person who acts for you.")


class Stopped(BaseModel):
    """What is to be stopped."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["dataset", "organisation", "all"]
    name: str = Field("", max_length=130, description="`schema.table`, or code of the organisation.")
    reason: str = Field(min_length=1, max_length=1000)
    by: str = Field(min_length=1, max_length=200, description="The security officer.")


@router.get("/notices")
def notices(wired: Wired, who: Known, page: Page, unread: bool = False) -> Response:
    """What waits in the inbox of the caller's organisation; for a token of one grant what is of that one."""
    permit(who, Act.NOTICE_READ)
    with reading(wired.engine) as connection:
        mine = () if who.grant_id is None else (one_grant.concerns(told.c.subject, who.grant_id),)
        part = page.part(datetime, str)
        found = notices_of(connection, who.organisation, *mine, unread=unread, part=part)
    rows = [
        {"id": n.id, "kind": n.kind, "subject": n.subject, "message": n.message, "at": n.sent_at.isoformat()}
        for n in found
    ]
    return page.parted("notices", rows, "at", "id")


@router.post("/grants/{grant}/return")
def return_grant(grant: str, why: Why, do: Do) -> dict[str, Any]:
    """Give a grant back 退回: everything that rests on it ends at once, and the granting side is told."""
    permit(do.who, Act.GRANT_RETURN)

    def act(connection: Connection, now: datetime) -> dict[str, Any]:
        give_back(connection, grant, holder=do.who.organisation, reason=why.reason, by=why.by, now=now)
        return by_id(connection, grant).to_document()

    ended = do.inside(act)
    sweep(do.engine, do.wired.home, do.wired.signer, do.now)
    return ended


@router.post("/stops")
def stop(wanted: Stopped, do: Do) -> dict[str, Any]:
    """Stop a dataset, an organisation or everything at once; two people lift it, on the installation."""
    permit(do.who, Act.SPACE_STOP)
    return do.inside(
        lambda c, now: stopping.stop(
            c, wanted.kind, wanted.name, reason=wanted.reason, by=wanted.by, now=now
        ).to_document()
    )


@router.get("/stops")
def list_stops(wired: Wired, who: Known, page: Page) -> Response:
    """The stops that stand."""
    permit(who, Act.SPACE_STOP)
    with reading(wired.engine) as connection:
        found = stopping.all_stops(connection, standing=True, part=page.part(datetime, str))
    return page.parted("stops", [one.to_document() for one in found], "stopped_at", "id")
