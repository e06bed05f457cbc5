"""``/v1/evaluations``: what was published for everyone to read; reviews and objections of known callers."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading, writing
from policies.access import Act
from policies.evaluation import Judge
from space.api.services import Known, Wired, permit
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
def published(wired: Wired) -> dict[str, Any]:
    """Every published evaluation; read by anyone."""
    with reading(wired.engine) as connection:
        found = evaluations.all_evaluations(connection, public=True)
    return {"evaluations": [each.to_document() for each in found]}


@router.get("/{evaluation}")
def one(evaluation: str, wired: Wired) -> dict[str, Any]:
    """One published evaluation with the rows its figures are counted from; read by anyone."""
    return _view(wired, evaluation)


@router.get("/{evaluation}/page", response_class=HTMLResponse)
def printed(evaluation: str, wired: Wired) -> HTMLResponse:
    """The same as a page to print."""
    return HTMLResponse(page.evaluation(_view(wired, evaluation)))


@router.post("/{evaluation}/reviews", status_code=201)
def review(evaluation: str, sent: Review, wired: Wired, who: Known) -> dict[str, Any]:
    """Review for the caller's organisation."""
    permit(who, Act.EVALUATION_REVIEW)
    with writing(wired.engine) as connection:
        return acting.review(
            connection, evaluation, mark=sent.mark, words=sent.words, organisation=who.organisation,
            office=Judge(sent.office), by=sent.by, now=wired.clock(),
        ).to_document()  # fmt: skip


@router.post("/{evaluation}/objections", status_code=201)
def object_(evaluation: str, sent: Objection, wired: Wired, who: Known) -> dict[str, Any]:
    """Object for the caller's organisation."""
    permit(who, Act.EVALUATION_REVIEW)
    with writing(wired.engine) as connection:
        made = contesting.object_(
            connection, evaluation, indicator=sent.indicator, reason=sent.reason,
            organisation=who.organisation, office=Judge(sent.office), by=sent.by, now=wired.clock(),
        )  # fmt: skip
    return {"objection": made}


def _view(wired: Wired, evaluation: str) -> dict[str, Any]:
    """The public view; what is not published is as if it were not there."""
    with reading(wired.engine) as connection:
        found = evaluations.by_id(connection, evaluation)
        if found.state not in evaluations.PUBLIC:
            raise Unknown("evaluation", evaluation)
        return evaluations.view(connection, found)
