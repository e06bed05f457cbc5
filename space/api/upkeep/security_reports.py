"""``/v1/security-reports``: risks of a year, impact assessments, important data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act
from policies.clocks import local_date
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.services import permit
from space.evaluation import impact_register, important_data, page, reports, risk_report

router = APIRouter(prefix="/v1/security-reports", tags=["evaluations"])

Kind = Literal["risk", "impact-register", "important-data"]
Year = Annotated[
    int | None, Query(ge=2000, le=2200, description="Of the report on risks; the running one where left out.")
]


class Kept(Signed):
    """Which year's report is kept."""

    year: int | None = Field(None, ge=2000, le=2200)


@router.get("/{kind}")
def show(kind: Kind, look: Look, year: Year = None) -> Document:
    """A report as of now: figures with definition and instant, rows that say why."""
    permit(look.who, Act.EVALUATION_KEEP)
    return look.at(lambda c: _made(c, kind, year, look.now))


@router.get("/{kind}/page", response_class=HTMLResponse)
def printed(kind: Kind, look: Look, year: Year = None) -> HTMLResponse:
    """The same as a page to print."""
    permit(look.who, Act.EVALUATION_KEEP)
    return HTMLResponse(page.report(look.at(lambda c: _made(c, kind, year, look.now))))


@router.post("/{kind}", status_code=201)
def keep(kind: Kind, said: Kept, do: Do) -> Document:
    """Keep a report as it is now, with evidence of its digest."""
    permit(do.who, Act.EVALUATION_KEEP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        document = _made(connection, kind, said.year, now)
        return {**document, "kept": reports.keep(connection, document, by=by, now=now)}

    return do.inside(act)


def _made(connection: Connection, kind: Kind, year: int | None, now: datetime) -> Document:
    if kind == "risk":
        return risk_report.compose(connection, year or local_date(now).year, now=now)
    compose = impact_register.compose if kind == "impact-register" else important_data.compose
    return compose(connection, at=now)
