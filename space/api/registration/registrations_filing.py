"""``/v1/registrations``: what applicants of registrations 登记 file; a thin door."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.home import Home
from catalog.registration import files, filing, objections, rows
from catalog.registration.eligibility import Filing
from catalog.registration.files import Kept
from catalog.registration.objections import Objection
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from policies.access import Act
from policies.clocks import local_date
from policies.machine import Office
from space.api.entrance.acting import Do, Document, Doing, Reasoned, Signed
from space.api.entrance.owning import towards, towards_entry
from space.api.ledger.drafting import Sent, unpacked
from space.api.registration.registrations import Id, towards_named, whole
from space.api.services import permit

router = APIRouter(prefix="/v1/registrations", tags=["registration"])

# The answer of a form that says for whom it is.
_REGISTRANT: Final = "registrant_code"


class Attached(BaseModel):
    """A file and what it is."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field(min_length=1, max_length=60, description="Key of the material, e.g. `commitment`.")
    file: Sent


class Handed(Signed):
    """The form and the files of an application."""

    form: dict[str, Any] = Field(default_factory=dict, max_length=200)
    files: list[Attached] = Field(default_factory=list, max_length=50)


class First(Handed):
    """A first registration."""

    name: str = Field(min_length=1, max_length=130, description="A dataset, or a product or service.")
    object: Literal["resource", "product", "service"] = "resource"


class Amended(Handed):
    """An amendment of an error; an interested party names itself."""

    party: str = Field("", max_length=200)
    party_code: str = Field("", max_length=40)


class Ended(Handed):
    """Why a registration is to end."""

    ground: str = Field(min_length=1, max_length=60, description="lost, rights_ended, registrant_ended …")
    basis: str = Field("", max_length=2000, description="Law and article, where the ground needs one.")


class Objected(Signed):
    """An objection to a public notice, under a real name and with evidence."""

    name: str = Field(min_length=1, max_length=200)
    contact: str = Field(min_length=1, max_length=200)
    statement: str = Field(min_length=1, max_length=4000)
    code: str | None = Field(
        None,
        max_length=40,
        description="In whose name: left out, the caller's own organisation; empty, a natural person.",
    )
    evidence: list[Sent] = Field(min_length=1, max_length=20)


@router.post("", status_code=201)
def apply(said: First, do: Do) -> Document:
    """Apply for a first registration: of an entry, or of a product or service of one's own."""
    permit(do.who, Act.REGISTRATION_FILE)
    if said.object == "resource":
        towards_entry(do, Act.REGISTRATION_FILE, said.name)
    else:
        # Whoever says nothing of whom it applies for applies for itself.
        said.form.setdefault(_REGISTRANT, do.who.organisation)
        _towards_registrant(do, said.form)
        for held in do.at(lambda c: rows.newest(c, [said.name])).values():
            towards(do, Act.REGISTRATION_FILE, held.registrant_code)
    return _filed(do, said, Kind.FIRST, Object(said.object), said.name)


@router.post("/{named}/changes", status_code=201)
def change(named: Id, said: Handed, do: Do) -> Document:
    """Apply for a change 变更 of a registration; the form holds what differs."""
    permit(do.who, Act.REGISTRATION_FILE)
    towards_named(do, Act.REGISTRATION_FILE, named)
    return _filed(do, said, Kind.CHANGE, *_registered(do, named))


@router.post("/{named}/amendments", status_code=201)
def amend(named: Id, said: Amended, do: Do) -> Document:
    """Apply for an amendment 更正 of an error, as the registrant or as an interested party."""
    permit(do.who, Act.REGISTRATION_FILE)
    # An interested party is the caller's own organisation, whoever registered.
    concerned = said.party_code or do.who.organisation
    if said.party:
        towards(do, Act.REGISTRATION_FILE, concerned)
    else:
        towards_named(do, Act.REGISTRATION_FILE, named)
    of, name = _registered(do, named)
    more: Document = {"applicant_name": said.party, "applicant_code": concerned if said.party else ""}
    return _filed(do, said, Kind.AMENDMENT, of, name, Office.PARTY if said.party else None, **more)


@router.post("/{named}/deregistrations", status_code=201)
def deregister(named: Id, said: Ended, do: Do) -> Document:
    """Apply for the deregistration 注销 of a registration."""
    permit(do.who, Act.REGISTRATION_FILE)
    towards_named(do, Act.REGISTRATION_FILE, named)
    of, name = _registered(do, named)
    more: Document = {"ground": said.ground, "citation": said.basis or None}
    return _filed(do, said, Kind.DEREGISTRATION, of, name, **more)


@router.post("/{named}/renewals", status_code=201)
def renew(named: Id, said: Handed, do: Do) -> Document:
    """Apply for the renewal 续展 of a registration, in its window."""
    permit(do.who, Act.REGISTRATION_FILE)
    towards_named(do, Act.REGISTRATION_FILE, named)
    return _filed(do, said, Kind.RENEWAL, *_registered(do, named))


@router.post("/applications/{application}/supplement")
def supplement(application: Id, said: Handed, do: Do) -> Document:
    """Hand in what an application was returned for."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards_applicant(do, application)
    _towards_registrant(do, said.form)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        who = Actor(by, Office(rows.application(connection, application).office))
        kept = _kept(do, said.files, now)
        return _told(filing.supplement(connection, application, said.form, kept, who, now))

    return do.inside(act, lambda c: whole(c, application))


@router.post("/applications/{application}/withdrawal")
def withdraw(application: Id, said: Reasoned, do: Do) -> Document:
    """Take an application back."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards_applicant(do, application)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        who = Actor(by, Office(rows.application(connection, application).office))
        return filing.withdraw(connection, application, who, reason=said.reason, now=now).to_document()

    return do.inside(act, lambda c: whole(c, application))


@router.post("/applications/{application}/objections", status_code=201)
def object_(application: Id, said: Objected, do: Do) -> Document:
    """Object to a public notice, in one's own name; the registrar enters what others send it on paper."""
    permit(do.who, Act.REGISTRATION_OBJECT)
    code = do.who.organisation if said.code is None else said.code
    towards(do, Act.REGISTRATION_OBJECT, code)
    made, by = Objection(said.name, said.contact, said.statement, code), do.by(said)
    if do.who.person is None:  # a program writes what name it likes: it is told from people by whose it is
        by = f"{by}（{do.who.organisation}）"

    def act(connection: Connection, now: datetime) -> Document:
        proofs = [Attached(role=files.OBJECTION, file=one) for one in said.evidence]
        kept, who = _kept(do, proofs, now), Actor(by, Office.PARTY)
        return {"objection": objections.raise_objection(connection, application, made, kept, who, now=now)}

    return do.inside(act)


def keep(home: Home, role: str, sent: Sent, now: datetime) -> Kept:
    """Keep a file that was sent; what no row names is swept with time."""
    with unpacked([sent]) as place:
        return files.keep(home, role, place / PurePosixPath(sent.name), local_date(now))


def _told(done: filing.Filed) -> Document:
    return done.application.to_document() | {"missing": list(done.missing)}


def _kept(do: Doing, sent: list[Attached], now: datetime) -> tuple[Kept, ...]:
    return tuple(keep(do.wired.home, one.role, one.file, now) for one in sent)


def _filed(
    do: Doing, said: Handed, kind: Kind, of: Object, name: str, office: Office | None = None, **more: Any
) -> Document:
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        acting = office or (Office.STEWARD if of is Object.RESOURCE else Office.OPERATOR)
        handed = Filing(kind, of, name, said.form, _kept(do, said.files, now), **more)
        return _told(filing.apply(connection, handed, Actor(by, acting), now))

    return do.inside(act)


def _towards_registrant(do: Doing, form: dict[str, Any]) -> None:
    """Nobody applies in the name of another, nor hands another what was applied for."""
    if form.get(_REGISTRANT):
        towards(do, Act.REGISTRATION_FILE, str(form[_REGISTRANT]))


def _towards_applicant(do: Doing, application: str) -> None:
    """Of an interested party's application, towards that party; of every other, towards the registrant."""
    case = do.at(lambda c: rows.application(c, application))
    if case.office == Office.PARTY:
        towards(do, Act.REGISTRATION_FILE, case.applicant_code)
    else:
        towards_named(do, Act.REGISTRATION_FILE, case.registration_id)


def _registered(do: Doing, named: str) -> tuple[Object, str]:
    found = do.at(lambda c: rows.registration(c, named))
    return Object(found.object), found.name
