"""``/v1/grants``: what an organisation holds, and the proof that what it received is deleted; a thin door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.cataloging.titles import entry_titles
from catalog.store import reading
from policies.access import Act, Role
from policies.terms_form import to_document as terms_document
from space.api.answering.paging import Page
from space.api.entrance.acting import Do
from space.api.services import Known, Wired, only, permit
from space.contracting import deletions
from space.contracting.statements import decoded
from space.errors import Unknown
from space.granting import counters
from space.granting.grants import Grant, all_grants, by_id
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1", tags=["grants"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts.")]


class Deleted(BaseModel):
    """A proof of deletion, signed with a registered key."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    key: str = Field(max_length=64, description="Id of the key.")
    signature: str = Field(max_length=1000, description="Over the statement, in base64.")
    covers: AwareDatetime = Field(description="Everything handed out up to then is deleted.")


@router.get("/grants")
def grants(wired: Wired, who: Known, page: Page) -> Response:
    """The grants the caller's organisation holds; for a token of one grant that one."""
    permit(who, Act.CONTRACT_READ)
    part, of = page.part(datetime, str), None if who.role is Role.AUDITOR else who.organisation
    with reading(wired.engine) as connection:
        found = all_grants(connection, of, part, who.grant_id)
        titles = entry_titles(connection, {each.name for one in found for each in one.terms.datasets})
    rows = [
        one.to_document()
        | {"datasets": [{"name": d.name, "title": titles.get(d.name, "")} for d in one.terms.datasets]}
        for one in found
    ]
    return page.parted("grants", rows, "signed_at", "id")


@router.get("/grants/{grant_id}")
def grant(grant_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One grant: its terms as people write them, and what is left of its limits now."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = _held(connection, grant_id, who)
        left = counters.left(connection, found.id, found.terms, wired.clock())
    return found.to_document() | {"terms": terms_document(found.terms), "left": left}


@router.get("/grants/{grant_id}/deletions/statement")
def deletion_statement(
    grant_id: str, covers: AwareDatetime, by: Person, wired: Wired, who: Known
) -> dict[str, Any]:
    """What the receiver signs to state that everything handed out up to an instant is deleted."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = _held(connection, grant_id, who)
    return {"statement": deletions.to_sign(found.id, found.grantee, by, covers).decode()}


@router.post("/grants/{grant_id}/deletions")
def prove_deletion(grant_id: str, body: Deleted, do: Do) -> dict[str, Any]:
    """Hand in the proof that what was received under the grant is deleted."""
    permit(do.who, Act.CONTRACT_NEGOTIATE)
    signature = decoded(body.signature)

    def act(connection: Connection, now: datetime) -> dict[str, Any]:
        found = _held(connection, grant_id, do.who)
        proof = deletions.prove(
            connection, found, covers=body.covers, by=body.by, key_id=body.key, signature=signature, now=now
        )
        return {"proof": proof, "grant": grant_id, "covers": body.covers.isoformat()}

    return do.inside(act)


def _held(connection: Connection, grant_id: str, who: Caller) -> Grant:
    found = by_id(connection, grant_id)
    if who.role is not Role.AUDITOR and who.organisation != found.grantee:
        raise Unknown("grant", grant_id)
    only(who, found.id)
    return found
