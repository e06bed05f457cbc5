"""``/v1/contracts``: a thin door to negotiating, signing and performing, for the parties themselves.

The side is that of the token's organisation: both draft, offer, counter, accept and sign with keys of their
own (the signature is made elsewhere and handed in), suspend, resume and end; each reads what it knows
(:mod:`space.contracting.known`). The platform's own steps are taken on the installation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading, writing
from policies.access import Act, Role
from space.api.answering.paging import Page
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, only, permit
from space.contracting import breaches, negotiating, performing, signing
from space.contracting.contracts import all_contracts, by_id, signatures_of
from space.contracting.known import Known as Read
from space.contracting.known import known, knows, under
from space.contracting.statements import decoded
from space.contracting.values import PARTIES, DigitalContract, Side
from space.errors import Unknown
from space.identity.organisations import names
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1", tags=["contracts"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts.")]
Why = Annotated[str, Field(max_length=2000, description="Why; the other side reads it.")]


class Drafted(BaseModel):
    """The draft of a contract: terms as in a terms file."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    why: Why
    terms: dict[str, Any]
    to: str | None = Field(None, max_length=40, description="Code of the consumer; your own where left out.")
    request: str | None = Field(None, max_length=40, description="The permitted request it answers.")
    provider: str | None = Field(None, max_length=40, description="Code of the provider, where not clear.")


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


@router.get("/contracts")
def contracts(wired: Wired, who: Known, page: Page) -> Response:
    """The contracts of the caller's organisation; for a token of one grant that one's; auditors read all."""
    permit(who, Act.CONTRACT_READ)
    reader, part = _reader(who), page.part(datetime, str)
    told = [] if reader is None else [knows(reader)]
    told += [] if who.grant_id is None else [under(who.grant_id)]
    with reading(wired.engine) as connection:
        rows = _named(connection, all_contracts(connection, reader, part, *told))
    return page.parted("contracts", rows, "drafted_at", "id")


@router.get("/contracts/{contract_id}")
def contract(contract_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One contract with its offers, what each changes, its signatures and its steps."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found, read = _mine(connection, contract_id, who)
        return _named(connection, [found])[0] | {
            "offers": [one.to_document() for one in read.offers],
            "signatures": [one.to_document() for one in signatures_of(connection, found.id)],
            "steps": list(read.steps),
        }


@router.get("/contracts/{contract_id}/statement")
def statement(contract_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """What the caller's side signs: the digest of the agreement, and the bytes of its statement."""
    permit(who, Act.CONTRACT_READ)
    with reading(wired.engine) as connection:
        found, _ = _mine(connection, contract_id, who)
        signed = signing.to_sign(found, _side(found, who))
    return {"agreement_digest": found.agreement_digest, "statement": signed.decode()}


@router.post("/contracts", status_code=201)
def draft(body: Drafted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Draft a contract: as its provider for a consumer, or as its consumer for oneself."""
    permit(who, Act.CONTRACT_NEGOTIATE)
    consumer = body.to or who.organisation
    side = Side.CONSUMER if consumer == who.organisation else Side.PROVIDER
    provider = who.organisation if side is Side.PROVIDER else body.provider
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return negotiating.draft(
                connection, body.terms, to=consumer, side=side, by=body.by, why=body.why, now=now,
                request_id=body.request, provider=provider,
            ).id  # fmt: skip

        return by_id(connection, once.do(connection, act, now)).to_document()


@router.post("/contracts/{contract_id}/redraft")
def redraft(contract_id: str, body: Countered, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Write one's own draft anew, before it is offered."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.redraft(
            connection, contract_id, body.terms, side=side, by=body.by, why=body.why, now=now
        )

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/offer")
def offer(contract_id: str, body: Left, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Offer one's own draft as it stands to the other side."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.offer(connection, contract_id, side=side, by=body.by, why=body.why, now=now)

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/offers")
def counter(contract_id: str, body: Countered, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Answer the last offer with another."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.counter(
            connection, contract_id, body.terms, side=side, by=body.by, why=body.why, now=now
        )

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/acceptance")
def accept(contract_id: str, body: Accepted, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Accept the last offer, made by the other side."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.accept(
            connection, contract_id, body.offer, side=side, by=body.by, why=body.why, now=now
        )

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/withdrawal")
def withdraw(contract_id: str, body: Left, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Leave the negotiation, or do not sign after all."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return negotiating.withdraw(connection, contract_id, side=side, by=body.by, why=body.why, now=now)

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/signatures")
def sign(contract_id: str, body: Signed, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Hand in the signature of the caller's side, made with its own key."""
    signature = decoded(body.signature)

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        return signing.sign(
            connection, contract_id, side=side, by=body.by, key_id=body.key, signature=signature, now=now
        )

    return _taken(wired, who, contract_id, act, once)


@router.post("/contracts/{contract_id}/{step}")
def perform(
    contract_id: str, step: Literal["suspension", "resumption", "completion", "breach", "termination"],
    body: Left, wired: Wired, who: Known, once: Repeated,
) -> dict[str, Any]:  # fmt: skip
    """Suspend or resume a contract in force, or end it; its grant goes with it at once, the other is told."""

    def act(connection: Connection, side: Side, now: datetime) -> DigitalContract:
        words: dict[str, Any] = {"side": side, "by": body.by, "why": body.why, "now": now}
        if step == "suspension":
            return performing.suspend(connection, contract_id, **words)
        if step == "resumption":
            return performing.resume(connection, contract_id, **words)
        if step == "breach":
            return breaches.declare(connection, contract_id, **words)
        event = {"completion": "complete", "termination": "terminate"}[step]
        return performing.finish(connection, contract_id, event, **words)

    return _taken(wired, who, contract_id, act, once)


def _taken(
    wired: Services,
    who: Caller,
    contract_id: str,
    act: Callable[[Connection, Side, datetime], DigitalContract],
    once: Once,
) -> dict[str, Any]:
    """Take a step for the caller's side, in one transaction."""
    permit(who, Act.CONTRACT_NEGOTIATE)
    with writing(wired.engine) as connection:
        now = wired.clock()
        side = _side(_mine(connection, contract_id, who)[0], who)
        return by_id(
            connection, once.do(connection, lambda: act(connection, side, now).id, now)
        ).to_document()


def _named(connection: Connection, found: Sequence[DigitalContract]) -> list[dict[str, Any]]:
    """Contracts with what their parties are called."""
    called = names(connection, {code for one in found for code in (one.provider, one.consumer)})
    return [
        one.to_document() | {f"{side}_name": called.get(one.party(side), one.party(side)) for side in PARTIES}
        for one in found
    ]


def _mine(connection: Connection, contract_id: str, who: Caller) -> tuple[DigitalContract, Read]:
    """A contract the caller may see, and what it may read of it; any other is not told from none."""
    found, reader = by_id(connection, contract_id), _reader(who)
    if reader not in (None, found.provider, found.consumer):
        raise Unknown("contract", contract_id)
    read = known(connection, found, reader)
    if read is None:
        raise Unknown("contract", contract_id)
    only(who, found.grant_id)
    return found, read


def _reader(who: Caller) -> str | None:
    """The organisation as whose a caller reads; None where it reads every contract, whole."""
    return None if who.role is Role.AUDITOR else who.organisation


def _side(contract: DigitalContract, who: Caller) -> Side:
    """The side the caller's organisation is on."""
    for side in PARTIES:
        if contract.party(side) == who.organisation:
            return side
    raise Unknown("contract", contract.id)
