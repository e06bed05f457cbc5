"""``/v1/divisions`` (GB/T 2260) and ``/v1/place``, where the installation is; a thin door."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.clocks import place as places
from catalog.organisations import regions
from catalog.organisations.changes import Reform
from policies.access import Act
from policies.rulebook import places as above
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look
from space.api.parties.organisations import Division, Reformed, UnitName, reformed
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["organisations"])


class Placed(Reformed):
    """Where the installation is."""

    division: Division


class Kept(Reformed):
    """A division code with its name."""

    code: Division
    name: UnitName


class Ended(Reformed):
    """The successor of a division."""

    into: Division | None = None


@router.get("/place")
def place(look: Look, on: date | None = None) -> Document:
    """Where the installation is, and whose rules hold for it."""
    permit(look.who, Act.ORGANISATION_READ)
    code = look.at(lambda c: places.place_on(c, on or look.today))
    return {"place": code, "rules": list(above(code))}


@router.put("/place")
def set_place(said: Placed, do: Do) -> Document:
    """Say where the installation is, so that local rules hold."""
    permit(do.who, Act.ORGANISATION_KEEP)

    def act(connection: Connection, reform: Reform) -> Document:
        code = places.set_place(
            connection, said.division, valid_from=reform.on, basis=reform.basis, by=reform.by, now=reform.now
        )
        return {"place": code, "rules": list(above(code))}

    return reformed(do, said, act)


@router.get("/divisions")
def divisions(look: Look, page: Page, on: date | None = None) -> Response:
    """The division codes kept, all or as of a day."""
    permit(look.who, Act.ORGANISATION_READ)
    part = page.part(str, date)
    return page.parted("divisions", look.at(lambda c: regions.listing(c, on, part)), "code", "valid_from")


@router.post("/divisions", status_code=201)
def keep(said: Kept, do: Do) -> Document:
    """Keep a division code with its name from a day on."""
    permit(do.who, Act.ORGANISATION_KEEP)

    def act(connection: Connection, reform: Reform) -> Document:
        regions.keep(
            connection, code=said.code, name=said.name, valid_from=reform.on, basis=reform.basis,
            by=reform.by, now=reform.now,
        )  # fmt: skip
        return {"code": said.code, "name": said.name, "valid_from": reform.on}

    return reformed(do, said, act)


@router.post("/divisions/{code}/ending")
def end(code: Annotated[str, Field(max_length=12)], said: Ended, do: Do) -> Document:
    """Say that a division code is no more from a day on."""
    permit(do.who, Act.ORGANISATION_KEEP)

    def act(connection: Connection, reform: Reform) -> Document:
        regions.end(
            connection, code=code, on=reform.on, successor=said.into, basis=reform.basis, by=reform.by,
            now=reform.now,
        )  # fmt: skip
        return {"code": code, "ends_on": reform.on, "successor": said.into}

    return reformed(do, said, act)
