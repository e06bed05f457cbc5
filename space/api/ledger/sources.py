"""``/v1/sources``: the one authoritative source of a data item 数源, claims, conflicts, permits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.authority import cases, claimed, claims, naming, permits, reading
from catalog.cataloging.titles import entry_titles, items_of
from policies.access import Act
from policies.machine import Office
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Look
from space.api.entrance.owning import towards_entry, without_untold
from space.api.services import permit

router = APIRouter(prefix="/v1/sources", tags=["sources"])

Dataset = Annotated[str, Field(min_length=3, max_length=130, description="`schema.table`.")]
Field_ = Annotated[str, Field(min_length=1, max_length=130, description="Name of the field.")]
# A claim is a side of a conflict while it answers for the item, or says that it does.
_SIDES = ("authoritative", "contested")
Item = Annotated[str, Field(max_length=260, description="`schema.table.field`.")]


class Claimed(Based):
    """A field that answers for its item."""

    dataset: Dataset
    field: Field_


class Decided(Based):
    """Who answers from now on."""

    winner: Item


class Ended(Based):
    """The item nobody answers for any more."""

    element: str = Field(min_length=1, max_length=100)
    subject: str | None = Field(None, max_length=100)


class Permitted(Based):
    """A field of a composed dataset that may be read from a copy."""

    reader: Item
    reads: Item
    until: date | None = Field(None, description="Last day; none where left out.")


@router.get("")
def sources(look: Look, page: Page) -> Response:
    """The authoritative source of each item."""
    permit(look.who, Act.CATALOGUE_READ)
    named = without_untold(look, [one.to_document() for one in look.at(naming.sources)], "dataset")
    found = look.at(lambda c: _called(c, named))
    return page.answer("sources", found, "element", "subject", "since")


@router.get("/conflicts")
def conflicts(look: Look, page: Page) -> Response:
    """Conflicts that wait for the data authority."""
    permit(look.who, Act.CATALOGUE_READ)
    claimed_by = without_untold(look, [one.to_document() for one in look.at(claimed.claims)], "dataset")
    found = look.at(lambda c: _sides(c, [one.to_document() for one in cases.open_cases(c)], claimed_by))
    return page.answer("conflicts", found, "id")


@router.get("/copies")
def copies(look: Look, page: Page) -> Response:
    """Forms and composed datasets that read a copy where an authoritative field is there."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: reading.misread(c, look.today))
    rows = without_untold(look, [one.to_document() for one in found], "reader", "reads", "source")
    return page.answer("copies", rows, *(sorted(rows[0]) if rows else ("reader",)))


@router.get("/elements/{element}")
def element(element: Annotated[str, Field(max_length=100)], look: Look) -> Document:
    """Who answers and answered for an element, and who claims it, by subject."""
    permit(look.who, Act.CATALOGUE_READ)

    def read(connection: Connection) -> Document:
        made = [one for one in claimed.claims(connection) if one.element == element]
        named = [one.subject for one in naming.sources(connection) if one.element == element]
        subjects = list(dict.fromkeys([*(one.subject for one in made), *named]))
        terms = [term for each in subjects for term in naming.history(connection, element, each)]
        found = [one for one in cases.all_cases(connection) if one.element == element]
        return {
            "element": element,
            "terms": [one.to_document() for one in terms],
            "claims": _called(connection, [one.to_document() for one in made]),
            "conflicts": [one.to_document() for one in found],
        }

    told = look.at(read)
    return told | {
        "terms": without_untold(look, told["terms"], "dataset"),
        "claims": without_untold(look, told["claims"], "dataset"),
        "conflicts": without_untold(look, told["conflicts"], "decided_for"),
    }


@router.post("/claims", status_code=201)
def claim(said: Claimed, do: Do) -> Document:
    """Claim that a field answers for its item; where another does, a conflict is opened."""
    permit(do.who, Act.SOURCE_CLAIM)
    towards_entry(do, Act.SOURCE_CLAIM, said.dataset)
    return _claimed(said, do, Office.STEWARD)


@router.post("/namings", status_code=201)
def name(said: Claimed, do: Do) -> Document:
    """Name the field that answers for its item; the authority's act."""
    permit(do.who, Act.SOURCE_DECIDE)
    towards_entry(do, Act.SOURCE_DECIDE, said.dataset)
    return _claimed(said, do, Office.AUTHORITY)


@router.post("/claims/{dataset}/{field}/retraction")
def retract(dataset: Dataset, field: Field_, said: Based, do: Do) -> Document:
    """Take a contested claim back."""
    permit(do.who, Act.SOURCE_CLAIM)
    towards_entry(do, Act.SOURCE_CLAIM, dataset)
    by = do.by(said)
    return do.inside(
        lambda c, now: claims.retract(c, dataset, field, basis=said.basis, by=by, now=now).to_document()
    )


@router.post("/conflicts/{case}/decision")
def decide(case: Annotated[str, Field(max_length=40)], said: Decided, do: Do) -> Document:
    """Decide a conflict, for the data authority; whoever loses holds a copy."""
    permit(do.who, Act.SOURCE_DECIDE)
    by = do.by(said)
    return do.inside(
        lambda c, now: claims.decide(c, case, said.winner, basis=said.basis, by=by, now=now).to_document()
    )


@router.post("/endings")
def withdraw(said: Ended, do: Do) -> Document:
    """Withdraw the source of an item: nobody answers for it; the authority's act."""
    permit(do.who, Act.SOURCE_DECIDE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        claims.withdraw(connection, said.element, said.subject, basis=said.basis, by=by, now=now)
        return {"element": said.element, "subject": said.subject}

    return do.inside(act)


@router.get("/permits")
def list_permits(look: Look, page: Page) -> Response:
    """Which copies may be read, and were."""
    permit(look.who, Act.CATALOGUE_READ)
    found = [one.to_document() for one in look.at(permits.permits)]
    return page.answer("permits", without_untold(look, found, "reader", "reads"), "id")


@router.post("/permits", status_code=201)
def allow(said: Permitted, do: Do) -> Document:
    """Allow a field of a composed dataset to be read from a copy; the authority's act."""
    permit(do.who, Act.SOURCE_DECIDE)
    by = do.by(said)
    return do.inside(
        lambda c, now: permits.permit(
            c, said.reader, said.reads, basis=said.basis, by=by, now=now, until=said.until
        ).to_document()
    )


@router.post("/permits/{permit_id}/ending")
def unpermit(permit_id: Annotated[str, Field(max_length=40)], said: Based, do: Do) -> Document:
    """End a permit: the next revision and release read the authoritative field."""
    permit(do.who, Act.SOURCE_DECIDE)
    by = do.by(said)
    return do.inside(lambda c, now: permits.end(c, permit_id, basis=said.basis, by=by, now=now).to_document())


def _claimed(said: Claimed, do: Do, office: Office) -> Document:
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        made = claims.claim(
            connection, said.dataset, said.field, basis=said.basis, by=by, now=now, office=office
        )
        conflict = next((one for one in cases.open_cases(connection) if one.key == made.item.key), None)
        return made.to_document() | {"conflict": None if conflict is None else conflict.id}

    return do.inside(act)


def _called(connection: Connection, found: list[Document]) -> list[Document]:
    """Claims and sources, with what the entry and the item are called."""
    titles = entry_titles(connection, {one["dataset"] for one in found})
    items = items_of(connection, titles)
    return [
        one
        | {
            "title": titles.get(one["dataset"], ""),
            "item": items.get(one["dataset"], {}).get(one["field"], ""),
        }
        for one in found
    ]


def _sides(connection: Connection, found: list[Document], claimed_by: list[Document]) -> list[Document]:
    """Conflicts, with those of the claims each is between."""
    if not found:
        return []
    told = _called(connection, claimed_by)
    return [
        one
        | {
            "claims": [
                each for each in told
                if (each["element"], each["subject"]) == (one["element"], one["subject"])
                and each["state"] in _SIDES
            ]
        }
        for one in found
    ]  # fmt: skip
