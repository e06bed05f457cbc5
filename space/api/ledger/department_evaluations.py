"""``/v1/quality-evaluations``: the quarterly evaluation of departments' data 质量评价; a thin door."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlalchemy import Connection

from catalog import keys
from catalog.rectification import contests, evaluation, evaluation_page
from policies.access import Act, Role
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import towards_entry
from space.api.services import permit

router = APIRouter(prefix="/v1/quality-evaluations", tags=["quality"])

Period = Annotated[str, Field(pattern=r"^[12]\d{3}Q[1-4]$", description="Quarter, `2026Q3`.")]


class Frozen(Signed):
    """Which quarter."""

    period: Period


class Contested(Reasoned):
    """What is wrong with a line."""

    dataset: str = Field(min_length=1, max_length=130)


class Decided(Reasoned):
    """A decision of an objection."""

    upheld: bool
    release: str | None = Field(None, max_length=40, description="Upheld: the release that counts.")


@router.get("/{period}")
def show(
    period: Period, look: Look, version: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> Document:
    """A quarter's evaluation, its objections, and whether it is what was frozen; others see no counts."""
    permit(look.who, Act.CATALOGUE_READ)
    found, problem = evaluation.read(look.wired.home, look.engine, period, version)

    def read(connection: Connection) -> Document:
        raised = contests.contests(connection, found.period)
        numbers = [one.version for one in evaluation.versions(connection, found.period)]
        return {"versions": numbers, "contests": [one.to_document() for one in raised]}

    document = found.to_document() | look.at(read) | {"ok": not problem, "problem": problem}
    return document if look.who.role in (Role.AUTHORITY, Role.AUDITOR) else _public(document, found)


@router.get("/{period}/page", response_class=HTMLResponse)
def page(period: Period, look: Look) -> HTMLResponse:
    """The same as a page to print; the authority's."""
    permit(look.who, Act.DEPARTMENT_EVALUATE)
    found, _ = evaluation.read(look.wired.home, look.engine, period, None)
    return HTMLResponse(evaluation_page.page(found, look.at(lambda c: contests.contests(c, found.period))))


@router.post("", status_code=201)
def freeze(said: Frozen, do: Do) -> Document:
    """Freeze the quality of every dataset and department at the end of a quarter."""
    permit(do.who, Act.DEPARTMENT_EVALUATE)
    by, held = do.by(said), keys.load(do.wired.home)
    return do.apart(
        lambda now: evaluation.freeze(do.engine, said.period, keys=held, by=by, now=now).to_document()
    )


@router.post("/{period}/publication")
def publish(period: Period, said: Signed, do: Do) -> Document:
    """Publish the newest version of a quarter; its window for objections opens."""
    permit(do.who, Act.DEPARTMENT_EVALUATE)
    by = do.by(said)
    return do.apart(lambda now: evaluation.publish(do.engine, period, by=by, now=now).to_document())


@router.post("/{period}/objections", status_code=201)
def contest(period: Period, said: Contested, do: Do) -> Document:
    """Object to the line of a dataset of one's own, while the window is open."""
    permit(do.who, Act.RECTIFICATION_ANSWER)
    towards_entry(do, Act.RECTIFICATION_ANSWER, said.dataset)
    by, mine = do.by(said), do.who.organisation
    return do.apart(
        lambda now: contests.contest(
            do.engine, period, said.dataset, reason=said.reason, by=by, now=now, department=mine
        ).to_document()
    )


@router.post("/objections/{objection}/decision")
def decide(objection: Annotated[str, Field(max_length=40)], said: Decided, do: Do) -> Document:
    """Decide an objection; upheld, it makes a corrected evaluation as a further version."""
    permit(do.who, Act.DEPARTMENT_EVALUATE)
    by, held = do.by(said), keys.load(do.wired.home)
    return do.apart(
        lambda now: contests.decide(
            do.engine, objection, upheld=said.upheld, reason=said.reason, keys=held, by=by, now=now,
            release=said.release if said.upheld else None,
        ).to_document()
    )  # fmt: skip


def _public(document: Document, found: evaluation.Evaluation) -> Document:
    told = evaluation_page.public(found)
    lines = {line["dataset"] for line in told["datasets"]}
    hidden = ("opened_by", "decided_by", "corrected_score")
    kept = [
        {name: value for name, value in one.items() if name not in hidden}
        for one in document["contests"]
        if one["dataset"] in lines
    ]
    return {**{n: v for n, v in document.items() if n != "frozen_by"}, "evaluation": told, "contests": kept}
