"""``/v1/forms`` for who issues and admits forms: the yearly list, ends, tasks taken back, the result."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from catalog import revisions
from policies.access import Act, Role
from space.api.entrance.acting import Based, Do, Document, Look, Looking, Reasoned, Signed
from space.api.services import permit
from space.api.wayback.forms import Items, form_of
from space.errors import Unknown
from space.wayback.forms import sending
from space.wayback.forms.admission import admit as put_on_list
from space.wayback.forms.admission import end as take_off
from space.wayback.forms.admission import listing
from space.wayback.forms.confirming import withdraw
from space.wayback.forms.definition import Form, to_document
from space.wayback.forms.demands import compare
from space.wayback.forms.results import renew_result
from space.wayback.forms.tasks import task

router = APIRouter(prefix="/v1/forms", tags=["forms"])

Code = Annotated[str, Field(max_length=60, description="Of the form.")]
Body = Annotated[str, Field(max_length=40, description="Code of the grass-roots body.")]
Id = Annotated[str, Field(max_length=40)]


class Admitted(Signed):
    """A form of the yearly list."""

    form: Items


@router.post("", status_code=201)
def admit(said: Admitted, do: Do) -> Document:
    """Put a form of the yearly list on the admission list; what it asks again is told with it."""
    permit(do.who, Act.FORM_DECIDE)
    by, asked = do.by(said), form_of(said.form)

    def act(now: datetime) -> Document:
        found = compare(do.engine, asked, now)
        return listed(put_on_list(do.engine, asked, by=by, now=now)) | {"overlap": found.counts}

    return do.apart(act)


@router.get("/tasks/{task_id}")
def show_task(task_id: Id, look: Look) -> Document:
    """One task; how many are on a body's roster is for the body alone."""
    permit(look.who, Act.FORM_READ)
    return look.at(lambda c: _task(look, c, task_id))


@router.post("/tasks/making")
def make(do: Do) -> Document:
    """Make the tasks of forms that come again; a running server does so by itself."""
    permit(do.who, Act.FORM_DECIDE)
    home, mine = do.wired.home, do.who.organisation

    def act(now: datetime) -> Document:
        made = sending.make_due(home, do.engine, now)
        return {"tasks": [one.to_document(counted=one.body == mine) for one in made]}

    return do.apart(act)


@router.post("/tasks/{task_id}/withdrawal")
def take_back(task_id: Id, said: Reasoned, do: Do) -> Document:
    """Take an open task back, for its issuer; the body is told why."""
    permit(do.who, Act.FORM_ASK)
    _issued(do, do.at(lambda c: task(c, task_id)).form)
    by = do.by(said)

    def act(now: datetime) -> Document:
        withdraw(do.engine, task_id, reason=said.reason, by=by, now=now)
        return do.at(lambda c: _task(do, c, task_id))

    return do.apart(act, looked=lambda c: _task(do, c, task_id))


@router.get("/{code}")
def show(code: Code, look: Look) -> Document:
    """One form of the admission list, with its term."""
    permit(look.who, Act.FORM_READ)
    return look.at(lambda c: listed(_form(c, code)))


@router.post("/{code}/end")
def end(code: Code, said: Based, do: Do) -> Document:
    """Take a form off the list before its term is over; from today on nobody has to fill it."""
    permit(do.who, Act.FORM_DECIDE)
    by = do.by(said)
    return do.apart(
        lambda now: listed(take_off(do.engine, code, basis=said.basis, by=by, now=now)),
        looked=lambda c: listed(_form(c, code)),
    )


@router.post("/{code}/recipients/{body}/end")
def unsend(code: Code, body: Body, said: Signed, do: Do) -> Document:
    """Send a form to a body no longer; its open tasks stay."""
    permit(do.who, Act.FORM_ASK)
    _issued(do, code)
    by = do.by(said)

    def act(now: datetime) -> Document:
        sending.stop_sending(do.engine, code, body, by=by, now=now)
        return {"form": code, "body": body}

    return do.apart(act)


@router.post("/{code}/result")
def renew(code: Code, said: Signed, do: Do) -> Document:
    """Enter the dataset of a form's answers as the form is now; the first answers do so by themselves."""
    permit(do.who, Act.FORM_ASK)
    _issued(do, code)
    by = do.by(said)

    def act(now: datetime) -> Document:
        name = renew_result(do.wired.home, do.engine, code, by=by, now=now)
        found = do.at(lambda c: revisions.current(c, name))
        return {"dataset": name, "revision": found.number, "state": found.state}

    return do.apart(act)


def listed(form: Form) -> dict[str, Any]:
    """A form of the admission list with its term."""
    days: dict[str, date] = {"valid_from": form.valid_from, "valid_to": form.valid_to}
    told = {name: day.isoformat() for name, day in days.items()}
    return to_document(form) | {"subject_kind": form.subject_kind} | told


def _form(connection: Connection, code: str) -> Form:
    for one in listing(connection):
        if one.code == code:
            return one
    raise Unknown("form", code)


def _issued(look: Looking, code: str) -> None:
    """A form the caller's organisation issues; to all others there is none."""
    if look.at(lambda c: _form(c, code)).issuer_code != look.who.organisation:
        raise Unknown("form", code)


def _task(look: Looking, connection: Connection, task_id: str) -> Document:
    found, who = task(connection, task_id), look.who
    mine = {found.body, _form(connection, found.form).issuer_code}
    if who.organisation not in mine and who.role not in (Role.AUTHORITY, Role.AUDITOR):
        raise Unknown("task", task_id)
    return found.to_document(counted=found.body == who.organisation)
