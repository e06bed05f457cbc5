"""``/v1/evaluations``: what was published for everyone to read; reviews and objections of known callers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading
from policies.access import Act
from policies.evaluation import Judge
from space.api.answering.paging import Page
from space.api.entrance.acting import Do
from space.api.services import Wired, permit
from space.errors import Unknown
from space.evaluation import acting, contesting, evaluations, page

router = APIRouter(prefix="/v1/evaluations", tags=["evaluations"])
_Office = Literal["self", "user", "third_party"]


class Review(BaseModel):
    """A review for the caller's organisation."""

    model_config = ConfigDict(extra="forbid")

    office: _Office
    mark: int = Field(ge=0, le=100)
    words: str = Field(max_length=2000)
    by: str = Field(max_length=200, description="The person.")


class Objection(BaseModel):
    """An objection of the caller's organisation."""

    model_config = ConfigDict(extra="forbid")

    office: _Office
    indicator: str = Field(max_length=60)
    reason: str = Field(max_length=2000)
    by: str = Field(max_length=200, description="The person.")


@router.get("")
def published(wired: Wired, page: Page) -> Response:
    """Every published evaluation; read by anyone."""
    with reading(wired.engine) as connection:
        found = evaluations.all_evaluations(connection, public=True, part=page.part(datetime, str))
    return page.parted("evaluations", [each.to_document() for each in found], "opened_at", "id")


@router.get("/{evaluation}")
def one(evaluation: str, wired: Wired) -> dict[str, Any]:
    """One published evaluation with the rows its figures are counted from; read by anyone."""
    return _view(wired, evaluation)


@router.get("/{evaluation}/page", response_class=HTMLResponse)
def printed(evaluation: str, wired: Wired) -> HTMLResponse:
    """The same as a page to print."""
    return HTMLResponse(page.evaluation(_view(wired, evaluation)))


@router.post("/{evaluation}/reviews", status_code=201)
def review(evaluation: str, sent: Review, do: Do) -> dict[str, Any]:
    """Review for the caller's organisation."""
    permit(do.who, Act.EVALUATION_REVIEW)
    mine, office = do.who.organisation, Judge(sent.office)
    return do.inside(
        lambda c, now: acting.review(
            c, evaluation, mark=sent.mark, words=sent.words, organisation=mine, office=office, by=sent.by,
            now=now,
        ).to_document()
    )  # fmt: skip


@router.post("/{evaluation}/objections", status_code=201)
def object_(evaluation: str, sent: Objection, do: Do) -> dict[str, Any]:
    """Object for the caller's organisation."""
    permit(do.who, Act.EVALUATION_REVIEW)
    mine, office = do.who.organisation, Judge(sent.office)
    return do.inside(
        lambda c, now: {
            "objection": contesting.object_(
                c, evaluation, indicator=sent.indicator, reason=sent.reason, organisation=mine, office=office,
                by=sent.by, now=now,
            )
        }
    )  # fmt: skip


def _view(wired: Wired, evaluation: str) -> dict[str, Any]:
    """The public view; what is not published is as if it were not there."""
    with reading(wired.engine) as connection:
        found = evaluations.by_id(connection, evaluation)
        if found.state not in evaluations.PUBLIC:
            raise Unknown("evaluation", evaluation)
        return evaluations.view(connection, found)
