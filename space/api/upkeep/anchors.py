"""``/v1/evidence``: checkpoints kept elsewhere, and the proof that the log only grew."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.evidence import anchors
from catalog.evidence.prove import prove_consistency
from catalog.evidence.publishing import publish
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Looking, Signed
from space.api.services import permit

router = APIRouter(prefix="/v1/evidence", tags=["evidence"])

Size = Annotated[
    int | None, Query(ge=1, le=2**53, description="Of the checkpoint; the newest where left out.")
]


class Anchored(Signed):
    """Where a checkpoint is kept: a newspaper, a notary."""

    size: int | None = Field(None, ge=1, le=2**53, description="The newest where left out.")
    kept_by: str = Field(min_length=1, max_length=200)
    reference: str = Field(min_length=1, max_length=200, description="Number or page there.")


@router.get("/anchors")
def list_anchors(look: Look, page: Page) -> Response:
    """What was anchored where, and whether the log still leads through it."""
    permit(look.who, Act.EVIDENCE_READ)
    part = page.part(int, str)
    found = look.at(lambda c: anchors.anchors(c, part))
    return page.parted("anchors", [one.document() for one in found], "size", "id")


@router.get("/anchors/sheet")
def sheet(look: Look, size: Size = None) -> Document:
    """A checkpoint to hand to another body."""
    permit(look.who, Act.EVIDENCE_READ)
    _bring_up(look)
    handed = look.at(lambda c: anchors.sheet(c, size))
    return {"size": handed.size, "root": handed.root, "text": handed.text, "digest": handed.digest}


@router.post("/anchors", status_code=201)
def anchor(said: Anchored, do: Do) -> Document:
    """Record that a checkpoint is kept elsewhere."""
    permit(do.who, Act.EVIDENCE_KEEP)
    _bring_up(do)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        handed = anchors.sheet(connection, said.size)
        kept = anchors.keep(
            connection, handed, kept_by=said.kept_by, reference=said.reference, by=by, now=now
        )
        return kept.document()

    return do.inside(act)


@router.get("/growth")
def grown(
    look: Look,
    old: Annotated[int, Query(ge=0, le=2**53, description="Size of the earlier log.")],
    new: Annotated[int, Query(ge=0, le=2**53, description="Size of the later log.")],
) -> Document:
    """The proof that the log of one size only grew into that of another, both signed."""
    permit(look.who, Act.EVIDENCE_READ)
    proof = look.at(lambda c: prove_consistency(c, old, new))
    return proof.document() | {"holds": proof.holds()}


def _bring_up(look: Looking) -> None:
    publish(look.engine, look.wired.home, look.wired.signer, look.now)
