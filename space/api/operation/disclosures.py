"""``/v1/disclosures``: what was disclosed 信息披露, for whoever may search the catalogue; a thin door.

Either side drafts and makes its own: operators as operators, who concludes agreements as implementing body.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act, Role
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.services import permit
from space.identity.tokens import Caller
from space.operation import agreeing
from space.operation.disclosure import BODY, OPERATOR, all_made, compose, disclose, due_on, of_id
from space.operation.page import html

router = APIRouter(prefix="/v1/disclosures", tags=["agreements"])

Made = Annotated[str, Field(max_length=40)]
Year = Annotated[int, Field(ge=2000, le=9999)]
# Whoever else may disclose does so for the body that concludes agreements.
_SIDES: Final = {Role.OPERATOR_ADMIN: OPERATOR}


@router.get("")
def list_disclosures(look: Look, page: Page) -> Response:
    """The newest disclosure of every year and party, and by when that of this year is due."""
    permit(look.who, Act.CATALOGUE_READ)
    year = look.today.year
    following = {"year": year, "due_on": look.at(lambda c: due_on(c, year)).isoformat()}
    part = page.part(int, str, str)
    found = look.at(lambda c: all_made(c, part))
    return page.parted("disclosures", found, "year", "role", "code", more={"following": following})


@router.get("/made/{disclosure}")
def show(disclosure: Made, look: Look) -> Document:
    """One disclosure, whole."""
    permit(look.who, Act.CATALOGUE_READ)
    document, stated = look.at(lambda c: of_id(c, disclosure))
    return {"id": disclosure, "digest": stated, "document": document}


@router.get("/made/{disclosure}/page", response_class=HTMLResponse)
def printed(disclosure: Made, look: Look) -> HTMLResponse:
    """The same as a page to print."""
    permit(look.who, Act.CATALOGUE_READ)
    return HTMLResponse(html(*look.at(lambda c: of_id(c, disclosure))))


@router.get("/drafts/{year}")
def drafted(year: Year, look: Look) -> Document:
    """The disclosure of a year as the caller's organisation would make it now; nothing is kept."""
    permit(look.who, Act.DISCLOSURE_PUBLISH)
    side, mine = _side(look.who), look.who.organisation
    return {"document": look.at(lambda c: compose(c, year, side, mine, now=look.now))}


@router.post("/{year}", status_code=201)
def make(year: Year, said: Signed, do: Do) -> Document:
    """Make the disclosure of a year for the caller's organisation; it is kept, and everybody may read it."""
    permit(do.who, Act.DISCLOSURE_PUBLISH)
    side, mine, by = _side(do.who), do.who.organisation, do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        agreeing.settle(connection, now)
        made, document = disclose(connection, year, side, mine, by=by, now=now)
        return {"id": made, "document": document}

    return do.inside(act)


def _side(who: Caller) -> str:
    return _SIDES.get(who.role, BODY)
