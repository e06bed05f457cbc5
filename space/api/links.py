"""``/v1/links``: entries tied to live resources 挂接, their tests, and where probes may go; a thin door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.linking import alive_component, alive_file, destinations, live, probing, tying
from catalog.linking import settings as kinds
from catalog.linking.settings import Settings
from catalog.linking.verdict import limits
from policies.access import Act
from policies.clocks import local_date
from space.api.acting import Do, Document, Look, Reasoned, Signed
from space.api.owning import towards_entry
from space.api.paging import Page
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["links"])

Id = Annotated[str, Field(max_length=40)]
_Text = Annotated[str, Field(max_length=2000)]


class Interface(BaseModel):
    """An interface somebody serves."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["interface"]
    url: _Text
    method: Literal["GET", "POST"] = "GET"
    fields: dict[str, str] = Field(default_factory=dict, max_length=1000, description="Field: name there.")
    rows: _Text = Field("", description="Where the rows lie in its JSON, `a.b`.")
    auth: _Text = Field("", description="Reference of a secret: `env:YBZ_SECRET_…` or `file:NAME`.")
    header: str = Field("Authorization", max_length=100)
    scheme: str = Field("Bearer", max_length=100)
    body: _Text = Field("", description="Reference of the body of a POST.")
    may_be_empty: bool = False


class Job(BaseModel):
    """A job of a platform."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["job"]
    platform: str = Field(min_length=1, max_length=200)
    job: str = Field(min_length=1, max_length=200)


class File(BaseModel):
    """A file, by path or address."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["file"]
    place: _Text
    sha256: str = Field("", max_length=64)


class Component(BaseModel):
    """A component: an artefact, a service."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["component"]
    version: str = Field(max_length=100)
    place: _Text = ""
    sha256: str = Field("", max_length=64)
    format: str = Field("", max_length=40)
    health: _Text = ""


class Release(BaseModel):
    """The releases of this installation."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["release"]


class Tied(Signed):
    """What an entry is tied to."""

    name: str = Field(min_length=1, max_length=130)
    to: Annotated[Interface | Job | File | Component | Release, Field(discriminator="kind")]


class Place(Reasoned):
    """Where probes may go."""

    kind: Literal["host", "network", "folder"]
    value: str = Field(min_length=1, max_length=500)


@router.get("/links")
def list_links(look: Look, page: Page, name: Annotated[str, Query(max_length=130)] = "") -> Response:
    """Links with their last test; `name` is an entry."""
    permit(look.who, Act.CATALOGUE_READ)

    def read(connection: Connection) -> list[Document]:
        rows = []
        for one in tying.held(connection, name or None):
            last = probing.history(connection, one.id, 1)
            rows.append(one.to_document() | {"last_test": last[0] if last else None})
        return rows

    return page.answer("links", look.at(read), "dataset", "id")


@router.post("/links", status_code=201)
def tie(said: Tied, do: Do) -> Document:
    """Tie an entry to a resource."""
    permit(do.who, Act.LINK_KEEP)
    towards_entry(do, Act.LINK_KEEP, said.name)
    by = do.by(said)
    return do.inside(
        lambda c, now: tying.tie(
            c, said.name, _settings(c, said.to, local_date(now)), by=by, now=now
        ).to_document()
    )


@router.get("/links/rate")
def rate(look: Look, on: date | None = None) -> Document:
    """The link rate 挂接率: published entries with a resource tested and alive, by department."""
    permit(look.who, Act.CATALOGUE_READ)
    return look.at(lambda c: live.rate(c, on or look.today).to_document())


@router.get("/links/destinations")
def list_destinations(look: Look, page: Page) -> Response:
    """What probes may reach, who allowed it and why."""
    permit(look.who, Act.SPACE_STOP)
    return page.answer("destinations", look.at(destinations.listing), "kind", "value")


@router.post("/links/destinations", status_code=201)
def allow(said: Place, do: Do) -> Document:
    """Allow probes, and webhooks, a host, network or folder; the security office's act."""
    permit(do.who, Act.SPACE_STOP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        kept = destinations.allow(connection, said.kind, said.value, reason=said.reason, by=by, now=now)
        return {"kind": said.kind, "value": kept, "allowed": True}

    return do.inside(act)


@router.post("/links/destinations/ending")
def disallow(said: Place, do: Do) -> Document:
    """End the allowance of a destination."""
    permit(do.who, Act.SPACE_STOP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        destinations.disallow(connection, said.kind, said.value, reason=said.reason, by=by, now=now)
        return {"kind": said.kind, "value": said.value, "allowed": False}

    return do.inside(act)


@router.get("/links/{link}")
def show(link: Id, look: Look) -> Document:
    """A link and its last tests."""
    permit(look.who, Act.CATALOGUE_READ)
    return look.at(lambda c: tying.link_called(c, link).to_document() | {"tests": probing.history(c, link)})


@router.post("/links/{link}/removal")
def remove(link: Id, said: Reasoned, do: Do) -> Document:
    """End a link; its tests stay."""
    permit(do.who, Act.LINK_KEEP)
    towards_entry(do, Act.LINK_KEEP, do.at(lambda c: tying.link_called(c, link)).dataset)
    by = do.by(said)
    return do.inside(lambda c, now: tying.remove(c, link, reason=said.reason, by=by, now=now).to_document())


def _settings(connection: Connection, to: Any, today: date) -> Settings:
    if isinstance(to, Release):
        return kinds.ReleaseLink()
    if isinstance(to, Interface):
        return kinds.InterfaceLink(**to.model_dump(exclude={"kind"}))
    if isinstance(to, Job):
        return kinds.JobLink(to.platform, to.job)
    bounds, given, size, modified = limits(today), to.sha256, None, None
    if to.place and not kinds.is_address(to.place) and not given:
        given, size, _, modified = alive_file.found(to.place, destinations.allowed(connection), bounds)
    if isinstance(to, File):
        return kinds.FileLink(to.place, given, size, modified)
    if to.place:
        alive_component.check_format(to.format, bounds)
    return kinds.ComponentLink(to.version, to.place, given, to.format, to.health)
