"""``/v1/evidence``: signed checkpoints and inclusion proofs, for anyone to check the log with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Response

from catalog.evidence.events import events
from catalog.evidence.prove import prove_inclusion
from catalog.evidence.publishing import publish
from catalog.store import reading
from policies.access import Act
from space.api.paging import Page
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
) -> Response:
    """Which events the log holds, the newest first: kind, subject and instant; not what they say."""
    permit(who, Act.LOG_READ)
    with reading(wired.engine) as connection:
        found = events(connection, page.part(int), kind=kind, subject=subject)
    return page.answer("events", [one.to_document() for one in found], "position", newest_first=True)


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


@router.get("/{entry_id}")
def entry(entry_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """The digest of an entry and the proof that it is in the log; not what the entry says."""
    permit(who, Act.EVIDENCE_READ)
    publish(wired.engine, wired.home, wired.signer, wired.clock())
    with reading(wired.engine) as connection:
        return prove_inclusion(connection, entry_id).document()
