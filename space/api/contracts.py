"""``/v1/contracts`` and ``/v1/grants``: a thin door to negotiating and signing, for the parties themselves.

The side is that of the token's organisation. The platform's own steps, and those that end a contract, are
taken on the installation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act, Role
from policies.terms_form import to_document as terms_document
from space.api.services import Known, Services, Wired, permit
from space.contracting import deletions, negotiating, signing
from space.contracting.contracts import (
    PARTIES,
    DigitalContract,
    Side,
    all_contracts,
    by_id,
    offers_of,
    signatures_of,
    steps_of,
)
from space.contracting.statements import decoded
from space.errors import Unknown
from space.granting import counters
from space.granting.grants import Grant, all_grants
from space.granting.grants import by_id as grant_by_id
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1", tags=["contracts"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts.")]
Why = Annotated[str, Field(max_length=2000, description="Why; the other side reads it.")]


class Countered(BaseModel):
    """A counter-offer: a complete set of terms, as in a terms file."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    why: Why
    terms: dict[str, Any]


class Accepted(BaseModel):
    """The acceptance of the last offer."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    why: Why = ""
    offer: int = Field(ge=1, description="Number of the offer that was read.")


class Left(BaseModel):
    """Leaving a negotiation."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    why: Why


class Signed(BaseModel):
    """A signature made with a registered key."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    key: str = Field(max_length=64, description="Id of the key.")
    signature: str = Field(max_length=1000, description="Over the statement, in base64.")


class Deleted(Signed):
    """A proof of deletion."""

    covers: AwareDatetime = Field(description="Everything handed out up to then is deleted.")


@router.get("/contracts")
def contracts(wired: Wired, who: Known) -> list[dict[str, Any]]:
    """The contracts of the caller's organisation; auditors read every one."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = all_contracts(connection, None if who.role is Role.AUDITOR else who.organisation)
    return [one.to_document() for one in found]


@router.get("/contracts/{contract_id}")
def contract(contract_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One contract with its offers, what each changes, its signatures and its steps."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = _mine(connection, contract_id, who)
        return found.to_document() | {
            "offers": [one.to_document() for one in offers_of(connection, found.id)],
            "signatures": [one.to_document() for one in signatures_of(connection, found.id)],
            "steps": list(steps_of(connection, found.id)),
        }


@router.get("/contracts/{contract_id}/statement")
def statement(contract_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """What the caller's side signs: the digest of the agreement, and the bytes of its statement."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = _mine(connection, contract_id, who)
        signed = signing.to_sign(found, _side(found, who))
    return {"agreement_digest": found.agreement_digest, "statement": signed.decode()}


@router.post("/contracts/{contract_id}/offers")
def counter(contract_id: str, body: Countered, wired: Wired, who: Known) -> dict[str, Any]:
    """Answer the last offer with another."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.counter(
            connection, contract_id, body.terms, side=side, by=body.by, why=body.why, now=now
        )

    return _taken(wired, who, contract_id, act)


@router.post("/contracts/{contract_id}/acceptance")
def accept(contract_id: str, body: Accepted, wired: Wired, who: Known) -> dict[str, Any]:
    """Accept the last offer, made by the other side."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.accept(
            connection, contract_id, body.offer, side=side, by=body.by, why=body.why, now=now
        )

    return _taken(wired, who, contract_id, act)


@router.post("/contracts/{contract_id}/withdrawal")
def withdraw(contract_id: str, body: Left, wired: Wired, who: Known) -> dict[str, Any]:
    """Leave the negotiation, or do not sign after all."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.withdraw(connection, contract_id, side=side, by=body.by, why=body.why, now=now)

    return _taken(wired, who, contract_id, act)


@router.post("/contracts/{contract_id}/signatures")
def sign(contract_id: str, body: Signed, wired: Wired, who: Known) -> dict[str, Any]:
    """Hand in the signature of the caller's side, made with its own key."""
    signature = decoded(body.signature)

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return signing.sign(
            connection, contract_id, side=side, by=body.by, key_id=body.key, signature=signature, now=now
        )

    return _taken(wired, who, contract_id, act)


@router.get("/grants")
def grants(wired: Wired, who: Known) -> list[dict[str, Any]]:
    """The grants the caller's organisation holds."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found = all_grants(connection, None if who.role is Role.AUDITOR else who.organisation)
    return [one.to_document() for one in found]


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
def prove_deletion(grant_id: str, body: Deleted, wired: Wired, who: Known) -> dict[str, Any]:
    """Hand in the proof that what was received under the grant is deleted."""
    permit(who, Act.CONTRACT_NEGOTIATE)
    signature, now = decoded(body.signature), wired.clock()
    with writing(wired.engine) as connection:
        found = _held(connection, grant_id, who)
        proof = deletions.prove(
            connection, found, covers=body.covers, by=body.by, key_id=body.key, signature=signature, now=now
        )
    return {"proof": proof, "grant": grant_id, "covers": body.covers.isoformat()}


def _taken(
    wired: Services,
    who: Caller,
    contract_id: str,
    act: Callable[[Connection, Side, datetime], DigitalContract],
) -> dict[str, Any]:
    """Take a step for the caller's side, in one transaction."""
    permit(who, Act.CONTRACT_NEGOTIATE)
    with writing(wired.engine) as connection:
        side = _side(_mine(connection, contract_id, who), who)
        return act(connection, side, wired.clock()).to_document()


def _mine(connection: Connection, contract_id: str, who: Caller) -> DigitalContract:
    """A contract the caller may see; any other is not told from none."""
    found = by_id(connection, contract_id)
    if who.role is not Role.AUDITOR and who.organisation not in (found.provider, found.consumer):
        raise Unknown("contract", contract_id)
    return found


def _held(connection: Connection, grant_id: str, who: Caller) -> Grant:
    found = grant_by_id(connection, grant_id)
    if who.role is not Role.AUDITOR and who.organisation != found.grantee:
        raise Unknown("grant", grant_id)
    return found


def _side(contract: DigitalContract, who: Caller) -> Side:
    """The side the caller's organisation is on."""
    for side in PARTIES:
        if contract.party(side) == who.organisation:
            return side
    raise Unknown("contract", contract.id)
