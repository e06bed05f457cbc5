"""Alerts, incidents and stops, step by step 预警、事件、停用, for the security office; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from catalog.clocks.place import place_on
from policies.access import Act
from policies.watching import alert_rules
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Reasoned, Signed
from space.api.services import permit
from space.granting import stopping
from space.watch import alerts, closing, incidents, notices, opening, reporting
from space.watch.evaluating import evaluate
from space.watch.exposure import exposed

router = APIRouter(prefix="/v1", tags=["watch"])

Id = Annotated[str, Field(max_length=40)]


class Given(Signed):
    """Whom a case is given to."""

    to: str = Field(min_length=1, max_length=200)


class Escalated(Reasoned):
    """The incident an alert becomes."""

    kind: str = Field(min_length=1, max_length=30)
    severity: str = Field("general", max_length=20)
    traits: list[str] = Field(default_factory=lambda: [opening.PERSONAL], max_length=10)


class Edited(Signed):
    """The text of a draft."""

    text: str = Field(min_length=1, max_length=100_000)


class Sent(Signed):
    """What proves that a notice was sent."""

    proof: str = Field(min_length=1, max_length=500)
    at: AwareDatetime | None = None


@router.get("/alerts/rules")
def rules(look: Look, page: Page) -> Response:
    """The rules in force today: what is counted, from how many on, and what follows."""
    permit(look.who, Act.ALERT_READ)
    found = look.at(lambda c: alert_rules(look.today, place_on(c, look.today)))
    return page.answer("rules", [asdict(one) for one in found], "name")


@router.post("/alerts/evaluations")
def look_now(said: Signed, do: Do) -> Document:
    """Look now at what came since the last time; a running server does so by itself."""
    permit(do.who, Act.ALERT_HANDLE)
    do.by(said)

    def act(now: datetime) -> Document:
        raised = evaluate(do.engine, now)
        return {"raised": do.at(lambda c: [alerts.by_id(c, one).to_document() for one in raised])}

    return do.apart(act)


@router.get("/alerts/{alert}")
def show_alert(alert: Id, look: Look) -> Document:
    """An alert with what was counted, and the steps of its case."""
    permit(look.who, Act.ALERT_READ)
    return look.at(
        lambda c: alerts.by_id(c, alert).to_document() | {"steps": list(alerts.steps_of(c, alert))}
    )


@router.post("/alerts/{alert}/assignment")
def assign(alert: Id, said: Given, do: Do) -> Document:
    """Give the case of an alert to a person."""
    permit(do.who, Act.ALERT_HANDLE)
    by = do.by(said)
    return do.inside(lambda c, now: alerts.assign(c, alert, to=said.to, by=by, now=now).to_document())


@router.post("/alerts/{alert}/escalation", status_code=201)
def escalate(alert: Id, said: Escalated, do: Do) -> Document:
    """Make an incident of an alert; its clocks run from now."""
    permit(do.who, Act.INCIDENT_HANDLE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        begun = opening.of_alert(
            connection, alert, kind=said.kind, severity=said.severity, statement=said.reason,
            traits=tuple(said.traits),
        )  # fmt: skip
        return opening.escalate(connection, alert, begun, by=by, now=now).to_document()

    return do.inside(act)


@router.get("/incidents/{incident}/exposure")
def exposure(incident: Id, look: Look, page: Page) -> Response:
    """Who received what of an incident, from the ledger's own rows; counts, no values."""
    permit(look.who, Act.INCIDENT_READ)
    now = look.now
    found = look.at(lambda c: exposed(c, incidents.by_id(c, incident).scope(now)))
    rows = [{"line": number, **asdict(one)} for number, one in enumerate(found, 1)]
    return page.answer("receivers", rows, "line")


@router.get("/incidents/{incident}/page", response_class=HTMLResponse)
def printed(incident: Id, look: Look) -> HTMLResponse:
    """The report of an incident 处置报告, as a page to print."""
    permit(look.who, Act.INCIDENT_READ)
    return HTMLResponse(reporting.page(look.at(lambda c: reporting.report(c, incident, look.now))))


@router.get("/incidents/{incident}/notices")
def list_notices(incident: Id, look: Look, page: Page) -> Response:
    """Whom an incident is told, by when, under which rule."""
    permit(look.who, Act.INCIDENT_READ)
    part = page.part(datetime, str, str, str)
    found = look.at(lambda c: notices.notices_of(c, incidents.by_id(c, incident).id, part))
    return page.parted("notices", [asdict(one) for one in found], "due_at", "rule", "addressee_code", "id")


@router.post("/incidents/notices/{notice}/text")
def edit(notice: Id, said: Edited, do: Do) -> Document:
    """Replace the draft of a notice."""
    permit(do.who, Act.INCIDENT_HANDLE)
    by = do.by(said)
    return do.inside(lambda c, now: asdict(notices.edit(c, notice, said.text, by=by, now=now)))


@router.post("/incidents/notices/{notice}/sending")
def sent(notice: Id, said: Sent, do: Do) -> Document:
    """Mark a notice as sent, with what proves it."""
    permit(do.who, Act.INCIDENT_HANDLE)
    by = do.by(said)
    return do.inside(
        lambda c, now: asdict(notices.send(c, notice, proof=said.proof, sent_at=said.at, by=by, now=now))
    )


@router.post("/incidents/notices/{notice}/waiver")
def waive(notice: Id, said: Reasoned, do: Do) -> Document:
    """Leave a notice out for a reason, where its rule lets it."""
    permit(do.who, Act.INCIDENT_HANDLE)
    by = do.by(said)
    return do.inside(lambda c, now: asdict(notices.waive(c, notice, reason=said.reason, by=by, now=now)))


@router.post("/incidents/{incident}/notification")
def notify(incident: Id, said: Signed, do: Do) -> Document:
    """State that everybody is told who has to know."""
    permit(do.who, Act.INCIDENT_HANDLE)
    by = do.by(said)
    return do.inside(lambda c, now: closing.notify(c, incident, by=by, now=now).to_document())


@router.post("/incidents/{incident}/resolution")
def resolve(incident: Id, said: Reasoned, do: Do) -> Document:
    """State what removed the cause; clocks of final reports begin."""
    permit(do.who, Act.INCIDENT_HANDLE)
    return _step(do, said, closing.resolve, incident)


@router.post("/incidents/{incident}/closing")
def close(incident: Id, said: Reasoned, do: Do) -> Document:
    """Propose to close an incident; another person agrees."""
    permit(do.who, Act.INCIDENT_HANDLE)
    return _step(do, said, closing.propose, incident)


@router.post("/incidents/{incident}/dismissal")
def dismiss(incident: Id, said: Reasoned, do: Do) -> Document:
    """Propose to close as no incident 误报; another person agrees."""
    permit(do.who, Act.INCIDENT_HANDLE)
    return _step(do, said, closing.dismiss, incident)


@router.post("/incidents/{incident}/agreement")
def agree(incident: Id, said: Signed, do: Do) -> Document:
    """Close an incident as the second person."""
    permit(do.who, Act.INCIDENT_HANDLE)

    def act(connection: Connection, now: datetime) -> Document:
        by = do.second(connection, said, incidents.by_id(connection, incident).proposed_by)
        return closing.agree(connection, incident, by=by, now=now).to_document()

    return do.inside(act)


@router.post("/incidents/{incident}/reopening")
def reopen(incident: Id, said: Reasoned, do: Do) -> Document:
    """Take an incident up again instead of agreeing to its end."""
    permit(do.who, Act.INCIDENT_HANDLE)
    return _step(do, said, closing.reopen, incident)


@router.post("/stops/{stop}/lifting")
def lift(stop: Id, said: Reasoned, do: Do) -> Document:
    """Propose to lift a stop; it stands until another person agrees."""
    permit(do.who, Act.SPACE_STOP)
    return _step(do, said, stopping.propose_lift, stop)


@router.post("/stops/{stop}/agreement")
def agree_lift(stop: Id, said: Signed, do: Do) -> Document:
    """Agree to lift a stop as the second person; from now on it is lifted."""
    permit(do.who, Act.SPACE_STOP)

    def act(connection: Connection, now: datetime) -> Document:
        by = do.second(connection, said, stopping.by_id(connection, stop).lift_proposed_by)
        return stopping.agree_lift(connection, stop, by=by, now=now).to_document()

    return do.inside(act)


def _step(do: Doing, said: Reasoned, act: Callable[..., Any], named: str) -> Document:
    by = do.by(said)
    return do.inside(lambda c, now: act(c, named, reason=said.reason, by=by, now=now).to_document())
