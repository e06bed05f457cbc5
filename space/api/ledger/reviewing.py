"""``/v1/reviews``: entries that wait for the data authority, with what each is reviewed by; a thin door."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from catalog.cataloging import awaiting
from catalog.cataloging.standing import standing
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Document, Look
from space.api.entrance.owning import departments_seen, towards_entry
from space.api.ledger.entries import Name
from space.api.services import permit

router = APIRouter(prefix="/v1/reviews", tags=["entries"])


@router.get("")
def list_reviews(look: Look, page: Page) -> Response:
    """Entries that wait for the authority: what the rules still ask of each, and what it adds."""
    permit(look.who, Act.ENTRY_REVIEW)
    mine, part = departments_seen(look, Act.ENTRY_REVIEW), page.part(str)

    def read(connection: Connection) -> list[Document]:
        waiting = awaiting.awaiting(connection, departments=mine, part=part)
        return [awaiting.asked_of(connection, one, look.today) for one in waiting]

    return page.parted("reviews", look.at(read), "name")


@router.get("/{name}")
def show(name: Name, look: Look) -> Document:
    """What the newest revision of an entry is reviewed by."""
    permit(look.who, Act.ENTRY_REVIEW)
    towards_entry(look, Act.ENTRY_REVIEW, name)
    return look.at(lambda c: awaiting.asked_of(c, standing(c, name), look.today))
