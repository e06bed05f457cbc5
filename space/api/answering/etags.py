"""Validators 版本标签: reads carry an ``ETag``; a change may say which state of a thing it was made on.

Decides what a tag is: a digest of the document, so that two reads of the same state have the same, on every
server. A read that names it (``If-None-Match``) is told that nothing changed; a change that names another
(``If-Match``) is refused (412), and nothing is done.

Source: RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi.encoders import jsonable_encoder
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.errors import SpaceError

_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_ASKED: Final = ("GET", "HEAD")
# Kinds of answers that are read again and again; files of supplies carry a tag of their own.
_KINDS: Final = ("application/json", "application/ld+json", "text/csv", "application/vnd.apache.arrow.stream")


class Changed(SpaceError):
    """What a change was made on is not what stands now."""

    def __init__(self) -> None:
        super().__init__("it is no longer what you looked at — read it again, then decide anew")


def tag(document: Mapping[str, Any]) -> str:
    """The tag of a document, as it stands in the header ``ETag``; see :class:`Validated`."""
    text = json.dumps(
        jsonable_encoder(document), ensure_ascii=False, allow_nan=False, indent=None, separators=(",", ":")
    )
    return _of(text.encode())


def require(if_match: str | None, document: Mapping[str, Any]) -> None:
    """Refuse a change that was made on another state.

    Args:
        if_match: header of the request; None asks for nothing.
        document: what a read of the thing answers now.

    Raises:
        Changed: the header names neither this state nor ``*``.
    """
    if if_match is None or if_match.strip() == "*":
        return
    # A weak tag never matches for a change (RFC 9110, 13.1.1).
    strong = {found.group(0) for found in _TAG.finditer(if_match) if not found.group(0).startswith("W/")}
    if tag(document) not in strong:
        raise Changed


class Validated:
    """Wraps an application so that what it reads out bears a tag, and is not sent where it is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; an answer that comes in one piece is tagged."""
        reads = scope["type"] == "http" and scope["method"] in _ASKED and scope["path"].startswith("/v1/")
        if not reads:
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match")
        await self._app(scope, receive, _Tagging(send, known).send)


class _Tagging:
    """Holds the head of an answer back until its first piece is there."""

    def __init__(self, send: Send, known: str | None) -> None:
        self._send, self._known = send, known
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._fit(message):
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            if not message.get("more_body", False):
                head, message = self._tagged(head, message)
            await self._send(head)
        await self._send(message)

    @staticmethod
    def _fit(message: Message) -> bool:
        headers = Headers(raw=message["headers"])
        kind = headers.get("content-type", "").partition(";")[0]
        return message["status"] == 200 and kind in _KINDS and "etag" not in headers

    def _tagged(self, head: Message, message: Message) -> tuple[Message, Message]:
        made = _of(message.get("body", b""))
        headers = MutableHeaders(raw=list(head["headers"]))
        headers["ETag"] = made
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.setdefault("Vary", "Accept, Authorization, Cookie, Ybz-Membership")
        if not names(self._known, made):
            return {**head, "headers": headers.raw}, message
        del headers["Content-Length"]
        del headers["Content-Type"]
        return {**head, "status": 304, "headers": headers.raw}, {**message, "body": b""}


def names(header: str | None, made: str) -> bool:
    """Whether the header ``If-None-Match`` of a read names a tag."""
    if header is None:
        return False
    # A read may compare weakly (RFC 9110, 13.1.2).
    return header.strip() == "*" or made[1:-1] in _TAG.findall(header)


def _of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
