"""Lines between pages and the server (WebSockets): whose they are, and for how long.

Decides that a page is moved by the session and the membership it was made for, and by nobody else's; that
this is asked anew before every event, so that the end of a session holds at once; and that silent pages are
looked at in turn. What an event then does is judged by the interface.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import FastAPI
from nicegui import Client, core
from socketio.exceptions import ConnectionRefusedError as Turned  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from catalog.store import reading
from space.api.services import Services
from space.console.parts.ways import go
from space.identity.callers import session_of
from space.identity.sessions import Session

# Under this name the guard before the pages leaves the session of a request in its scope.
SESSION: Final = "ybz.session"
SECRET: Final = "ybz.secret"  # noqa: S105  (the name of a place)
# Pages one session may have open at once, and pages nobody opened a line for yet.
MOST_PAGES: Final = 40
# Between two looks at pages that say nothing, in seconds.
_LOOK_S: Final = 15.0
_HOME: Final = "/console/"


@dataclass(slots=True)
class Place:
    """A page somebody has open.

    Attributes:
        session, membership: it was made for.
        secret: what its browser keeps of the session.
        turn: events of a page are done one after another, in the order they came.
        over: whether its session is known to be over.
    """

    session: str
    membership: str | None
    secret: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: bool = False


_places: dict[str, Place] = {}
# Session → pages that are being made.
_coming: Counter[str] = Counter()


def session_now(app: FastAPI, secret: str | None) -> Session | None:
    """The session a browser keeps, or None where it is not good now; looking at it is no use of it."""
    wired: Services = app.state.services
    with reading(wired.engine) as connection:
        return session_of(connection, secret, wired.clock())


def opened(client: Client) -> None:
    """Note whose a page is that is being made."""
    scope = client.request.scope
    session: Session = scope[SESSION]
    _places[client.id] = Place(session.id, session.membership, scope[SECRET])
    client.on_delete(lambda: _places.pop(client.id, None))


def crowded(session: str) -> bool:
    """Whether a session has as many pages as it may."""
    return Counter(place.session for place in _places.values())[session] + _coming[session] >= MOST_PAGES


@contextmanager
def coming(scope: Scope) -> Iterator[None]:
    """Count what a session asked for among its pages, until it is made."""
    session: Session | None = scope.get(SESSION)
    if session is None:
        yield
        return
    _coming[session.id] += 1
    try:
        yield
    finally:
        _coming[session.id] -= 1
        if not _coming[session.id]:
            del _coming[session.id]


def holds(client_id: str, session: str) -> bool:
    """Whether a page is of a session."""
    place = _places.get(client_id)
    return place is not None and place.session == session


def guard(app: FastAPI) -> None:
    """Put these rules before what the component library does with a line."""
    handlers = core.sio.handlers["/"]
    connect, handshake, event = handlers["connect"], handlers["handshake"], handlers["event"]

    async def on_connect(sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        scope = environ["asgi.scope"]
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("client_id", [""])[0]
        if not _own(scope, asked):
            raise Turned("not a page of this session")
        await connect(sid, environ)

    async def on_handshake(sid: str, said: dict[str, Any]) -> bool:
        return _owns(sid, said) and await handshake(sid, said)

    async def on_event(sid: str, said: dict[str, Any]) -> None:
        if not _owns(sid, said):
            return
        place = _places[said["client_id"]]
        async with place.turn:
            if await _good(app, said["client_id"], place):
                event(sid, said)

    def only(handle: Any) -> Any:
        def on(sid: str, said: dict[str, Any]) -> None:
            if _owns(sid, said):
                handle(sid, said)

        return on

    handlers |= {"connect": on_connect, "handshake": on_handshake, "event": on_event}
    for name in ("javascript_response", "ack"):
        handlers[name] = only(handlers[name])
    handlers.pop("log")  # what a browser writes is nothing for our log
    core.app.timer(_LOOK_S, lambda: _look(app))


async def _look(app: FastAPI) -> None:
    """Look at every page that is open: one whose session is over is left."""
    for client_id, place in list(_places.items()):
        await _good(app, client_id, place)


async def _good(app: FastAPI, client_id: str, place: Place) -> bool:
    """Whether a page's session is good now, in the page's membership; else the page is left."""
    if not place.over:
        session = await run_in_threadpool(session_now, app, place.secret)
        place.over = session is None or session.id != place.session or session.membership != place.membership
        client = Client.instances.get(client_id)
        if place.over and client is not None:
            with client:
                go(f"{_HOME}again" if session is None else _HOME)
    return not place.over


def _owns(sid: str, said: dict[str, Any]) -> bool:
    """Whether a line may move the page it names."""
    environ = core.sio.get_environ(sid) or {}
    return isinstance(said, dict) and _own(environ.get("asgi.scope", {}), said.get("client_id"))


def _own(scope: Any, client_id: Any) -> bool:
    session = scope.get(SESSION)
    return isinstance(client_id, str) and session is not None and holds(client_id, session.id)
