"""``/v1/agreements``, ``/v1/scenarios``, ``/v1/disclosures``: what parties see and an operator proposes.

The data authority sees every agreement. Further acts are :mod:`space.api.operation.agreements_acts`'s.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from policies.operation import Party
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.operation import offices, reviews, scenarios, supplements, under
from space.operation.agreements import Agreement, all_agreements, called, steps_of
from space.operation.disclosure import made_of

router = APIRouter(prefix="/v1", tags=["agreements"])


class Needed(BaseModel):
    """Items of one dataset, each with the reason it is needed."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(max_length=130)
    fields: dict[str, str] = Field(max_length=1000)


class Product(BaseModel):
    """A product or service that is to come of it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    standard: str = Field(max_length=200)


class Proposal(BaseModel):
    """A scenario 应用场景."""

    model_config = ConfigDict(extra="forbid")

    agreement: str = Field(max_length=80)
    title: str = Field(max_length=200)
    purpose: str = Field(max_length=60)
    description: str = Field(max_length=4000)
    valid_to: date
    person: str = Field(max_length=200, description="Who is in charge of the use.")
    risk: dict[str, str] = Field(max_length=20)
    products: list[Product] = Field(max_length=100)
    items: list[Needed] = Field(max_length=500)
    by: str = Field(min_length=1, max_length=200, description="The person who acts for you.")


@router.get("/agreements")
def list_agreements(wired: Wired, who: Known, page: Page) -> Response:
    """The agreements the caller's organisation is a party of."""
    permit(who, Act.AGREEMENT_READ)
    with reading(wired.engine) as connection:
        mine = offices.of_party(connection, who.organisation, local_date(wired.clock()))
        found = all_agreements(connection, mine, page.part(str))
    return page.parted("agreements", [one.to_document() for one in found], "number")


@router.get("/agreements/{number}")
def show(number: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One agreement: what it says, versions, the supplement that waits, scenarios, reviews, steps.

    ``office`` is the caller's, ``open`` are its steps; ``unreviewed`` the years that wait for their review.
    """
    permit(who, Act.AGREEMENT_READ)
    with reading(wired.engine) as connection:
        day = local_date(wired.clock())
        found, office = _own(connection, number, who, day)
        known = scenarios.all_scenarios(connection, number)
        return {
            **found.to_document(),
            **under.seen_by(connection, found, who.organisation, day),
            "supplement": supplements.waiting(connection, found),
            "scenarios": [one.to_document() | {"open": list(under.open_of(one, office))} for one in known],
            "reviews": list(reviews.reviews_of(connection, found.id)),
            "steps": list(steps_of(connection, found.id)),
        }


@router.get("/agreements/{number}/use")
def use(number: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Requests and grants under an agreement, and what was used from its first day on."""
    permit(who, Act.AGREEMENT_READ)
    with reading(wired.engine) as connection:
        day = local_date(wired.clock())
        found, _ = _own(connection, number, who, day)
        return under.used_until(connection, found, day)


@router.post("/scenarios", status_code=201)
def propose(proposal: Proposal, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Propose a scenario under an agreement of the caller; the implementing body adopts or rejects it."""
    permit(who, Act.SCENARIO_PROPOSE)
    stated = proposal.model_dump(exclude={"by"})
    with writing(wired.engine) as connection:
        now = wired.clock()
        if _own(connection, proposal.agreement, who, local_date(now))[1] is not Party.OPERATOR:
            raise Unknown("agreement", proposal.agreement)
        made = once.do(
            connection, lambda: scenarios.propose(connection, stated, by=proposal.by, now=now).id, now
        )
        return scenarios.by_id(connection, made).to_document()


@router.get("/disclosures/{year}")
def disclosures(
    year: int, wired: Wired, who: Known, role: Literal["implementing-body", "operator"] = "operator"
) -> dict[str, Any]:
    """The disclosures of a year the caller's organisation has made, the oldest first."""
    permit(who, Act.AGREEMENT_READ)
    with reading(wired.engine) as connection:
        return {"disclosures": list(made_of(connection, year, role, who.organisation))}


def _own(connection: Connection, number: str, who: Caller, day: date) -> tuple[Agreement, Party]:
    """The agreement, and the caller's office towards it.

    Raises:
        Unknown: the caller is a stranger to it.
    """
    found = called(connection, number)
    office = offices.office_of(connection, found, who.organisation, day)
    if office is None:
        raise Unknown("agreement", number)
    return found, office
