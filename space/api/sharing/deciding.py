"""``/v1/requests`` for those who answer: what waits for them, decisions, returns, extensions, disputes.

A thin door. The office is that of the token's organisation in the chain of the case: nobody answers for
another. The person who acts is named in every act, as on the installation itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, permit
from space.api.sharing import extending
from space.api.sharing.extending import Extended, case_of, concerned
from space.api.sharing.request_steps import After, steps_told
from space.identity.tokens import Caller
from space.requesting import answering, disputing, turns
from space.requesting.requests import by_id
from space.requesting.telling import told

router = APIRouter(prefix="/v1/requests", tags=["requests"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts for you.")]
Basis = Annotated[str, Field(min_length=1, max_length=2000, description="Law or decision it rests on.")]
Items = Annotated[
    list[str] | None, Field(max_length=1000, description="`dataset.field`; all where left out.")
]


class Decided(BaseModel):
    """An answer to everything of a request that waits for the caller, or to one case of it."""

    model_config = ConfigDict(extra="forbid")

    permit: bool
    basis: Basis
    by: Person
    case: str | None = Field(None, max_length=40, description="Id of the case; all of yours where left out.")
    items: Items = None
    ground: str = Field("", max_length=80, description="Of the dated list, for what is refused.")
    refusal_basis: str = Field("", max_length=2000, description="What the refusal rests on, where another.")


class Lacking(BaseModel):
    """All that is missing, told once."""

    model_config = ConfigDict(extra="forbid")

    lacks: list[str] = Field(min_length=1, max_length=100)
    by: Person


class Settled(BaseModel):
    """What becomes of a dispute."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["yield", "overrule", "uphold", "refer"]
    basis: Basis
    by: Person
    items: Items = None


@router.get("/waiting")
def waiting(wired: Wired, who: Known) -> dict[str, Any]:
    """The cases whose turn it is for the caller's organisation, each with its request, the oldest first."""
    permit(who, Act.REQUEST_DECIDE)
    day = local_date(wired.clock())
    with reading(wired.engine) as connection:
        found = turns.waiting_for(connection, who.organisation, day)
        requests = {request.id: request for request, _ in found}
        documents = {one["id"]: one for one in told(connection, requests.values(), who.organisation, day)}
    return {
        "waiting": [
            {"case": each, "request": documents[request.id]}
            for request, case in found
            for each in documents[request.id]["cases"]
            if each["id"] == case.id
        ]
    }


@router.get("/{request}/answering")
def show(request: str, wired: Wired, who: Known, after: After = 0) -> dict[str, Any]:
    """A request the caller answers, with its cases and steps; `next_step` where there are more."""
    permit(who, Act.REQUEST_DECIDE)
    with reading(wired.engine) as connection:
        found = concerned(connection, request, who, wired.clock())
        (document,) = told(connection, (found,), who.organisation, local_date(wired.clock()))
        return document | steps_told(connection, request, after)


@router.post("/{request}/decisions")
def decide(request: str, decided: Decided, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Answer what waits for the caller's organisation: permit, or refuse on a ground of the list."""

    def act(connection: Connection, now: datetime) -> None:
        if decided.case is not None:
            case_of(connection, request, decided.case)
        answering.decide(
            connection, decided.case or request, permit=decided.permit, basis=decided.basis, by=decided.by,
            now=now, ground=decided.ground, refusal_basis=decided.refusal_basis, items=decided.items,
            organisation=who.organisation,
        )  # fmt: skip

    return _taken(wired, who, once, request, act)


@router.post("/{request}/cases/{case}/return")
def give_back(
    request: str, case: str, lacking: Lacking, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Tell the applicant all that is missing, once and completely; the clock waits."""

    def act(connection: Connection, now: datetime) -> None:
        office = turns.require(
            connection, case_of(connection, request, case), who.organisation, local_date(now)
        )
        answering.give_back(connection, case, lacking.lacks, by=lacking.by, now=now, office=office)

    return _taken(wired, who, once, request, act)


@router.post("/{request}/cases/{case}/extension", status_code=202)
def extend(
    request: str, case: str, extended: Extended, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Ask for an extension of the clock, or consent to one, once; it is given when the other has signed."""
    permit(who, Act.REQUEST_DECIDE)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> dict[str, Any]:
            return extending.ask(connection, request, case, extended, who, now)

        return once.told(connection, act, now)


@router.post("/{request}/cases/{case}/settlement")
def settle(
    request: str, case: str, settled: Settled, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Decide a dispute at its level: the provider yields; the authority overrules, upholds or refers."""

    def act(connection: Connection, now: datetime) -> None:
        office = turns.require(
            connection, case_of(connection, request, case), who.organisation, local_date(now)
        )
        if settled.decision == "refer":
            disputing.refer(connection, case, reason=settled.basis, by=settled.by, now=now, office=office)
            return
        disputing.decide(
            connection, case, settled.decision, items=settled.items, basis=settled.basis, by=settled.by,
            now=now, office=office,
        )  # fmt: skip

    return _taken(wired, who, once, request, act)


def _taken(
    wired: Services, who: Caller, once: Once, request: str, act: Callable[[Connection, datetime], None]
) -> dict[str, Any]:
    """Take a step on a request the caller's organisation answers, in one transaction."""
    permit(who, Act.REQUEST_DECIDE)
    with writing(wired.engine) as connection:
        now = wired.clock()
        concerned(connection, request, who, now)

        def taken() -> str:
            act(connection, now)
            return request

        return by_id(connection, once.do(connection, taken, now)).to_document()
