"""``/v1/agreements`` and ``/v1/scenarios``: the acts of the parties, and of the data authority; a thin door.

The office is that of the token's organisation: the implementing body, the operator, or the data authority.
What each may do is the tables of steps; who else asks is not told that there is an agreement.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import writing
from policies.access import Act
from policies.clocks import local_date
from policies.operation import Party
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.operation import agreeing, offices, reviews, scenarios
from space.operation.agreements import Agreement, called

router = APIRouter(prefix="/v1", tags=["agreements"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts for you.")]
Why = Annotated[str, Field(max_length=2000, description="Why; the other side reads it.")]
Listed = Annotated[list[str | dict[str, Any]], Field(max_length=10_000)]


class Partner(BaseModel):
    """One party of an agreement."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40)
    name: str = Field(max_length=200)
    person: str = Field(max_length=200, description="Who is in charge.")


class Drafted(BaseModel):
    """A whole agreement, as in its file."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=80)
    body: Partner
    operator: Partner
    mode: str = Field(max_length=40)
    starts_on: date
    ends_on: date
    catalogue: Listed
    purposes: list[str] = Field(max_length=100)
    products: list[dict[str, Any]] = Field(max_length=1000)
    clauses: dict[str, Any]
    by: Person


class Said(BaseModel):
    """Who takes a step, and why."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    reason: Why = ""


class Changed(BaseModel):
    """A supplement: what changes of a signed agreement."""

    model_config = ConfigDict(extra="forbid")

    changes: dict[str, Any]
    reason: Why
    by: Person


class Reviewed(BaseModel):
    """The review of the oldest year that is over."""

    model_config = ConfigDict(extra="forbid")

    conclusion: str = Field(max_length=4000)
    findings: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    by: Person


class Mended(BaseModel):
    """How a finding of a review was mended."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(min_length=1, max_length=4000)
    by: Person


@router.post("/agreements", status_code=201)
def draft(drafted: Drafted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Draft an agreement, or draft it anew before it is signed; the implementing body's act."""
    permit(who, Act.AGREEMENT_NEGOTIATE)
    if drafted.body.code != who.organisation:
        raise Unknown("implementing body", drafted.body.code)
    document = drafted.model_dump(mode="json", exclude={"by"})
    with writing(wired.engine) as connection:
        now = wired.clock()
        number = once.do(
            connection, lambda: agreeing.draft(connection, document, by=drafted.by, now=now).number, now
        )
        return called(connection, number).to_document()


@router.post("/agreements/{number}/supplements")
def supplement(number: str, changed: Changed, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Propose and sign a supplement for the implementing body; the operator signs it or declines."""

    def act(connection: Connection, office: Party, now: datetime) -> None:
        offices.supplement(
            connection, number, changed.changes, office=office, reason=changed.reason, by=changed.by, now=now
        )

    return _taken(wired, who, once, number, act)


@router.post("/agreements/{number}/reviews")
def review(number: str, reviewed: Reviewed, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Review the oldest year that is over; the implementing body's act."""
    stated = reviewed.model_dump(exclude={"by"})

    def act(connection: Connection, office: Party, now: datetime) -> None:
        offices.review(connection, number, stated, office=office, by=reviewed.by, now=now)

    return _taken(wired, who, once, number, act)


@router.post("/agreements/{number}/findings/{finding}/mending")
def mend(
    number: str, finding: str, mended: Mended, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Say how a finding was mended; the act of the side that owes it."""

    def act(connection: Connection, office: Party, now: datetime) -> None:
        if not reviews.owes(connection, called(connection, number), finding, office):
            raise Unknown("finding", finding)
        reviews.mend(connection, finding, answer=mended.answer, by=mended.by, now=now)

    return _taken(wired, who, once, number, act)


@router.post("/agreements/{number}/{step}")
def take(
    number: str, step: offices.Step, said: Said, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Offer or drop (body), sign or decline (operator), suspend, resume or terminate (by the table)."""

    def act(connection: Connection, office: Party, now: datetime) -> None:
        offices.take(
            connection, wired.signer, number, step, office=office, by=said.by, reason=said.reason, now=now
        )

    return _taken(wired, who, once, number, act)


@router.post("/scenarios/{scenario}/{step}")
def move(
    scenario: str, step: offices.Move, said: Said, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Adopt or reject what was proposed (body, or the authority), withdraw it (operator), or end it."""
    permit(who, Act.AGREEMENT_NEGOTIATE)
    with writing(wired.engine) as connection:
        now = wired.clock()
        found = scenarios.by_id(connection, scenario)
        office = _office(connection, called(connection, found.agreement), who, now)

        def act() -> str:
            return offices.move(
                connection, found, step, office=office, by=said.by, reason=said.reason, now=now
            ).id

        return scenarios.by_id(connection, once.do(connection, act, now)).to_document()


def _taken(
    wired: Services, who: Caller, once: Once, number: str,
    act: Callable[[Connection, Party, datetime], None],
) -> dict[str, Any]:  # fmt: skip
    """Take a step on an agreement in the caller's office, in one transaction; the whole as it then stands."""
    permit(who, Act.AGREEMENT_NEGOTIATE)
    with writing(wired.engine) as connection:
        now = wired.clock()
        office = _office(connection, called(connection, number), who, now)

        def taken() -> str:
            act(connection, office, now)
            return number

        after = called(connection, once.do(connection, taken, now))
        return {**after.to_document(), "reviews": list(reviews.reviews_of(connection, after.id))}


def _office(connection: Connection, agreement: Agreement, who: Caller, now: datetime) -> Party:
    """The caller's office.

    Raises:
        Unknown: it is a stranger to the agreement, which is not told from there being none.
    """
    office = offices.office_of(connection, agreement, who.organisation, local_date(now))
    if office is None:
        raise Unknown("agreement", agreement.number)
    return office
