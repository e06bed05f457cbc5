"""``/v1/registrations`` for the registrar 登记机构, and authorisations of operation; a thin door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.registration import (
    authorisations,
    coding,
    ending,
    examining,
    files,
    objections,
    registrars,
    terms,
)
from catalog.registration.authorisations import Authorisation
from catalog.registration.steps import Actor
from policies.access import Act
from policies.clocks import local_date
from policies.machine import Office
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Doing, Look, Reasoned, Signed
from space.api.ledger.drafting import Sent
from space.api.registration.registrations import towards_named
from space.api.registration.registrations_filing import keep
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["registration"])

Id = Annotated[str, Field(max_length=40)]


class Lacking(Signed):
    """What an application lacks beside what the checklist finds."""

    lacks: list[str] = Field(default_factory=list, max_length=100)


class Refused(Reasoned):
    """A refusal on a ground of the list."""

    ground: str = Field(min_length=1, max_length=60)


class Coded(Signed):
    """What the national platform gave."""

    code: str = Field("", max_length=100)
    query_code: str = Field("", max_length=100, description="登记结果查询码.")
    proof: Sent
    coded_on: date | None = Field(None, description="Day on the proof.")


class Decided(Reasoned):
    """A decision of an objection."""

    accepted: bool
    basis: str = Field(min_length=1, max_length=2000)


class Named(Based):
    """The registrar from a day on."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=200)
    designated_by: str = Field(min_length=1, max_length=200, description="The authority that designated it.")
    valid_from: date | None = None


class Authorised(Signed):
    """An authorisation of operation over datasets."""

    datasets: list[str] = Field(min_length=1, max_length=10_000)
    body_code: str = Field(min_length=1, max_length=40, description="Implementing body 实施机构.")
    body_name: str = Field(min_length=1, max_length=200)
    operator_code: str = Field(min_length=1, max_length=40)
    operator_name: str = Field(min_length=1, max_length=200)
    agreement: str = Field(min_length=1, max_length=200, description="Reference of the agreement.")
    mode: Literal["whole", "field", "scenario"]
    starts_on: date
    ends_on: date


@router.post("/registrations/applications/{application}/acceptance")
def accept(application: Id, said: Signed, do: Do) -> Document:
    """Accept a complete application 受理."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)
    return do.inside(lambda c, now: examining.accept(c, application, who, now=now).to_document())


@router.post("/registrations/applications/{application}/return")
def give_back(application: Id, said: Lacking, do: Do) -> Document:
    """Return an application, once, with the one complete list of what it lacks."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)
    return do.inside(
        lambda c, now: examining.send_back(c, application, tuple(said.lacks), who, now=now).to_document()
    )


@router.post("/registrations/applications/{application}/review")
def review(application: Id, said: Signed, do: Do) -> Document:
    """Pass the formal review 形式审核."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)
    return do.inside(lambda c, now: examining.review(c, application, who, now=now).to_document())


@router.post("/registrations/applications/{application}/notice")
def notice(application: Id, said: Signed, do: Do) -> Document:
    """Begin the public notice 公示."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)
    return do.inside(lambda c, now: examining.publish(c, application, who, now=now).to_document())


@router.post("/registrations/applications/{application}/refusal")
def refuse(application: Id, said: Refused, do: Do) -> Document:
    """Refuse an application on a ground of the list."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)
    return do.inside(
        lambda c, now: examining.refuse(
            c, application, said.ground, who, reason=said.reason, now=now
        ).to_document()
    )


@router.post("/registrations/applications/{application}/code")
def record_code(application: Id, said: Coded, do: Do) -> Document:
    """Record what the national platform gave, with its proof; nothing here issues a code."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    who = _towards(do, said, application)

    def act(connection: Connection, now: datetime) -> Document:
        proof = keep(do.wired.home, files.PROOF, said.proof, now)
        given = coding.Given(proof, said.code, said.query_code, said.coded_on)
        return coding.record_code(connection, application, given, who, now=now).to_document()

    return do.inside(act)


@router.post("/registrations/objections/{objection}/decision")
def decide_objection(objection: Id, said: Decided, do: Do) -> Document:
    """Decide an objection; one that is accepted ends the application."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    of = do.at(lambda c: objections.objection(c, objection))
    who = _towards(do, said, of["application_id"])
    return do.inside(
        lambda c, now: objections.decide(
            c, objection, accepted=said.accepted, reason=said.reason, basis=said.basis, actor=who, now=now
        ).to_document()
    )


@router.post("/registrations/lapses")
def lapse(said: Signed, do: Do) -> Document:
    """Mark what lapsed, and start the clocks of first registrations that are owed; safe to send again."""
    permit(do.who, Act.REGISTRATION_REVIEW)
    do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        done = coding.lapse(connection, now)
        return {"lapsed": list(done), "first_registration_owed": list(terms.watch(connection, now))}

    return do.inside(act)


@router.get("/registrars")
def list_registrars(look: Look, page: Page) -> Response:
    """Who was and is registrar."""
    permit(look.who, Act.REGISTRATION_READ)
    names, part = ("id", "code", "name", "designated_by", "basis"), page.part(date, str)
    found = look.at(lambda c: registrars.registrars(c, part))
    rows = [{"valid_from": one.valid_from} | {n: getattr(one, n) for n in names} for one in found]
    return page.parted("registrars", rows, "valid_from", "id")


@router.post("/registrars", status_code=201)
def name_registrar(said: Named, do: Do) -> Document:
    """Name the registrar from a day on; the authority's act."""
    permit(do.who, Act.REGISTRAR_NAME)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        first = said.valid_from or local_date(now)
        named = registrars.name(
            connection, code=said.code, called=said.name, designated_by=said.designated_by, basis=said.basis,
            valid_from=first, by=by, now=now,
        )  # fmt: skip
        return {"id": named.id, "code": said.code, "name": said.name, "valid_from": first}

    return do.inside(act)


@router.post("/authorisations", status_code=201)
def authorise(said: Authorised, do: Do) -> Document:
    """Record an authorisation of operation over datasets; their first registration is owed."""
    permit(do.who, Act.REGISTRAR_NAME)
    by = do.by(said)
    given = said.model_dump(exclude={"by", "datasets"})
    agreed = Authorisation(**given, datasets=tuple(said.datasets))

    def act(connection: Connection, now: datetime) -> Document:
        made = authorisations.authorise(connection, agreed, by=by, now=now)
        return {"id": made, "first_registration_owed": list(terms.watch(connection, now))}

    return do.inside(act)


@router.post("/authorisations/{authorisation}/ending")
def end_authorisation(authorisation: Id, said: Reasoned, do: Do) -> Document:
    """End an authorisation before its last day; registrations that rest on it end with it."""
    permit(do.who, Act.REGISTRAR_NAME)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        shortened = ending.end(connection, authorisation, reason=said.reason, by=by, now=now)
        lapsed = coding.lapse(connection, now)
        terms.watch(connection, now)
        told = [one.to_document() for one in shortened]
        return {"ended": authorisation, "shortened": told, "lapsed": list(lapsed)}

    return do.inside(act)


def _towards(do: Doing, said: Signed, application: str) -> Actor:
    """Who acts as registrar, towards a registrant of its own region alone.

    Raises:
        Unknown: there is no such application.
        Refused: the registrant is not of the caller's region.
    """
    towards_named(do, Act.REGISTRATION_REVIEW, application)
    return Actor(do.by(said), Office.REGISTRAR)
