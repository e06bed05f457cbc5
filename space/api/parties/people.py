"""``/v1/people``, ``/v1/memberships`` and ``/v1/participants``: who takes part; a thin door."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import ADMINISTRATORS, Act, OrganisationKind, Role
from policies.clocks import local_date
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Unknown
from space.identity import external, leaving, memberships, organisations, participants, people
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1", tags=["identity"])

_After = Query("", max_length=40, description="Key of the row before the page.")
_Limit = Query(100, ge=1, le=1000)


class NewPerson(BaseModel):
    """A person to be entered; no number of a document."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100)
    contact: str | None = Field(None, max_length=200, description="Mail or telephone, for notices.")


class Corrected(BaseModel):
    """What is different about a person; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=100)
    contact: str | None = Field(None, max_length=200)


class NewMembership(BaseModel):
    """A person in an organisation."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(max_length=40)
    organisation: str = Field(max_length=40)
    role: Role
    first_day: date | None = Field(None, description="Today, if none.")
    last_day: date | None = Field(None, description="It lasts, if none.")


class LastDay(BaseModel):
    """Until when a membership lasts."""

    model_config = ConfigDict(extra="forbid")

    last_day: date | None = Field(description="Included; null: it lasts.")


class NewParticipant(BaseModel):
    """An organisation to be registered."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40, description="USCC, or the code of a unit of the organisation tree.")
    name: str = Field(max_length=200)
    kind: OrganisationKind
    region: str | None = Field(None, max_length=12, description="Of one outside the tree.")


@router.get("/people")
def list_people(wired: Wired, who: Known, after: str = _After, limit: int = _Limit) -> dict[str, Any]:
    """People by their ids: everybody for administrators, else those of the caller's organisation."""
    permit(who, Act.PERSON_READ)
    with reading(wired.engine) as connection:
        if who.role in ADMINISTRATORS:
            found = people.everybody(connection, after=after, limit=limit)
        else:
            own = {each.person for each in _colleagues(connection, who, local_date(wired.clock()))}
            chosen = sorted(each for each in own if each > after)[:limit]
            found = tuple(people.person(connection, each) for each in chosen)
        held = _held(connection, found, local_date(wired.clock()))
    rows = [each.to_document() | {"holds": held.get(each.id, [])} for each in found]
    return {"people": rows, "next": _next(found, limit)}


@router.post("/people", status_code=201)
def enter_person(new: NewPerson, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Enter a person."""
    permit(who, Act.PERSON_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return people.register(connection, new.name, new.contact, by=_by(who), now=now).id

        return _whole(connection, once.do(connection, act, now))


@router.get("/people/{person}")
def show_person(person: str, wired: Wired, who: Known) -> dict[str, Any]:
    """A person with its memberships, the roles these keep from it, and where it is known elsewhere."""
    permit(who, Act.PERSON_READ)
    with reading(wired.engine) as connection:
        now = wired.clock()
        _require_theirs(connection, who, person, local_date(now))
        apart = memberships.kept_apart(connection, person, now)
        kept = {role.value: reason.code for role, reason in apart.items()}
        return _whole(connection, person) | {"kept_apart": kept, "today": local_date(now).isoformat()}


@router.post("/people/{person}/correction")
def correct_person(
    person: str, changed: Corrected, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Give a person another name or contact."""
    permit(who, Act.PERSON_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()
        _require_theirs(connection, who, person, local_date(now))

        def act() -> str:
            return people.correct(connection, person, changed.name, changed.contact, by=_by(who), now=now).id

        return _whole(connection, once.do(connection, act, now))


@router.post("/people/{person}/end")
def end_person(person: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Let a person act no more: memberships, account, links and sessions end with it."""
    permit(who, Act.ACCOUNT_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return leaving.leave(connection, person, by=_by(who), now=now).id

        return _whole(connection, once.do(connection, act, now))


@router.get("/memberships")
def list_memberships(wired: Wired, who: Known) -> dict[str, Any]:
    """Who acts for the caller's organisation today."""
    permit(who, Act.PERSON_READ)
    with reading(wired.engine) as connection:
        found = _colleagues(connection, who, local_date(wired.clock()))
        return {"memberships": [each.to_document() for each in found]}


@router.post("/memberships", status_code=201)
def enter_membership(new: NewMembership, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Let a person act for an organisation in a role."""
    permit(who, Act.ROLE_ASSIGN)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return memberships.enter(
                connection, new.person, new.organisation, new.role, by=_by(who), now=now,
                first_day=new.first_day, last_day=new.last_day,
            ).id  # fmt: skip

        return memberships.membership(connection, once.do(connection, act, now)).to_document()


@router.post("/memberships/{membership}/last-day")
def change_membership(
    membership: str, changed: LastDay, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Give a membership another last day."""
    permit(who, Act.ROLE_ASSIGN)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return memberships.change(connection, membership, changed.last_day, by=_by(who), now=now).id

        return memberships.membership(connection, once.do(connection, act, now)).to_document()


@router.post("/memberships/{membership}/end")
def end_membership(membership: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """End a membership now, and what is signed in with it."""
    permit(who, Act.ROLE_ASSIGN)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return memberships.end(connection, membership, by=_by(who), now=now).id

        return memberships.membership(connection, once.do(connection, act, now)).to_document()


@router.get("/participants")
def list_participants(wired: Wired, who: Known, after: str = _After, limit: int = _Limit) -> dict[str, Any]:
    """Registered organisations by their codes, as they stand today."""
    permit(who, Act.ORGANISATION_READ)
    with reading(wired.engine) as connection:
        today = local_date(wired.clock())
        found = participants.participants(connection, today, after=after, limit=limit)
    following = found[-1].code if len(found) == limit else None
    return {"participants": [each.to_document() for each in found], "next": following}


@router.post("/participants", status_code=201)
def enrol_participant(new: NewParticipant, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Register an organisation under its unified social credit code."""
    permit(who, Act.ORGANISATION_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return participants.enrol(
                connection, new.code, new.name, new.kind, by=_by(who), now=now, region=new.region
            ).code

        code = once.do(connection, act, now)
        return participants.participant(connection, code, local_date(now)).to_document()


@router.get("/participants/{code}")
def show_participant(code: str, wired: Wired, who: Known) -> dict[str, Any]:
    """A registered organisation as it stands today."""
    permit(who, Act.ORGANISATION_READ)
    with reading(wired.engine) as connection:
        return participants.participant(connection, code, local_date(wired.clock())).to_document()


def _held(
    connection: Connection, found: tuple[people.Person, ...], on: date
) -> dict[str, list[dict[str, Any]]]:
    """For whom each acts on a day and in which role, with what the organisation is called."""
    held = memberships.of_everybody(connection, [each.id for each in found], on)
    called = organisations.names(connection, {one.organisation for each in held.values() for one in each})
    return {
        person: [
            {
                "organisation": one.organisation,
                "organisation_name": called.get(one.organisation, one.organisation),
                "role": one.role.value,
            }
            for one in theirs
        ]
        for person, theirs in held.items()
    }


def _by(who: Caller) -> str:
    return who.person or who.organisation


def _next(found: tuple[people.Person, ...], limit: int) -> str | None:
    return found[-1].id if len(found) == limit else None


def _whole(connection: Connection, person: str) -> dict[str, Any]:
    return people.person(connection, person).to_document() | {
        "memberships": [each.to_document() for each in memberships.of_person(connection, person)],
        "links": [each.to_document() for each in external.links(connection, person)],
    }


def _colleagues(connection: Connection, who: Caller, on: date) -> tuple[memberships.Membership, ...]:
    return memberships.of_organisation(connection, who.organisation, on)


def _require_theirs(connection: Connection, who: Caller, person: str, on: date) -> None:
    """Others than administrators see the people of their own organisation, and nobody else."""
    if who.role in ADMINISTRATORS:
        return
    if person not in {each.person for each in _colleagues(connection, who, on)}:
        raise Unknown("person", person)
