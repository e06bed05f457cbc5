"""What is told of one request: a line of the log, a count, and a span where traces are on.

Decides that a request is named by its route's template, never by its path, query, headers, body or caller.
Its own identifier is made here and returned as ``X-Request-Id``; one that a caller sends is not taken, for it
could hold anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, MutableMapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.observing import logs

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# The template of what no route matches, and the method nobody knows.
OTHER: Final = "other"
HEADER: Final = b"x-request-id"

_log = logs.of(__name__)
# Where the code of this request's problem is put; a list, as handlers run in threads of their own.
_code: ContextVar[list[str] | None] = ContextVar("problem_code", default=None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be told of a request that is over.

    Attributes:
        method: HTTP method.
        route: template, e.g. ``/v1/datasets/{name}``.
        status: of the answer; 499 where the caller was gone before one began.
        code: of the problem; empty where there was none.
        began_ns: when it began, Unix time.
        seconds: it took.
    """

    method: str
    route: str
    status: int
    code: str
    began_ns: int
    seconds: float


class Sink(Protocol):
    """What wants to know of every request: the metrics, the traces."""

    def seen(self, request: Seen) -> None:
        """Take note of a request that is over."""


def problem(code: str) -> None:
    """Say which problem this request ends in; the code is one of the documented constants."""
    told = _code.get()
    if told is not None:
        told[:] = [code]


class Observed:
    """Wraps an application so that every request is told of once, whatever becomes of it."""

    def __init__(self, app: ASGIApp, sinks: Sequence[Sink], classes_ms: Sequence[int]) -> None:
        self._app, self._sinks, self._classes_ms = app, tuple(sinks), tuple(classes_ms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on and take note of its end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, status = uuid4().hex, 499
        began, began_ns = time.perf_counter(), time.time_ns()
        told: list[str] = []
        _code.set(told)
        logs.bind({"request": request_id})

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((HEADER, request_id.encode()))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            # It goes on to the one place that answers; here it is told without its message.
            status = 500
            _log.error("failed", route=template(scope), exc_info=True)
            raise
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in METHODS else OTHER
            code = told[0] if told else ""
            self._tell(Seen(method, template(scope), status, code, began_ns, seconds))

    def _tell(self, seen: Seen) -> None:
        _log.info(
            "request",
            method=seen.method,
            route=seen.route,
            status=seen.status,
            took=self.took(seen.seconds),
            **({"code": seen.code} if seen.code else {}),
        )
        for sink in self._sinks:
            sink.seen(seen)

    def took(self, seconds: float) -> str:
        """The class of a duration, e.g. ``<100ms``."""
        for most in self._classes_ms:
            if seconds * 1000 < most:
                return f"<{most}ms"
        return f">={self._classes_ms[-1]}ms"


def template(scope: MutableMapping[str, Any]) -> str:
    """The template of the route a request matched."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else OTHER


class Patience:
    """Wraps an application so that whoever stops sending in the middle of a request is not waited for."""

    def __init__(self, app: ASGIApp, seconds: float, refuse: Callable[[], Exception]) -> None:
        self._app, self._seconds, self._refuse = app, seconds, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, waiting for each part of its body no longer than is agreed."""
        over = scope["type"] != "http"

        async def timely() -> Message:
            nonlocal over
            if over:  # what comes after the body is that the caller leaves: any time is right
                return await receive()
            try:
                async with asyncio.timeout(self._seconds):
                    message = await receive()
            except TimeoutError:
                over = True
                raise self._refuse() from None
            over = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        await self._app(scope, timely, send)
