"""``/v1/classification``: findings, decisions with two signatures, reviews of merged sources; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.cataloging.standing import standings
from catalog.cataloging.titles import items_of
from catalog.classify import decisions, reviews, view
from catalog.classify.decisions import Decision
from catalog.classify.decisions import Signed as Signature
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Reasoned
from space.api.entrance.owning import departments_seen, office_of, towards_entry
from space.api.services import permit
from space.identity.people import named

router = APIRouter(prefix="/v1/classification", tags=["classification"])

Name = Annotated[str, Field(max_length=130, description="`schema.table`.")]
Id = Annotated[str, Field(max_length=40)]


class Argued(Reasoned):
    """Who signs, why, and what it rests on."""

    basis: str = Field("", max_length=2000, description="Law, standard or document it rests on.")


class Judged(Argued):
    """What a person says of a finding, or of a field."""

    field: str = Field(min_length=1, max_length=130)
    act: Literal["confirm", "override", "raise", "lower"]
    kind: str = Field("*", max_length=60, description="The finding; `*` for the field as such.")
    grade: int | None = Field(None, ge=1, le=4, description="To be raised to (2-4) or lowered to (1-3).")
    until: date | None = Field(None, description="Last day it holds; until it changes where left out.")


class Merged(Argued):
    """Whether personal sources may be merged."""

    accept: bool


@router.get("/datasets/{name}")
def dataset(name: Name, look: Look) -> Document:
    """Each field: declared, found, inherited, decided, and its grade after all that."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: view.dataset(c, name, look.today))


@router.get("/decisions")
def list_decisions(look: Look, page: Page, name: Name | None = None, ended: bool = False) -> Response:
    """Decisions, of one dataset or of all; with `ended` those that are over as well."""
    permit(look.who, Act.DETAIL_READ)
    mine, part = departments_seen(look, Act.DETAIL_READ), page.part(str)

    def read(connection: Connection) -> list[Document]:
        found = view.decisions_listed(
            connection, part, look.today, departments=mine, name=name, everything=ended
        )
        return _told(connection, found)

    return page.parted("decisions", look.at(read), "id")


@router.post("/datasets/{name}/decisions", status_code=201)
def judge(name: Name, said: Judged, do: Do) -> Document:
    """Confirm or override a finding, raise or lower a field; what lowers protection needs two people."""
    permit(do.who, Act.CLASSIFICATION_PROPOSE)
    towards_entry(do, Act.CLASSIFICATION_PROPOSE, name)
    grade = said.grade or 0

    def act(connection: Connection, now: datetime) -> Document:
        signed = _signature(do, said, now)
        subject = view.subject(connection, name, said.field, said.kind, local_date(now))
        if said.act == "raise":
            made = decisions.raise_grade(connection, subject, signed, grade, said.until)
        elif said.act == "lower":
            made = decisions.lower(connection, subject, signed, grade, said.until)
        elif said.act == "confirm":
            made = decisions.confirm(connection, subject, signed, said.until)
        else:
            made = decisions.override(connection, subject, signed, said.until)
        return view.decision_line(made)

    return do.inside(act)


@router.post("/decisions/{decision}/consent")
def consent(decision: Id, said: Argued, do: Do) -> Document:
    """Give the second signature: the decision is in force."""
    permit(do.who, Act.CLASSIFICATION_DECIDE)
    made = do.at(lambda c: decisions.of(c, decision))
    towards_entry(do, Act.CLASSIFICATION_DECIDE, made.dataset)

    def second(connection: Connection, named: str, signed: Signature) -> Decision:
        # Who proposed is known by name or by id, and so may be who consents.
        by = do.second(connection, said, made.made_by)
        return decisions.consent(connection, named, replace(signed, by=by))

    return _later(do, decision, said, second)


@router.post("/decisions/{decision}/refusal")
def refuse(decision: Id, said: Argued, do: Do) -> Document:
    """Refuse the second signature: the proposal is at its end."""
    permit(do.who, Act.CLASSIFICATION_DECIDE)
    towards_entry(do, Act.CLASSIFICATION_DECIDE, do.at(lambda c: decisions.of(c, decision)).dataset)
    return _later(do, decision, said, decisions.refuse)


@router.post("/decisions/{decision}/withdrawal")
def withdraw(decision: Id, said: Argued, do: Do) -> Document:
    """Take a decision back, proposed or in force; what it covered is not covered any more."""
    permit(do.who, Act.CLASSIFICATION_PROPOSE)
    towards_entry(do, Act.CLASSIFICATION_PROPOSE, do.at(lambda c: decisions.of(c, decision)).dataset)
    return _later(do, decision, said, decisions.withdraw)


@router.get("/reviews")
def list_reviews(look: Look, page: Page, ended: bool = False) -> Response:
    """Reviews of datasets that merge personal sources; with `ended` decided ones as well."""
    permit(look.who, Act.DETAIL_READ)
    mine, part = departments_seen(look, Act.DETAIL_READ), page.part(str)

    def read(connection: Connection) -> list[Document]:
        return _told(connection, view.reviews_listed(connection, part, departments=mine, everything=ended))

    return page.parted("reviews", look.at(read), "id")


@router.post("/datasets/{name}/review")
def review(name: Name, said: Merged, do: Do) -> Document:
    """Decide whether a dataset may merge the personal sources it merges now."""
    permit(do.who, Act.CLASSIFICATION_DECIDE)
    towards_entry(do, Act.CLASSIFICATION_DECIDE, name)

    def act(connection: Connection, now: datetime) -> Document:
        merged, grade = view.merge(connection, name, local_date(now))
        opened = reviews.raise_review(connection, name, merged, grade, now)
        event = "accept" if said.accept else "refuse"
        made = reviews.decide_review(connection, opened.id, event, _signature(do, said, now))
        return view.review_line(made)

    return do.inside(act)


def _told(connection: Connection, rows: list[Document]) -> list[Document]:
    """Decisions or reviews, with what the entries, the items and whoever decided are called."""
    entries = {name for one in rows for name in (one["dataset"], *one.get("sources", ()))}
    stood, items = standings(connection, entries), items_of(connection, entries)
    signed = [one.get(key) for one in rows for key in ("made_by", "decided_by")]
    people = {one.id: one.name for one in named(connection, filter(None, signed))}
    return [
        one
        | {
            "title": stood[one["dataset"]].title if one["dataset"] in stood else one["dataset"],
            "department": stood[one["dataset"]].department if one["dataset"] in stood else "",
            "item": items.get(one["dataset"], {}).get(one.get("field") or "", ""),
            "made_by_name": people.get(one.get("made_by") or "", one.get("made_by")),
            "decided_by_name": people.get(one.get("decided_by") or "", one.get("decided_by")),
            "merged": [
                {
                    "dataset": source,
                    "title": stood[source].title if source in stood else source,
                    "department": stood[source].department if source in stood else "",
                    "items": [items.get(source, {}).get(field, field) for field in fields],
                }
                for source, fields in one.get("sources", {}).items()
            ],
        }
        for one in rows
    ]


def _later(
    do: Doing, decision: str, said: Argued, act: Callable[[Connection, str, Signature], Decision]
) -> Document:
    def done(connection: Connection, now: datetime) -> Document:
        line: dict[str, Any] = view.decision_line(act(connection, decision, _signature(do, said, now)))
        return line

    return do.inside(done)


def _signature(do: Doing, said: Argued, now: datetime) -> Signature:
    return Signature(do.by(said), office_of(do.who), now, said.reason, said.basis)
