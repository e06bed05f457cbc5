"""What browsers keep of a session, and what they say of where a request comes from.

Decides the attributes of cookies, that a session changes nothing unless one of its own pages asks, and what
the installation is called: never what a request from elsewhere calls it. Programs with a token are no
browsers.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from catalog import keys
from catalog.home import Home
from catalog.settings import reading as settings
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import guarding

# The prefix binds a cookie to this host and to TLS; where there is no TLS no browser would keep it.
# Source: RFC 6265bis, section 4.1.3.2.
_PREFIX: Final = "__Host-"
# How a request or a socket is asked for that comes by TLS.
_TLS: Final = ("https", "wss")
_SESSION: Final = "ybz-session"
_BROWSER: Final = "ybz-browser"
_SIGN_IN: Final = "ybz-sign-in"
PROOF: Final = "X-CSRF-Token"
_NO_ADDRESS: Final = Reason(
    "identity.no_address",
    "the installation was not told what it is called, and does not take a caller's word for it",
    where="YBZ_PUBLIC_URL",
    allowed="set YBZ_PUBLIC_URL to the address callers use; on the machine itself ask 127.0.0.1",
)


def own_address(request: Request, home: Home) -> str:
    """What the installation is called: as it is told; on this machine, as the request calls it.

    Whoever forges ``Host`` could else have what was made for another address accepted here.

    Raises:
        Refused: it was not told, and the request calls it by a name of elsewhere.
    """
    told = settings.value("YBZ_PUBLIC_URL", home.root)
    if not told and not _is_here(request.url.hostname or ""):
        raise Refused(Deny((_NO_ADDRESS,)))
    return (told or str(request.base_url)).rstrip("/")


def require_own_site(request: Request, home: Home) -> None:
    """Let a request pass that a page of ours sent, or no page at all.

    Raises:
        Refused: another site's page sent it.
    """
    if request.method in guarding.SAFE:
        return
    _require(guarding.from_own_site(request.headers, own_origins(request, home)))


def own_origins(request: HTTPConnection, home: Home) -> frozenset[str]:
    """Where pages of ours come from: the address it is told, and this machine's own names for it."""
    told, asked = settings.value("YBZ_PUBLIC_URL", home.root), guarding.origin_of(str(request.base_url))
    by_name = {asked} if not told or _is_here(request.url.hostname or "") else set()
    return frozenset(by_name | ({guarding.origin_of(told)} if told else set()))


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


def session_secret(request: HTTPConnection, home: Home) -> str | None:
    """What the browser keeps of its session."""
    return request.cookies.get(_name(request, home, _SESSION))


def keep_session(response: Response, request: Request, home: Home, secret: str, seconds: int) -> None:
    """Let the browser keep a session: for this host alone, out of reach of scripts and of other sites."""
    _keep(response, request, home, _SESSION, secret, seconds, strict=True)


def drop_session(response: Response, request: Request, home: Home) -> None:
    """Let the browser forget its session."""
    _drop(response, request, home, _SESSION)


def leave(response: Response, request: Request, home: Home) -> None:
    """Let the browser forget its session, and what pages kept in it: the next at this machine finds nothing.

    Source: W3C Clear Site Data. Browsers heed it over https and on this machine alone.
    """
    drop_session(response, request, home)
    response.headers["Clear-Site-Data"] = '"storage"'


def known_browser(request: Request, home: Home) -> str | None:
    """What a browser keeps that signed in before."""
    return request.cookies.get(_name(request, home, _BROWSER))


def keep_known(response: Response, request: Request, home: Home, text: str, seconds: int) -> None:
    """Let a browser that signed in be known the next time."""
    _keep(response, request, home, _BROWSER, text, seconds, strict=True)


def begun_sign_in(request: Request, home: Home) -> str | None:
    """What the browser keeps while it is at a provider of identities."""
    return request.cookies.get(_name(request, home, _SIGN_IN))


def keep_begun(response: Response, request: Request, home: Home, text: str, seconds: int) -> None:
    """Let the browser keep a sign-in it began; it comes back from another site, so not strictly."""
    _keep(response, request, home, _SIGN_IN, text, seconds, strict=False)


def drop_begun(response: Response, request: Request, home: Home) -> None:
    """Let the browser forget a sign-in."""
    _drop(response, request, home, _SIGN_IN)


def _secure(request: HTTPConnection, home: Home) -> bool:
    """Whether callers come by TLS: to here, or to the proxy whose address the installation was told.

    A proxy that does not say how it was asked must not make cookies readable on the way.
    """
    if request.url.scheme in _TLS:
        return True
    return settings.value("YBZ_PUBLIC_URL", home.root).lower().startswith("https://")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _name(request: HTTPConnection, home: Home, name: str) -> str:
    return (_PREFIX if _secure(request, home) else "") + name


def _keep(
    response: Response, request: Request, home: Home, name: str, text: str, seconds: int, *, strict: bool
) -> None:
    response.set_cookie(
        _name(request, home, name),
        text,
        max_age=seconds,
        path="/",
        secure=_secure(request, home),
        httponly=True,
        samesite="strict" if strict else "lax",
    )


def _drop(response: Response, request: Request, home: Home, name: str) -> None:
    named, secure = _name(request, home, name), _secure(request, home)
    response.delete_cookie(named, path="/", secure=secure, httponly=True)


def _require(decision: object) -> None:
    if isinstance(decision, Deny):
        raise Refused(decision)
