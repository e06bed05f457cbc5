"""``/v1/places``: lists that rows are attributed to areas by 地名地址; a thin door."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from catalog.places.ledger import enter as enter_list
from catalog.places.ledger import lists
from catalog.places.ledger import places as read_places
from catalog.places.lists import read
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.ledger.drafting import Sent, unpacked
from space.api.services import permit

router = APIRouter(prefix="/v1/places", tags=["places"])


class Entered(Signed):
    """A list."""

    kind: Literal["divisions", "successions", "names", "polygons"]
    file: Sent
    source: str = Field(min_length=1, max_length=500, description="Decree, standard or office.")


@router.get("/lists")
def list_lists(look: Look, page: Page) -> Response:
    """Every list that was entered, oldest first."""
    permit(look.who, Act.ORGANISATION_READ)
    part = page.part(datetime, str)
    found = look.at(lambda c: lists(c, part))
    rows = [{**row, "entered_at": row["entered_at"].isoformat()} for row in found]
    return page.parted("lists", rows, "entered_at", "id")


@router.post("/lists", status_code=201)
def enter(said: Entered, do: Do) -> Document:
    """Enter a list (.csv, .xlsx, .parquet; polygons: GeoJSON)."""
    permit(do.who, Act.ORGANISATION_KEEP)
    by = do.by(said)
    with unpacked([said.file]) as place:
        entries = read(place / PurePosixPath(said.file.name).name, said.kind)
    return do.apart(
        lambda now: asdict(enter_list(do.engine, said.kind, entries, source=said.source, by=by, now=now))
    )


@router.get("/location")
def locate(
    look: Look, address: Annotated[str, Query(min_length=1, max_length=500)], on: date | None = None
) -> Document:
    """Which division an address lies in, how surely, and by what it was told; the address is kept nowhere."""
    permit(look.who, Act.ORGANISATION_READ)
    known = look.at(lambda c: read_places(c, on or look.today, look.now))
    return asdict(known.addresses.locate(address))
