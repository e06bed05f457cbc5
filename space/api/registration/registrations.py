"""``/v1/registrations``: reading registrations 登记 and what was handed in for them; a thin door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog import revisions
from catalog.clocks import running
from catalog.clocks.place import place_on
from catalog.registration import files, forms, listing, packages, rows, rulings, standing, terms
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import Kind, Object
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Document, Look, Looking
from space.api.entrance.owning import codes_seen, towards, towards_entry
from space.api.services import permit

router = APIRouter(prefix="/v1/registrations", tags=["registration"])

Id = Annotated[str, Field(max_length=130, description="Of a registration or an application, or its name.")]


@router.get("")
def list_registrations(look: Look, page: Page, status: Literal["all", "waiting"] = "all") -> Response:
    """Registrations with their applications; `waiting` those that wait for a step."""
    permit(look.who, Act.REGISTRATION_READ)
    waiting, part = status == "waiting", page.part(str)
    mine = codes_seen(look, Act.REGISTRATION_READ, listing.registrants)
    found = look.at(lambda c: listing.listing(c, part, of=mine, waiting=waiting))
    told = [_line(of, [one for one in filed if one.open or not waiting]) for of, filed in found]
    return page.parted("registrations", told, "id")


@router.get("/standing")
def figures(look: Look) -> Document:
    """How much of what is in authorised operation is registered, and what runs out."""
    permit(look.who, Act.REGISTRATION_READ)
    return look.at(lambda c: standing.standing(c, look.today).to_document())


@router.get("/forms/{name}")
def form(name: Annotated[str, Field(max_length=130)], look: Look) -> Document:
    """The form of a dataset with what its contract says filled in, and which files go with it."""
    permit(look.who, Act.REGISTRATION_FILE)
    towards_entry(look, Act.REGISTRATION_FILE, name)

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
    towards_named(look, Act.REGISTRATION_READ, named)
    return look.at(lambda c: whole(c, named))


@router.get("/{named}/files")
def stored(named: Id, look: Look) -> Document:
    """The files that were handed in, and whether each is what it was."""
    permit(look.who, Act.REGISTRATION_REVIEW)
    towards_named(look, Act.REGISTRATION_REVIEW, named)
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
    towards_named(look, Act.REGISTRATION_READ, named)
    import io
    import zipfile

    made = look.at(lambda c: packages.build(c, named, look.wired.signer))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(made.items()):
            archive.writestr(name, body)
    return Response(written.getvalue(), media_type="application/zip")


def towards_named(look: Looking, act: Act, named: str) -> None:
    """Let an act pass towards whoever a registration, or the one of an application, belongs to.

    Raises:
        Unknown: the caller's role does not reach it.
    """
    towards(look, act, look.at(lambda c: _of(c, named)).registrant_code)


def _of(connection: Connection, named: str) -> Registration:
    if named.startswith("rap_"):
        return rows.registration(connection, rows.application(connection, named).registration_id)
    return rows.registration(connection, named)


def whole(connection: Connection, named: str) -> Document:
    """A registration with every application of it."""
    of = _of(connection, named)
    cases = [_case(connection, one) for one in rows.applications_of(connection, of.id)]
    return of.to_document() | {"applications": cases}


def _line(of: Registration, filed: Iterable[Application]) -> Document:
    names = ("id", "object", "name", "title", "registrant_name", "state", "code", "query_code", "valid_until")
    cases = [
        {"id": one.id, "kind": one.kind, "state": one.state, "filed_at": one.filed_at.isoformat()}
        for one in filed
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
