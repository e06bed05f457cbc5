"""What request handlers are given: the wired services, and the caller behind a token or a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import Signer
from catalog.store import reading, writing
from policies.access import Act, ever
from policies.access_matrix import acts
from policies.clocks import local_date
from policies.decision import Deny
from space.api import browsers
from space.api.gate import SentBody, enter
from space.api.problem import Unauthenticated
from space.api.signing import Signable, sign
from space.calls.budget import NOT_HELD
from space.calls.metering import count_stranger
from space.errors import Refused
from space.identity import sessions
from space.identity.callers import of_bearer, of_session, session_of
from space.identity.sessions import Session
from space.identity.tokens import Caller
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
    Depends(
        HTTPBearer(
            auto_error=False, description="A token of `ybz grant token`, or one `POST /v1/token` gave."
        )
    ),
]
_Membership = Annotated[
    str | None,
    Header(
        alias="Ybz-Membership", max_length=40, description="Of a session: the membership this call is in."
    ),
]


def caller(wired: Wired, bearer: _Bearer, request: Request, acting_in: _Membership = None) -> Caller:
    """Who sends the request: the bearer of a token, else whoever is signed in.

    Raises:
        Unauthenticated: nobody known; such requests are counted, not logged one by one.
        Refused: a request of a session that no page of it sent, or in a membership of another.
    """
    now = wired.clock()
    # Of a proxy on this machine the server takes the address it forwards (`ybz serve`).
    address = None if request.client is None else request.client.host
    if bearer is not None:
        issuer = browsers.own_address(request, wired.home)
        with reading(wired.engine) as connection:
            known = of_bearer(connection, bearer.credentials, issuer=issuer, now=now)
        if known is not None:
            return replace(known, address=address)
    elif (session := signed_in(wired, request)) is not None:
        browsers.require_own_page(request, wired.home, session.id)
        with reading(wired.engine) as connection:
            return replace(of_session(connection, session, acting_in, now), address=address)
    with writing(wired.engine) as connection:
        count_stranger(connection, "unauthenticated", now)
    raise Unauthenticated("a token or a session that is good now is needed — `ybz grant token` issues one")


def signed_in(wired: Services, request: Request) -> Session | None:
    """The session of a browser, noted to be in use; None where there is none that is good now."""
    secret = browsers.session_secret(request)
    if secret is None:
        return None
    now = wired.clock()
    with reading(wired.engine) as connection:
        session = session_of(connection, secret, now)
    if session is not None and sessions.to_be_noted(session, now):
        with writing(wired.engine) as connection:
            sessions.seen(connection, session, now)
    return session


def admitted(
    wired: Wired,
    who: Annotated[Caller, Depends(caller)],
    request: Request,
    sent: SentBody,
    signable: Signable,
) -> Caller:
    """Who sends the request, once the matrix let the caller through the door of the endpoint.

    What a person sends is signed with that person's name.

    Raises:
        Unauthenticated: nobody known.
        Refused: the caller's role does not permit the act, or it acts under another's name.
        Unknown: it does not permit it towards the organisation the thing belongs to.
    """
    enter(wired.engine, request, who, sent, local_date(wired.clock()))
    sign(wired.engine, request, who, signable)
    return who


Known = Annotated[Caller, Depends(admitted)]


def only(who: Caller, grant_id: str) -> None:
    """Let a token that was issued for one grant open that grant alone.

    Raises:
        Refused: it was issued for another.
    """
    if who.grant_id not in (None, grant_id):
        raise Refused(Deny((NOT_HELD,)))


def permit(who: Caller, act: Act) -> None:
    """Let the act pass, if the caller's role permits it towards anybody; towards whom is the door's to judge.

    A token that was issued for one grant opens that grant, and nothing an organisation does as a whole.

    Raises:
        Refused: it does not.
    """
    decision = ever(who.role, act)
    if isinstance(decision, Deny):
        raise Refused(decision)
    if who.grant_id is not None and not acts()[act].one_grant:
        raise Refused(Deny((NOT_HELD,)))
