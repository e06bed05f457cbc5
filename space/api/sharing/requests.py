"""``/v1/requests``: the applicant's side of a request; a thin door.

Who asks is the holder of the token: nobody files, completes, withdraws or disputes for another organisation.
Those who answer have :mod:`space.api.sharing.deciding`. An ``Idempotency-Key`` stands for one act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, permit
from space.api.sharing import vouching
from space.api.sharing.request_steps import After, steps_told
from space.api.sharing.vouching import WAITS, Stated
from space.errors import Unknown
from space.identity.tokens import Caller
from space.requesting import disputing, filing
from space.requesting.requests import Request, all_requests, by_id
from space.requesting.telling import told

router = APIRouter(prefix="/v1/requests", tags=["requests"])


class Said(BaseModel):
    """Why, and who acts for the organisation."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
    by: str = Field(min_length=1, max_length=200, description="The person who acts for you.")
    items: list[str] | None = Field(None, max_length=1000, description="`dataset.field`; all where left out.")


class Given(BaseModel):
    """One text for each point the provider found missing, in their order."""

    model_config = ConfigDict(extra="forbid")

    answers: list[str] = Field(min_length=1, max_length=100)
    by: str = Field(min_length=1, max_length=200)


@router.post("", status_code=201, responses=WAITS)
def file(stated: Stated, wired: Wired, who: Known, once: Repeated, answer: Response) -> dict[str, Any]:
    """File a request; whatever is missing is listed at once, all of it.

    One that another person vouches for is filed when that person has signed (202).
    """
    permit(who, Act.REQUEST_FILE)

    return _vouched(wired, once, answer, lambda c, now: vouching.file(c, stated, who, now))


@router.get("")
def list_requests(wired: Wired, who: Known, page: Page) -> Response:
    """The requests of the caller's organisation, the oldest first."""
    permit(who, Act.REQUEST_FILE)
    with reading(wired.engine) as connection:
        found = all_requests(connection, who.organisation, page.part(datetime, str))
        rows = told(connection, found, who.organisation, local_date(wired.clock()))
    return page.answer("requests", rows, "received_at", "id")


@router.get("/{request}")
def show(request: str, wired: Wired, who: Known, after: After = 0) -> dict[str, Any]:
    """One request with its cases, its answers by item, and its steps; `next_step` where there are more."""
    permit(who, Act.REQUEST_FILE)
    with reading(wired.engine) as connection:
        found = _own(connection, request, who)
        (document,) = told(connection, (found,), who.organisation, local_date(wired.clock()))
        return document | steps_told(connection, request, after)


@router.put("/{request}", responses=WAITS)
def supplement(
    request: str, stated: Stated, wired: Wired, who: Known, once: Repeated, answer: Response
) -> dict[str, Any]:
    """Replace an incomplete request by the whole; complete, its clocks start.

    What another person vouches for replaces it when that person has signed (202).
    """
    permit(who, Act.REQUEST_FILE)

    def act(connection: Connection, now: datetime) -> dict[str, Any]:
        _own(connection, request, who)
        return vouching.supplement(connection, request, stated, who, now)

    return _vouched(wired, once, answer, act)


@router.post("/{request}/withdrawal")
def withdraw(request: str, said: Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take a request back, as far as it is not answered."""

    def act(connection: Connection, now: datetime) -> str:
        _own(connection, request, who)
        return filing.withdraw(connection, request, reason=said.reason, by=said.by, now=now).id

    return _taken(wired, who, once, act)


@router.post("/{request}/cases/{case}/completion")
def complete(
    request: str, case: str, given: Given, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Give what the provider found missing in a case; its clock runs on."""

    def act(connection: Connection, now: datetime) -> str:
        _own(connection, request, who, case)
        filing.complete(connection, case, given.answers, by=given.by, now=now)
        return request

    return _taken(wired, who, once, act)


@router.post("/{request}/cases/{case}/dispute")
def dispute(request: str, case: str, said: Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Dispute what was refused in a case; both sides negotiate first."""

    def act(connection: Connection, now: datetime) -> str:
        _own(connection, request, who, case)
        disputing.dispute(connection, case, items=said.items, reason=said.reason, by=said.by, now=now)
        return request

    return _taken(wired, who, once, act)


@router.post("/{request}/cases/{case}/{step}")
def move(
    request: str, case: str, step: Literal["escalation", "acceptance"], said: Said, wired: Wired, who: Known,
    once: Repeated,
) -> dict[str, Any]:  # fmt: skip
    """Take a dispute to the next level, or let the refusal stand."""
    moving = {"escalation": disputing.escalate, "acceptance": disputing.accept}[step]

    def act(connection: Connection, now: datetime) -> str:
        _own(connection, request, who, case)
        moving(connection, case, reason=said.reason, by=said.by, now=now)
        return request

    return _taken(wired, who, once, act)


def _taken(
    wired: Services, who: Caller, once: Once, act: Callable[[Connection, datetime], str]
) -> dict[str, Any]:
    """Take a step of the applicant in one transaction; the request as it then stands."""
    permit(who, Act.REQUEST_FILE)
    with writing(wired.engine) as connection:
        now = wired.clock()
        named = once.do(connection, lambda: act(connection, now), now)
        return by_id(connection, named).to_document()


def _vouched(
    wired: Services, once: Once, answer: Response, act: Callable[[Connection, datetime], dict[str, Any]]
) -> dict[str, Any]:
    """State a request in one transaction; 202 where it waits for who vouches."""
    with writing(wired.engine) as connection:
        now = wired.clock()
        made = once.told(connection, lambda: act(connection, now), now)
    if "waits_for" in made:
        answer.status_code = 202
    return made


def _own(connection: Connection, request: str, who: Caller, case: str | None = None) -> Request:
    """The request, if it is the caller's, and has the case.

    Raises:
        Unknown: it is not, or has not.
    """
    found = by_id(connection, request)
    if found.applicant != who.organisation or (case is not None and case not in {c.id for c in found.cases}):
        raise Unknown("request", request)
    return found
