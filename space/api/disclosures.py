"""``/v1/disclosures`` for whoever may search the catalogue: what was disclosed 信息披露; a thin door."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from policies.access import Act
from space.api.acting import Document, Look
from space.api.paging import Page
from space.api.services import permit
from space.operation.disclosure import all_made, due_on, of_id
from space.operation.page import html

router = APIRouter(prefix="/v1/disclosures", tags=["agreements"])

Made = Annotated[str, Field(max_length=40)]


@router.get("")
def list_disclosures(look: Look, page: Page) -> Response:
    """The newest disclosure of every year and party, and by when that of this year is due."""
    permit(look.who, Act.CATALOGUE_READ)
    year = look.today.year
    following = {"year": year, "due_on": look.at(lambda c: due_on(c, year)).isoformat()}
    found = look.at(all_made)
    return page.answer(
        "disclosures", found, "year", "role", "code", newest_first=True, more={"following": following}
    )


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
