"""What a caller has already is not made again 未变不重算, only to be found the same.

Decides when a read that names the state it has (``If-None-Match``) is answered from what was answered before:
to the same token, of the same address, while nobody wrote to the store, on the same day, under the same
rules, before the token ends. Whatever of that differs, the read goes its whole way through door and handler.
Only the tag is kept, never the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.store.state import StoreState
from policies.clocks import local_date
from policies.rulebook import edition
from space.api.answering.etags import names
from space.preview.views import RULES

# Under this name of its scope a request is told until when its caller is known to be good.
GOOD_UNTIL: Final = "ybz.good_until"
# Answers that rest on the store, the day and the rules of what is shown, and on nothing else.
_FIRST: Final = "/v1/datasets/"
# Tags kept; each is of one token and one address.
_MOST: Final = 8192
_REPEATED: Final = (b"etag", b"cache-control", b"vary")


@dataclass(frozen=True, slots=True)
class _Known:
    """What was answered before.

    Attributes:
        state: see :meth:`Unchanged._state`.
        until: the caller is good before this instant.
        tag: of the answer.
        headers: that go with it.
        route: that answered, for the log.
    """

    state: tuple[Any, ...]
    until: datetime
    tag: str
    headers: tuple[tuple[bytes, bytes], ...]
    route: Any


class Unchanged:
    """Wraps an application that tags its answers."""

    def __init__(self, app: ASGIApp, store: StoreState, clock: Callable[[], datetime]) -> None:
        self._app, self._store, self._clock = app, store, clock
        self._known: dict[bytes, _Known] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is known, or hand a request on and remember its tag."""
        asked = _asked(scope)
        number = None if asked is None else self._store.number()
        if asked is None or number is None:
            await self._app(scope, receive, send)
            return
        key, header = asked
        now = self._clock()
        # Taken before the answer is made: what is written meanwhile makes the next one anew.
        state = self._state(number, local_date(now))
        known = self._known.get(key)
        if known is not None and known.state == state and now < known.until and names(header, known.tag):
            scope["route"] = known.route
            head = {"type": "http.response.start", "status": 304, "headers": list(known.headers)}
            await send(head)
            await send({"type": "http.response.body", "body": b""})
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                self._note(key, state, scope, message)
            await send(message)

        await self._app(scope, receive, noted)

    @staticmethod
    def _state(number: int, on: date) -> tuple[Any, ...]:
        return number, on, *(edition(file) for file in RULES)

    def _note(self, key: bytes, state: tuple[Any, ...], scope: Scope, message: Message) -> None:
        until, tag = scope.get(GOOD_UNTIL), Headers(raw=message["headers"]).get("etag")
        if until is None or tag is None:
            return
        headers = tuple((name, value) for name, value in message["headers"] if name.lower() in _REPEATED)
        self._known.pop(key, None)
        while len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = _Known(state, until, tag, headers, scope.get("route"))


def _asked(scope: Scope) -> tuple[bytes, str] | None:
    """By what a request is known, and the tags it has; None of one that is not answered from memory."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path: str = scope["path"]
    if not path.startswith(_FIRST) or "/" in path[len(_FIRST) :] or scope.get("query_string"):
        return None
    said: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in said:  # which of two counts is the framework's to say
            return None
        said[name] = value
    token, tags = said.get(b"authorization"), said.get(b"if-none-match")
    if token is None or tags is None or b"cookie" in said:
        return None
    parts = (token, path.encode(), said.get(b"accept", b""))
    # A digest, so that no token lies in memory longer than its request.
    return hashlib.sha256(b"\0".join(parts)).digest(), tags.decode("latin-1")
