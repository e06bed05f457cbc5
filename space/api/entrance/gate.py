"""The one place where an endpoint's door is judged: before its handler, by the matrix and nothing else.

Decides that a caller whose role never does the act is told so (403, ``access.role``), and that a thing of an
organisation its role does not reach is as unknown to it as one there is not: whoever asks for it learns
nothing. Things whose existence everybody may know are refused in words (403, ``access.relation``).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, Engine

from catalog.store import reading
from policies.access import Act, Role
from policies.access_matrix import acts
from policies.decision import Decision, Deny, Reason
from space.access import doors, judging, one_grant
from space.access.concerned import LISTED, is_known
from space.access.doors import EVERYTHING, Door
from space.access.enforcing import NO_PERSON, enforced
from space.calls.budget import NOT_HELD
from space.errors import Refused, Unknown
from space.identity.tokens import Caller


def read_doors() -> None:
    """Read the matrix and its doors now, so that callers who come together do not each read them."""
    judging.ajar(Role.CLIENT, next(iter(doors.endpoints().values())))


async def sent_body(request: Request) -> bytes:
    """The body of a request whose door is named in it; of every other nothing is read here."""
    found = _door(request)
    return await request.body() if found is not None and found.where.startswith("body.") else b""


def enter(engine: Engine, request: Request, who: Caller, sent: bytes, on: date) -> None:
    """Let a caller through the door of the endpoint it asks for.

    Args:
        engine: of the store.
        request: what it asks; its endpoint is known by now.
        who: the caller.
        sent: the body, where the door is named in it.
        on: today, Asia/Shanghai.

    Raises:
        Refused: the caller's role does not permit the act, or nobody said which act it is.
        Unknown: it does not permit it towards the organisation the thing belongs to.
    """
    with reading(engine) as connection:
        judge(connection, request, who, sent, on)


def judge(connection: Connection, request: Request, who: Caller, sent: bytes, on: date) -> None:
    """The same in a transaction there is, such as the one that found out who calls."""
    door = _door(request)
    if door is None:
        message = "the matrix names no act for this endpoint, so nobody may use it"
        raise Refused(Deny((Reason("access.unnamed", message, where="endpoint"),)))
    if door.public:
        return
    decision = judging.ajar(who.role, door)
    if who.grant_id is not None and not acts()[door.act].one_grant:
        raise Refused(Deny((NOT_HELD,)))
    named = None if isinstance(decision, Deny) else _named(request, door, sent)
    if named is not None or (door.concerns == EVERYTHING and not isinstance(decision, Deny)):
        decision = judging.passes(connection, who.role, who.organisation, door, named, on)
        _require_of_its_grant(connection, who, door, named, decision)
    if isinstance(decision, Deny):
        raise _told(connection, door, named, decision)
    if who.person is None and doors.takes_two(door) and enforced(connection) is not None:
        raise Refused(Deny((NO_PERSON,)))


def act_of(request: Request) -> Act | None:
    """The act behind the endpoint of a request; None where nobody said which."""
    found = _door(request)
    return None if found is None else found.act


def _require_of_its_grant(
    connection: Connection, who: Caller, door: Door, named: str | None, decision: Decision
) -> None:
    """Of what its organisation may see, a token of one grant opens what is of that grant."""
    if who.grant_id is None or named is None or isinstance(decision, Deny):
        return
    if not one_grant.opens(connection, who.grant_id, door.concerns, named):
        raise Refused(Deny((NOT_HELD,)))
    if not acts()[judging.act_towards(connection, door, named)].one_grant:
        raise Unknown(door.concerns, "of that name")


def _told(connection: Connection, door: Door, named: str | None, decision: Deny) -> Exception:
    """What a caller is told: of a thing that is not for it, what it would be told if there were none."""
    if named is None or (decision.reasons[0].code not in judging.OF_OTHERS and door.concerns != LISTED):
        return Refused(decision)
    if is_known(connection, door.concerns, named):
        return Refused(decision)
    if door.concerns == "held":
        return Refused(Deny((NOT_HELD,)))
    return Unknown(door.concerns, "of that name")


def _door(request: Request) -> Door | None:
    path: str = request.scope["route"].path
    return doors.endpoint(request.method, path)


def _named(request: Request, door: Door, sent: bytes) -> str | None:
    """What a request names the thing by, or None where it names none, or nothing that could be a name."""
    place, _, name = door.where.partition(".")
    if place == "path":
        return _text(request.path_params.get(name))
    if place == "query":
        return _text(request.query_params.get(name))
    if place != "body":
        return None
    try:
        body = json.loads(sent)
    except (ValueError, RecursionError):
        return None
    return _text(body.get(name)) if isinstance(body, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value and "\0" not in value else None
