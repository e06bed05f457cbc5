"""``/v1/lists``: lists of demand, duty and exclusion 需求、责任、负面清单; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.inventory import demands, negative
from catalog.inventory.duties import duty_list
from policies.access import Act, Role
from space.access.departments import code_of, name_of
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Doing, Look, Reasoned, Signed
from space.api.entrance.owning import towards, without_untold
from space.api.services import permit

router = APIRouter(prefix="/v1/lists", tags=["lists"])

Id = Annotated[str, Field(max_length=40)]
Owner = Annotated[str, Query(max_length=200, description="Department: name or code.")]


class Demanded(Based):
    """A demand for data."""

    demander: str = Field(
        min_length=1,
        max_length=200,
        description="The department that needs the data; of a department, itself.",
    )
    demander_code: str = Field("", max_length=40)
    what: str = Field(min_length=1, max_length=2000)
    task: str = Field(min_length=1, max_length=2000, description="What for.")
    holder: str = Field("", max_length=200, description="Who is thought to hold it.")
    holder_code: str = Field("", max_length=40)
    place: str | None = Field(None, max_length=12, description="Division whose deadline applies.")


class Confirmed(Signed):
    """Who catalogues it."""

    holder: str = Field(min_length=1, max_length=200)
    holder_code: str = Field("", max_length=40)


class Answered(Signed):
    """The entry that answers it."""

    entry: str = Field(min_length=1, max_length=130)


class Prohibited(Based):
    """A row of the negative list."""

    what: str = Field(min_length=1, max_length=260)
    kind: Literal["not_shared", "not_opened"]
    department: str = Field("", max_length=200, description="Whose data it is.")
    level: Literal["law", "regulation", "decision"]


@router.get("/demands")
def list_demands(look: Look, page: Page, open_only: Annotated[bool, Query(alias="open")] = False) -> Response:
    """Demands for data 需求清单; with `open` those not answered yet."""
    permit(look.who, Act.CATALOGUE_READ)
    part = page.part(str)
    found = look.at(lambda c: demands.listing(c, open_only=open_only, part=part))
    return page.parted("demands", [one.to_document() for one in found], "id")


@router.post("/demands", status_code=201)
def demand(said: Demanded, do: Do) -> Document:
    """Enter a demand; its clock starts where the place has a deadline."""
    permit(do.who, Act.LIST_KEEP)
    by, who = do.by(said), do.who
    demander = demands.Party(said.demander, said.demander_code)
    if who.role is not Role.AUTHORITY:
        demander = demands.Party(do.at(lambda c: name_of(c, who.organisation, do.today)), who.organisation)
    return do.inside(
        lambda c, now: demands.add(
            c, demander=demander, what=said.what, task=said.task,
            basis=said.basis, holder=demands.Party(said.holder, said.holder_code), place=said.place, by=by,
            now=now,
        ).to_document()
    )  # fmt: skip


@router.post("/demands/{demand}/confirmation")
def confirm(demand: Id, said: Confirmed, do: Do) -> Document:
    """Confirm a demand, as the data authority."""
    permit(do.who, Act.LIST_DECIDE)
    holder, by = demands.Party(said.holder, said.holder_code), do.by(said)
    return _done(do, lambda c, now: demands.confirm(c, demand, holder=holder, by=by, now=now))


@router.post("/demands/{demand}/answer")
def catalogue(demand: Id, said: Answered, do: Do) -> Document:
    """Answer a demand with a published entry."""
    permit(do.who, Act.LIST_KEEP)
    _towards_holder(do, demand)
    by = do.by(said)
    return _done(do, lambda c, now: demands.catalogue(c, demand, dataset=said.entry, by=by, now=now))


@router.post("/demands/{demand}/refusal")
def refuse(demand: Id, said: Based, do: Do) -> Document:
    """Refuse a demand, as the data authority, citing a basis."""
    permit(do.who, Act.LIST_DECIDE)
    by = do.by(said)
    return _done(do, lambda c, now: demands.refuse(c, demand, basis=said.basis, by=by, now=now))


@router.post("/demands/{demand}/withdrawal")
def withdraw(demand: Id, said: Reasoned, do: Do) -> Document:
    """Withdraw a demand, as its department."""
    permit(do.who, Act.LIST_KEEP)
    found = do.at(lambda c: demands.find(c, demand))
    _towards_party(do, found.demander, found.demander_code)
    by = do.by(said)
    return _done(do, lambda c, now: demands.withdraw(c, demand, reason=said.reason, by=by, now=now))


@router.post("/demands/{demand}/return")
def give_back(demand: Id, said: Reasoned, do: Do) -> Document:
    """Give a confirmed demand back to the authority: the department does not hold the data."""
    permit(do.who, Act.LIST_KEEP)
    _towards_holder(do, demand)
    by = do.by(said)
    return _done(do, lambda c, now: demands.give_back(c, demand, reason=said.reason, by=by, now=now))


@router.get("/duties")
def duties(look: Look, page: Page, owner: Owner = "") -> Response:
    """Which department answers for which entry and data item 责任清单."""
    permit(look.who, Act.CATALOGUE_READ)
    rows = [one.to_document() for one in look.at(lambda c: duty_list(c, look.today, department=owner))]
    return page.answer(
        "duties", without_untold(look, rows, "what", "title"), "kind", "what", "department", "duty"
    )


@router.get("/negative")
def negatives(look: Look, page: Page, owner: Owner = "") -> Response:
    """What is not shared or not opened, with the basis cited 负面清单."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: negative.negative_list(c, department=owner))
    rows = without_untold(look, [one.to_document() for one in found], "what")
    return page.answer("rows", rows, "kind", "what", "id", "department")


@router.post("/negative", status_code=201)
def prohibit(said: Prohibited, do: Do) -> Document:
    """Enter an explicit row of the negative list."""
    permit(do.who, Act.LIST_DECIDE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        row = negative.prohibit(
            connection, kind=said.kind, what=said.what, department=said.department, level=said.level,
            basis=said.basis, by=by, now=now,
        )  # fmt: skip
        return {"id": row, "what": said.what, "kind": said.kind, "level": said.level, "basis": said.basis}

    return do.inside(act)


@router.post("/negative/{row}/ending")
def allow(row: Id, said: Reasoned, do: Do) -> Document:
    """End an explicit row of the negative list."""
    permit(do.who, Act.LIST_DECIDE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        negative.allow(connection, row, reason=said.reason, by=by, now=now)
        return {"id": row, "state": "ended"}

    return do.inside(act)


def _towards_holder(do: Doing, demand: str) -> None:
    """Who answers a demand, or gives it back, is the department that is to catalogue it."""
    found = do.at(lambda c: demands.find(c, demand))
    _towards_party(do, found.holder, found.holder_code)


def _towards_party(do: Doing, name: str, code: str) -> None:
    towards(do, Act.LIST_KEEP, do.at(lambda c: code_of(c, name, code, do.today)))


def _done(do: Doing, act: Callable[[Connection, datetime], demands.Demand]) -> Document:
    return do.inside(lambda c, now: act(c, now).to_document())
