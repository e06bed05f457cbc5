"""``/v1/requests``: the applicant's side of a request; a thin door.

Who asks is the holder of the token: nobody files, completes, withdraws or disputes for another organisation.
Those who answer have :mod:`space.api.deciding`. An ``Idempotency-Key`` stands for one act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from space.api.once import Once, Repeated
from space.api.paging import Page
from space.api.services import Known, Services, Wired, permit
from space.errors import Unknown
from space.identity.organisations import organisation
from space.identity.tokens import Caller
from space.operation import agreeing
from space.requesting import disputing, filing
from space.requesting.requests import Request, all_requests, by_id, history
from space.requesting.statements import Statement, read
from space.requesting.telling import told

router = APIRouter(prefix="/v1/requests", tags=["requests"])


class Wanted(BaseModel):
    """The items of one dataset."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(max_length=130)
    fields: list[str] = Field(max_length=1000)


class Stated(BaseModel):
    """A request. A department states legal_basis, scenario, scope and method; an operator its agreement."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field("", max_length=60)
    use_until: date | None = None
    items: list[Wanted] = Field(max_length=500)
    vouched_by: str = Field("", max_length=200, description="The person who vouches for it.")
    kind: Literal["", "open"] = ""
    legal_basis: str = Field("", max_length=2000)
    scenario: str = Field("", max_length=2000)
    scope: str = Field("", max_length=2000)
    method: str = Field("", max_length=40)
    implementing_body: str = Field("", max_length=40)
    agreement: str = Field("", max_length=80)


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


@router.post("", status_code=201)
def file(stated: Stated, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """File a request; whatever is missing is listed at once, all of it."""

    def act(connection: Connection, now: datetime) -> str:
        agreeing.settle(connection, now)
        return filing.submit(connection, read_stated(connection, stated, who, local_date(now)), now).id

    return _taken(wired, who, once, act)


@router.get("")
def list_requests(wired: Wired, who: Known, page: Page) -> Response:
    """The requests of the caller's organisation, the oldest first."""
    permit(who, Act.REQUEST_FILE)
    with reading(wired.engine) as connection:
        found = all_requests(connection, who.organisation, page.part(datetime, str))
        rows = told(connection, found, who.organisation, local_date(wired.clock()))
    return page.answer("requests", rows, "received_at", "id")


@router.get("/{request}")
def show(request: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One request with its cases, its answers by item, and every step."""
    permit(who, Act.REQUEST_FILE)
    with reading(wired.engine) as connection:
        found = _own(connection, request, who)
        (document,) = told(connection, (found,), who.organisation, local_date(wired.clock()))
        return {**document, "steps": [s.to_document() for s in history(connection, request)]}


@router.put("/{request}")
def supplement(request: str, stated: Stated, wired: Wired, who: Known) -> dict[str, Any]:
    """Replace an incomplete request by the whole; complete, its clocks start."""
    permit(who, Act.REQUEST_FILE)
    now = wired.clock()
    with writing(wired.engine) as connection:
        _own(connection, request, who)
        made = read_stated(connection, stated, who, local_date(now))
        return filing.supplement(connection, request, made, now).to_document()


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


def read_stated(connection: Connection, stated: Stated, who: Caller, day: date) -> Statement:
    """What the caller's organisation states, with everything it lacks."""
    applicant = organisation(connection, who.organisation)
    named = {"code": applicant.code, "name": applicant.name, "kind": applicant.kind.value}
    return read(connection, {**stated.model_dump(), "applicant": named}, day)


def _own(connection: Connection, request: str, who: Caller, case: str | None = None) -> Request:
    """The request, if it is the caller's, and has the case.

    Raises:
        Unknown: it is not, or has not.
    """
    found = by_id(connection, request)
    if found.applicant != who.organisation or (case is not None and case not in {c.id for c in found.cases}):
        raise Unknown("request", request)
    return found
