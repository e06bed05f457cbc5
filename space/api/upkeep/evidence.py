"""``/v1/evidence``: signed checkpoints and inclusion proofs, for anyone to check the log with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from catalog.cataloging.titles import entry_titles, item_titles
from catalog.evidence.events import events, statement
from catalog.evidence.prove import prove_inclusion
from catalog.evidence.publishing import publish
from catalog.store import reading
from policies.access import Act
from space.api.answering.paging import Page
from space.api.answering.subjects import called, names
from space.api.services import Known, Wired, permit
from space.errors import Unknown

router = APIRouter(prefix="/v1/evidence", tags=["evidence"])


@router.get("")
def list_events(
    wired: Wired,
    who: Known,
    page: Page,
    kind: str = Query(
        "", max_length=80, description="Beginning of an event's name, such as `space:request`."
    ),
    subject: str = Query("", max_length=200, description="Id of what the events are about."),
    by: str = Query("", max_length=200, description="Who acted, as entries name them: a person's id."),
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """Which events the log holds, the newest first: kind, subject, instant and who acted."""
    permit(who, Act.LOG_READ)
    with reading(wired.engine) as connection:
        found = events(connection, page.part(int), kind=kind, subject=subject, by=by, first=first, last=last)
        rows = _named(connection, [one.to_document() for one in found])
    return page.answer("events", rows, "position", newest_first=True)


@router.get("/checkpoint")
def checkpoint(wired: Wired, who: Known) -> dict[str, Any]:
    """The newest signed checkpoint, and the key to check it with."""
    permit(who, Act.EVIDENCE_READ)
    done = publish(wired.engine, wired.home, wired.signer, wired.clock())
    if done is None:
        raise Unknown("checkpoint", "of an empty log")
    newest = done.checkpoint
    key = wired.signer.public_pem.decode()
    return {"size": newest.size, "root": newest.root, "checkpoint": newest.note, "public_key": key}


@router.get("/{entry_id}/statement")
def said(entry_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """What an entry says, with the exact text its digest is of unless it holds numbers of people."""
    permit(who, Act.LOG_READ)
    publish(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        told = _named(connection, [statement(connection, entry_id).to_document()])[0]
        return told | {"called": _called(connection, told["says"])}


@router.get("/{entry_id}")
def entry(entry_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """The digest of an entry and the proof that it is in the log; not what the entry says."""
    permit(who, Act.EVIDENCE_READ)
    publish(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        return prove_inclusion(connection, entry_id).document()


def _named(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with what people and organisations are called, and what their subjects are about."""
    acted = names(connection, {one["by"] for one in rows})
    about = called(connection, {one["subject"] for one in rows})
    return [
        one | {"by_name": acted.get(one["by"], one["by"]), "about": about.get(one["subject"], "")}
        for one in rows
    ]


def _called(connection: Connection, says: Mapping[str, Any]) -> dict[str, str]:
    """What entries, their items, people and organisations are called that an entry names by their keys."""
    keys = set(_keys(says.values())) - {""}
    titles = entry_titles(connection, keys | {key.rpartition(".")[0] for key in keys})
    items = {name: item_titles(connection, name) for name in titles}
    of_items = {
        f"{name}.{field}": f"{titles[name]} · {title}"
        for name, fields in items.items()
        for field, title in fields.items()
    }
    only = items.get(str(says.get("dataset")), {})
    known = {**only, **of_items, **titles, **names(connection, keys)}
    return {key: known[key] for key in keys & set(known)}


def _keys(values: Iterable[Any]) -> Iterator[str]:
    """Whatever may be a key among values of an entry: texts, members of lists, names in documents."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict):
            yield from (each for each in value if isinstance(each, str))
