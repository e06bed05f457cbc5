"""``/v1/search`` and ``/v1/datasets``: the public view of the catalogue, and nothing beside it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

import pyarrow as pa
from fastapi import APIRouter, Query, Response
from pyarrow import csv
from starlette.concurrency import run_in_threadpool

from catalog import public_releases, public_revisions
from catalog.search.nearest import nearest
from catalog.store import reading
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.negotiation import Form
from space.api.services import Known, Services, Wired, permit
from space.granting.kinds import published
from space.preview.dictionary import contract_of, dictionary
from space.preview.searches import Question
from space.preview.synthetic import MOST_ROWS, sample
from space.preview.views import Moment, Shown, several, standing

router = APIRouter(prefix="/v1", tags=["catalogue"])

# A facet and its value, and how many of them narrow one search.
Facet = Annotated[str, Query(pattern=r"^[a-z_]{1,20}=", max_length=230)]
_NARROWING: Final = 50


@router.get("/search", response_model=dict[str, Any])
async def find(
    wired: Wired,
    who: Known,
    q: Annotated[str, Query(max_length=200, description="Words; every published dataset where none.")] = "",
    facet: Annotated[
        list[Facet], Query(max_length=_NARROWING, description="`FACET=VALUE`; several values of one: any.")
    ] = [],  # noqa: B006  (read, never changed)
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Published datasets that contain every word of ``q``, the best first, and how all of them divide."""
    permit(who, Act.CATALOGUE_READ)
    question, today = Question(q, tuple(facet), limit), local_date(wired.clock())
    known = wired.searches.standing(question, today)
    if known is None:
        known = await run_in_threadpool(wired.searches.answer, question, today)
    return _json(known)


@router.get("/search/instead")
def instead(
    wired: Wired,
    who: Known,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words that found nothing.")],
) -> dict[str, Any]:
    """Words within `q` that find something, where all of it finds nothing."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:
        found = nearest(connection, q, on=local_date(wired.clock()))
    return {"instead": [{"words": one.words, "total": one.total} for one in found]}


@router.get("/datasets/{name}", response_model=dict[str, Any])
async def dataset(name: str, wired: Wired, who: Known) -> Response:
    """One published dataset: what it promises, and what others may know of its release."""
    permit(who, Act.CATALOGUE_READ)
    # Told before the transaction begins: what is written meanwhile is looked at by the next call.
    today, moment = local_date(wired.clock()), wired.state.moment()
    known = standing((name,), today, moment)
    if known is None:
        known = await run_in_threadpool(_looked_at, wired, name, today, moment)
    return _json(known[0].whole)


@router.get("/datasets/{name}/releases")
def releases(name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Releases of a published dataset, the newest first: of each what others may know."""
    permit(who, Act.CATALOGUE_READ)
    on = local_date(wired.clock())
    with reading(wired.engine) as connection:
        found = public_releases.releases(connection, name, on)
    return {"name": name, "releases": [public_releases.document(one) for one in found]}


@router.get("/datasets/{name}/revisions")
def revisions(name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Revisions of a published dataset that were in force, the newest first: what each changed in public."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:
        found = public_revisions.published(connection, name)
    return {"name": name, "revisions": [one.to_document() for one in found]}


@router.get("/datasets/{name}/dictionary")
def columns(name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """The columns of a published dataset as a query sees them, with public bounds; no grant is needed."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:
        return dictionary(connection, name, local_date(wired.clock()))


@router.get("/datasets/{name}/sample", response_class=Response)
def synthetic(
    name: str,
    wired: Wired,
    who: Known,
    rows: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1_000,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """Synthetic rows as CSV to develop against: made from the contract, never from rows of anybody."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:
        contract = contract_of(connection, name)
        others = published(connection, (join.dataset for join in contract.joins))
    made = pa.BufferOutputStream()
    csv.write_csv(sample(contract, rows, seed, others), made)
    return Response(made.getvalue().to_pybytes(), media_type="text/csv; charset=utf-8")


def _looked_at(wired: Services, name: str, on: date, moment: Moment) -> tuple[Shown, ...]:
    with reading(wired.engine) as connection:
        return several(connection, (name,), on, moment)


def _json(document: bytes) -> Response:
    """A document that is written already."""
    return Response(document, media_type=Form.JSON)
