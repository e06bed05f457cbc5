"""``/v1/inventory/announcements``: changes of the lists, and who took note of them 清单变更告知; a thin door.

Decides that an organisation takes note of what it was told itself, and of nothing that another was told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.inventory import telling
from policies.access import Act
from policies.decision import Deny, Reason
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import owners_seen
from space.api.services import permit
from space.errors import Refused
from space.identity.organisations import organisation as registered

router = APIRouter(prefix="/v1/inventory", tags=["inventory"])

_NOT_TOLD: Final = Reason(
    "access.not_told",
    "the change was announced to another organisation, which takes note of it itself",
    where="announcement",
    allowed="take note of those your organisation was told of: `?organisation=` lists them",
)


@router.get("/announcements")
def announcements(
    look: Look,
    page: Page,
    organisation: Annotated[str, Query(max_length=200, description="Who is told: code or name.")] = "",
    open_only: Annotated[bool, Query(alias="open")] = False,
) -> Response:
    """Changes of the lists told to your organisation, and to those whose entries' details you see."""
    permit(look.who, Act.CATALOGUE_READ)
    part, seen = page.part(str), owners_seen(look, Act.DETAIL_READ, telling.told_of)

    def read(connection: Connection) -> tuple[telling.Announcement, ...]:
        own = registered(connection, look.who.organisation)
        mine = {
            (name, code)
            for name, code in telling.told_of(connection)
            if (code == own.code if code else name == own.name)
        }
        return telling.announcements(
            connection, organisation=organisation, open_only=open_only, part=part,
            told=None if seen is None else seen | mine, grant=look.who.grant_id,
        )  # fmt: skip

    found = look.at(read)
    return page.parted("announcements", [one.to_document() for one in found], "id")


@router.post("/announcements/{announcement}/acknowledgement")
def acknowledge(announcement: Annotated[str, Field(max_length=40)], said: Signed, do: Do) -> Document:
    """Take note of an announced change of a list, for the organisation that was told of it."""
    permit(do.who, Act.NOTICE_TAKE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        mine = registered(connection, do.who.organisation)
        if telling.told_another(connection, announcement, mine.code, mine.name):
            raise Refused(Deny((_NOT_TOLD,)))
        return telling.acknowledge(connection, announcement, by=by, now=now).to_document()

    return do.inside(act)
