"""``/v1/forms`` for the bodies that fill them: tasks, prefill, drafts, submission, confirmation."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading
from policies.access import Act, Role
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.wayback.backflow.bodies import body
from space.wayback.forms import drafts
from space.wayback.forms.asking import asked
from space.wayback.forms.filling import Filled, submit
from space.wayback.forms.prefill import prefill_many
from space.wayback.forms.tasks import Task, task, tasks
from space.wayback.forms.together import confirm_ready

router = APIRouter(prefix="/v1/forms", tags=["forms"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts.")]
Subject = Annotated[str, Field(min_length=1, max_length=64, description="Person, household or enterprise.")]
Period = Annotated[str, Field(min_length=4, max_length=20, description="E.g. 2026-09.")]
Written = Annotated[
    dict[str, str], Field(max_length=500, description="Item → what differs; the rest is kept.")
]


class Whom(BaseModel):
    """Subjects of the body's area."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[Subject] = Field(min_length=1, max_length=2000)
    by: str = Field(
        "", max_length=200, description="The person who looks; of a person's own token, that person."
    )


class Sheet(BaseModel):
    """A sheet, as far as it is filled."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    subject: Subject
    values: Written = {}
    reasons: dict[str, str] = Field({}, max_length=500, description="Item → why it differs.")
    by: Person


class Saved(Sheet):
    """A sheet that is saved; ``over`` is the version it was written over."""

    over: int | None = Field(None, ge=0)


class Opened(BaseModel):
    """Which draft."""

    model_config = ConfigDict(extra="forbid")

    period: Period
    subject: Subject


class Acting(BaseModel):
    """Who acts for the body."""

    model_config = ConfigDict(extra="forbid")

    by: Person


class Confirming(Acting):
    """What is confirmed."""

    shown: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="As `/v1/forms/tasks/{task}/subjects` told it: nothing else is confirmed. Left out where"
        " nobody looked at the sheets.",
    )


@router.get("/tasks")
def list_tasks(wired: Wired, who: Known, page: Page, state: str | None = None) -> Response:
    """Tasks of the caller's body, the one due first first; authority and auditors see all, without counts."""
    permit(who, Act.FORM_READ)
    mine = None if who.role in (Role.AUTHORITY, Role.AUDITOR) else who.organisation
    with reading(wired.engine) as connection:
        found = tasks(connection, body_code=mine, state=state, part=page.part(date, str, str, str))
    rows = [one.to_document(counted=one.body == who.organisation) for one in found]
    return page.parted("tasks", rows, "due_on", "form", "body", "id")


@router.post("/tasks/{task_id}/confirmation")
def confirm_task(task_id: str, said: Confirming, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Confirm a task: its sheets are submitted as they were shown; `left_out` tells which not, and why.

    Left out are sheets that lack a required item, hold a value that is challenged, or have a draft; the task
    stays open for them.
    """
    permit(who, Act.FORM_FILL)
    now = wired.clock()
    _own(wired, task_id, who)
    done = confirm_ready(
        wired.home, wired.engine, task_id, by=said.by, now=now, shown=said.shown,
        guard=lambda connection, act: once.do(connection, act, now),
    )  # fmt: skip
    return done.to_document()


@router.get("/drafts")
def list_drafts(wired: Wired, who: Known, page: Page) -> Response:
    """Drafts of the caller's body, the last saved first."""
    permit(who, Act.FORM_FILL)
    with reading(wired.engine) as connection:
        body(connection, who.organisation)
        found = drafts.listing(connection, who.organisation, page.part(datetime, str))
    return page.parted("drafts", [_draft(one) for one in found], "saved_at", "id")


@router.post("/{code}/prefill")
def prefill(code: str, whom: Whom, wired: Wired, who: Known) -> dict[str, Any]:
    """Sheets of subjects the body is asked for: value, source department, as-of date, who is responsible.

    A task of the form is open for the body, and its roster names the subject. Every look is logged.
    """
    permit(who, Act.FORM_FILL)
    now, mine, by = wired.clock(), who.organisation, who.person or whom.by or who.organisation
    with reading(wired.engine) as connection:
        look = asked(wired.home, connection, code, mine, whom.subjects, by=by, now=now)
    found = prefill_many(wired.home, wired.engine, code, mine, whom.subjects, now, look)
    # In the order they were asked for; a subject that was named twice is shown once.
    return {"sheets": [{"items": [asdict(one) for one in items]} for items in found.values()]}


@router.put("/{code}/drafts")
def save_draft(code: str, saved: Saved, wired: Wired, who: Known) -> dict[str, Any]:
    """Save a sheet as far as it is filled; what was not seen is not written over."""
    permit(who, Act.FORM_FILL)
    wanted = (code, saved.period, who.organisation, saved.subject)
    made = drafts.save(
        wired.home, wired.engine, wanted, saved.values, saved.reasons, by=saved.by, now=wired.clock(),
        seen=saved.over,
    )  # fmt: skip
    return _draft(made)


@router.post("/{code}/drafts/opened")
def open_draft(code: str, opened: Opened, wired: Wired, who: Known) -> dict[str, Any]:
    """The newest version of a draft; whom it is about stands in no address."""
    permit(who, Act.FORM_FILL)
    wanted = (code, opened.period, who.organisation, opened.subject)
    with reading(wired.engine) as connection:
        found = drafts.latest(wired.home, connection, wanted, wired.clock())
    if found is None:
        raise Unknown("draft of form", code)
    return _draft(found)


@router.post("/{code}/submissions", status_code=201)
def submit_sheet(code: str, sheet: Sheet, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Submit what differs of a sheet the body is asked for; differences on prefilled items are challenges.

    A task of the form and period asks the body for it, and its roster names the subject.
    """
    permit(who, Act.FORM_FILL)
    now = wired.clock()
    filled = Filled(code, sheet.period, who.organisation, sheet.subject, sheet.values, sheet.reasons)
    made = submit(
        wired.home, wired.engine, filled, by=sheet.by, now=now,
        guard=lambda connection, act: once.do(connection, act, now), asked=True,
    )  # fmt: skip
    return asdict(made)


def _own(wired: Wired, task_id: str, who: Caller) -> Task:
    with reading(wired.engine) as connection:
        found = task(connection, task_id)
    if found.body != who.organisation:
        raise Unknown("task", task_id)
    return found


def _draft(found: drafts.Draft) -> dict[str, Any]:
    return asdict(found) | {"saved_at": found.saved_at.isoformat()}
