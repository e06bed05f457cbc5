"""Failures as RFC 9457 problems: the one place that knows HTTP status codes.

Decides which failure is which status. A problem carries codes and fixed wording, never a value the
caller sent nor one from data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from catalog.errors import CatalogError, StoreBusy, UnknownDataset
from catalog.evidence.prove import NotIntegrated, UnknownEntry
from catalog.search import SearchUnavailable
from policies.decision import Deny
from policies.machine import IllegalStep
from space.calls.failing import AnswerLate
from space.calls.idempotency import KeyReused, StillRunning
from space.errors import EngineError, Refused, SpaceError, Unknown

MEDIA_TYPE: Final = "application/problem+json"


class Unauthenticated(SpaceError):
    """The request bears no token that is good now."""


# First match wins: class, status, code.
_STATUS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (Unauthenticated, 401, "unauthenticated"),
    (Unknown, 404, "not_found"),
    (UnknownDataset, 404, "not_found"),
    (UnknownEntry, 404, "not_found"),
    (NotIntegrated, 409, "evidence.not_integrated"),
    (StillRunning, 409, "idempotency.running"),
    (KeyReused, 422, "idempotency.reused"),
    (AnswerLate, 503, "answer.late"),
    (EngineError, 503, "engine.no_answer"),
    (StoreBusy, 503, "store.busy"),
    (SearchUnavailable, 501, "search.unavailable"),
    (SpaceError, 422, "refused"),
    (CatalogError, 422, "refused"),
)
# A refusal's status by the beginning of its first reason code; what stands first decides.
_REFUSED: Final[tuple[tuple[str, int], ...]] = (
    ("grant.quota", 429),
    ("grant.budget", 429),
    ("grant.rate", 429),
    ("grant.capped", 429),
    ("grant.volume", 429),
    ("verification.rate", 429),
    ("verification.tries", 429),
    ("supply.link", 403),
    ("supply.outside", 403),
    ("supply.making", 409),
    ("supply.not_ready", 409),
    ("supply.no_file", 410),
    ("stop.", 403),
    ("grant.", 403),
    ("purpose.", 403),
    ("access.", 403),
    ("", 422),
)
_TITLES: Final = {
    401: "Not authenticated",
    404: "Not found",
    405: "Method not allowed",
    413: "Content too large",
}
_NOT_FOUND: Final = "there is nothing of that name, or not for you"


def install(app: FastAPI) -> None:
    """Let every failure of the application leave as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(IllegalStep, _illegal)
    for known in (SpaceError, CatalogError):
        app.add_exception_handler(known, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def refusal(decision: Deny) -> JSONResponse:
    """A denial as a problem with every reason."""
    first = decision.reasons[0]
    status = next(status for start, status in _REFUSED if first.code.startswith(start))
    reasons = [asdict(reason) for reason in decision.reasons]
    return _problem(status, first.code, "Refused", first.message, reasons=reasons)


def _problem(status: int, code: str, title: str, detail: str, **more: Any) -> JSONResponse:
    body = {
        "type": f"urn:ybz:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status, {})
    return JSONResponse({**body, **more}, status_code=status, media_type=MEDIA_TYPE, headers=headers)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return refusal(error.decision)


async def _illegal(_request: Request, error: Exception) -> JSONResponse:
    """A step that is not open now, with the steps that are."""
    assert isinstance(error, IllegalStep)
    return refusal(error.denial)


async def _known(_request: Request, error: Exception) -> JSONResponse:
    status, code = next((status, code) for kind, status, code in _STATUS if isinstance(error, kind))
    # What is not found is named by the caller: its name may be anything, and is not repeated.
    detail = _NOT_FOUND if status == 404 else str(error)
    return _problem(status, code, _TITLES.get(status, "Refused"), detail)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Places and kinds of mistakes only: the library's own wording repeats what was sent.
    fields = [
        {"where": ".".join(str(p) for p in _place(one)), "mistake": one["type"]} for one in error.errors()
    ]
    return _problem(422, "request.invalid", "Invalid request", "the request is malformed", fields=fields)


async def _unstorable(_request: Request, _error: Exception) -> JSONResponse:
    """The store cannot hold a text: it is too long, or holds the character NUL. Nothing was written."""
    return _problem(422, "request.invalid", "Invalid request", "a text is too long or holds a NUL character")


def _place(mistake: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Where a mistake is; a field that does not exist is named by the caller, and left out."""
    place: tuple[str | int, ...] = mistake["loc"]
    return place[:-1] if mistake["type"] == "extra_forbidden" else place


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.status_code, "Error")
    return _problem(error.status_code, f"http.{error.status_code}", title, title.lower())


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return _problem(500, "internal", "Internal error", "the failure is in the server's log")
