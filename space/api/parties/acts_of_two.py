"""Acts of two people over HTTP 双人: asked for by one, done when the other signs with a token of its own.

Decides that such an act is tried when it is asked for, so that whoever asks learns at once what stands
against it, and that nothing of the trial stays; and that both may still do it when it is done. Which acts
these are, and what they do, is said by the rooms they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from policies.access import Act, ever
from policies.clocks import local_date
from policies.decision import Deny, Permit, Reason
from space.access import doors, judging
from space.access.enforcing import NO_PERSON, enforced
from space.api.entrance.acting import Document
from space.errors import Refused
from space.identity import memberships, people, programs, second_signatures
from space.identity.second_person import second_person
from space.identity.second_signatures import Asked, Signature
from space.identity.tokens import Caller

_SEAT: Final = Reason(
    "signature.seat",
    "who signs acts for an organisation, or in a role, in which the act is not theirs to sign",
    where="signature",
    allowed="sign in the membership in which you may do the act",
)
_FIRST_GONE: Final = Reason(
    "signature.first_gone",
    "who asked for the act may do it no more",
    where="signature",
    allowed="refuse it; somebody who may asks for it anew",
)


@dataclass(frozen=True, slots=True)
class Both:
    """The two people of an act.

    Attributes:
        first: who asks, in the role in which it was asked.
        by: the first, as the act names it.
        second: id of the person who signs.
    """

    first: Caller
    by: str
    second: str


# What an act does: in a transaction, of both, to what its path names, with its body, now.
Perform = Callable[[Connection, Both, Mapping[str, str], Mapping[str, Any], datetime], Document]


@dataclass(frozen=True, slots=True)
class ActOfTwo:
    """An act that waits for a second signature.

    Attributes:
        door: method and path template of the endpoint that asks for it.
        act: what both are allowed to do.
        body: what is sent; what this version cannot read any more waits for nobody.
        perform: does it.
        of_program: whether a program may ask for it, too: the second person alone answers for it.
    """

    door: str
    act: Act
    body: type[BaseModel]
    perform: Perform
    of_program: bool = False


def wait(
    connection: Connection,
    of: ActOfTwo,
    who: Caller,
    said: BaseModel,
    now: datetime,
    *,
    by: str,
    second: str,
    among: Iterable[str],
    **places: str,
) -> Document:
    """Let an act wait for its second person, if nothing but the signature stands against it.

    Args:
        connection: a writing transaction.
        of: the act.
        who: asks.
        said: the body.
        now: aware instant.
        by: who asks, as the act will name it.
        second: id of the person who is to sign.
        among: codes of the organisations the second may act for.
        places: what the path names.

    Returns:
        The signature that is waited for.
    """
    asked = Asked(of.door, places, said.model_dump(mode="json"), by, second, tuple(sorted(set(among) - {""})))
    trial = connection.begin_nested()
    try:
        of.perform(connection, Both(who, by, second), places, asked.said, now)
    finally:
        trial.rollback()
    waiting = second_signatures.ask(connection, who, asked, now)
    return second_signatures.documents(connection, (waiting,))[0]


def sign(
    connection: Connection, of: ActOfTwo, signature: Signature, who: Caller, now: datetime
) -> tuple[Signature, Document]:
    """Do an act in both names, once.

    Args:
        connection: a writing transaction.
        of: the act.
        signature: as it waits for the caller.
        who: signs.
        now: aware instant.

    Returns:
        The signature, and what the act answers.

    Raises:
        Refused: it waits no more, or one of the two may not do it now.
    """
    second_signatures.require_waiting(signature)
    _require_read(of, signature)
    on, asked = local_date(now), signature.asked
    if who.organisation not in asked.among or not isinstance(ever(who.role, of.act), Permit):
        raise Refused(Deny((_SEAT,)))
    _require_first(connection, of, signature, now)
    second = second_person(
        connection, asked.second, first=(asked.by, signature.first.person), act=of.act,
        organisations=asked.among, on=on, where="signature",
    )  # fmt: skip
    both = Both(signature.first, asked.by, second)
    made = jsonable_encoder(of.perform(connection, both, asked.places, asked.said, now))
    # Who signed elsewhere meanwhile has closed it: what was just done goes with this transaction.
    return second_signatures.close(connection, signature, "done", who, made=made, now=now), made


def _require_read(of: ActOfTwo, signature: Signature) -> None:
    """Let pass what this version still reads: an act of another shape was signed by nobody."""
    try:
        of.body.model_validate(signature.asked.said)
    except ValidationError:
        raise Refused(Deny((second_signatures.CLOSED,))) from None


def _require_first(connection: Connection, of: ActOfTwo, signature: Signature, now: datetime) -> None:
    """Let pass what the first may still do, in the role in which it was asked."""
    first, on = signature.first, local_date(now)
    if first.person is None:
        if enforced(connection) is not None and not of.of_program:
            raise Refused(Deny((NO_PERSON,)))
        if not programs.still_good(connection, first, signature.asked_at, now):
            raise Refused(Deny((_FIRST_GONE,)))
    elif not _still_acts(connection, first, on):
        raise Refused(Deny((_FIRST_GONE,)))
    method, _, template = of.door.partition(" ")
    door = doors.endpoint(method, template)
    assert door is not None
    place, _, name = door.where.partition(".")
    named = (signature.asked.places if place == "path" else signature.asked.said).get(name)
    if isinstance(judging.passes(connection, first.role, first.organisation, door, named, on), Deny):
        raise Refused(Deny((_FIRST_GONE,)))


def _still_acts(connection: Connection, first: Caller, on: date) -> bool:
    assert first.person is not None
    return people.person(connection, first.person).ended_at is None and any(
        (each.organisation, each.role) == (first.organisation, first.role)
        for each in memberships.of_person(connection, first.person, on)
    )
