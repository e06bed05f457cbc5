"""``/v1/search`` and ``/v1/datasets``: the public view of the catalogue, and nothing beside it."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Response
from pyarrow import csv
from sqlalchemy import Connection

from catalog.revisions import current
from catalog.search import search
from catalog.statistics import PublicView, public_view_of
from catalog.store import reading
from policies.access import Act
from policies.clocks import local_date
from space.api.services import Known, Services, Wired, permit
from space.granting.kinds import family, published
from space.preview.dictionary import contract_of, dictionary
from space.preview.synthetic import MOST_ROWS, sample

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/search")
def find(
    wired: Wired,
    who: Known,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Published datasets that contain every word of ``q``, the best first."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:  # one instant: what is found is there when it is shown
        hits = search(connection, q, limit=limit)
        return {"datasets": [_view(wired, connection, hit.name).to_document() for hit in hits]}


@router.get("/datasets/{name}")
def dataset(name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One published dataset: what it promises, and what others may know of its release."""
    permit(who, Act.CATALOGUE_READ)
    with reading(wired.engine) as connection:
        view = _view(wired, connection, name)
        joined = published(connection, (join.dataset for join in view.revision.contract.joins))
    fields = [
        {
            "name": field.name,
            "title": field.business_name,
            "type": field.type.value,
            "use": field.use.value,
            "unit": None if field.unit is None else field.unit.kind,
            "values": list(field.allowed),
            "minimum": field.minimum,
            "maximum": field.maximum,
            "grain": field.grain,
            "description": field.description,
        }
        for field in view.revision.contract.fields
    ]
    joins = [
        {"field": j.field, "with": f"{j.dataset}.{j.other}"}
        for j in view.revision.contract.joins
        if j.dataset in joined
    ]
    return {**view.to_document(), "release": view.release, "fields": fields, "joins": joins}


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


def _view(wired: Services, connection: Connection, name: str) -> PublicView:
    contracts = family(connection, {name: current(connection, name).contract})
    return public_view_of(connection, name, contracts, local_date(wired.clock()))
