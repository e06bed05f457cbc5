"""``/v1/corrections`` beside the parties: appeals decided, late cases moved, accepted values looked for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act
from space.api.answering import files
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Look
from space.api.entrance.owning import codes_seen
from space.api.services import permit
from space.wayback.corrections import appeals
from space.wayback.corrections.carrying import check as look_for
from space.wayback.corrections.carrying import write_workbook
from space.wayback.corrections.course import Bench, correction
from space.wayback.corrections.levels import before_part, owners_before
from space.wayback.recall.following import tell_of
from space.wayback.recall.standing import waiting

router = APIRouter(prefix="/v1/corrections", tags=["corrections"])

Id = Annotated[str, Field(max_length=40)]
Level = Literal["authority", "superior", "government"]


class Decided(Based):
    """A decision at the level a case is before."""

    level: Level = "authority"
    overturn: bool = Field(description="Whether the value is to be corrected.")


@router.get("/before")
def before(
    look: Look,
    page: Page,
    level: Annotated[Level | None, Query(description="Only those before this level.")] = None,
) -> Response:
    """Cases that wait for a decision of the authority or a level above, the oldest first."""
    permit(look.who, Act.CORRECTION_DECIDE)
    mine, part = codes_seen(look, Act.CORRECTION_DECIDE, owners_before), page.part(datetime, str)
    found = look.at(lambda c: before_part(c, part, departments=mine, level=level))
    return page.parted("corrections", [one.to_document() for one in found], "opened_at", "id")


@router.get("/workbook", response_class=Response)
def workbook(look: Look) -> Response:
    """The accepted corrections a department has still to carry into its system; it holds values."""
    permit(look.who, Act.CORRECTION_ANSWER)

    def write(path: Path) -> None:
        write_workbook(look.engine, look.who.organisation, path)

    return files.written("corrections.xlsx", files.XLSX, write)


@router.post("/escalation")
def escalate(do: Do) -> Document:
    """Let every case that is late go up one level; a running server does so by itself."""
    permit(do.who, Act.CORRECTION_DECIDE)
    return do.apart(
        lambda now: {"corrections": [one.to_document() for one in appeals.escalate(do.engine, now)]}
    )


@router.post("/checks")
def check(do: Do) -> Document:
    """Look for accepted values in the releases published since; whoever holds an old one is told."""
    permit(do.who, Act.CORRECTION_DECIDE)

    def act(now: datetime) -> Document:
        found = look_for(do.wired.home, do.engine, now)
        for one in do.at(waiting):
            tell_of(do.wired.home, do.engine, one, now)
        return {"checked": [asdict(each) for each in found]}

    return do.apart(act)


@router.post("/{case}/decision")
def decide(case: Id, said: Decided, do: Do) -> Document:
    """Decide an appeal, or an overdue challenge, at the level it is before; holders are told."""
    permit(do.who, Act.CORRECTION_DECIDE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        return appeals.decide(
            connection, case, level=Bench(said.level), overturn=said.overturn, basis=said.basis, by=by,
            now=now,
        ).to_document()  # fmt: skip

    done = do.inside(act, looked=lambda c: correction(c, case).to_document())
    tell_of(do.wired.home, do.engine, case, do.now)
    return done
