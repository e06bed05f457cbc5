"""``/v1/recalls`` and ``/v1/holders``: who holds an old value, who received data about somebody; thin doors.

A receiver sees its own notices; the department that answers for a value, the authority and auditors see every
receiver of it. A look for the holders of data about somebody takes two people of one organisation; the
identifier stands in the body of a request, never in an address.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading
from policies.access import Act, Role
from space.api.entrance.once import Repeated
from space.api.services import Known, Services, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.wayback.corrections.course import correction
from space.wayback.recall import people
from space.wayback.recall.following import tell_of
from space.wayback.recall.standing import standing, told_to

router = APIRouter(prefix="/v1", tags=["recall"])

_By = Field(min_length=1, max_length=200, description="The person who acts.")
_Kind = Literal["person", "household", "enterprise"]
# Who sees everybody a value was given to, beside the department that answers for it.
_OVERSIGHT = (Role.AUTHORITY, Role.AUDITOR)


class Acting(BaseModel):
    """Who acts."""

    model_config = ConfigDict(extra="forbid")

    by: str = _By


class Whom(Acting):
    """About whom a search was asked."""

    subject: str = Field(min_length=1, max_length=64, description="Identifier; its keyed name alone stays.")


class Asked(Whom):
    """A question who received data about somebody."""

    kind: _Kind = "person"
    reason: str = Field(min_length=1, max_length=1000, description="The case, the request, the audit.")


@router.get("/recalls")
def list_recalls(wired: Wired, who: Known) -> dict[str, Any]:
    """What the caller was told of values it holds, the open ones first."""
    permit(who, Act.CORRECTION_READ)
    with reading(wired.engine) as connection:
        found = told_to(connection, who.organisation)
    return {
        "recalls": [
            {"correction": case, "dataset": dataset, "field": field} | one.to_document()
            for case, dataset, field, one in found
        ]
    }


@router.get("/recalls/{correction}")
def show(correction: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Who was told of a value, and who has replaced it; to a receiver its own line alone."""
    permit(who, Act.CORRECTION_READ)
    with reading(wired.engine) as connection:
        whole = _oversees(connection, correction, who)
        document = standing(connection, correction).to_document()
    if whole:
        return document
    mine = [one for one in document["told"] if one["receiver"] == who.organisation]
    return {"correction": correction, "outcome": document["outcome"], "told": mine}


@router.post("/recalls/{correction}")
def tell(correction: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Tell every holder of the value of an answered case; telling again tells nobody twice."""
    permit(who, Act.RECALL_RUN)
    with reading(wired.engine) as connection:
        if not _oversees(connection, correction, who):
            raise Unknown("challenge", correction)
    act = _tell(wired, correction)
    return once.apart(wired.engine, act, wired.clock)


@router.post("/holders", status_code=201)
def ask(asked: Asked, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Ask who received data about somebody; another person consents."""
    permit(who, Act.HOLDER_READ)

    def act() -> dict[str, Any]:
        made = people.ask(
            wired.home, wired.engine, asked.kind, asked.subject, reason=asked.reason, by=asked.by,
            now=wired.clock(), organisation=who.organisation,
        )  # fmt: skip
        return made.to_document()

    return once.apart(wired.engine, act, wired.clock)


@router.post("/holders/{search}/consent")
def consent(search: str, said: Acting, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Consent to a search another person asked for."""
    permit(who, Act.HOLDER_READ)

    def act() -> dict[str, Any]:
        mine = who.organisation
        made = people.consent(wired.engine, search, by=said.by, now=wired.clock(), organisation=mine)
        return made.to_document()

    return once.apart(wired.engine, act, wired.clock)


@router.post("/holders/{search}/look")
def look(search: str, whom: Whom, wired: Wired, who: Known) -> dict[str, Any]:
    """Who received data about whom the search was asked; every look is logged, also a repeated one."""
    permit(who, Act.HOLDER_READ)
    found = people.look(
        wired.home, wired.engine, search, whom.subject, by=whom.by, now=wired.clock(),
        organisation=who.organisation,
    )  # fmt: skip
    return {"received": [one.to_document() for one in found]}


def _tell(wired: Services, case: str) -> Any:
    return lambda: tell_of(wired.home, wired.engine, case, wired.clock()).to_document()


def _oversees(connection: Connection, case: str, who: Caller) -> bool:
    """Whether the caller sees every receiver of a value.

    Raises:
        Unknown: it is neither the source nor a receiver, nor overseer; to it there is no such case.
    """
    found = correction(connection, case)
    if who.role in _OVERSIGHT or who.organisation == found.department_code:
        return True
    if any(one.receiver == who.organisation for one in standing(connection, case).told):
        return False
    raise Unknown("challenge", case)
