"""``/v1/standing-queries`` and previews: queries asked again on every release; a thin door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field

from policies.access import Act, Caller
from policies.decision import Deny
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Signed
from space.api.services import only, permit
from space.calls import answers, standing, standing_runs
from space.errors import Refused, Unknown
from space.granting.grants import by_id
from space.preview.trial import attempt
from space.query.admit import Question

router = APIRouter(prefix="/v1", tags=["queries"])

Id = Annotated[str, Field(max_length=40)]


class Registered(Signed):
    """A query that is asked again on every release."""

    grant: str = Field(max_length=40, description="Id of the grant.")
    purpose: str = Field(max_length=60, description="Code of the purpose; the grant's.")
    sql: str = Field(min_length=1, max_length=100_000, description="One SELECT in the DuckDB dialect.")
    runs: int = Field(ge=1, le=1000, description="How often a year.")


class Tried(Signed):
    """A query that is tried on synthetic rows."""

    sql: str = Field(min_length=1, max_length=100_000)
    datasets: list[str] = Field(min_length=1, max_length=50)
    caller: Literal["administration", "outside"] = "administration"


@router.get("/standing-queries")
def list_standing(look: Look, page: Page, grant: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The standing queries of the caller's organisation with what is left of their plans."""
    permit(look.who, Act.STANDING_KEEP)
    mine, part, only_of = look.who.organisation, page.part(str), grant or look.who.grant_id
    found = look.at(lambda c: standing.all_standing(c, only_of, grantee=mine, part=part))
    return page.parted("queries", [_document(one) for one in found], "id")


@router.get("/standing-queries/{query}")
def show(query: Id, look: Look) -> Document:
    """A standing query, its plan and its runs."""
    permit(look.who, Act.STANDING_KEEP)
    found = _held(look, query)
    runs = look.at(lambda c: standing_runs.runs_of(c, query))
    return _document(found) | {"runs": [_document(one) for one in runs]}


@router.post("/standing-queries", status_code=201)
def register(said: Registered, do: Do) -> Document:
    """Register a SELECT; nothing is run, a private plan keeps its whole budget."""
    permit(do.who, Act.STANDING_KEEP)
    only(do.who, said.grant)
    by, question = do.by(said), Question(said.grant, said.purpose, said.sql)

    def act(_now: datetime) -> Document:
        made = standing.register(do.wired.gateway, do.who, question, runs=said.runs, by=by)
        return _document(_good(made))

    return do.apart(act)


@router.post("/standing-queries/{query}/runs")
def run(query: Id, said: Signed, do: Do) -> Document:
    """Run it on the releases its grant sees now; once on each."""
    permit(do.who, Act.STANDING_KEEP)
    _held(do, query)
    do.by(said)

    def act(_now: datetime) -> Document:
        made = _good(standing_runs.run(do.wired.gateway, query))
        return {"query": query, "run": None if made is None else _document(made)}

    return do.apart(act)


@router.post("/standing-queries/{query}/ending")
def end(query: Id, said: Signed, do: Do) -> Document:
    """End it; the budget its plan kept is free again."""
    permit(do.who, Act.STANDING_KEEP)
    _held(do, query)
    by = do.by(said)
    return do.inside(lambda c, now: _document(_good(standing.end(c, query, by=by, now=now))))


@router.post("/previews/query")
def preview(said: Tried, do: Do) -> Document:
    """Try SQL as a grant of whole datasets would answer it, on synthetic rows; nothing is spent."""
    permit(do.who, Act.QUERY_PREVIEW)
    pool, caller = do.wired.gateway.pool, Caller(said.caller)
    tried = _good(do.at(lambda c: attempt(c, said.sql, said.datasets, caller, do.today, pool)))
    columns = [{"name": one.name, "type": str(one.type)} for one in tried.table.schema]
    return {"columns": columns, "rows": answers.rows(tried.table), "synthetic": True}


def _good(made: Any) -> Any:
    if isinstance(made, Deny):
        raise Refused(made)
    return made


def _document(one: Any) -> Document:
    document: Document = jsonable_encoder(one.to_document() if hasattr(one, "to_document") else one)
    return document


def _mine(connection: Any, look: Look, found: Any) -> bool:
    return by_id(connection, found.grant_id).grantee == look.who.organisation


def _held(look: Look | Doing, query: str) -> standing.Standing:
    found = look.at(lambda c: standing.by_id(c, query))
    if not look.at(lambda c: _mine(c, look, found)):
        raise Unknown("standing query", query)
    only(look.who, found.grant_id)
    return found
