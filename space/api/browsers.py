"""What browsers keep of a session, and what they say of where a request comes from.

Decides the attributes of cookies, and that a session changes nothing unless one of its own pages asks.
Programs with a token are no browsers.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import Response

from catalog import keys
from catalog.home import Home
from catalog.settings import reading as settings
from policies.decision import Deny
from space.errors import Refused
from space.identity import guarding

# The prefix binds a cookie to this host and to TLS; where there is no TLS no browser would keep it.
# Source: RFC 6265bis, section 4.1.3.2.
_PREFIX: Final = "__Host-"
_SESSION: Final = "ybz-session"
_BROWSER: Final = "ybz-browser"
_SIGN_IN: Final = "ybz-sign-in"
PROOF: Final = "X-CSRF-Token"


def own_address(request: Request, home: Home) -> str:
    """What the installation is called: as it is told, else as this request calls it."""
    told = settings.value("YBZ_PUBLIC_URL", home.root)
    return (told or str(request.base_url)).rstrip("/")


def require_own_site(request: Request, home: Home) -> None:
    """Let a request pass that a page of ours sent, or no page at all.

    Raises:
        Refused: another site's page sent it.
    """
    if request.method in guarding.SAFE:
        return
    own = {guarding.origin_of(str(request.base_url)), guarding.origin_of(own_address(request, home))}
    _require(guarding.from_own_site(request.headers, own))


def require_own_page(request: Request, home: Home, session_id: str) -> None:
    """Let a request pass that changes nothing, or that a page of the session sent.

    Raises:
        Refused: another site's page sent it, or it bears no proof.
    """
    if request.method in guarding.SAFE:
        return
    require_own_site(request, home)
    secret = keys.load(home).pseudonym
    _require(guarding.proven(secret, session_id, request.headers.get(PROOF)))


def session_secret(request: Request) -> str | None:
    """What the browser keeps of its session."""
    return request.cookies.get(_name(request, _SESSION))


def keep_session(response: Response, request: Request, secret: str, seconds: int) -> None:
    """Let the browser keep a session: for this host alone, out of reach of scripts and of other sites."""
    _keep(response, request, _SESSION, secret, seconds, strict=True)


def drop_session(response: Response, request: Request) -> None:
    """Let the browser forget its session."""
    _drop(response, request, _SESSION)


def known_browser(request: Request) -> str | None:
    """What a browser keeps that signed in before."""
    return request.cookies.get(_name(request, _BROWSER))


def keep_known(response: Response, request: Request, text: str, seconds: int) -> None:
    """Let a browser that signed in be known the next time."""
    _keep(response, request, _BROWSER, text, seconds, strict=True)


def begun_sign_in(request: Request) -> str | None:
    """What the browser keeps while it is at a provider of identities."""
    return request.cookies.get(_name(request, _SIGN_IN))


def keep_begun(response: Response, request: Request, text: str, seconds: int) -> None:
    """Let the browser keep a sign-in it began; it comes back from another site, so not strictly."""
    _keep(response, request, _SIGN_IN, text, seconds, strict=False)


def drop_begun(response: Response, request: Request) -> None:
    """Let the browser forget a sign-in."""
    _drop(response, request, _SIGN_IN)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request, name: str) -> str:
    return (_PREFIX if _secure(request) else "") + name


def _keep(response: Response, request: Request, name: str, text: str, seconds: int, *, strict: bool) -> None:
    response.set_cookie(
        _name(request, name),
        text,
        max_age=seconds,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="strict" if strict else "lax",
    )


def _drop(response: Response, request: Request, name: str) -> None:
    response.delete_cookie(_name(request, name), path="/", secure=_secure(request), httponly=True)


def _require(decision: object) -> None:
    if isinstance(decision, Deny):
        raise Refused(decision)
