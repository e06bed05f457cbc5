"""``/v1/organisations``: the organisation tree 机构 and its reforms; a thin door."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.organisations import changes, handover, held, tree, units
from catalog.organisations.changes import Reform
from catalog.organisations.errors import UnknownUnit
from catalog.organisations.sync import sync as take_over
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Doing, Look, Signed
from space.api.entrance.owning import details_seen, reached
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["organisations"])

Code = Annotated[str, Field(max_length=40, description="USCC, or the code the installation gives.")]
UnitCode = Annotated[str, Field(min_length=1, max_length=40)]
UnitName = Annotated[str, Field(min_length=1, max_length=200)]
Division = Annotated[str, Field(min_length=1, max_length=12)]


class Reformed(Based):
    """What a change rests on, and from which day it holds."""

    on: date | None = Field(None, description="First day; today where left out.")


class Added(Reformed):
    """A unit."""

    code: UnitCode
    name: UnitName
    kind: units.UnitKind = units.UnitKind.DEPARTMENT
    under: UnitCode | None = Field(None, description="Unit above.")
    region: Division | None = Field(None, description="Division code.")


class Renamed(Reformed):
    """A unit's new name."""

    name: UnitName


class Moved(Reformed):
    """Where a unit hangs, and the division it answers for."""

    under: UnitCode | None = None
    region: Division | None = None


class Merged(Reformed):
    """Units that become one."""

    codes: list[UnitCode] = Field(min_length=1, max_length=100)
    into: UnitCode
    name: str = Field("", max_length=200, description="Its name, where it is new.")
    kind: units.UnitKind = units.UnitKind.DEPARTMENT


class Part(BaseModel):
    """A unit that follows."""

    model_config = ConfigDict(extra="forbid")

    code: UnitCode
    name: str = Field("", max_length=200, description="Its name, where it is new.")


class Split(Reformed):
    """Units one is split into, and who answers for which entry."""

    into: list[Part] = Field(min_length=1, max_length=100)
    entries: dict[str, str] = Field(default_factory=dict, max_length=10_000, description="Dataset: code.")


class Abolished(Reformed):
    """Who follows a unit that is no more."""

    into: UnitCode | None = None


class Transferred(Reformed):
    """Entries another unit answers for."""

    to: UnitCode
    entries: list[str] = Field(min_length=1, max_length=10_000)


class Synced(Signed):
    """From when new units are."""

    since: date | None = None


@router.get("/organisations")
def list_units(look: Look, page: Page, on: date | None = None) -> Response:
    """The tree as it is, or was on a day: each unit with its depth and the place it stands at."""
    permit(look.who, Act.ORGANISATION_READ)
    lines = look.at(lambda c: tree.lines(tree.units_on(c, on or look.today)))
    rows = [span.to_document() | {"depth": depth, "place": n} for n, (depth, span) in enumerate(lines, 1)]
    return page.answer("organisations", rows, "place")


@router.get("/organisations/{code}")
def show(code: Code, look: Look, on: date | None = None) -> Document:
    """The life of a unit: names, changes, who follows it, what is still in its name."""
    permit(look.who, Act.ORGANISATION_READ)
    mine, day = details_seen(look), on or look.today
    found = look.at(lambda c: _unit(c, code, day, mine))
    inner = code in reached(look, Act.DETAIL_READ, (code,))
    named = look.at(lambda c: held.held_by(c, code, day)) if inner else ()
    return found | {"in_its_name": [one.to_document() for one in named]}


@router.post("/organisations", status_code=201)
def add(said: Added, do: Do) -> Document:
    """Enter a unit."""
    permit(do.who, Act.ORGANISATION_KEEP)

    def act(connection: Connection, reform: Reform) -> Document:
        return units.add(
            connection, code=said.code, name=said.name, kind=said.kind, valid_from=reform.on,
            basis=reform.basis, by=reform.by, now=reform.now, parent=said.under, region=said.region,
        ).to_document()  # fmt: skip

    return reformed(do, said, act)


@router.post("/organisations/{code}/renaming")
def rename(code: Code, said: Renamed, do: Do) -> Document:
    """Give a unit another name; what was published before keeps the former one."""
    permit(do.who, Act.ORGANISATION_KEEP)
    return _event(do, said, lambda c, reform: changes.rename(c, code, said.name, reform))


@router.post("/organisations/{code}/moving")
def move(code: Code, said: Moved, do: Do) -> Document:
    """Hang a unit below another one, or let it answer for another division."""
    permit(do.who, Act.ORGANISATION_KEEP)
    return _event(
        do, said, lambda c, reform: changes.move(c, code, reform, parent=said.under, region=said.region)
    )


@router.post("/organisations/merger")
def merge(said: Merged, do: Do) -> Document:
    """Merge units into one; their entries pass to it."""
    permit(do.who, Act.ORGANISATION_KEEP)
    unit = changes.NewUnit(said.into, said.name, said.kind)
    return _event(do, said, lambda c, reform: changes.merge(c, tuple(said.codes), unit, reform))


@router.post("/organisations/{code}/split")
def split(code: Code, said: Split, do: Do) -> Document:
    """Split a unit; each of its entries is assigned to a successor."""
    permit(do.who, Act.ORGANISATION_KEEP)
    made = [changes.NewUnit(one.code, one.name) for one in said.into]
    return _event(do, said, lambda c, reform: changes.split(c, code, made, said.entries, reform))


@router.post("/organisations/{code}/abolition")
def abolish(code: Code, said: Abolished, do: Do) -> Document:
    """Abolish a unit; its entries pass to who follows."""
    permit(do.who, Act.ORGANISATION_KEEP)
    return _event(do, said, lambda c, reform: changes.abolish(c, code, reform, successor=said.into))


@router.post("/organisations/{code}/transfer")
def transfer(code: Code, said: Transferred, do: Do) -> Document:
    """Pass the duty for entries to another unit."""
    permit(do.who, Act.ORGANISATION_KEEP)
    return _event(do, said, lambda c, reform: changes.transfer(c, code, said.to, tuple(said.entries), reform))


@router.post("/organisations/sync")
def sync(said: Synced, do: Do) -> Document:
    """Take over the departments the ledger names; settle what revisions have done."""
    permit(do.who, Act.ORGANISATION_KEEP)
    by = do.by(said)
    return do.inside(lambda c, now: take_over(c, by=by, now=now, since=said.since).to_document())


@router.get("/handovers")
def waiting(look: Look, page: Page, to: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Entries that need a revision, because another unit answers for them."""
    permit(look.who, Act.ORGANISATION_READ)
    part, mine = page.part(str, str), details_seen(look)
    found = look.at(lambda c: handover.pending(c, to or None, codes=mine, part=part))
    return page.parted("entries", [one.to_document() for one in found], "dataset", "change")


def reformed(do: Doing, said: Reformed, act: Callable[[Connection, Reform], Document]) -> Document:
    """Make a change of the tree or of the divisions in one transaction, on its day and its basis."""
    by = do.by(said)

    def done(connection: Connection, now: datetime) -> Document:
        return act(connection, Reform(said.on or local_date(now), said.basis, by, now))

    return do.inside(done)


def _event(do: Doing, said: Reformed, act: Callable[[Connection, Reform], str]) -> Document:
    def told(connection: Connection, reform: Reform) -> Document:
        event = act(connection, reform)
        waiting = handover.pending(connection, change=event)
        return {"change": event, "to_revise": [one.to_document() for one in waiting]}

    return reformed(do, said, told)


def _unit(connection: Connection, code: str, day: date, codes: Collection[str] | None) -> Document:
    spans = units.spans_of(connection, code)
    if not spans:
        raise UnknownUnit(code)
    follow = [each for each in tree.successors(connection, code, day) if each != code]
    return {
        "code": code,
        "name": tree.name_of(connection, code, day),
        "exists": any(one.holds(day) for one in spans),
        "successors": [{"code": each, "name": tree.name_of(connection, each, day)} for each in follow],
        "spans": [one.to_document() for one in spans],
        "changes": [one.to_document() for one in tree.changes(connection, code)],
        "to_revise": [one.to_document() for one in handover.pending(connection, code, codes=codes)],
    }
