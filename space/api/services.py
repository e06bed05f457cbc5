"""What request handlers are given: the wired services, and the caller behind a token or a session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from catalog.home import Home
from catalog.keys import Signer
from catalog.store import reading, writing
from catalog.store.state import StoreState
from policies.access import Act, ever
from policies.access_matrix import acts
from policies.clocks import local_date
from policies.decision import Deny
from space.api.answering.problem import Unauthenticated
from space.api.answering.unchanged import GOOD_UNTIL
from space.api.entrance import browsers
from space.api.entrance.gate import act_of, judge, sent_body
from space.api.entrance.places import place
from space.api.entrance.signing import sign, signable
from space.calls.budget import NOT_HELD
from space.calls.metering import count_stranger
from space.errors import Refused
from space.identity import sessions
from space.identity.access_tokens import looks_like_one
from space.identity.callers import of_bearer, of_session, session_of
from space.identity.sessions import Session
from space.identity.tokens import Caller
from space.preview.searches import Searches
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
        state: tells whether anybody wrote to the store.
        searches: answers to searches.
    """

    home: Home
    engine: Engine
    signer: Signer
    gateway: Gateway
    clock: Callable[[], datetime]
    verifier: Verifier
    state: StoreState
    searches: Searches


def services(request: Request) -> Services:
    """The services of the application."""
    wired: Services = request.app.state.services
    return wired


async def _services(request: Request) -> Services:
    """The same for handlers: what waits for nothing needs no thread of its own."""
    return services(request)


Wired = Annotated[Services, Depends(_services)]
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


def signed_in(wired: Services, request: Request) -> Session | None:
    """The session of a browser, noted to be in use; None where there is none that is good now."""
    secret = browsers.session_secret(request, wired.home)
    if secret is None:
        return None
    now = wired.clock()
    with reading(wired.engine) as connection:
        session = session_of(connection, secret, now)
    if session is not None and sessions.to_be_noted(session, now):
        with writing(wired.engine) as connection:
            sessions.seen(connection, session, now)
    return session


async def admitted(request: Request, bearer: _Bearer, acting_in: _Membership = None) -> AsyncIterator[Caller]:
    """Who sends the request, once the matrix let the caller through the door of the endpoint.

    What a person sends is signed with that person's name. The call holds a place of its organisation until
    its handler is through; whoever waited for one is judged again.

    Raises:
        AnswerLate: others of the organisation took all the places.
        Unauthenticated: nobody known; such requests are counted, not logged one by one.
        Refused: the caller's role does not permit the act, or it acts under another's name; or a request of
            a session that no page of it sent, or in a membership of another.
        Unknown: it does not permit it towards the organisation the thing belongs to.
    """
    sent, body = await sent_body(request), await signable(request)
    # One thread and one moment of the store: who calls, and whether the door is theirs.
    who = await run_in_threadpool(_through_the_door, request, bearer, acting_in, sent)
    request.scope[GOOD_UNTIL] = who.until
    if body is not None and who.person is not None:
        await run_in_threadpool(sign, services(request).engine, request, who, body)
    async with place(who.organisation, act_of(request), local_date(services(request).clock())) as waited:
        if waited:  # a token may have been withdrawn meanwhile
            who = await run_in_threadpool(_through_the_door, request, bearer, acting_in, sent)
        yield who


def _through_the_door(
    request: Request, bearer: HTTPAuthorizationCredentials | None, acting_in: str | None, sent: bytes
) -> Caller:
    """The bearer of a token, else whoever is signed in, once the door let it through."""
    wired = services(request)
    session, issuer = None, ""
    if bearer is None:
        session = signed_in(wired, request)
    elif looks_like_one(
        bearer.credentials
    ):  # made for an address; an opaque one is good whatever we are called
        issuer = browsers.own_address(request, wired.home)
    if session is not None:
        browsers.require_own_page(request, wired.home, session.id)
    now = wired.clock()
    with reading(wired.engine) as connection:
        known = None
        if bearer is not None:
            known = of_bearer(connection, bearer.credentials, issuer=issuer, now=now)
        elif session is not None:
            known = of_session(connection, session, acting_in, now)
        if known is not None:
            # Of a proxy on this machine the server takes the address it forwards (`ybz serve`).
            who = replace(known, address=None if request.client is None else request.client.host)
            judge(connection, request, who, sent, local_date(now))
            return who
    with writing(wired.engine) as connection:
        count_stranger(connection, "unauthenticated", now)
    raise Unauthenticated("a token or a session that is good now is needed — `ybz grant token` issues one")


# Left before the answer is sent: whoever reads a long one slowly holds no place.
Known = Annotated[Caller, Depends(admitted, scope="function")]


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
