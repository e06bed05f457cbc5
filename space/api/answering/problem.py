"""Failures as RFC 9457 problems: the one place that knows HTTP status codes.

Decides which failure is which status. A problem carries codes and fixed wording, never a value the
caller sent nor one from data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from catalog.authority import cases as authority_cases
from catalog.cataloging.differing import NoSuchRevision
from catalog.errors import CatalogError, StoreBusy, StoreFull, StoreUnreachable, UnknownDataset
from catalog.evidence.prove import NotIntegrated, UnknownEntry
from catalog.inventory.demand import NoSuchDemand
from catalog.lake.storage import StorageDamaged, StorageTrouble
from catalog.lineage.view import UnknownField
from catalog.organisations.errors import UnknownUnit
from catalog.rectification import errors as rectification_errors
from catalog.registration.errors import UnknownRegistration
from catalog.reporting.figures import UnknownFigure
from catalog.search import SearchUnavailable
from contracts.elements import UnknownElement
from contracts.errors import ContractError
from policies.decision import Deny
from policies.machine import IllegalStep
from policies.rulebook import RuleError
from space.api.answering.etags import Changed
from space.api.answering.negotiation import NotAcceptable
from space.api.answering.paging import NoCursor
from space.api.entrance.parameters import UnknownParameter
from space.calls.answers import AnswerUnreachable
from space.calls.failing import AnswerLate
from space.calls.idempotency import KeyReused, StillRunning
from space.errors import EngineError, Refused, SpaceError, Unknown
from space.observing import requests as observed

MEDIA_TYPE: Final = "application/problem+json"


class Unauthenticated(SpaceError):
    """The request bears no token that is good now."""


# First match wins: class, status, code.
_STATUS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (Unauthenticated, 401, "unauthenticated"),
    (Unknown, 404, "not_found"),
    (UnknownDataset, 404, "not_found"),
    (UnknownEntry, 404, "not_found"),
    (UnknownElement, 404, "not_found"),
    (UnknownUnit, 404, "not_found"),
    (UnknownField, 404, "not_found"),
    (UnknownFigure, 404, "not_found"),
    (UnknownRegistration, 404, "not_found"),
    (NoSuchDemand, 404, "not_found"),
    (NoSuchRevision, 404, "not_found"),
    (authority_cases.UnknownCase, 404, "not_found"),
    (rectification_errors.UnknownCase, 404, "not_found"),
    (NotIntegrated, 409, "evidence.not_integrated"),
    (StillRunning, 409, "idempotency.running"),
    (KeyReused, 422, "idempotency.reused"),
    (AnswerLate, 503, "answer.late"),
    (AnswerUnreachable, 503, "answer.unreachable"),
    (EngineError, 503, "engine.no_answer"),
    (Changed, 412, "http.changed"),
    (NotAcceptable, 406, "http.406"),
    (NoCursor, 422, "request.cursor"),
    (UnknownParameter, 422, "request.parameter"),
    (StoreBusy, 503, "store.busy"),
    (StoreUnreachable, 503, "store.unreachable"),
    (StoreFull, 503, "store.full"),
    (StorageDamaged, 500, "storage.damaged"),
    (StorageTrouble, 503, "storage.unreachable"),
    (SearchUnavailable, 501, "search.unavailable"),
    (SpaceError, 422, "refused"),
    (CatalogError, 422, "refused"),
    (ContractError, 422, "refused"),
    (RuleError, 422, "rule.none"),
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
    ("identity.sign_in", 401),
    ("identity.openid", 401),
    ("identity.wait", 429),
    ("identity.forged", 403),
    # A name this server does not answer for. Source: RFC 9110, section 15.5.20.
    ("identity.no_address", 421),
    ("identity.membership_", 422),
    ("identity.membership", 403),
    ("identity.no_membership", 403),
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
    406: "Not acceptable",
    412: "Precondition failed",
    413: "Content too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Refused",
    431: "Headers too large",
}
# What is not repeated, whatever was named: a name may be anything.
_FIXED: Final = {
    "not_found": "there is nothing of that name, or not for you",
    # Where it is, is nothing for callers.
    "storage.unreachable": "the object storage cannot be read or written now; ask again later",
    "storage.damaged": "what is kept is not what was put there; asking again gives the same",
    "rule.none": "no rule of the installation is in force for what is asked, on that day",
}


def install(app: FastAPI) -> None:
    """Let every failure of the application leave as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(IllegalStep, _illegal)
    for known in (SpaceError, CatalogError, ContractError, RuleError):
        app.add_exception_handler(known, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    # A number too large for the store, half of a character: nothing was written.
    for unfit in (DataError, OverflowError, UnicodeEncodeError):
        app.add_exception_handler(unfit, _unstorable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def refusal(decision: Deny, *, places: Sequence[Sequence[Mapping[str, int]]] = ()) -> JSONResponse:
    """A denial as a problem with every reason.

    Args:
        decision: with its reasons.
        places: of each reason in the text that was sent; none where empty.
    """
    first = decision.reasons[0]
    status = next(status for start, status in _REFUSED if first.code.startswith(start))
    reasons = [asdict(reason) for reason in decision.reasons]
    for reason, found in zip(reasons, places, strict=False):
        reason["places"] = [dict(one) for one in found]
    return _problem(status, first.code, "Refused", first.message, reasons=reasons)


def turned_away(status: int, code: str, detail: str) -> JSONResponse:
    """A request that is not read at all, as a problem."""
    return _problem(status, code, _TITLES.get(status, "Refused"), detail)


def _problem(status: int, code: str, title: str, detail: str, **more: Any) -> JSONResponse:
    observed.problem(code)
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
    detail = _FIXED.get(code, str(error))
    if isinstance(error, StoreUnreachable):  # where the store is, is nothing for callers
        detail = "the store cannot be reached now; it is found again by itself"
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
    return _problem(422, "request.invalid", "Invalid request", "a text or number is none the store can hold")


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
