"""The first page of the desk, and what was delivered: rows looked at, counted back, given to somebody, noted.

Decides what waits for a body today. Counting, un-masking and notes are
:mod:`space.wayback.backflow`'s.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pyarrow.compute as pc
from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog import keys
from catalog.releases.published import by_id
from catalog.revisions import number
from catalog.store import reading
from contracts.model import Contract
from policies.clocks import local_date
from policies.showing import showing
from space.desk.rendering import onward, page
from space.desk.seat import DeskRoute, Seat, Seated, Sent
from space.desk.titles import titles
from space.errors import Unknown
from space.wayback.backflow import inbox, tasks
from space.wayback.backflow.balances import figures
from space.wayback.backflow.export import write
from space.wayback.backflow.inbox import Delivery
from space.wayback.backflow.subscriptions import by_id as subscription
from space.wayback.backflow.unmasking import Asked, reveal, unmask
from space.wayback.burden.unrated import scores, unrated
from space.wayback.corrections.cases import open_challenge
from space.wayback.corrections.challenges import Challenge
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
# Characters of a row reference; what is longer is none.
_LONGEST_REFERENCE = 32
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def today(seat: Seated) -> HTMLResponse:
    """What waits for the body, and for the person."""
    code = seat.body.code
    with reading(seat.wired.engine) as connection:
        waiting = [one for one in inbox.listing(connection, code) if one.state == "sent"]
        notices = inbox.notices_of(connection, code)[-_NOTICES:]
        forms = form_tasks(connection, body_code=code, state="open")
        given = tasks.tasks_of(connection, code, assignee=seat.person, open_only=True)
        challenged = [one for one in listing(connection, asker=code) if one.state in DISPUTED]
        found = cases.listing(connection, seat.on, body=code, open_only=True)
        replaceable = [one for one in told_to(connection, code) if not one[3].closed and one[3].due_on]
        rated = unrated(connection, code, seat.wired.clock(), _RATED)
        datasets = {one.dataset for one in waiting} | {one.dataset for one in challenged}
        datasets |= {each[1] for each in replaceable}
        named = titles(connection, datasets)
        asked = {one.code: one.title for one in admitted(connection)} if forms else {}
    checks = mine(seat.wired.engine, code, seat.person, seat.on)
    return page(
        "today", seat, deliveries=waiting, notices=notices[::-1], forms=forms, given=given, checks=checks,
        challenged=challenged, cases=found, unrated=rated, scores=scores(seat.on),
        recalls=replaceable, named=named, asked=asked,
    )  # fmt: skip


@router.get("/deliveries")
def deliveries(seat: Seated) -> HTMLResponse:
    """Every delivery, the newest first."""
    with reading(seat.wired.engine) as connection:
        found = inbox.listing(connection, seat.body.code)[::-1]
        told = {one.delivery: one for one in figures(connection, seat.body.code, seat.wired.clock())}
        named = titles(connection, (one.dataset for one in found))
    return page("deliveries", seat, deliveries=found, figures=told, named=named)


@router.get("/deliveries/{delivery}")
def delivery(delivery: str, seat: Seated, first: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """The rows of a delivery, a page at a time."""
    made, contract = _delivery(seat, delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    with reading(seat.wired.engine) as connection:
        notes = tasks.notes_of(connection, seat.body.code, delivery)
    shown = rows.slice(first, seat.lines).to_pylist()
    return page(
        "delivery", seat, delivery=made, rows=[_row(each, contract) for each in shown], first=first,
        total=len(rows), notes=notes, title=contract.title, **_source(seat, made, contract),
    )  # fmt: skip


@router.get("/deliveries/{delivery}/workbook")
def workbook(delivery: str, seat: Seated) -> Response:
    """The delivery as an Excel workbook."""
    made, contract = _delivery(seat, delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    with reading(seat.wired.engine) as connection:
        told = {one.delivery: one for one in figures(connection, seat.body.code, seat.wired.clock())}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.xlsx"
        write(made, rows, contract, told.get(made.id), path)
        content = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{made.id}.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=_WORKBOOK, headers=headers)


@router.post("/deliveries/{delivery}/count")
def count_back(delivery: str, sent: Sent) -> RedirectResponse:
    """Count a delivery back 对账, with what the office counted."""
    made, _ = _delivery(sent.seat, delivery)
    counts = inbox.Counts(sent.whole("added"), sent.whole("changed"), sent.whole("removed"))
    wired = sent.seat.wired
    inbox.acknowledge(wired.engine, made.id, counts, by=sent.seat.person, now=wired.clock())
    return onward(f"/desk/deliveries/{made.id}")


@router.post("/deliveries/{delivery}/note")
def note(delivery: str, sent: Sent) -> RedirectResponse:
    """Write something beside a delivery or one of its rows; it stays in the office."""
    seat, row = sent.seat, sent.text("row")
    secret = keys.load(seat.wired.home).pseudonym
    tasks.annotate(
        seat.wired.engine, seat.body.code, delivery, sent.text("text"), secret=secret, by=seat.person,
        now=seat.wired.clock(), row=row,
    )  # fmt: skip
    return onward(_place(delivery, row))


@router.post("/deliveries/{delivery}/assign")
def assign(delivery: str, sent: Sent) -> RedirectResponse:
    """Give a delivery or one of its rows to a person."""
    seat, row = sent.seat, sent.text("row")
    tasks.assign(
        seat.wired.engine, seat.body.code, delivery, to=sent.text("to"), task=sent.text("task"),
        by=seat.person, now=seat.wired.clock(), row=row, due_on=sent.text("due"),
    )  # fmt: skip
    return onward(_place(delivery, row))


@router.post("/tasks/{task}/done")
def done(task: str, sent: Sent) -> RedirectResponse:
    """Say that a task of the inbox is done."""
    seat = sent.seat
    with reading(seat.wired.engine) as connection:
        if tasks.task_by_id(connection, task).body != seat.body.code:
            raise Unknown("task", task)
    tasks.close(seat.wired.engine, task, by=seat.person, now=seat.wired.clock())
    return onward("/desk")


@router.get("/deliveries/{delivery}/rows/{row}")
def row(delivery: str, row: str, seat: Seated) -> HTMLResponse:
    """One delivered row, with what can be done about it."""
    return _row_page(seat, delivery, row, {})


@router.post("/deliveries/{delivery}/rows/{row}/look")
def look(delivery: str, row: str, sent: Sent) -> HTMLResponse:
    """Show masked values of one row for a reason; every look is logged."""
    seat, wired = sent.seat, sent.seat.wired
    made, _ = _delivery(seat, delivery)
    asked = Asked(made.subscription, row, tuple(sent.fields.get("field", [])), sent.text("reason"))
    leave = unmask(wired.home, wired.engine, asked, by=seat.person, now=wired.clock())
    values = reveal(wired.home, wired.engine, leave.id, by=seat.person, now=wired.clock())
    return _row_page(seat, delivery, row, values)


@router.post("/deliveries/{delivery}/rows/{row}/wrong")
def wrong(delivery: str, row: str, sent: Sent) -> RedirectResponse:
    """Challenge a value of one row 校核."""
    seat, wired = sent.seat, sent.seat.wired
    made, _ = _delivery(seat, delivery)
    asked = Challenge(
        seat.body.code,
        made.dataset,
        row,
        sent.text("field"),
        sent.text("value"),
        sent.text("reason"),
        made.id,
    )
    case = open_challenge(wired.home, wired.engine, asked, by=seat.person, now=wired.clock())
    return onward(f"/desk/corrections/{case.id}")


def _delivery(seat: Seat, delivery: str) -> tuple[Delivery, Contract]:
    """A delivery of the body, that no stop closes, and the contract of its release."""
    with reading(seat.wired.engine) as connection:
        made = inbox.delivery(connection, delivery)
        if made.subscriber != seat.body.code:
            raise Unknown("delivery", delivery)
        inbox.require_open(connection, made)
        return made, number(connection, made.dataset, by_id(connection, made.release).revision).contract


def _source(seat: Seat, made: Delivery, contract: Contract) -> dict[str, Any]:
    """Which department answers for what was delivered, and of which day the release is."""
    with reading(seat.wired.engine) as connection:
        published = by_id(connection, made.release).published_at
    return {"source_name": contract.department.name, "as_of": local_date(published).isoformat()}


def _row_page(seat: Seat, delivery: str, row: str, values: Mapping[str, str | None]) -> HTMLResponse:
    made, contract = _delivery(seat, delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    (found, *_) = rows.filter(pc.equal(rows["_row"], row)).to_pylist() or (None,)
    if found is None:
        raise Unknown("row of the delivery", row[:_LONGEST_REFERENCE])
    with reading(seat.wired.engine) as connection:
        notes = [one for one in tasks.notes_of(connection, seat.body.code, delivery) if one.row == row]
        plain = subscription(connection, made.subscription).plain
    rules = showing(seat.on)
    hidden = [
        field.name
        for field in contract.fields
        if field.name in found and field.name not in plain and rules.mask_of(field) is not None
    ]
    return page(
        "row", seat, delivery=made, row=_row(found, contract), reference=row, values=values, hidden=hidden,
        notes=notes, title=contract.title, **_source(seat, made, contract),
    )  # fmt: skip


def _row(row: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A delivered row for a page: how it changed, and (field, heading, text) of each value."""
    titles = {field.name: field.business_name or field.name for field in contract.fields}
    cells = [
        (name, titles.get(name, name), "" if value is None else str(value))
        for name, value in row.items()
        if not name.startswith("_")
    ]
    differs = frozenset(filter(None, (row.get("_fields") or "").split(",")))
    return {
        "reference": row["_row"],
        "change": row["_change"],
        "differs": differs,
        "disputed": frozenset(filter(None, (row.get("_disputed") or "").split(","))),
        "changed": [heading for name, heading, _ in cells if name in differs],
        "cells": cells,
    }


def _place(delivery: str, row: str) -> str:
    return f"/desk/deliveries/{delivery}" + (f"/rows/{row}" if row else "")
