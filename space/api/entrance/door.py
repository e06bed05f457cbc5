"""The door: what no program of good will sends is turned away before anything reads it.

Decides on form alone, for known and unknown callers alike: how many headers, how long, how deep a JSON body
nests, and that an address holds no control character. How large a body may be is
:mod:`space.api.entrance.size`'s.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.api.answering.problem import turned_away

# Of a request; browsers send about twenty, proxies add ten. Choices of the interface.
MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 32 * 1024
# Levels of a JSON body; the deepest document taken, a draft of an agreement, has nine.
MOST_LEVELS: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Bodies beyond this many bytes are looked at in a thread of their own.
_LONG: Final = 256 * 1024
# Bytes whose brackets are counted at once.
_AT_ONCE: Final = 1 << 20
# Half of a character: a text that no store holds and no file. Source: RFC 8259, 8.2.
_LONE: Final = re.compile(rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|[c-fC-F][0-9a-fA-F]{2})")
_PAIR: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class Door:
    """Wraps an application; what is turned away never reaches it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request's head, and at the body of one that brings JSON."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _head(scope)
        if refused is not None:
            await turned_away(*refused)(scope, receive, send)
            return
        if "json" in Headers(scope=scope).get("content-type", "json"):
            receive = _Looked(receive).receive
        await self._app(scope, receive, send)


class _Looked:
    """Reads a body on its way and says, at its end, whether it nests too deep or holds half a character."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._parts = receive, bytearray()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        self._parts += message.get("body", b"")
        if not message.get("more_body", False):
            body = bytes(self._parts)
            poison = await run_in_threadpool(_poison, body) if len(body) > _LONG else _poison(body)
            if poison:
                from starlette.exceptions import HTTPException

                raise HTTPException(400)
        return message


def _head(scope: Scope) -> tuple[int, str, str] | None:
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        return 431, "http.431", "the request has too many headers, or too long ones"
    address = scope["path"] + scope.get("query_string", b"").decode("latin-1")
    if _CONTROL.search(address) or "%00" in address:
        return 400, "http.400", "the address holds a control character"
    return None


def _poison(body: bytes) -> bool:
    """Whether a body nests too deep or holds half a character.

    Whatever a caller writes takes time in proportion to its length: nothing is tried from place after place.
    """
    single = body.replace(b"\\\\", b"")  # what then stands behind a backslash is escaped by it
    return _too_deep(single) or _halved(single)


def _too_deep(body: bytes) -> bool:
    """Whether brackets outside of texts nest too deep; escaped backslashes are gone from the body."""
    if body.count(b"[") + body.count(b"{") <= MOST_LEVELS:
        return False
    import numpy as np

    signs = np.frombuffer(body.replace(b'\\"', b""), np.uint8)
    level, within = 0, 0
    for start in range(0, len(signs), _AT_ONCE):
        part = signs[start : start + _AT_ONCE]
        texts = (np.cumsum(part == ord('"')) + within) & 1
        steps = (part | 0x20 == ord("{")).astype(np.int32) - (part | 0x20 == ord("}"))
        steps[texts == 1] = 0
        levels = np.cumsum(steps) + level
        if levels.max() > MOST_LEVELS:
            return True
        level, within = int(levels[-1]), int(texts[-1])
    return False


def _halved(body: bytes) -> bool:
    """Whether half a character is written; escaped backslashes are gone from the body."""
    if b"\\u" not in body:
        return False
    return _LONE.search(_PAIR.sub(b"", body)) is not None
