"""``/v1/grants/{grant}/workspace``: a thin door to an operator's own tables."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from catalog import keys
from catalog.store import reading, writing
from policies.access import Act
from space.api.services import Known, Services, Wired, only, permit
from space.identity.tokens import Caller
from space.workspace import tables
from space.workspace.admitting import held
from space.workspace.ending import sweep
from space.workspace.form import read_form

router = APIRouter(prefix="/v1/grants/{grant}/workspace/tables", tags=["workspace"])

_Key = Annotated[str, Query(max_length=130, description="COLUMN=KIND: the column that names the unit.")]
_Categories = Annotated[list[str], Query(max_length=50, description="Columns to group by.")]
_Measures = Annotated[list[str], Query(max_length=50, description="COLUMN:MIN:MAX or COLUMN:MIN:MAX:PLACES.")]


@router.put("/{name}")
async def upload(
    grant: str,
    name: str,
    request: Request,
    wired: Wired,
    who: Known,
    key: _Key,
    category: _Categories = [],  # noqa: B006  (read, never changed)
    measure: _Measures = [],  # noqa: B006
) -> dict[str, Any]:
    """Take the CSV in the body as `workspace.NAME`, in place of the former table of that name."""
    permit(who, Act.WORKSPACE_KEEP)
    only(who, grant)
    form = read_form(key, category, measure)
    # Whoever is unknown is turned away before the body is read.
    brought = tables.Upload(grant, name, form, await request.body())
    return await run_in_threadpool(_upload, wired, who, brought)


@router.get("")
def list_tables(grant: str, wired: Wired, who: Known, ended: bool = False) -> dict[str, Any]:
    """The tables of a grant the caller holds; `ended` also those deleted, with their receipts."""
    _open(wired, who, grant)
    with reading(wired.engine) as connection:
        return {"tables": [tables.document(row) for row in tables.tables(connection, grant, ended=ended)]}


@router.get("/{name}")
def show(grant: str, name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One table: what its columns are, how many rows."""
    _open(wired, who, grant)
    with reading(wired.engine) as connection:
        return tables.document(tables.table(connection, grant, name))


@router.delete("/{name}")
def delete(grant: str, name: str, wired: Wired, who: Known) -> dict[str, Any]:
    """Delete a table; the signed receipt of its deletion comes with the answer."""
    _open(wired, who, grant)
    with writing(wired.engine) as connection:
        version = tables.delete(connection, grant, name, wired.clock())
    sweep(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        rows = tables.tables(connection, grant, ended=True)
    return next(tables.document(row) for row in rows if row.id == version)


def _upload(wired: Services, who: Caller, brought: tables.Upload) -> dict[str, Any]:
    secret, now = keys.load(wired.home), wired.clock()
    told = tables.upload(
        wired.engine, wired.home, secret, brought, who=who.organisation, by=who.organisation, now=now
    )
    sweep(wired.engine, wired.home, wired.signer, now)
    return told.to_document()


def _open(wired: Services, who: Caller, grant: str) -> None:
    """Let the holder of the grant in, once every table that is over is deleted."""
    permit(who, Act.WORKSPACE_KEEP)
    only(who, grant)
    sweep(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        held(connection, grant, who.organisation)
