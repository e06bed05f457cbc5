"""``/v1/entitlements``: alerts of life events, compared by the department whose list it is; a thin door.

A department opens and runs its own comparisons and settles their cases; the body of an area has them checked
at the door. A case names nobody and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Services, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.wayback.backflow.bodies import is_body
from space.wayback.entitlements import alerts, cases, comparisons

router = APIRouter(prefix="/v1/entitlements", tags=["entitlements"])

_Dataset = Field(max_length=130, description="schema.table")
_Name = Annotated[str, Field(max_length=63)]


class Acting(BaseModel):
    """Who acts for the organisation."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(min_length=1, max_length=200, description="The person who acts.")


class Wanted(Acting):
    """A comparison of the caller's own list with the population register."""

    entitlement: str = Field(max_length=63, description="A row of the rules.")
    dataset: str = _Dataset
    population: str = Field(max_length=130, description="The population register, schema.table.")
    others: dict[_Name, Annotated[str, _Dataset]] = Field(default_factory=dict, max_length=20)
    purpose: str = Field(max_length=1000)
    basis: str = Field(max_length=1000, description="Legal basis.")


class Checked(Acting):
    """A check at the door given to a person."""

    person: str = Field(min_length=1, max_length=200)
    due_on: date


class Settled(Acting):
    """What became of a case; without anything of the person."""

    outcome: cases.Outcome
    answer: str = Field(min_length=1, max_length=2000)


@router.get("")
def list_comparisons(wired: Wired, who: Known, page: Page) -> Response:
    """Comparisons of the caller's department, the oldest first."""
    permit(who, Act.ENTITLEMENT_KEEP)
    with reading(wired.engine) as connection:
        found = comparisons.listing(connection, department=who.organisation, part=page.part(datetime, str))
    return page.parted("comparisons", [_told(one) for one in found], "opened_at", "id")


@router.post("", status_code=201)
def open_one(wanted: Wanted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Open a comparison in the caller's own name; others' data is read under its grants."""
    permit(who, Act.ENTITLEMENT_KEEP)
    asked = comparisons.Wanted(
        wanted.entitlement, wanted.dataset, wanted.population, who.organisation, wanted.purpose, wanted.basis,
        wanted.others,
    )  # fmt: skip

    def act() -> dict[str, Any]:
        return _told(comparisons.open_comparison(wired.engine, asked, by=wanted.by, now=wired.clock()))

    return once.apart(wired.engine, act, wired.clock)


@router.get("/cases")
def list_cases(wired: Wired, who: Known, page: Page, open_only: bool = False) -> Response:
    """Cases of a body's area, or of a department's lists; the soonest due first."""
    with reading(wired.engine) as connection:
        of_area = is_body(connection, who.organisation)
        permit(who, Act.ENTITLEMENT_READ)
        mine = {"body": who.organisation} if of_area else {"department": who.organisation}
        found = cases.listing(
            connection, local_date(wired.clock()), open_only=open_only, part=page.part(date, str), **mine
        )
    return page.answer("cases", [_told(one) for one in found], "due_on", "id")


@router.post("/cases/{case}/check", status_code=201)
def check(case: str, given: Checked, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Have a case checked at the door, by the body of its area."""
    permit(who, Act.LEDGER_KEEP)

    def act() -> dict[str, Any]:
        made = cases.check(
            wired.engine, case, body=who.organisation, person=given.person, due_on=given.due_on, by=given.by,
            now=wired.clock(),
        )  # fmt: skip
        return _told(made)

    return once.apart(wired.engine, act, wired.clock)


@router.post("/cases/{case}/settlement")
def settle(case: str, said: Settled, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Say what became of a case, for the department that answers for the list."""
    permit(who, Act.ENTITLEMENT_KEEP)

    def act() -> dict[str, Any]:
        done = cases.settle(
            wired.engine, case, department=who.organisation, outcome=said.outcome, answer=said.answer,
            by=said.by, now=wired.clock(),
        )  # fmt: skip
        return _told(done)

    return once.apart(wired.engine, act, wired.clock)


@router.post("/{comparison}/runs", status_code=201)
def run(comparison: str, said: Acting, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Compare what is published now; every new finding becomes a case."""
    permit(who, Act.ENTITLEMENT_KEEP)
    _own(wired, who, comparison)

    def act() -> dict[str, Any]:
        return _told(alerts.run(wired.home, wired.engine, comparison, by=said.by, now=wired.clock()))

    return once.apart(wired.engine, act, wired.clock)


@router.post("/{comparison}/end")
def end(comparison: str, said: Acting, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """End a comparison; its cases stay."""
    permit(who, Act.ENTITLEMENT_KEEP)
    _own(wired, who, comparison)
    return once.apart(wired.engine, _ended(wired, comparison, said.by), wired.clock)


def _ended(wired: Services, comparison: str, by: str) -> Callable[[], dict[str, Any]]:
    def act() -> dict[str, Any]:
        now = wired.clock()
        comparisons.end(wired.engine, comparison, by=by, now=now)
        return {"id": comparison, "ended_at": now.isoformat()}

    return act


def _told(made: Any) -> dict[str, Any]:
    """As JSON: days and instants as text, the same in every answer."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(made).items()
    }


def _own(wired: Services, who: Caller, comparison: str) -> None:
    """A comparison of the caller's department; to all others there is none."""
    with reading(wired.engine) as connection:
        if comparisons.comparison(connection, comparison).department_code != who.organisation:
            raise Unknown("comparison", comparison)
