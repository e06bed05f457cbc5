"""``/v1/grants/{grant}/workspace``: views and templates of an operator's own workspace; a thin door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Looking, Signed
from space.api.services import only, permit
from space.errors import Unknown
from space.workspace import texts
from space.workspace.admitting import held, usable
from space.workspace.ending import sweep

router = APIRouter(prefix="/v1/grants/{grant}/workspace", tags=["workspace"])

Grant = Annotated[str, Field(max_length=40)]
Name = Annotated[str, Field(max_length=63, description="Queries say it in FROM.")]


class Text(Signed):
    """A saved query."""

    sql: str = Field(min_length=1, max_length=100_000, description="One SELECT in the DuckDB dialect.")


@router.get("/views")
def list_views(grant: Grant, look: Look, page: Page) -> Response:
    """The views of a grant the caller holds: SELECTs written out wherever a query names them."""
    return _listed(look, grant, "view", page)


@router.get("/views/{name}")
def show_view(grant: Grant, name: Name, look: Look) -> Document:
    """One view."""
    _open(look, grant)
    return look.at(lambda c: _one(c, grant, "view", name))


@router.put("/views/{name}")
def save_view(grant: Grant, name: Name, text: Text, do: Do) -> Document:
    """Save a SELECT as a view, in place of the former one of its name, if it is answered under the grant."""
    return _saved(do, grant, "view", name, text, texts.save_view)


@router.delete("/views/{name}")
def delete_view(grant: Grant, name: Name, do: Do) -> Document:
    """End a view."""
    _open(do, grant)

    def act(connection: Connection, now: datetime) -> Document:
        texts.delete_view(connection, grant, name, now)
        return {"name": name, "state": "ended"}

    return do.inside(act, looked=lambda c: _one(c, grant, "view", name))


@router.get("/templates")
def list_templates(grant: Grant, look: Look, page: Page) -> Response:
    """The templates of a grant with the digests by which terms and owners' rules list them."""
    return _listed(look, grant, "template", page)


@router.get("/templates/{name}")
def show_template(grant: Grant, name: Name, look: Look) -> Document:
    """One template."""
    _open(look, grant)
    return look.at(lambda c: _one(c, grant, "template", name))


@router.put("/templates/{name}")
def save_template(grant: Grant, name: Name, text: Text, do: Do) -> Document:
    """Record a SELECT and the digest by which terms and owners' rules can list it."""
    return _saved(do, grant, "template", name, text, texts.save_template)


def _listed(look: Looking, grant: str, kind: texts.Kind, page: Page) -> Response:
    _open(look, grant)
    part = page.part(str)
    rows = look.at(lambda c: [texts.document(row) for row in texts.texts(c, grant, kind, part)])
    return page.parted(f"{kind}s", rows, "name")


def _saved(
    do: Doing, grant: str, kind: texts.Kind, name: str, text: Text, save: Callable[..., Any]
) -> Document:
    _open(do, grant)
    by, mine = do.by(text), do.who.organisation

    def act(connection: Connection, now: datetime) -> Document:
        under = usable(connection, grant, mine, now)
        return texts.document(save(connection, do.wired.home, under, name, text.sql, by=by, now=now))

    return do.inside(act, looked=lambda c: _one(c, grant, kind, name))


def _one(connection: Connection, grant: str, kind: texts.Kind, name: str) -> Document:
    for row in texts.texts(connection, grant, kind):
        if row.name == name:
            return texts.document(row)
    raise Unknown(kind, name)


def _open(look: Looking, grant: str) -> None:
    """Let the holder of the grant in, once what is over is deleted."""
    permit(look.who, Act.WORKSPACE_KEEP)
    only(look.who, grant)
    sweep(look.engine, look.wired.home, look.wired.signer, look.now)
    look.at(lambda c: held(c, grant, look.who.organisation))
