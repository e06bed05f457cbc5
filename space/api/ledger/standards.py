"""``/v1/standards``: a city's own standards 标准 — proposed, published, in force, withdrawn; a thin door."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.standards import entries, life
from catalog.standards.figures import measured
from catalog.standards.life import Standard
from catalog.standards.printing import document_of
from contracts.elements import entries_in
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Reasoned
from space.api.entrance.owning import details_seen
from space.api.services import permit

router = APIRouter(prefix="/v1/standards", tags=["standards"])

Code = Annotated[str, Field(max_length=100)]


class Proposed(Reasoned):
    """Elements of the city's own."""

    elements: str = Field(min_length=1, max_length=1_000_000, description="YAML: `elements: [{code: …}]`.")


class Dated(Reasoned):
    """From which day."""

    on: date | None = Field(None, description="Today where left out.")


@router.get("")
def list_standards(look: Look, page: Page, on: date | None = None) -> Response:
    """The versions of all own standards, and where they stand on a day."""
    permit(look.who, Act.STANDARD_READ)
    part = page.part(str, int)
    rows = look.at(lambda c: [_line(one, on or look.today) for one in life.versions(c, part=part)])
    return page.parted("standards", rows, "code", "version")


@router.post("", status_code=201)
def propose(said: Proposed, do: Do) -> Document:
    """Propose elements."""
    permit(do.who, Act.STANDARD_KEEP)
    by = do.by(said)
    with tempfile.TemporaryDirectory(prefix="ybz-sent-") as folder:
        file = Path(folder, "elements.yaml")
        file.write_text(said.elements, encoding="utf-8")
        given = entries_in(file)

    def act(connection: Connection, now: datetime) -> Document:
        made = [life.propose(connection, one, by=by, reason=said.reason, now=now) for one in given]
        return {"standards": [_line(one, local_date(now)) for one in made]}

    return do.inside(act)


@router.get("/adoption")
def adoption(look: Look, on: date | None = None) -> Document:
    """How far standards are followed 贯标率: in published entries, and in all whose details you see."""
    permit(look.who, Act.STANDARD_READ)
    mine = details_seen(look)
    return document_of(look.at(lambda c: measured(c, on or look.today, mine)))


@router.get("/{code}")
def show(code: Code, look: Look, on: date | None = None) -> Document:
    """Every version of a standard, and who did what to it."""
    permit(look.who, Act.STANDARD_READ)

    def read(connection: Connection) -> list[Document]:
        return [
            _line(one, on or look.today)
            | {
                "element": entries.document_of(one.element),
                "acts": [
                    {
                        "act": act.act, "by": act.made_by, "reason": act.reason, "on": act.effective_on,
                        "at": act.made_at,
                    }
                    for act in life.acts(connection, one)
                ],
            }
            for one in life.versions(connection, code)
        ]  # fmt: skip

    found = look.at(read)
    if not found:
        raise entries.StandardRefused(code, "is not known here", "GET /v1/standards lists them")
    return {"code": code, "versions": found}


@router.post("/{code}/publication")
def publish(code: Code, said: Reasoned, do: Do) -> Document:
    """Publish the proposed version."""
    permit(do.who, Act.STANDARD_KEEP)
    by = do.by(said)
    return _acted(do, lambda c, now: life.publish(c, code, by=by, reason=said.reason, now=now))


@router.post("/{code}/enforcement")
def enforce(code: Code, said: Dated, do: Do) -> Document:
    """Put the published version in force from a day on."""
    permit(do.who, Act.STANDARD_KEEP)
    by = do.by(said)
    return _acted(
        do,
        lambda c, now: life.enforce(
            c, code, starts_on=said.on or local_date(now), by=by, reason=said.reason, now=now
        ),
    )


@router.post("/{code}/withdrawal")
def withdraw(code: Code, said: Dated, do: Do) -> Document:
    """Withdraw the newest version, from a day on."""
    permit(do.who, Act.STANDARD_KEEP)
    by = do.by(said)
    return _acted(
        do,
        lambda c, now: life.withdraw(
            c, code, ends_on=said.on or local_date(now), by=by, reason=said.reason, now=now
        ),
    )


def _acted(do: Doing, act: Callable[[Connection, datetime], Standard]) -> Document:
    return do.inside(lambda c, now: _line(act(c, now), local_date(now)))


def _line(one: Standard, on: date) -> Document:
    return {
        "code": one.code, "version": one.number, "name": one.element.name, "state": one.state,
        "in_force": one.in_force(on), "starts_on": one.starts_on, "ends_on": one.ends_on,
        "base": one.element.base,
    }  # fmt: skip
