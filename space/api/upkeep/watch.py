"""``/v1/alerts`` and ``/v1/incidents``: for the security officer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading
from policies.access import Act
from space.api.answering.paging import Page
from space.api.answering.subjects import called
from space.api.entrance.acting import Do
from space.api.services import Known, Wired, permit
from space.watch import alerts, containing, incidents, opening, reporting

router = APIRouter(prefix="/v1", tags=["watch"])


class Acting(BaseModel):
    """Who acts, and why."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(min_length=1, max_length=200, description="The person.")
    reason: str = Field("", max_length=1000)


class Opened(Acting):
    """An incident, or a drill."""

    kind: str = Field(max_length=30)
    severity: str = Field("general", max_length=20)
    traits: list[str] = Field(default_factory=lambda: [opening.PERSONAL], max_length=10)
    datasets: list[str] = Field(default_factory=list, max_length=1000)
    grant: str | None = Field(None, max_length=40)
    organisation: str | None = Field(None, max_length=40)
    since: AwareDatetime
    until: AwareDatetime | None = None
    drill: bool = False


class Aim(BaseModel):
    """What is to be stopped."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["dataset", "organisation", "all"]
    name: str = Field("", max_length=130)


class Containment(Acting):
    """What is to be stopped; what follows from the incident where nothing is named."""

    targets: list[Aim] = Field(default_factory=list, max_length=1000)


@router.get("/alerts")
def list_alerts(wired: Wired, who: Known, page: Page, ended: bool = False) -> Response:
    """The alerts that wait; with `ended` also those whose case is over."""
    permit(who, Act.ALERT_READ)
    with reading(wired.engine) as connection:
        found = alerts.all_alerts(connection, ended=ended, part=page.part(date, datetime, str))
        about = called(connection, {name for each in found for name in (each.subject, each.organisation)})
    rows = [
        each.to_document()
        | {"about": about.get(each.subject, ""), "organisation_name": about.get(each.organisation, "")}
        for each in found
    ]
    return page.answer("alerts", rows, "due_on", "raised_at", "id")


@router.post("/alerts/{alert}/acknowledgement")
def acknowledge(alert: str, acting: Acting, do: Do) -> dict[str, Any]:
    """Take the case of an alert."""
    permit(do.who, Act.ALERT_HANDLE)
    return do.inside(lambda c, now: alerts.acknowledge(c, alert, by=acting.by, now=now).to_document())


@router.post("/alerts/{alert}/closing")
def close(alert: str, acting: Acting, do: Do) -> dict[str, Any]:
    """Close the case of an alert with a reason."""
    permit(do.who, Act.ALERT_HANDLE)
    return do.inside(
        lambda c, now: alerts.close(c, alert, reason=acting.reason, by=acting.by, now=now).to_document()
    )


@router.get("/incidents")
def list_incidents(wired: Wired, who: Known, page: Page, closed: bool = False) -> Response:
    """Incidents and drills, with figures that count no drill."""
    permit(who, Act.INCIDENT_READ)
    with reading(wired.engine) as connection:
        found = incidents.all_incidents(connection, closed=closed, part=page.part(datetime, str))
        counted = incidents.figures(connection)
    rows = [each.to_document() for each in found]
    return page.answer("incidents", rows, "opened_at", "id", newest_first=True, more={"figures": counted})


@router.post("/incidents")
def open_incident(stated: Opened, do: Do) -> dict[str, Any]:
    """Open an incident, or a drill."""
    permit(do.who, Act.INCIDENT_HANDLE)
    begun = opening.Opening(
        stated.kind, stated.severity, stated.reason, stated.since, stated.until, tuple(stated.traits),
        tuple(stated.datasets), stated.grant, stated.organisation, stated.drill,
    )  # fmt: skip
    return do.inside(lambda c, now: opening.open_incident(c, begun, by=stated.by, now=now).to_document())


@router.get("/incidents/{incident}")
def show(incident: str, wired: Wired, who: Known) -> dict[str, Any]:
    """The report of an incident: steps, stops, exposure list, notices."""
    permit(who, Act.INCIDENT_READ)
    with reading(wired.engine) as connection:
        return reporting.report(connection, incident, wired.clock())


@router.post("/incidents/{incident}/containment")
def contain(incident: str, wanted: Containment, do: Do) -> dict[str, Any]:
    """Contain an incident in one act; a drill stops nothing."""
    permit(do.who, Act.INCIDENT_HANDLE)
    targets = [containing.Target(aim.kind, aim.name) for aim in wanted.targets]

    def act(connection: Connection, now: datetime) -> dict[str, Any]:
        found = containing.contain(connection, incident, targets, reason=wanted.reason, by=wanted.by, now=now)
        stops = containing.stops_of(connection, incident)
        return found.to_document() | {"stops": [each.to_document() for each in stops]}

    return do.inside(act)
