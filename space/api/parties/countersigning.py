"""``/v1/second-signatures``: what waits for a second person to sign, and their signing it; a thin door.

Decides that each of the two sees it where they act for the organisation it concerns, and nobody else; that
who consents says what to, by its digest; and that what a program asked for is taken back by whoever of its
organisation may do the act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from policies.access import Act, Role, ever
from policies.decision import Deny, Permit, Reason
from space.access.enforcing import NO_PERSON
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look
from space.api.ledger import clocks, leaving_out
from space.api.parties import acts_of_two
from space.api.parties.acts_of_two import ActOfTwo
from space.api.services import permit
from space.api.sharing import extending, vouching
from space.errors import Refused, Unknown
from space.identity import second_signatures
from space.identity.second_signatures import End, Signature
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1/second-signatures", tags=["second signatures"])

# Every act that waits over HTTP; others of two people have steps of their own for both.
ACTS: Final[Mapping[str, ActOfTwo]] = {
    each.door: each
    for each in (
        clocks.EXTENSION,
        extending.EXTENSION,
        leaving_out.EXCLUSION,
        vouching.FILING,
        vouching.SUPPLEMENT,
    )
}
_OTHER: Final = Reason(
    "signature.digest",
    "this is not the digest of what waits",
    where="digest",
    allowed="read what waits again, and name its `digest`",
)
# Whether a signature is somebody's.
_Whose = Callable[[Signature, Caller], bool]
Id = Annotated[str, Field(max_length=40)]


class Consent(BaseModel):
    """What is consented to."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(min_length=64, max_length=64, description="Of what waits, as it was read.")


class Declined(BaseModel):
    """Why it is not done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)


@router.get("")
def list_signatures(
    look: Look,
    page: Page,
    mine: Annotated[bool, Query(description="Only what waits for your signature now.")] = False,
) -> Response:
    """What you asked for or were asked to sign, the oldest first; of a token that is no person's, nothing."""
    permit(look.who, Act.ACCOUNT_OWN)
    who, now, part, doors = look.who, look.now, page.part(datetime, str), _doors(look.who.role)
    rows = look.at(
        lambda c: second_signatures.documents(
            c, second_signatures.of_caller(c, who, now, waiting=mine, doors=doors, part=part)
        )
    )
    return page.answer("signatures", rows, "asked_at", "id")


@router.get("/{signature}")
def show(signature: Id, look: Look) -> Document:
    """One that you asked for or were asked to sign: word for word what is to be done."""
    permit(look.who, Act.ACCOUNT_OWN)
    now = look.now
    if look.who.person is None:
        raise Unknown("signature", signature)
    return look.at(lambda c: _told(c, _of(c, signature, look.who, now, (_seconds, _firsts))))


@router.post("/{signature}/consent")
def consent(signature: Id, said: Consent, do: Do) -> Document:
    """Sign: the act is done now, in both names."""
    permit(do.who, Act.ACCOUNT_OWN)

    def act(connection: Connection, now: datetime) -> Document:
        found = _of(connection, signature, do.who, now, (_seconds,))
        if said.digest != found.digest:
            raise Refused(Deny((_OTHER,)))
        of = ACTS.get(found.asked.door)
        if of is None:  # of a version that had such an act
            raise Refused(Deny((second_signatures.CLOSED,)))
        done, made = acts_of_two.sign(connection, of, found, do.who, now)
        return {**_told(connection, done), "made": made}

    return do.inside(act)


@router.post("/{signature}/refusal")
def refuse(signature: Id, said: Declined, do: Do) -> Document:
    """Do not sign: the act is not done."""
    return _end(do, signature, "refused", said, _seconds)


@router.post("/{signature}/withdrawal")
def withdraw(signature: Id, said: Declined, do: Do) -> Document:
    """Take back what you, or a program of your organisation, asked for, before it is signed."""
    return _end(do, signature, "withdrawn", said, _firsts)


def _end(do: Doing, signature: str, end: End, said: Declined, whose: _Whose) -> Document:
    permit(do.who, Act.ACCOUNT_OWN)

    def act(connection: Connection, now: datetime) -> Document:
        found = _of(connection, signature, do.who, now, (whose,))
        closed = second_signatures.close(connection, found, end, do.who, reason=said.reason, now=now)
        return _told(connection, closed)

    return do.inside(act)


def _of(
    connection: Connection, signature: str, who: Caller, now: datetime, whose: tuple[_Whose, ...]
) -> Signature:
    """A signature that concerns the caller, in one of these ways.

    Raises:
        Unknown: it concerns others, or there is none.
    """
    if who.person is None:
        raise Refused(Deny((NO_PERSON,)))
    found = second_signatures.by_id(connection, signature, now)
    if not any(each(found, who) for each in whose):
        raise Unknown("signature", signature)
    return found


def _seconds(found: Signature, who: Caller) -> bool:
    return found.signed_by(who)


def _firsts(found: Signature, who: Caller) -> bool:
    """Whether the caller asked for it, or may answer for the program of its organisation that did."""
    if found.first.person is not None:
        return found.asked_by(who)
    return who.organisation == found.first.organisation and found.asked.door in _doors(who.role)


def _doors(role: Role) -> frozenset[str]:
    """The acts a role may do."""
    return frozenset(door for door, each in ACTS.items() if isinstance(ever(role, each.act), Permit))


def _told(connection: Connection, found: Signature) -> Document:
    return second_signatures.documents(connection, (found,))[0]
