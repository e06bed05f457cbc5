"""Requests of a page to the HTTP interface of its own process, in the name of its session.

Decides that a page holds no more than its browser does: the session's cookie and its proof. Each call is
judged as if it came over the wire; no page reads the store.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp

from space.api.entrance.browsers import PROOF
from space.errors import SpaceError

# Of a call of a session: what it is in.
MEMBERSHIP: Final = "Ybz-Membership"
_UNREAD: Final = "the service gave no answer that can be read"
# What a page shows at once is answered in seconds; what takes longer is a job.
_PATIENCE_S: Final = 120.0
# Rows that are asked for at once of a list that is read to its end: as many as the interface gives.
_PART: Final = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """One reason of a refusal, as the interface words it.

    Attributes:
        code: of the reason.
        message: what is wrong.
        where: what it is about; empty where nothing is named.
        allowed: what to do instead; empty where nothing is.
        places: line, column, start and length of the characters of a sent text that are at fault.
    """

    code: str
    message: str
    where: str = ""
    allowed: str = ""
    places: tuple[tuple[int, int, int, int], ...] = ()


class Declined(SpaceError):
    """The interface did not do what a page asked.

    Attributes:
        status: HTTP status.
        code: of the problem.
        reasons: at least one.
    """

    def __init__(self, status: int, code: str, reasons: tuple[Told, ...]) -> None:
        super().__init__("; ".join(reason.message for reason in reasons))
        self.status, self.code, self.reasons = status, code, reasons


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came.

    Attributes:
        content: bytes.
        media_type: of them.
        headers: names in lower case.
    """

    content: bytes
    media_type: str
    headers: Mapping[str, str]


class Calls:
    """Asks ``/v1`` as the session of one browser."""

    def __init__(self, app: ASGIApp, request: Request) -> None:
        """For the pages of one browser.

        Args:
            app: the application, as it is served.
            request: for the page; its cookies and its address are those of every call.
        """
        client = request.client
        self._transport = httpx.ASGITransport(
            app, raise_app_exceptions=False, client=("" if client is None else client.host, 0)
        )
        # The interface tells secure requests by scheme, and its own by host.
        self._base = f"{request.url.scheme}://{request.url.netloc}"
        self._cookies = dict(request.cookies)
        self._proof, self._membership = "", ""
        self._under_way: dict[str, asyncio.Task[httpx.Response]] = {}

    def act_in(self, proof: str, membership: str | None) -> None:
        """Send from now on as a page of the session, in one membership, whatever other pages go on in."""
        self._proof, self._membership = proof, membership or ""

    async def get(self, path: str, **query: Any) -> Any:
        """The document at a path.

        Args:
            path: from ``/v1`` on.
            query: parameters; those that are None or empty are left out, lists are repeated.

        Raises:
            Declined: it was not answered.
        """
        return _document(await self._ask("GET", path, query=query))

    async def whole(self, path: str, key: str, *, mark: str = "cursor", **query: Any) -> Any:
        """The document at a path with every row of its list, whose parts are asked for one after another.

        Args:
            path: from ``/v1`` on.
            key: its rows are told by.
            mark: parameter that takes what ``next`` said.
            query: as of :meth:`get`.

        Raises:
            Declined: it was not answered.
        """
        query = {"limit": _PART, **query}
        told: dict[str, Any] = await self.get(path, **query)
        following = told.get("next")
        while following:
            part = await self.get(path, **query, **{mark: following})
            told[key] += part[key]
            following = part.get("next")
        return told

    async def post(self, path: str, body: Any = None, *, if_match: str | None = None, **query: Any) -> Any:
        """Do what a path is for, once, however often the wire repeats it.

        Args:
            path: from ``/v1`` on.
            body: JSON-able; the proof and a fresh key of repetition are added.
            if_match: tag of the state that was decided on.
            query: as of :meth:`get`.

        Raises:
            Declined: it was not done.
        """
        return _document(await self._ask("POST", path, query=query, body=body, if_match=if_match))

    async def put(self, path: str, body: Any = None, *, if_match: str | None = None) -> Any:
        """As :meth:`post`, for paths that are put."""
        return _document(await self._ask("PUT", path, body=body, if_match=if_match))

    async def delete(self, path: str) -> Any:
        """As :meth:`post`, for paths that are deleted."""
        return _document(await self._ask("DELETE", path))

    async def fetch(self, path: str, accept: str = "*/*", **query: Any) -> Received:
        """What a path gives, as bytes: files, tables, pages to print.

        Raises:
            Declined: it was not answered.
        """
        answer = await self._ask("GET", path, query=query, accept=accept)
        return Received(answer.content, answer.headers.get("content-type", ""), dict(answer.headers))

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        accept: str = "application/json",
        repeat: str | None = None,
        **query: Any,
    ) -> Received:
        """Do what a path is for, and take its answer in a form of one's own.

        Args:
            method: of the request.
            path: from ``/v1`` on.
            body: JSON-able; left out where ``content`` is a file.
            content: bytes that are sent as they are.
            accept: media type of the answer.
            repeat: key of repetition, for whoever may come back for the same answer; a fresh one where None.
            query: as of :meth:`get`.

        Raises:
            Declined: it was not done.
        """
        answer = await self._ask(
            method, path, query=query, body=body, accept=accept, content=content, key=repeat
        )
        return Received(answer.content, answer.headers.get("content-type", ""), dict(answer.headers))

    async def fetch_posted(self, path: str, body: Any = None, accept: str = "*/*") -> Received:
        """As :meth:`fetch`, where the file comes of an act that is noted.

        Raises:
            Declined: it was not done.
        """
        answer = await self._ask("POST", path, body=body, accept=accept)
        return Received(answer.content, answer.headers.get("content-type", ""), dict(answer.headers))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        if_match: str | None = None,
        accept: str = "application/json",
        content: bytes | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        headers = {"Accept": accept, **({MEMBERSHIP: self._membership} if self._membership else {})}
        if if_match is not None:
            headers["If-Match"] = if_match
        sent: dict[str, Any] = {"json": body} if content is None else {"content": content}
        if method == "GET":
            return await self._sent(method, path, query, headers, sent)
        headers |= {PROOF: self._proof, "Idempotency-Key": key or uuid.uuid4().hex}
        # Two fast clicks are one act: what is under way is waited for, and not sent again.
        act = sha256(repr((method, path, query, if_match, accept, sent)).encode()).hexdigest()
        under_way = self._under_way.get(act)
        if under_way is None:
            under_way = asyncio.ensure_future(self._sent(method, path, query, headers, sent))
            self._under_way[act] = under_way
            under_way.add_done_callback(lambda _: self._under_way.pop(act, None))
        return await asyncio.shield(under_way)

    async def _sent(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        sent: Mapping[str, Any],
    ) -> httpx.Response:
        known = {name: value for name, value in (query or {}).items() if value not in (None, "", [])}
        # A client a call: it holds no connection, and cookies an answer sets are nobody else's.
        async with httpx.AsyncClient(
            transport=self._transport, base_url=self._base, cookies=self._cookies, timeout=_PATIENCE_S
        ) as client:
            answer = await client.request(method, path, params=known, headers=headers, **sent)
        if answer.status_code >= 400:
            raise _declined(answer)
        return answer


def _document(answer: httpx.Response) -> Any:
    if not answer.content:
        return {}
    try:
        return answer.json()
    except ValueError:
        raise Declined(answer.status_code, "console.unread", (Told("console.unread", _UNREAD),)) from None


def _declined(answer: httpx.Response) -> Declined:
    try:
        problem = answer.json()
        code = str(problem["code"])
        reasons = tuple(
            Told(
                str(one["code"]),
                str(one["message"]),
                str(one.get("where") or ""),
                str(one.get("allowed") or ""),
                tuple((at["line"], at["column"], at["start"], at["length"]) for at in one.get("places", ())),
            )
            for one in problem.get("reasons", ())
        ) or (Told(code, str(problem["detail"]), _places(problem)),)
    except (ValueError, KeyError, TypeError):
        code, reasons = "console.unread", (Told("console.unread", _UNREAD),)
    return Declined(answer.status_code, code, reasons)


def _places(problem: Mapping[str, Any]) -> str:
    """The places of a malformed request."""
    return ", ".join(str(field.get("where", "")) for field in problem.get("fields", ()))
