"""``/v1/sources``: the one authoritative source of a data item 数源, claims, conflicts, permits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.authority import cases, claimed, claims, naming, permits, reading
from catalog.authority.told import told
from catalog.cataloging.titles import entry_titles, items_of
from policies.access import Act
from policies.machine import Office
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Look
from space.api.entrance.owning import details_seen, towards_entry, without_untold
from space.api.services import permit
from space.errors import Unknown

router = APIRouter(prefix="/v1/sources", tags=["sources"])

Dataset = Annotated[str, Field(min_length=3, max_length=130, description="`schema.table`.")]
Field_ = Annotated[str, Field(min_length=1, max_length=130, description="Name of the field.")]
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
    mine, part = details_seen(look), page.part(str, str)

    def read(connection: Connection) -> list[Document]:
        found = naming.sources_told(connection, mine, part)
        return _called(connection, [one.to_document() for one in found])

    return page.parted("sources", look.at(read), "element", "subject")


@router.get("/conflicts")
def conflicts(look: Look, page: Page) -> Response:
    """Conflicts that wait for the data authority, the oldest first."""
    permit(look.who, Act.CATALOGUE_READ)
    mine, part = details_seen(look), page.part(datetime, str)

    def read(connection: Connection) -> list[Document]:
        found = [one.to_document() for one in cases.open_cases(connection, part)]
        sides = claimed.sides(connection, {one["id"] for one in found}, mine)
        return _between(found, _called(connection, [one.to_document() for one in sides]))

    return page.parted("conflicts", look.at(read), "opened_at", "id")


@router.get("/conflicts/{case}")
def conflict(case: Annotated[str, Field(max_length=40)], look: Look) -> Document:
    """One conflict that waits for the data authority."""
    permit(look.who, Act.CATALOGUE_READ)
    mine = details_seen(look)

    def read(connection: Connection) -> Document:
        try:
            found = cases.open_case(connection, case)
        except cases.UnknownCase as none:
            raise Unknown("conflict that waits", case, "see `ybz authority list`") from none
        sides = _called(
            connection, [one.to_document() for one in claimed.sides(connection, {found.id}, mine)]
        )
        (one,) = _between([found.to_document()], sides)
        return one

    return look.at(read)


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

    mine = details_seen(look)

    def read(connection: Connection) -> Document:
        found = told(connection, element, codes=mine)
        return {
            "element": element,
            "terms": [one.to_document() for one in found.terms],
            "claims": _called(connection, [one.to_document() for one in found.claims]),
            "conflicts": [one.to_document() for one in found.conflicts],
        }

    return look.at(read)


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
    mine, part = details_seen(look), page.part(datetime, str)
    found = look.at(lambda c: permits.permits(c, mine, part))
    return page.parted("permits", [one.to_document() for one in found], "made_at", "id")


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


def _between(found: list[Document], sides: list[Document]) -> list[Document]:
    """Conflicts, with those of the claims each is between."""
    of: dict[tuple[str, str], list[Document]] = {}
    for each in sides:
        of.setdefault((each["element"], each["subject"]), []).append(each)
    return [one | {"claims": of.get((one["element"], one["subject"]), [])} for one in found]
