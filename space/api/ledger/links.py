"""``/v1/links``: entries tied to live resources 挂接, their tests, and where probes may go; a thin door."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.cataloging.standing import standings, told_to, untold
from catalog.linking import alive_component, alive_file, destinations, live, probing, tying
from catalog.linking import settings as kinds
from catalog.linking.secrets import secrets_of
from catalog.linking.settings import LinkError, Settings
from catalog.linking.verdict import limits
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import details_seen, towards_entry
from space.api.services import permit
from space.errors import Unknown

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
    """Links with their last test; `name` is an entry. To what each is tied, for who sees its details."""
    permit(look.who, Act.CATALOGUE_READ)
    mine = details_seen(look)

    def read(connection: Connection) -> list[Document]:
        found = tying.held(connection, name or None, page.part(str, str), told=told_to(mine))
        last = probing.last_of(connection, [one.id for one in found])
        kept = _seen_into(connection, {one.dataset for one in found}, mine)
        return [
            one.to_document() | {"last_test": last.get(one.id)}
            if one.dataset in kept
            else _public(one) | {"last_test": _outcome(last.get(one.id))}
            for one in found
        ]

    return page.parted("links", look.at(read), "dataset", "id")


@router.post("/links", status_code=201)
def tie(said: Tied, do: Do) -> Document:
    """Tie an entry to a resource; a secret goes only where it is stated for this department and address."""
    permit(do.who, Act.LINK_KEEP)
    towards_entry(do, Act.LINK_KEEP, said.name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        to, secrets = _settings(connection, said.to, local_date(now)), secrets_of(do.wired.home)
        return tying.tie(connection, said.name, to, by=by, now=now, secrets=secrets).to_document()

    return do.inside(act)


@router.get("/links/rate")
def rate(look: Look, on: date | None = None) -> Document:
    """The link rate 挂接率: published entries with a resource tested and alive, by department."""
    permit(look.who, Act.CATALOGUE_READ)
    return look.at(lambda c: live.rate(c, on or look.today).to_document())


@router.get("/links/destinations")
def list_destinations(look: Look, page: Page) -> Response:
    """What probes may reach, who allowed it and why."""
    permit(look.who, Act.SPACE_STOP)
    part = page.part(str, str)
    return page.parted("destinations", look.at(lambda c: destinations.listing(c, part)), "kind", "value")


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
    """A link and its last tests; to what it is tied, for who sees the entry's details."""
    permit(look.who, Act.CATALOGUE_READ)
    mine = details_seen(look)

    def read(connection: Connection) -> Document:
        try:
            found = tying.link_called(connection, link)
        except LinkError:
            raise Unknown("link", link) from None
        tests = probing.history(connection, link)
        if _seen_into(connection, {found.dataset}, mine):
            return found.to_document() | {"tests": tests}
        if untold(connection, {found.dataset}, mine):  # as unknown as one there is not
            raise Unknown("link", link)
        return _public(found) | {"tests": [_outcome(one) for one in tests]}

    return look.at(read)


@router.post("/links/{link}/removal")
def remove(link: Id, said: Reasoned, do: Do) -> Document:
    """End a link; its tests stay."""
    permit(do.who, Act.LINK_KEEP)
    towards_entry(do, Act.LINK_KEEP, do.at(lambda c: tying.link_called(c, link)).dataset)
    by = do.by(said)
    return do.inside(lambda c, now: tying.remove(c, link, reason=said.reason, by=by, now=now).to_document())


def _seen_into(
    connection: Connection, datasets: Collection[str], departments: Collection[str] | None
) -> frozenset[str]:
    """Of some datasets those whose details are told: with them what they are tied to, where and by whom."""
    found = standings(connection, datasets)
    return frozenset(
        name for name, one in found.items() if departments is None or one.department_code in departments
    )


def _public(link: tying.Link) -> Document:
    """A link as everybody sees it: that there is one, and of which kind."""
    return {"id": link.id, "dataset": link.dataset, "kind": link.kind.value}


def _outcome(test: Mapping[str, Any] | None) -> Document | None:
    """A test as everybody sees it: its words may name places."""
    return None if test is None else {word: test[word] for word in ("tested_at", "alive", "latency_class")}


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
