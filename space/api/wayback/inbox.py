"""``/v1/inbox``: what flowed back to a body, counted back, given to people, noted; a thin door.

Whose inbox it is follows from the token: a delivery of another body is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog import keys
from catalog.store import reading
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Listed, Page
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.wayback.backflow import claims, inbox, tasks, unmasking
from space.wayback.backflow.balances import figures
from space.wayback.backflow.before import before
from space.wayback.backflow.bodies import body
from space.wayback.backflow.inbox import Delivery
from space.wayback.backflow.subscriptions import Subscription
from space.wayback.backflow.subscriptions import listing as subscribed

router = APIRouter(prefix="/v1/inbox", tags=["inbox"])

# Kinds of the key of each list of an inbox: when, and which.
_SENT: Final = (datetime, str)
_Person = Field(min_length=1, max_length=200, description="The person who acts.")


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: str = _Person


class Counted(_Said):
    """Rows as the receiver counted them."""

    added: int = Field(ge=0)
    changed: int = Field(ge=0)
    removed: int = Field(ge=0)


class Noted(_Said):
    """A note; it stays in the body."""

    text: str = Field(min_length=1, max_length=1000)
    row: str = Field("", max_length=64)


class Given(_Said):
    """Something of the inbox given to a person."""

    to: str = _Person
    task: str = Field(min_length=1, max_length=200)
    row: str = Field("", max_length=64)
    due_on: str = Field("", max_length=10)


class Look(_Said):
    """Masked values of one row a person asks to see."""

    subscription: str = Field(max_length=40)
    row: str = Field(max_length=64)
    fields: list[str] = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=200)
    hours: int = Field(0, ge=0, le=240)
    task: str = Field("", max_length=40)


class Claimed(_Said):
    """A row no rule attributes, claimed for a place."""

    row: str = Field(max_length=64)
    area: str = Field(max_length=20)
    reason: str = Field(min_length=1, max_length=500)


@router.get("")
def show(wired: Wired, who: Known, page: Page) -> Response:
    """Deliveries with how complete and late they are, notices, and open tasks."""
    permit(who, Act.INBOX_READ)
    mine = who.organisation
    with reading(wired.engine) as connection:
        body(connection, mine)
        of_sent, of_notices, of_tasks = page.parts(_SENT, _SENT, _SENT)
        sent = inbox.listing(connection, mine, of_sent)
        wanted = {each.id for each in sent}
        found = figures(connection, mine, wired.clock(), wanted) if wanted else ()
        told = {one.delivery: one for one in found}
        deliveries = [
            _plain(asdict(one)) | {"figures": _plain(asdict(told[one.id])) if one.id in told else None}
            for one in sent
        ]
        notices = [_plain(asdict(one)) for one in inbox.notices_of(connection, mine, part=of_notices)]
        waiting = tasks.tasks_of(connection, mine, open_only=True, part=of_tasks)
        given = [_plain(asdict(one)) for one in waiting]
    return page.several(
        {
            "deliveries": Listed(deliveries, ("sent_at", "id")),
            "notices": Listed(notices, ("sent_at", "id")),
            "tasks": Listed(given, ("assigned_at", "id")),
        }
    )


@router.get("/deliveries/{delivery}")
def rows(
    delivery: str,
    wired: Wired,
    who: Known,
    first: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> dict[str, Any]:
    """Rows of a delivery, once its file is checked, with what changed ones said before and the notes."""
    made = _delivery(wired, who, delivery)
    found = inbox.read_rows(wired.home, made)
    shown = found.slice(first, limit).to_pylist()
    with reading(wired.engine) as connection:
        was = before(wired.home, connection, made, shown, local_date(wired.clock()))
        notes = [_plain(asdict(one)) for one in tasks.notes_of(connection, who.organisation, delivery)]
    lines = [{name: None if value is None else str(value) for name, value in row.items()} for row in shown]
    told = {"delivery": _plain(asdict(made)), "total": len(found), "rows": lines}
    return told | {"before": was, "notes": notes}


@router.post("/deliveries/{delivery}/acknowledgement")
def acknowledge(delivery: str, counted: Counted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Count a delivery back 对账; counts that differ make it disputed."""
    made = _delivery(wired, who, delivery)
    counts = inbox.Counts(counted.added, counted.changed, counted.removed)

    def act() -> str:
        return inbox.acknowledge(wired.engine, made.id, counts, by=counted.by, now=wired.clock()).id

    named = _made(once, wired, act)
    with reading(wired.engine) as connection:
        return _plain(asdict(inbox.delivery(connection, named)))


@router.post("/subjects/{subject}/notes", status_code=201)
def note(subject: str, noted: Noted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Write something beside a delivery, one of its rows, or what a notice is about."""
    _enter(wired, who)
    secret = keys.load(wired.home).pseudonym

    def act() -> str:
        return tasks.annotate(
            wired.engine, who.organisation, subject, noted.text, secret=secret, by=noted.by,
            now=wired.clock(), row=noted.row,
        ).id  # fmt: skip

    named = _made(once, wired, act)
    with reading(wired.engine) as connection:
        found = tasks.notes_of(connection, who.organisation, subject)
    return next(_plain(asdict(one)) for one in found if one.id == named)


@router.post("/subjects/{subject}/tasks", status_code=201)
def assign(subject: str, given: Given, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Give a delivery, one of its rows, or what a notice is about to one person."""
    _enter(wired, who)

    def act() -> str:
        return tasks.assign(
            wired.engine, who.organisation, subject, to=given.to, task=given.task, by=given.by,
            now=wired.clock(), row=given.row, due_on=given.due_on,
        ).id  # fmt: skip

    named = _made(once, wired, act)
    with reading(wired.engine) as connection:
        return _plain(asdict(tasks.task_by_id(connection, named)))


@router.post("/tasks/{task}/done")
def done(task: str, said: _Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Say that a task is done."""
    _enter(wired, who)
    with reading(wired.engine) as connection:
        if tasks.task_by_id(connection, task).body != who.organisation:
            raise Unknown("task", task)
    named = _made(once, wired, lambda: tasks.close(wired.engine, task, by=said.by, now=wired.clock()).id)
    with reading(wired.engine) as connection:
        return _plain(asdict(tasks.task_by_id(connection, named)))


@router.post("/unmaskings", status_code=201)
def unmask(look: Look, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Ask for leave to look at masked values of one row, for a reason and a time."""
    _own(wired, who, look.subscription)
    asked = unmasking.Asked(
        look.subscription, look.row, tuple(look.fields), look.reason, look.hours, look.task
    )

    def act() -> str:
        return unmasking.unmask(wired.home, wired.engine, asked, by=look.by, now=wired.clock()).id

    named = _made(once, wired, act)
    with reading(wired.engine) as connection:
        found = unmasking.listing(connection, who.organisation)
    return next(_plain(asdict(one)) for one in found if one.id == named)


@router.post("/unmaskings/{leave}/look")
def reveal(leave: str, said: _Said, wired: Wired, who: Known) -> dict[str, Any]:
    """The values, to the person who asked, while the time runs; every look is logged, also a repeated one."""
    _enter(wired, who)
    with reading(wired.engine) as connection:
        if leave not in {one.id for one in unmasking.listing(connection, who.organisation)}:
            raise Unknown("un-masking", leave)
    shown = unmasking.reveal(wired.home, wired.engine, leave, by=said.by, now=wired.clock())
    return {"values": dict(shown)}


@router.get("/subscriptions/{subscription}/unattributed")
def waiting(subscription: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Rows no rule attributes that may lie in the body's area."""
    mine = _own(wired, who, subscription)
    with reading(wired.engine) as connection:
        total, found = claims.waiting(wired.home, connection, mine, now=wired.clock())
    return {"total": total, "rows": [_plain(asdict(one)) for one in found]}


@router.post("/subscriptions/{subscription}/claims", status_code=201)
def claim(subscription: str, claimed: Claimed, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Claim 认领 a row for a place within the body's area."""
    _own(wired, who, subscription)

    def act() -> str:
        return claims.claim(
            wired.home, wired.engine, subscription, claimed.row, area=claimed.area, reason=claimed.reason,
            by=claimed.by, now=wired.clock(),
        ).id  # fmt: skip

    named = _made(once, wired, act)
    with reading(wired.engine) as connection:
        found = claims.claims_of(connection, who.organisation)
    return next(_plain(asdict(one)) for one in found if one.id == named)


def _made(once: Once, wired: Services, act: Callable[[], str]) -> str:
    """The id of what an act made, once however often it is sent; what people wrote is not kept twice."""
    return str(once.apart(wired.engine, lambda: {"id": act()}, wired.clock)["id"])


def _enter(wired: Services, who: Caller) -> None:
    permit(who, Act.INBOX_READ)
    with reading(wired.engine) as connection:
        body(connection, who.organisation)


def _delivery(wired: Services, who: Caller, delivery: str) -> Delivery:
    """A delivery of the caller's, that no stop closes."""
    permit(who, Act.INBOX_READ)
    with reading(wired.engine) as connection:
        made = inbox.delivery(connection, delivery)
        if made.subscriber != who.organisation:
            raise Unknown("delivery", delivery)
        inbox.require_open(connection, made)
    return made


def _own(wired: Services, who: Caller, subscription: str) -> Subscription:
    """A subscription of the caller's."""
    permit(who, Act.INBOX_READ)
    with reading(wired.engine) as connection:
        for one in subscribed(connection, who.organisation):
            if one.id == subscription:
                return one
    raise Unknown("subscription", subscription)


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with instants as text; where a file lies is nobody's to know."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in document.items()
        if name != "path"
    }
