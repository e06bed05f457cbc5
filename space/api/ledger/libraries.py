"""``/v1/libraries``: basic 基础库, theme 主题库 and special-topic 专题库 databases; a thin door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog import revisions
from catalog.libraries import checking, filling, keeping, kept
from catalog.lineage.columns import inputs_of
from contracts.model import Party
from policies.access import Act
from policies.machine import Office
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import details_seen, office_of, towards
from space.api.services import permit

router = APIRouter(prefix="/v1/libraries", tags=["libraries"])

Name = Annotated[str, Field(max_length=100)]


class Opened(Signed):
    """A library."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["basic", "theme", "special"]
    title: str = Field(min_length=1, max_length=200, description="As people say it.")
    subject: str = Field("", max_length=100, description="basic, theme: which one, e.g. population.")
    owner: str = Field(min_length=1, max_length=200, description="The department that answers for it.")
    owner_code: str = Field(min_length=1, max_length=40)
    task: str = Field(min_length=1, max_length=2000, description="What it is needed for.")
    basis: str = Field(min_length=1, max_length=2000, description="Law, plan or decision it rests on.")
    demand: str = Field("", max_length=100, description="The demand it answers.")
    ends_on: date | None = Field(None, description="special: last day of its task.")


class Member(Signed):
    """A dataset of a library."""

    dataset: str = Field(min_length=3, max_length=130)
    part: Literal["source", "composed"] | None = Field(None, description="As its contract says.")
    sources: list[str] = Field(default_factory=list, max_length=200, description="What it draws on.")


@router.get("")
def list_libraries(look: Look, page: Page, closed: bool = False) -> Response:
    """Libraries by kind; with `closed` closed ones, too."""
    permit(look.who, Act.CATALOGUE_READ)
    part = page.part(str)
    found = look.at(lambda c: kept.listing(c, closed=closed, part=part))
    return page.parted("libraries", [one.to_document() | {"members": n} for one, n in found], "name")


@router.post("", status_code=201)
def add(said: Opened, do: Do) -> Document:
    """Open a library."""
    permit(do.who, Act.LIBRARY_KEEP)
    towards(do, Act.LIBRARY_KEEP, said.owner_code)
    by, demand = do.by(said), kept.Demand(said.task, said.basis, said.demand, said.ends_on)
    return do.inside(
        lambda c, now: keeping.add(
            c, said.name, said.kind, title=said.title, owner=Party(said.owner, said.owner_code),
            demand=demand, subject=said.subject, by=by, now=now,
        ).to_document()
    )  # fmt: skip


@router.get("/{name}")
def show(name: Name, look: Look, former: bool = False) -> Document:
    """A library: owner, demand, members with their sources; with `former` those that left."""
    permit(look.who, Act.CATALOGUE_READ)
    mine = details_seen(look)
    return look.at(lambda c: _document(c, name, mine, former=former))


@router.post("/{name}/members", status_code=201)
def join(name: Name, said: Member, do: Do) -> Document:
    """Put a dataset into a library."""
    permit(do.who, Act.LIBRARY_KEEP)
    _towards(do, name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        composed = revisions.current(connection, said.dataset).contract.composed
        part = said.part or ("composed" if composed else "source")
        named = said.sources or (inputs_of(composed.sql) if composed else ())
        filling.join(connection, name, said.dataset, part, named, by=by, now=now)
        return _document(connection, name)

    return do.inside(act, lambda c: _document(c, name))


@router.post("/{name}/members/{dataset}/leaving")
def leave(name: Name, dataset: Annotated[str, Field(max_length=130)], said: Reasoned, do: Do) -> Document:
    """Take a dataset out of a library, for a reason."""
    permit(do.who, Act.LIBRARY_KEEP)
    _towards(do, name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        filling.leave(connection, name, dataset, reason=said.reason, by=by, now=now)
        return _document(connection, name)

    return do.inside(act, lambda c: _document(c, name))


@router.post("/{name}/checks")
def check(name: Name, said: Signed, do: Do) -> Document:
    """Check a library: members published, authoritative sources named, review in time."""
    permit(do.who, Act.LIBRARY_KEEP)
    _towards(do, name)
    by, office = do.by(said), _office(do)
    return do.inside(lambda c, now: checking.check(c, name, by=by, now=now, office=office).to_document())


@router.post("/{name}/reviews")
def review(name: Name, said: Reasoned, do: Do) -> Document:
    """Record the owner's review: the library is still needed, and why."""
    permit(do.who, Act.LIBRARY_KEEP)
    _towards(do, name)
    by = do.by(said)
    return do.inside(
        lambda c, now: keeping.review(c, name, reason=said.reason, by=by, now=now).to_document(),
        lambda c: _document(c, name),
    )


@router.post("/{name}/closing")
def close(name: Name, said: Reasoned, do: Do) -> Document:
    """Close a library; its history stays."""
    permit(do.who, Act.LIBRARY_KEEP)
    _towards(do, name)
    by, office = do.by(said), _office(do)
    return do.inside(
        lambda c, now: keeping.close(
            c, name, reason=said.reason, by=by, now=now, office=office
        ).to_document(),
        lambda c: _document(c, name),
    )


def _document(
    connection: Connection, name: str, codes: Collection[str] | None = None, *, former: bool = False
) -> Document:
    found = kept.called(connection, name)
    members = kept.told_members(connection, name, codes, former=former or found.closed_at is not None)
    return found.to_document() | {"members": [one.to_document() for one in members]}


def _towards(do: Do, name: str) -> None:
    towards(do, Act.LIBRARY_KEEP, do.at(lambda c: kept.called(c, name)).owner_code)


def _office(do: Do) -> Office:
    office = office_of(do.who)
    return office if office is Office.AUTHORITY else Office.STEWARD
