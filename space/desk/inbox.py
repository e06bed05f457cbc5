"""The first page of the desk: what waits for a body today, and for the person; and its tasks.

Decides what waits, and in which order: what is due first, then what came last.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from space.desk.corrections import rows_about
from space.desk.noticing import datasets_in, lines
from space.desk.rendering import onward, page
from space.desk.seat import DeskRoute, Seated, Sent
from space.desk.titles import Named, titles
from space.errors import Unknown
from space.wayback.backflow import inbox, tasks
from space.wayback.burden.unrated import Unrated, scores, unrated
from space.wayback.corrections.course import DISPUTED, listing
from space.wayback.entitlements import cases
from space.wayback.forms.admission import listing as admitted
from space.wayback.forms.tasks import tasks as form_tasks
from space.wayback.grassroots.tasks import mine
from space.wayback.recall.standing import told_to

router = APIRouter(prefix="/desk", route_class=DeskRoute, include_in_schema=False)

# Notices on the first page, and completed uses a rating is asked of.
_NOTICES = 10
_RATED = 3


@router.get("")
def today(seat: Seated) -> HTMLResponse:
    """What waits for the body, and for the person."""
    code, now = seat.body.code, seat.wired.clock()
    with reading(seat.wired.engine) as connection:
        waiting = [one for one in inbox.listing(connection, code) if one.state == "sent"][::-1]
        notices = inbox.notices_of(connection, code)[-_NOTICES:][::-1]
        forms = form_tasks(connection, body_code=code, state="open")
        given = tasks.tasks_of(connection, code, assignee=seat.person, open_only=True)
        reported = listing(connection, asker=code)
        challenged = [one for one in reported if one.state in DISPUTED]
        found = cases.listing(connection, seat.on, body=code, open_only=True)
        replaceable = [one for one in told_to(connection, code) if not one[3].closed and one[3].due_on]
        rated = unrated(connection, code, now, _RATED)
        datasets = {one.dataset for one in waiting} | {one.dataset for one in challenged}
        datasets |= (
            {each[1] for each in replaceable} | {_dataset(one) for one in rated} | datasets_in(notices)
        )
        named = titles(connection, datasets, now)
        about = rows_about(seat, connection, challenged, named)
        asked = {one.code: one.title for one in admitted(connection)} if forms else {}
    checks = mine(seat.wired.engine, code, seat.person, seat.on)
    return page(
        "today", seat, deliveries=waiting, forms=forms, given=given, checks=checks, challenged=challenged,
        cases=found, unrated=[_named(one, named) for one in rated], scores=scores(seat.on),
        recalls=replaceable, named=named, asked=asked, about=about,
        notices=lines(notices, named, (one.id for one in reported)), own={one.id for one in reported},
    )  # fmt: skip


@router.post("/tasks/{task}/done")
def done(task: str, sent: Sent) -> RedirectResponse:
    """Say that a task of the inbox is done."""
    seat = sent.seat
    with reading(seat.wired.engine) as connection:
        if tasks.task_by_id(connection, task).body != seat.body.code:
            raise Unknown("task", task)
    tasks.close(seat.wired.engine, task, by=seat.person, now=seat.wired.clock())
    return onward("/desk", "done")


def _dataset(one: Unrated) -> str:
    """The dataset a completed correction was about."""
    return one.title.rpartition(".")[0] if one.kind == "correction" else ""


def _named(one: Unrated, named: Named) -> Unrated:
    """A completed use under the names people know."""
    if one.kind != "correction":
        return one
    dataset, _, field = one.title.rpartition(".")
    return replace(one, title=f"{named.title(dataset)}·{named.item(dataset, field)}")
