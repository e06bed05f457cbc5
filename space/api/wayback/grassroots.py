"""``/v1/grassroots``: a body's own ledger on a phone; thin doors over the services of the ledger.

Whose ledger it is follows from the token: nobody names another body. Departments pull what was confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from policies.showing import showing
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Services, Wired, permit
from space.identity.tokens import Caller
from space.wayback.backflow.bodies import body as body_of
from space.wayback.grassroots import confirming, counting, feeding, handing, keeping, tasks, verifying
from space.wayback.grassroots.items import LedgerItem, items_of, kind_called
from space.wayback.grassroots.judging import Acting
from space.wayback.grassroots.masking import as_shown
from space.wayback.grassroots.pages import page_of
from space.wayback.grassroots.records import Record, history, record_of, shown

router = APIRouter(prefix="/v1/grassroots", tags=["grassroots"])

# Records of one page.
MOST: Literal[200] = 200
_Person = Field(min_length=1, max_length=200, description="The person who acts.")
_Values = dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=500)]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: str = _Person


class Added(_Said):
    """Somebody or something only the body knows."""

    kind: str = Field("person", max_length=20)
    identifier: str = Field(min_length=1, max_length=200)
    values: _Values = {}
    household: str = Field("", max_length=40)


class Kept(_Said):
    """One event of a record."""

    act: Literal["confirm", "change", "close"]
    items: list[str] = Field(default=[], max_length=200)
    values: _Values = {}
    reason: str = Field("", max_length=1000)


class Given(_Said):
    """A task given to a person."""

    kind: Literal["verify", "visit", "fill"] = "verify"
    subject: str = Field(max_length=60)
    title: str = Field("", max_length=200)
    person: str = _Person
    due_on: date


class Finding(BaseModel):
    """What was found of one record."""

    model_config = ConfigDict(extra="forbid")

    record: str = Field(max_length=40)
    result: Literal["confirmed", "changed", "gone", "absent"]
    values: _Values = {}
    reason: str = Field("", max_length=1000)


class Reported(_Said):
    """What a field check found, in parts or whole."""

    found: list[Finding] = Field(max_length=200)
    done: bool = False


@router.post("/feed")
def feed(said: _Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take in what was delivered since; each delivery once."""
    permit(who, Act.LEDGER_KEEP)

    def act() -> dict[str, Any]:
        fed = feeding.feed(wired.home, wired.engine, who.organisation, by=said.by, now=wired.clock())
        return {"deliveries": [asdict(one) for one in fed]}

    return once.apart(wired.engine, act, wired.clock)


@router.get("/items")
def list_items(wired: Wired, who: Known, page: Page, kind: str = "person") -> Response:
    """Items of a kind of record, and who answers for each."""
    permit(who, Act.LEDGER_KEEP)
    kind_called(kind, on := local_date(wired.clock()))
    with reading(wired.engine) as connection:
        found = items_of(connection, body_of(connection, who.organisation), kind, on)
    return page.answer("items", [asdict(one) for one in found.values()], "name")


@router.get("/records")
def list_records(
    wired: Wired,
    who: Known,
    kind: str = "person",
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> dict[str, Any]:
    """Open records of a kind, a page at a time; ``next`` is asked for after, ``total`` counts closed too."""
    permit(who, Act.LEDGER_KEEP)
    with reading(wired.engine) as connection:
        items = items_of(connection, body_of(connection, who.organisation), kind, local_date(wired.clock()))
        page = page_of(connection, who.organisation, kind, after=after, limit=limit)
    told = [_told(wired, one, items) for one in page.records]
    return {"total": page.total, "records": told, "next": page.after or None}


@router.post("/records", status_code=201)
def add(added: Added, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Enter somebody or something only the body knows."""
    permit(who, Act.LEDGER_KEEP)

    def act() -> dict[str, Any]:
        made = keeping.add(
            wired.home, wired.engine, _acting(wired, who, added.by), added.kind, added.identifier,
            added.values, household=added.household,
        )  # fmt: skip
        return {"id": made.id}  # what people wrote is not kept a second time

    named = str(once.apart(wired.engine, act, wired.clock)["id"])
    with reading(wired.engine) as connection:
        made = record_of(connection, who.organisation, named)
        items = _items(connection, wired, who, made)
    return _told(wired, made, items)


@router.get("/records/{record}")
def show(record: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One record: every item with its authority and as-of date, and what happened to it."""
    permit(who, Act.LEDGER_KEEP)
    with reading(wired.engine) as connection:
        found = record_of(connection, who.organisation, record)
        events = history(connection, who.organisation, record)
        items = _items(connection, wired, who, found)
    return {**_told(wired, found, items), "events": [dict(one) for one in events]}


@router.post("/records/{record}/events", status_code=201)
def keep(record: str, kept: Kept, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Confirm, change or close a record; a department's item is challenged at its source."""
    permit(who, Act.LEDGER_KEEP)
    acting = _acting(wired, who, kept.by)

    def act() -> dict[str, Any]:
        if kept.act == "confirm":
            done = keeping.confirm(wired.engine, acting, record, kept.items)
        elif kept.act == "change":
            done = keeping.change(wired.home, wired.engine, acting, record, kept.values, reason=kept.reason)
        else:
            done = keeping.close(wired.engine, acting, record, reason=kept.reason)
        return asdict(done)

    return once.apart(wired.engine, act, wired.clock)


@router.get("/statistics")
def count(
    wired: Wired,
    who: Known,
    by: Annotated[list[str] | None, Query(max_length=5)] = None,
    kind: str = "person",
) -> dict[str, Any]:
    """The body's own statistics over its own records; small cells are its own too."""
    permit(who, Act.LEDGER_KEEP)
    with reading(wired.engine) as connection:
        return asdict(counting.count(connection, who.organisation, by or [], now=wired.clock(), kind=kind))


@router.get("/forms/{form}/{period}")
def form(form: str, period: str, wired: Wired, who: Known) -> dict[str, Any]:
    """A form made from the ledger, with what differs from the period before."""
    permit(who, Act.LEDGER_KEEP)
    with reading(wired.engine) as connection:
        made = confirming.made(connection, who.organisation, form, period, wired.clock())
    lines = [asdict(one) for one in made.view.lines]
    return {"period": period, "before": made.view.before, "lacking": made.lacking, "lines": lines}


@router.post("/forms/{form}/{period}/confirmation", status_code=201)
def confirm_form(
    form: str, period: str, said: _Said, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Confirm a form as it is made; its issuer may then pull it."""
    permit(who, Act.LEDGER_KEEP)

    def act() -> dict[str, Any]:
        done = confirming.confirm(
            wired.home, wired.engine, who.organisation, form, period, by=said.by, now=wired.clock()
        )
        return asdict(done)

    return once.apart(wired.engine, act, wired.clock)


@router.post("/forms/{form}/{period}/bodies/{body}/pull")
def pull(form: str, period: str, body: str, said: _Said, wired: Wired, who: Known) -> dict[str, Any]:
    """A confirmed form of a body, for the department that issues it; every pull is logged."""
    permit(who, Act.FORM_ASK)
    home, engine, now = wired.home, wired.engine, wired.clock()
    view = confirming.pull(home, engine, who.organisation, body, form, period, by=said.by, now=now)
    return {"period": period, "items": [one.name for one in view.items],
            "lines": [asdict(one) for one in view.standing]}  # fmt: skip


@router.get("/tasks")
def list_tasks(wired: Wired, who: Known, page: Page) -> Response:
    """Open tasks of the body, the soonest due first."""
    permit(who, Act.LEDGER_KEEP)
    with reading(wired.engine) as connection:
        found = tasks.listing(
            connection, who.organisation, local_date(wired.clock()), open_only=True,
            part=page.part(date, str),
        )  # fmt: skip
        return page.parted("tasks", [asdict(one) for one in found], "due_on", "id")


@router.post("/tasks/mine")
def my_tasks(whose: _Said, wired: Wired, who: Known) -> dict[str, Any]:
    """Open tasks of a person, with those of whom the person stands in for; no address names anybody."""
    permit(who, Act.LEDGER_KEEP)
    found = tasks.mine(wired.engine, who.organisation, whose.by, local_date(wired.clock()))
    return {"tasks": list(map(asdict, found))}


@router.post("/tasks", status_code=201)
def assign(given: Given, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Give a task to a person; a request that is repeated with its key gives one task."""
    permit(who, Act.LEDGER_KEEP)
    now = wired.clock()

    def act(connection: Connection) -> str:
        return handing.assign_in(
            connection, who.organisation, given.kind, given.subject,
            title=given.title or verifying.TITLES[given.kind], person=given.person, due_on=given.due_on,
            by=given.by, now=now,
        ).id  # fmt: skip

    with writing(wired.engine) as connection:
        named = once.do(connection, lambda: act(connection), now)
        return asdict(tasks.task(connection, named, local_date(now)))


@router.post("/tasks/{task}/report")
def report(task: str, reported: Reported, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Write down what a field check found; a check may be reported in parts."""
    permit(who, Act.LEDGER_KEEP)
    found = [verifying.Found(one.record, one.result, one.values, one.reason) for one in reported.found]

    def act() -> dict[str, Any]:
        kept = verifying.report(
            wired.home, wired.engine, who.organisation, task, found, by=reported.by, now=wired.clock(),
            done=reported.done,
        )  # fmt: skip
        return {"records": [asdict(one) for one in kept]}

    return once.apart(wired.engine, act, wired.clock)


def _acting(wired: Services, who: Caller, by: str) -> Acting:
    return Acting(who.organisation, by, wired.clock())


def _items(connection: Connection, wired: Services, who: Caller, one: Record) -> dict[str, LedgerItem]:
    return items_of(connection, body_of(connection, who.organisation), one.kind, local_date(wired.clock()))


def _told(wired: Services, one: Record, items: Mapping[str, LedgerItem]) -> dict[str, Any]:
    """A record as it may be shown: its identifier masked, in its cells too."""
    kind = kind_called(one.kind, on := local_date(wired.clock()))
    cells = {name: asdict(cell) for name, cell in as_shown(one, kind, items).cells.items()}
    names = ("id", "kind", "state", "household", "left", "number", "withheld")
    told: dict[str, Any] = {name: getattr(one, name) for name in names}
    return told | {"identifier": shown(one, kind, showing(on).masks), "cells": cells}
