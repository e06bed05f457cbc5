"""Whose name a body bears: of a person's own token that person's, whatever the handler does with it.

Decides that nobody acts under another's name, nor is the second person of an own act. A token that is of no
person, of a program or an office, names whoever acts for it.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import Engine

from catalog.store import reading
from policies.decision import Deny, Reason
from space.access.passing import ANOTHER
from space.errors import Refused
from space.identity import people
from space.identity.one_person import is_one
from space.identity.tokens import Caller

# Where a body names who acts.
_BY: Final = "by"
# Where it names a second person, who is never the first.
_SECOND: Final = ("approved_by", "vouched_by")
# The door that both may come to first: the authority, which consents, or the provider, who asks.
_CONSENTS: Final = "/v1/requests/{request}/cases/{case}/extension"


async def signable(request: Request) -> dict[str, Any] | None:
    """The body of a request, as its handler will be given it; None where it has no place for a name."""
    field = getattr(request.scope["route"], "body_field", None)
    model = None if field is None else field.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel) and _BY in model.model_fields):
        return None
    try:
        sent = await request.json()
    except (ValueError, RecursionError):
        return None
    return sent if isinstance(sent, dict) else None


def sign(engine: Engine, request: Request, who: Caller, body: dict[str, Any] | None) -> None:
    """Put the name of the person who acts into a body.

    Args:
        engine: of the store.
        request: what is asked; its endpoint is known by now.
        who: the caller.
        body: of the request, where it has a place for a name; changed in place.

    Raises:
        Refused: it names somebody else, or the same person as the second.
    """
    if body is None or who.person is None:
        return
    with reading(engine) as connection:
        names = (people.person(connection, who.person).name, who.person)
        consents = request.scope["route"].path == _CONSENTS and not _asks(body, names)
        own, others = ("approved_by", (_BY,)) if consents else (_BY, _SECOND)
        if body.get(own) not in (None, "", *names):
            raise Refused(Deny((ANOTHER,)))
        for other in others:
            second = str(body.get(other) or "")
            if any(is_one(connection, second, name) for name in names):
                raise Refused(Deny((_one_person(other),)))
    body[own] = names[0]


def _asks(body: dict[str, Any], names: tuple[str, str]) -> bool:
    """Whether whoever sends a body for two signs as the one who asks: the other is named to consent."""
    own = ("", None, *names)
    return body.get(_BY) in own and body.get("approved_by") not in own


def _one_person(where: str) -> Reason:
    return Reason("access.one_person", "a second person is needed, and the token is of the first", where)
