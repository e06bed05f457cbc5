"""``/v1/entries``: entries as those see them who keep the ledger — steps, revisions, what hangs on them.

A thin door. The public view of a dataset is ``/v1/datasets``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import Connection

from catalog import ledger_view, revisions
from catalog.bulk.adopting import history_of
from catalog.cataloging import announcing, differing, telling
from catalog.cataloging.standing import known_states, standing, untold
from catalog.errors import CatalogError
from catalog.lineage import affected, impact
from catalog.lineage import view as lineage_view
from contracts.model import Contract
from contracts.odcs.files import dumps, loads, to_document
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import departments_seen, details_seen, towards_entry
from space.api.services import permit
from space.errors import Refused, Unknown
from space.granting.kinds import published
from space.identity.organisations import organisation as registered

router = APIRouter(prefix="/v1", tags=["entries"])

Name = Annotated[str, Field(max_length=130, description="`schema.table`, or the resource code.")]

# So many datasets of a walk are told by title, the nearest.
_NAMED: Final = 100


class Proposed(Signed):
    """A contract that is not in the ledger yet."""

    contract: str = Field(min_length=1, max_length=1_000_000, description="ODCS, as YAML or JSON text.")


class NoState(CatalogError):
    """A state the procedure of cataloguing does not have."""


@router.get("/entries")
def list_entries(
    look: Look,
    page: Page,
    status: Annotated[
        list[str], Query(max_length=20, description="Only entries in, or on their way in, a state.")
    ] = [],  # noqa: B006  (read, never changed)
    owner: Annotated[str, Query(max_length=200, description="Only of this department, by its name.")] = "",
) -> Response:
    """Entries with what is in force and what is on its way."""
    permit(look.who, Act.DETAIL_READ)
    unknown = sorted(set(status) - set(known_states()))
    if unknown:
        raise NoState(f"the procedure has no such state — one of {', '.join(known_states())}")
    mine, part = departments_seen(look, Act.DETAIL_READ), page.part(str)
    rows = look.at(lambda c: telling.listed(c, status, departments=mine, owner=owner, part=part))
    return page.parted("entries", rows, "name")


@router.get("/entries/{name}")
def show(name: Name, look: Look) -> Document:
    """Every act on an entry with its actor, time and reason; its clocks, and conditions added."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: telling.history(c, name))


@router.get("/entries/{name}/revisions/{on}")
def as_of(name: Name, on: date, look: Look) -> Document:
    """The entry as it was at the end of a day, with its contract."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: telling.as_of(c, name, on))


@router.get("/entries/{name}/contract")
def contract(
    name: Name,
    look: Look,
    form: Annotated[Literal["yaml", "json"], Query(description="In which form.")] = "yaml",
) -> Response:
    """The newest contract of an entry as ODCS, the file a steward edits."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)

    def newest(connection: Connection) -> Contract:
        found = standing(connection, name)
        return revisions.number(connection, found.name, found.newest).contract

    found = look.at(newest)
    if form == "json":
        return JSONResponse(to_document(found))
    return Response(dumps(found), media_type="application/yaml")


@router.get("/entries/{name}/differences")
def difference(
    name: Name,
    look: Look,
    first: Annotated[str, Query(alias="from", max_length=20, description="Number of a revision, or a day.")],
    second: Annotated[str, Query(alias="to", max_length=20, description="Number of a revision, or a day.")],
) -> Document:
    """What two revisions of an entry differ in, field by field, in words, and whether it breaks users."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: differing.difference(c, name, first, second))


@router.get("/entries/{name}/details")
def details(name: Name, look: Look) -> Document:
    """The entry with exact figures: releases, findings, notes; for its owner and the authority."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: ledger_view.dataset(c, standing(c, name).name))


@router.get("/entries/{name}/origin")
def origin(name: Name, look: Look) -> Document:
    """What the catalogue an entry was taken over from says happened to it."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return look.at(lambda c: {"name": name, "acts": list(history_of(c, standing(c, name).name))})


@router.get("/lineage/{name}")
def lineage(
    name: Name,
    look: Look,
    direction: Annotated[
        list[Literal["up", "down"]], Query(max_length=2, description="`up`, `down`; both where none.")
    ] = [],  # noqa: B006
    depth: Annotated[int | None, Query(ge=1, le=100, description="Most generations.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="Columns passed over.")] = 0,
) -> Document:
    """Where the columns of a dataset or of `schema.table.field` come from, and what is made from them."""
    permit(look.who, Act.CATALOGUE_READ)
    mine = details_seen(look)
    both: tuple[Literal["up", "down"], ...] = ("up", "down")
    wanted = [way for way in both if way in direction or not direction]

    def read(connection: Connection) -> Document:
        start = lineage_view.start_of(connection, name)
        walks = [
            lineage_view.walked(
                connection, start, way, depth=depth, limit=limit, offset=offset,
                untold=lambda names: untold(connection, names, mine),
            )
            for way in wanted
        ]  # fmt: skip
        document = lineage_view.as_document(start, walks, offset)
        reached = {start.dataset, *(each.dataset for walk in walks for each in walk.datasets[:_NAMED])}
        known = published(connection, reached)
        return document | {
            "titles": {n: c.title for n, c in known.items()},
            "departments": {n: c.department.name for n, c in known.items()},
        }

    return look.at(read)


@router.get("/impact/{name}")
def reads(
    name: Name,
    look: Look,
    depth: Annotated[int | None, Query(ge=1, le=100, description="Most generations.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="Columns and users passed over.")] = 0,
) -> Document:
    """What breaks if a column, or a dataset, changes: columns, grants, forms, subscriptions, contracts."""
    permit(look.who, Act.DETAIL_READ)

    def read(connection: Connection) -> Document:
        start = lineage_view.start_of(connection, name)
        found = affected.affected_by(
            connection, start.dataset, start.field, look.today, depth=depth, limit=limit, after=offset
        )  # fmt: skip
        return affected.as_document(found, limit, offset)

    return look.at(read)


@router.post("/impact")
def of_contract(proposed: Proposed, do: Do) -> Document:
    """What a new contract would change, and whose use it would break; nothing is entered."""
    permit(do.who, Act.DETAIL_READ)
    wanted = loads(proposed.contract, "contract")
    name = do.at(lambda c: impact.former(c, wanted).contract.name)
    try:
        towards_entry(do, Act.DETAIL_READ, name)
    except Refused:  # who uses another's dataset is as unknown as by `GET /v1/impact/{name}`
        raise Unknown("dataset", "of that name") from None
    return do.at(lambda c: impact.as_document(impact.impact_of(c, wanted, do.today)))


@router.get("/announcements")
def announcements(
    look: Look,
    page: Page,
    organisation: Annotated[str, Query(max_length=200, description="Who is told: code or name.")] = "",
    name: Annotated[str, Query(max_length=130, description="Only about this dataset.")] = "",
    open_only: Annotated[
        bool, Query(alias="open", description="Only those nobody has acknowledged.")
    ] = False,
) -> Response:
    """Breaking changes your organisation was told of; of entries whose details you see, all of them."""
    permit(look.who, Act.CATALOGUE_READ)
    part, mine = page.part(str), details_seen(look)

    def read(connection: Connection) -> tuple[announcing.Announcement, ...]:
        own = registered(connection, look.who.organisation)
        reader = announcing.Reader(own.code, own.name, mine, look.who.grant_id)
        return announcing.announcements(
            connection, organisation=organisation, name=name, open_only=open_only, part=part, reader=reader
        )

    found = look.at(read)
    return page.parted("announcements", [one.as_document() for one in found], "id")


@router.post("/announcements/{announcement}/acknowledgement")
def acknowledge(announcement: str, signed: Signed, do: Do) -> Document:
    """Take note of an announced change, for the organisation that was told of it."""
    permit(do.who, Act.NOTICE_TAKE)
    by = do.by(signed)
    return do.inside(lambda c, now: announcing.acknowledge(c, announcement, by, now).as_document())
