"""What request handlers are given: the wired services, and the caller behind a bearer token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import Signer
from catalog.store import reading, writing
from policies.access import Act, may
from policies.decision import Deny
from space.api.problem import Unauthenticated
from space.calls.budget import NOT_HELD
from space.calls.metering import count_stranger
from space.errors import Refused
from space.identity.tokens import Caller, holder
from space.query.gateway import Gateway
from space.verification.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Services:
    """Wired once per process.

    Attributes:
        home: of the installation.
        engine: of the store.
        signer: signs receipts and checkpoints.
        gateway: the one way of a query.
        clock: gives the aware instant now.
        verifier: the one way of a verification.
    """

    home: Home
    engine: Engine
    signer: Signer
    gateway: Gateway
    clock: Callable[[], datetime]
    verifier: Verifier


def services(request: Request) -> Services:
    """The services of the application."""
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]
_Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="The token `ybz grant token` issued.")),
]


def caller(wired: Wired, bearer: _Bearer, request: Request) -> Caller:
    """Who sends the request.

    Raises:
        Unauthenticated: nobody known; such requests are counted, not logged one by one.
    """
    now = wired.clock()
    if bearer is not None:
        with reading(wired.engine) as connection:
            known = holder(connection, bearer.credentials, now)
        if known is not None:
            # Of a proxy on this machine the server takes the address it forwards (`ybz serve`).
            return replace(known, address=None if request.client is None else request.client.host)
    with writing(wired.engine) as connection:
        count_stranger(connection, "unauthenticated", now)
    raise Unauthenticated("a bearer token that is good now is needed — `ybz grant token` issues one")


Known = Annotated[Caller, Depends(caller)]

_AS_A_WHOLE: Final = frozenset(
    {Act.REQUEST_FILE, Act.FORM_READ, Act.FORM_ASK, Act.FORM_FILL, Act.LEDGER_KEEP}
)


def only(who: Caller, grant_id: str) -> None:
    """Let a token that was issued for one grant open that grant alone.

    Raises:
        Refused: it was issued for another.
    """
    if who.grant_id not in (None, grant_id):
        raise Refused(Deny((NOT_HELD,)))


def permit(who: Caller, act: Act) -> None:
    """Let the act pass, if the caller's role permits it.

    A token that was issued for one grant opens that grant, and nothing an organisation does as a whole.

    Raises:
        Refused: it does not.
    """
    decision = may(who.role, act)
    if isinstance(decision, Deny):
        raise Refused(decision)
    if who.grant_id is not None and act in _AS_A_WHOLE:
        raise Refused(Deny((NOT_HELD,)))
