"""``/v1/openings``: opening data to the public 开放, step by step; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.cataloging.standing import standing
from catalog.opening import openings, publishing, route
from policies.access import Act
from policies.machine import Office
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Reasoned, Signed
from space.api.entrance.owning import office_of, towards_entry
from space.api.services import permit

router = APIRouter(prefix="/v1/openings", tags=["openings"])

Name = Annotated[str, Field(max_length=130, description="`schema.table`, or resource code.")]


class Proposed(Reasoned):
    """An entry to be opened."""

    name: str = Field(min_length=1, max_length=130)
    licence: str = Field(min_length=1, max_length=60, description="Of the controlled list, e.g. CC-BY-4.0.")
    method: str = Field(min_length=1, max_length=60, description="De-identification (GB/T 37964).")
    effect_grade: int = Field(0, ge=0, le=4, description="Of GB/T 42460; 0 for data about no unit.")


class Answer(BaseModel):
    """What was found on one question."""

    model_config = ConfigDict(extra="forbid")

    risk: bool
    text: str = Field(min_length=1, max_length=4000)


class Assessed(Signed):
    """The three questions of an assessment."""

    secrecy: Answer
    personal: Answer
    aggregation: Answer


class Decided(Reasoned):
    """The authority's decision."""

    decision: Literal["approve", "refuse", "return"]


class Withdrawn(Reasoned):
    """Why every export goes, and what the public is told."""

    announcement: str = Field(min_length=1, max_length=4000)


@router.get("")
def list_openings(look: Look, page: Page) -> Response:
    """Datasets that are open, on their way, or were withdrawn; `stale` says why an export is behind."""
    permit(look.who, Act.CATALOGUE_READ)

    def read(connection: Connection) -> list[Document]:
        found = openings.listing(connection, page.part(str))
        stale = publishing.stale(connection, found)
        return [one.to_document() | {"stale": stale.get(one.dataset, "")} for one in found]

    return page.parted("openings", look.at(read), "dataset")


@router.get("/{name}")
def show(name: Name, look: Look) -> Document:
    """An opening: its steps with reasons, and its exports."""
    permit(look.who, Act.CATALOGUE_READ)
    return look.at(lambda c: _document(c, standing(c, name).name))


@router.post("", status_code=201)
def propose(said: Proposed, do: Do) -> Document:
    """Propose an entry; the steward's act."""
    permit(do.who, Act.OPENING_FILE)
    towards_entry(do, Act.OPENING_FILE, said.name)
    by = do.by(said)
    return do.inside(
        lambda c, now: route.propose(
            c, said.name, licence=said.licence, method=said.method, effect_grade=said.effect_grade,
            reason=said.reason, by=by, now=now,
        ).to_document()
    )  # fmt: skip


@router.post("/{name}/assessment")
def assess(name: Name, said: Assessed, do: Do) -> Document:
    """Assess a proposal; the security office's act. One risk returns it."""
    permit(do.who, Act.OPENING_ASSESS)
    by = do.by(said)
    told = {word: getattr(said, word) for word in ("secrecy", "personal", "aggregation")}
    answers = {word: route.Answer(one.risk, one.text) for word, one in told.items()}
    return _step(do, name, lambda c, now: route.assess(c, name, answers, by=by, now=now))


@router.post("/{name}/check")
def check(name: Name, said: Signed, do: Do) -> Document:
    """Let the machine check the newest release: whether it may leave, and as what."""
    permit(do.who, Act.OPENING_FILE)
    towards_entry(do, Act.OPENING_FILE, name)
    by = do.by(said)
    return _step(do, name, lambda c, now: route.check(do.wired.home, c, name, by=by, now=now))


@router.post("/{name}/decision")
def decide(name: Name, said: Decided, do: Do) -> Document:
    """Approve a checked proposal, or refuse or return it; the authority's act."""
    permit(do.who, Act.OPENING_DECIDE)
    by = do.by(said)
    return _step(
        do, name, lambda c, now: route.decide(c, name, said.decision, reason=said.reason, by=by, now=now)
    )


@router.post("/{name}/exports", status_code=201)
def publish(name: Name, said: Signed, do: Do) -> Document:
    """Publish the newest release as a dated export; the authority's act."""
    permit(do.who, Act.OPENING_DECIDE)
    by = do.by(said)
    return do.apart(
        lambda now: publishing.publish(do.wired.home, do.engine, name, by=by, now=now).to_document(),
        lambda c: _document(c, name),
    )


@router.post("/{name}/withdrawal")
def withdraw(name: Name, said: Withdrawn, do: Do) -> Document:
    """Withdraw every export: files go, a tombstone stays."""
    permit(do.who, Act.OPENING_DECIDE)
    by = do.by(said)
    office = Office.SECURITY if office_of(do.who) is Office.SECURITY else Office.AUTHORITY

    def act(now: datetime) -> Document:
        gone = publishing.withdraw(
            do.wired.home, do.engine, name, reason=said.reason, announcement=said.announcement, by=by,
            now=now, office=office,
        )  # fmt: skip
        return {"dataset": name, "withdrawn": list(gone)}

    return do.apart(act, lambda c: _document(c, name))


@router.post("/{name}/retraction")
def retract(name: Name, said: Reasoned, do: Do) -> Document:
    """Take a proposal back before it is published; the steward's act."""
    permit(do.who, Act.OPENING_FILE)
    towards_entry(do, Act.OPENING_FILE, name)
    by = do.by(said)
    return _step(do, name, lambda c, now: route.retract(c, name, reason=said.reason, by=by, now=now))


def _step(do: Doing, name: str, act: Callable[[Connection, datetime], Any]) -> Document:
    return do.inside(lambda c, now: act(c, now).to_document(), lambda c: _document(c, name))


def _document(connection: Connection, name: str) -> Document:
    found = openings.called(connection, name)
    more = {"steps": openings.steps(connection, name), "exports": publishing.exports(connection, name)}
    return found.to_document() | more
