"""``/v1/registrations``: reading registrations 登记, and what applicants file; a thin door."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog import revisions
from catalog.clocks import running
from catalog.clocks.place import place_on
from catalog.home import Home
from catalog.registration import files, filing, forms, objections, packages, rows, rulings, standing, terms
from catalog.registration.eligibility import Filing
from catalog.registration.files import Kept
from catalog.registration.objections import Objection
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny
from policies.machine import Office
from space.access import judging
from space.api.acting import Do, Document, Doing, Look, Looking, Reasoned, Signed
from space.api.drafting import Sent, unpacked
from space.api.owning import towards, towards_entry
from space.api.paging import Page
from space.api.services import permit

router = APIRouter(prefix="/v1/registrations", tags=["registration"])

Id = Annotated[str, Field(max_length=130, description="Of a registration or an application, or its name.")]
_WAITS = frozenset({"applied", "returned", "supplemented", "accepted", "reviewed", "noticed", "contested"})


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
    code: str = Field("", max_length=40)
    evidence: list[Sent] = Field(min_length=1, max_length=20)


@router.get("")
def list_registrations(look: Look, page: Page, status: Literal["all", "waiting"] = "all") -> Response:
    """Registrations with their applications; `waiting` those that wait for a step."""
    permit(look.who, Act.REGISTRATION_READ)
    found = look.at(lambda c: [_line(c, one) for one in _reached(look, c)])
    if status == "waiting":
        for one in found:
            one["applications"] = [a for a in one["applications"] if a["state"] in _WAITS]
        found = [one for one in found if one["applications"]]
    return page.answer("registrations", found, "id")


@router.get("/standing")
def figures(look: Look) -> Document:
    """How much of what is in authorised operation is registered, and what runs out."""
    permit(look.who, Act.REGISTRATION_READ)
    return look.at(lambda c: standing.standing(c, look.today).to_document())


@router.get("/forms/{name}")
def form(name: Annotated[str, Field(max_length=130)], look: Look) -> Document:
    """The form of a dataset with what its contract says filled in, and which files go with it."""
    permit(look.who, Act.REGISTRATION_FILE)

    def read(connection: Connection) -> Document:
        place = place_on(connection, look.today)
        blank = forms.blank(revisions.current(connection, name).contract, look.today, place)
        asked = rulings.materials(Object.RESOURCE, Kind.FIRST, look.today, place)
        return {"name": name, "form": blank, "attach": [one.key for one in asked if one.form == "file"]}

    return look.at(read)


@router.get("/{named}")
def show(named: Id, look: Look) -> Document:
    """A registration and every application of it: steps, clocks, objections, files."""
    permit(look.who, Act.REGISTRATION_READ)
    _towards(look, Act.REGISTRATION_READ, named)
    return look.at(lambda c: _registration(c, named))


@router.get("/{named}/files")
def stored(named: Id, look: Look) -> Document:
    """The files that were handed in, and whether each is what it was."""
    permit(look.who, Act.REGISTRATION_REVIEW)
    home = look.wired.home

    def read(connection: Connection) -> list[Document]:
        return [
            {"application": case.id, "intact": files.is_intact(home, one["digest"])}
            | _plain(one, ("role", "name", "digest"))
            for case in rows.applications_of(connection, _of(connection, named).id)
            for one in rows.files_of(connection, case.id)
        ]

    found = look.at(read)
    return {"files": found, "broken": sum(not one["intact"] for one in found)}


@router.get("/{named}/package", response_class=Response)
def package(named: Id, look: Look) -> Response:
    """The registration package of an application, signed, as a ZIP file."""
    permit(look.who, Act.REGISTRATION_READ)
    _towards(look, Act.REGISTRATION_READ, named)
    import io
    import zipfile

    made = look.at(lambda c: packages.build(c, named, look.wired.signer))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(made.items()):
            archive.writestr(name, body)
    return Response(written.getvalue(), media_type="application/zip")


@router.post("", status_code=201)
def apply(said: First, do: Do) -> Document:
    """Apply for a first registration."""
    permit(do.who, Act.REGISTRATION_FILE)
    if said.object == "resource":
        towards_entry(do, Act.REGISTRATION_FILE, said.name)
    return _filed(do, said, Kind.FIRST, Object(said.object), said.name)


@router.post("/{named}/changes", status_code=201)
def change(named: Id, said: Handed, do: Do) -> Document:
    """Apply for a change 变更 of a registration; the form holds what differs."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards(do, Act.REGISTRATION_FILE, named)
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
        _towards(do, Act.REGISTRATION_FILE, named)
    of, name = _registered(do, named)
    more: Document = {"applicant_name": said.party, "applicant_code": concerned if said.party else ""}
    return _filed(do, said, Kind.AMENDMENT, of, name, Office.PARTY if said.party else None, **more)


@router.post("/{named}/deregistrations", status_code=201)
def deregister(named: Id, said: Ended, do: Do) -> Document:
    """Apply for the deregistration 注销 of a registration."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards(do, Act.REGISTRATION_FILE, named)
    of, name = _registered(do, named)
    more: Document = {"ground": said.ground, "citation": said.basis or None}
    return _filed(do, said, Kind.DEREGISTRATION, of, name, **more)


@router.post("/{named}/renewals", status_code=201)
def renew(named: Id, said: Handed, do: Do) -> Document:
    """Apply for the renewal 续展 of a registration, in its window."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards(do, Act.REGISTRATION_FILE, named)
    return _filed(do, said, Kind.RENEWAL, *_registered(do, named))


@router.post("/applications/{application}/supplement")
def supplement(application: Id, said: Handed, do: Do) -> Document:
    """Hand in what an application was returned for."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards_applicant(do, application)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        who = Actor(by, Office(rows.application(connection, application).office))
        kept = _kept(do, said.files, now)
        return _told(filing.supplement(connection, application, said.form, kept, who, now))

    return do.inside(act, lambda c: _registration(c, application))


@router.post("/applications/{application}/withdrawal")
def withdraw(application: Id, said: Reasoned, do: Do) -> Document:
    """Take an application back."""
    permit(do.who, Act.REGISTRATION_FILE)
    _towards_applicant(do, application)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        who = Actor(by, Office(rows.application(connection, application).office))
        return filing.withdraw(connection, application, who, reason=said.reason, now=now).to_document()

    return do.inside(act, lambda c: _registration(c, application))


@router.post("/applications/{application}/objections", status_code=201)
def object_(application: Id, said: Objected, do: Do) -> Document:
    """Object to a public notice."""
    permit(do.who, Act.REGISTRATION_OBJECT)
    made, by = Objection(said.name, said.contact, said.statement, said.code), do.by(said)

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


def _towards(look: Looking, act: Act, named: str) -> None:
    towards(look, act, look.at(lambda c: _of(c, named)).registrant_code)


def _towards_applicant(do: Doing, application: str) -> None:
    """Of an interested party's application, towards that party; of every other, towards the registrant."""
    case = do.at(lambda c: rows.application(c, application))
    if case.office == Office.PARTY:
        towards(do, Act.REGISTRATION_FILE, case.applicant_code)
    else:
        _towards(do, Act.REGISTRATION_FILE, case.registration_id)


def _reached(look: Looking, connection: Connection) -> list[Registration]:
    """The registrations whose registrant the caller's role reaches."""
    every, who = rows.all_registrations(connection), look.who
    reached = {
        code
        for code in {one.registrant_code for one in every}
        if not isinstance(
            judging.towards(
                connection, who.role, who.organisation, Act.REGISTRATION_READ, (code,), look.today
            ),
            Deny,
        )
    }
    return [one for one in every if one.registrant_code in reached]


def _registered(do: Doing, named: str) -> tuple[Object, str]:
    found = do.at(lambda c: rows.registration(c, named))
    return Object(found.object), found.name


def _of(connection: Connection, named: str) -> Registration:
    if named.startswith("rap_"):
        return rows.registration(connection, rows.application(connection, named).registration_id)
    return rows.registration(connection, named)


def _registration(connection: Connection, named: str) -> Document:
    of = _of(connection, named)
    cases = [_case(connection, one) for one in rows.applications_of(connection, of.id)]
    return of.to_document() | {"applications": cases}


def _line(connection: Connection, of: Registration) -> Document:
    names = ("id", "object", "name", "title", "registrant_name", "state", "code", "query_code", "valid_until")
    cases = [
        {"id": one.id, "kind": one.kind, "state": one.state, "filed_at": one.filed_at.isoformat()}
        for one in rows.applications_of(connection, of.id)
    ]
    return {name: rows.plain(getattr(of, name)) for name in names} | {"applications": cases}


def _case(connection: Connection, case: Application) -> Document:
    objected = rows.objections_of(connection, case.id)
    subjects = [case.id, *(one["id"] for one in objected)]
    clocks = [one for each in subjects for one in running.clocks_of(connection, terms.of(each))]
    acts, handed = rows.acts_of(connection, case.id), rows.files_of(connection, case.id)
    return case.to_document() | {
        "acts": [_plain(one, ("act", "state", "office", "made_by", "made_at", "reason")) for one in acts],
        "objections": [
            _plain(one, ("id", "state", "made_at", "statement", "reason", "basis")) for one in objected
        ],
        "files": [_plain(one, ("role", "name", "digest", "size_bytes")) for one in handed],
        "clocks": [
            {
                "rule": one.rule, "state": one.state, "owner": one.owner, "due_on": rows.plain(one.due_on),
                "provisional": one.provisional, "on_time": one.on_time,
            }
            for one in clocks
        ],
    }  # fmt: skip


def _plain(row: Any, names: tuple[str, ...]) -> Document:
    return {name: rows.plain(row[name]) for name in names}
