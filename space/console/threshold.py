"""The threshold of the console: what passes between browsers and its pages.

Decides, before anything is made or opened, that somebody is signed in as a person; that what changes
something, and every line of a page, comes from our own pages under the address the installation is known by;
and that a page loads nothing from another host, is framed by nobody and cached by nobody.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.settings import reading as settings
from policies.decision import Deny
from space.api.entrance import browsers
from space.console import language, lines
from space.identity import guarding

# The components compile their templates in the browser and set styles on elements.
# Source: Content Security Policy Level 3 (W3C).
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SIGN_IN: Final = "/desk/sign-in"
_DESK: Final = "/desk"
# What holds nothing of anybody: scripts, styles, and the choice of a language.
_OPEN: Final = re.compile(
    r"^/(assets/|favicon\.ico$|again$|language/|_nicegui/[0-9][^/]*/(static|libraries|components|esm|resources)/)"
)
# Files whose address names their version.
_VERSIONED: Final = re.compile(r"^/_nicegui/[0-9][^/]*/(static|libraries|components|esm|resources)/")
_LASTING: Final = "public, max-age=31536000, immutable"
_LINE: Final = "/_nicegui_ws"
_FILE: Final = re.compile(r"^/_nicegui/client/([^/]+)/upload/[^/]+$")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_BELIEVED_OF_NOBODY: Final = b"x-forwarded-prefix"


class Threshold:
    """Wraps the pages' application."""

    def __init__(self, app: ASGIApp, served: FastAPI) -> None:
        self._app, self._served = app, served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, in its reader's language, or turn it away."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope["headers"] = [one for one in scope["headers"] if one[0] != _BELIEVED_OF_NOBODY]
        connection = HTTPConnection(scope)
        language.speak(language.chosen(connection.cookies))
        turned = await self._turned(scope, connection)
        if scope["type"] == "websocket":
            if turned is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        lasting = _VERSIONED.match(_below(scope)) is not None
        with lines.coming(scope):
            await (turned or self._app)(scope, receive, _guarded(send, lasting))

    async def _turned(self, scope: Scope, connection: HTTPConnection) -> Response | None:
        """What somebody is told who does not come in; None for who does."""
        path = _below(scope)
        if not _known(connection, self._served):
            text = "this address is not the installation's — open its own, or set YBZ_PUBLIC_URL to this one"
            return PlainTextResponse(text, 421)
        if _OPEN.match(path):
            return None
        changes = scope["type"] == "websocket" or scope["method"] not in guarding.SAFE
        # Pages keep a line; the library's second way, by one request after another, is not opened.
        if (changes and _foreign(connection)) or (scope["type"] == "http" and path.startswith(_LINE)):
            return PlainTextResponse("not a page of this installation", 403)
        secret = browsers.session_secret(connection, self._served.state.services.home)
        session = await run_in_threadpool(lines.session_now, self._served, secret)
        if session is None:
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'to': _asked(connection)})}", 303)
        if session.person is None:  # the token of an office is for the desk
            return RedirectResponse(_DESK, 303)
        scope[lines.SESSION], scope[lines.SECRET] = session, secret
        if not changes:
            return PlainTextResponse("too many open pages", 429) if lines.crowded(session.id) else None
        file = _FILE.match(path)
        if scope["type"] == "websocket" or (file and lines.holds(file.group(1), session.id)):
            return None
        return PlainTextResponse("not a page of this session", 403)


def _below(scope: Scope) -> str:
    """The path below the console."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def _guarded(send: Send, lasting: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if lasting and message["status"] == 200:
                headers["Cache-Control"] = _LASTING
        await send(message)

    return guarded


def _known(connection: HTTPConnection, app: FastAPI) -> bool:
    """Whether the request names a host the installation is known by, or this machine itself."""
    told = settings.value("YBZ_PUBLIC_URL", app.state.services.home.root)
    name = connection.url.hostname or ""
    return name in _LOOPBACK or (bool(told) and name == urlsplit(told).hostname)


def _foreign(connection: HTTPConnection) -> bool:
    """Whether another site's page asks, or no page at all. Source: RFC 6455, section 10.2."""
    origin = connection.headers.get("origin", "")
    same = urlsplit(origin).netloc == connection.headers.get("host", "") != ""
    return not same or isinstance(guarding.from_own_site(connection.headers, {origin.lower()}), Deny)


def _asked(connection: HTTPConnection) -> str:
    """The address that was asked for, to come back to."""
    query = connection.url.query
    return connection.url.path + (f"?{query}" if query else "")
