"""The conversation with a space over HTTP: the token, repetition, and problems as exceptions.

Decides what is asked again: whatever can do no harm twice. Reading can, and so can every act, for each is
sent under an ``Idempotency-Key`` of its own; the space does it once. A refusal is never asked again.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import httpx

# Statuses that say "later", not "no". Source: RFC 9110, 15.6; RFC 6585, section 4.
_LATER: Final = frozenset({502, 503, 504})


class SpaceProblem(Exception):
    """The space answered with a problem (RFC 9457).

    Attributes:
        status: of HTTP.
        code: stable code, documented in the pages on refusals.
        reasons: every reason: ``code``, ``message``, ``where``, ``nearest`` allowed form.
    """

    def __init__(
        self, status: int, code: str, detail: str, reasons: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        """Say what it is in one line."""
        super().__init__(f"{detail} [{code}]")
        self.status, self.code, self.detail, self.reasons = status, code, detail, reasons


class NotReached(Exception):
    """No answer came, however often it was asked: the space is away, or the way to it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on asking.

    Attributes:
        tries: most often one request is sent.
        first_s: pause after the first failure, in seconds; doubled after each further one.
        longest_s: the longest pause, and the longest ``Retry-After`` that is waited for.
        timeout_s: for one answer to begin, in seconds.
    """

    tries: int = 4
    first_s: float = 0.2
    longest_s: float = 10.0
    timeout_s: float = 120.0


@dataclass(slots=True)
class Wire:
    """One address of a space and who speaks to it.

    Attributes:
        url: of the space, without ``/v1``.
        token: gives the bearer token good now.
        patience: see :class:`Patience`.
        transport: the way to the space; the network where None.
    """

    url: str
    token: Callable[[], str]
    patience: Patience = field(default_factory=Patience)
    transport: httpx.BaseTransport | None = None
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the pool of connections; nothing is sent yet."""
        self._http = httpx.Client(
            base_url=self.url.rstrip("/"),
            timeout=self.patience.timeout_s,
            transport=self.transport,
            follow_redirects=False,  # a token is sent to the address it is meant for
        )

    def get(self, path: str, params: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Read.

        Raises:
            SpaceProblem: the space refuses.
            NotReached: it does not answer.
        """
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._sent("GET", path, headers, params=given)

    def post(
        self, path: str, body: Mapping[str, Any], key: str | None = None, **headers: str
    ) -> httpx.Response:
        """Act, once however often it is sent.

        Args:
            path: of the act.
            body: JSON-able.
            key: the act's ``Idempotency-Key``, for who wants to repeat it later; a new one where None.
            headers: more of them.

        Raises:
            SpaceProblem: the space refuses.
            NotReached: it does not answer.
        """
        known = {"Idempotency-Key": key or uuid.uuid4().hex, **headers}
        return self._sent("POST", path, known, json=dict(body))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """The same."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def _sent(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> httpx.Response:
        pause, why = self.patience.first_s, ""
        for left in reversed(range(self.patience.tries)):
            asked = {**headers, "Authorization": f"Bearer {self.token()}"}
            try:
                response = self._http.request(method, path, headers=asked, **more)
            except httpx.TransportError as error:
                why = f"{type(error).__name__} at {self.url}"
                wanted = pause
            else:
                if response.status_code < 400:
                    return response
                problem = _problem(response)
                wanted = _retry_after(response, pause)
                if problem.status not in _LATER or not left or wanted > self.patience.longest_s:
                    raise problem
                why = str(problem)
            if left:
                # Callers that failed together do not come back together.
                time.sleep(min(wanted, self.patience.longest_s) * random.uniform(0.5, 1.0))  # noqa: S311
                pause *= 2
        raise NotReached(f"no answer after {self.patience.tries} tries: {why}")


def _problem(response: httpx.Response) -> SpaceProblem:
    try:
        stated = response.json()
    except ValueError:
        stated = None
    if not isinstance(stated, dict) or "code" not in stated:
        return SpaceProblem(
            response.status_code, "http", f"HTTP {response.status_code}, which is no answer of a space"
        )
    reasons = tuple(one for one in stated.get("reasons", ()) if isinstance(one, dict))
    return SpaceProblem(response.status_code, str(stated["code"]), str(stated.get("detail", "")), reasons)


def _retry_after(response: httpx.Response, pause: float) -> float:
    try:
        return max(float(response.headers.get("Retry-After", pause)), 0.0)
    except ValueError:  # a date: the usual pause is as good
        return pause
