"""``/v1/accounts`` and ``/v1/sessions``: local accounts, signing in and out; a thin door."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog import keys
from catalog.store import reading, writing
from policies.access import Act, Role
from policies.clocks import local_date
from space.api.answering.problem import Unauthenticated
from space.api.entrance import browsers
from space.api.entrance.once import Repeated
from space.api.services import Known, Services, Wired, permit, signed_in
from space.errors import Unknown
from space.identity import (
    accounts,
    browser_known,
    guarding,
    memberships,
    organisations,
    people,
    sessions,
    signing_in,
)
from space.identity.callers import session_of
from space.identity.sessions import Session
from space.identity.throttling import Attempt
from space.identity.tokens import Caller

router = APIRouter(prefix="/v1", tags=["identity"])

_Login = Annotated[str, Field(min_length=1, max_length=60)]
_Password = Annotated[str, Field(min_length=1, max_length=1000)]


class NewAccount(BaseModel):
    """An account to be opened."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(max_length=40)
    login: _Login


class SignIn(BaseModel):
    """Login and password, and the membership to act in."""

    model_config = ConfigDict(extra="forbid")

    login: _Login
    password: _Password
    membership: str | None = Field(None, max_length=40, description="The person's first of today, if none.")


class Chosen(BaseModel):
    """A new password, by the present one or by a one-time code."""

    model_config = ConfigDict(extra="forbid")

    login: _Login
    new: _Password
    password: str = Field("", max_length=1000)
    code: str = Field("", max_length=60)


class Membership(BaseModel):
    """The membership to act in."""

    model_config = ConfigDict(extra="forbid")

    membership: str = Field(max_length=40)


@router.get("/accounts")
def list_accounts(
    wired: Wired,
    who: Known,
    after: str = Query("", max_length=40),
    limit: int = Query(100, ge=1, le=1000),
    person: str = Query("", max_length=40, description="Of this person alone."),
) -> dict[str, Any]:
    """Accounts by their ids; nothing of passwords."""
    permit(who, Act.ACCOUNT_KEEP)
    with reading(wired.engine) as connection:
        found = accounts.all_accounts(connection, person=person or None, after=after, limit=limit)
    following = found[-1].id if len(found) == limit else None
    return {"accounts": [each.to_document() for each in found], "next": following}


@router.post("/accounts", status_code=201)
def open_account(new: NewAccount, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Open an account; the one-time code is shown this once, a repeated request shows none."""
    permit(who, Act.ACCOUNT_KEEP)
    handed: list[accounts.Handed] = []
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            handed.append(accounts.opened(connection, new.person, new.login, by=_by(who), now=now))
            return handed[0].account.id

        return _handed(accounts.in_use(connection, once.do(connection, act, now)), handed)


@router.post("/accounts/{account}/reset")
def reset_account(account: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take the password away and hand over a one-time code; the account's sessions end."""
    permit(who, Act.ACCOUNT_KEEP)
    handed: list[accounts.Handed] = []
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            handed.append(accounts.reset(connection, account, by=_by(who), now=now))
            return handed[0].account.id

        return _handed(accounts.in_use(connection, once.do(connection, act, now)), handed)


@router.post("/accounts/{account}/end")
def end_account(account: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """End an account."""
    permit(who, Act.ACCOUNT_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return accounts.end(connection, account, by=_by(who), now=now).id

        return {"id": once.do(connection, act, now), "ended": True}


@router.post("/accounts/password")
def choose_password(chosen: Chosen, wired: Wired, request: Request) -> dict[str, Any]:
    """Set a password by the present one, or by a one-time code; every session of the person ends."""
    browsers.require_own_site(request, wired.home)
    account = signing_in.choose_password(
        wired.engine,
        attempt(wired, request, chosen.login),
        chosen.new,
        now=wired.clock(),
        password=chosen.password,
        code=chosen.code,
    )
    return {"account": account}


@router.post("/sessions", status_code=201)
def sign_in(sent: SignIn, wired: Wired, request: Request, response: Response) -> dict[str, Any]:
    """Sign in; the session is kept by the browser, its proof goes into ``X-CSRF-Token`` of what it sends."""
    browsers.require_own_site(request, wired.home)
    tried = attempt(wired, request, sent.login)
    now = wired.clock()
    done = signing_in.sign_in(wired.engine, tried, sent.password, now=now, membership=sent.membership)
    keep(wired, request, response, done, tried)
    with reading(wired.engine) as connection:
        session = sessions.find(connection, done.session.secret, now)
    assert session is not None  # it was opened just now
    return _told(wired, session)


@router.get("/sessions")
def list_sessions(
    wired: Wired,
    who: Known,
    person: str | None = Query(None, max_length=40, description="Another's; for audit administrators."),
    everybody: bool = Query(False, description="Everybody's; for audit administrators."),
) -> dict[str, Any]:
    """Sessions that last: one's own; audit administrators see any."""
    permit(who, Act.ACCOUNT_OWN)
    auditing = who.role is Role.AUDIT_ADMIN
    if (everybody or person not in (None, who.person)) and not auditing:
        raise Unknown("person", person or "")
    if who.person is None and not auditing:
        return {"sessions": []}
    whose = None if everybody else person or who.person
    with reading(wired.engine) as connection:
        return {"sessions": list(sessions.lasting(connection, whose, wired.clock()))}


@router.get("/sessions/current")
def current_session(wired: Wired, request: Request, who: Known) -> dict[str, Any]:
    """The session of this browser: who acts, in which memberships it may, and its proof."""
    permit(who, Act.ACCOUNT_OWN)
    return _told(wired, _own(wired, request))


@router.post("/sessions/current/membership")
def act_in(chosen: Membership, wired: Wired, request: Request, who: Known) -> dict[str, Any]:
    """Go on in another membership of the same person."""
    permit(who, Act.ACCOUNT_OWN)
    session, now = _own(wired, request), wired.clock()
    with writing(wired.engine) as connection:
        if session.person is not None:
            found = signing_in.chosen(connection, session.person, chosen.membership, now)
            sessions.act_in(connection, session, found.id, now=now)
    return _told(wired, _own(wired, request))


@router.post("/sessions/current/end")
def sign_out(wired: Wired, request: Request, response: Response, who: Known) -> dict[str, Any]:
    """Sign out."""
    permit(who, Act.ACCOUNT_OWN)
    session = _own(wired, request)
    with writing(wired.engine) as connection:
        sessions.end(connection, session.id, reason="signed_out", now=wired.clock())
    browsers.leave(response, request, wired.home)
    return {"id": session.id, "ended": True}


@router.post("/sessions/{session}/end")
def end_session(session: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """End a session of one's own; security administrators end any."""
    permit(who, Act.ACCOUNT_OWN)
    now = wired.clock()
    with writing(wired.engine) as connection:

        def act() -> str:
            if who.role is not Role.SECURITY_ADMIN:
                own = () if who.person is None else sessions.lasting(connection, who.person, now)
                if session not in {each["id"] for each in own}:
                    raise Unknown("session that lasts", session)
            sessions.end(connection, session, reason="ended", now=now)
            return session

        return {"id": once.do(connection, act, now), "ended": True}


def attempt(wired: Services, request: Request, login: str) -> Attempt:
    """Who tries to sign in, as far as the request tells."""
    address = None if request.client is None else request.client.host
    secret, kept = keys.load(wired.home).pseudonym, browsers.known_browser(request, wired.home)
    return browser_known.attempt(secret, login, address, kept, wired.clock())


def keep(
    wired: Services, request: Request, response: Response, done: signing_in.SignedIn, tried: Attempt | None
) -> None:
    """Let the browser keep its session, and be known the next time; the one it had ends."""
    now = wired.clock()
    with writing(wired.engine) as connection:
        former = session_of(connection, browsers.session_secret(request, wired.home), now)
        if former is not None:
            sessions.end(connection, former.id, reason="replaced", now=now)
    lasts = int((done.session.expires_at - now).total_seconds())
    browsers.keep_session(response, request, wired.home, done.session.secret, lasts)
    if tried is not None:
        text = browser_known.remembered(keys.load(wired.home).pseudonym, tried, now)
        browsers.keep_known(response, request, wired.home, text, browser_known.kept_seconds(now))


def _own(wired: Services, request: Request) -> Session:
    session = signed_in(wired, request)
    if session is None:
        raise Unauthenticated("nobody is signed in — `POST /v1/sessions` signs in")
    return session


def _told(wired: Services, session: Session) -> dict[str, Any]:
    on, name = local_date(wired.clock()), session.name
    theirs: tuple[memberships.Membership, ...] = ()
    with reading(wired.engine) as connection:
        if session.person is not None:
            theirs = memberships.of_person(connection, session.person, on)
            name = people.person(connection, session.person).name
        codes = {session.organisation, *(each.organisation for each in theirs)}
        called = {code: organisations.organisation(connection, code).name for code in codes}
    return {
        "id": session.id,
        "person": session.person,
        "name": name,
        "organisation": session.organisation,
        "organisation_name": called[session.organisation],
        "role": session.role.value,
        "membership": session.membership,
        "memberships": [
            each.to_document() | {"organisation_name": called[each.organisation]} for each in theirs
        ],
        "expires_at": session.expires_at.isoformat(),
        "proof": guarding.proof(keys.load(wired.home).pseudonym, session.id),
    }


def _by(who: Caller) -> str:
    return who.person or who.organisation


def _handed(account: accounts.Account, handed: list[accounts.Handed]) -> dict[str, Any]:
    code = {"code": handed[0].code, "code_expires_at": handed[0].expires_at.isoformat()} if handed else {}
    return account.to_document() | {"code": None} | code
