"""The interface as OpenAPI 3.1 tells it: every operation with an example, its problems, and who may call it.

Decides what is the same for all operations and so stands in none of them: the form of a problem, the
statuses an operation of its kind may answer, the headers of lists and reads, and who calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from space.access.doors import endpoint
from space.api.answering import answers as shapes
from space.api.answering.examples import example
from space.api.answering.negotiation import Form
from space.api.answering.problem import MEDIA_TYPE

_VERBS: Final = ("get", "put", "post", "patch", "delete")
_PROBLEM: Final = {
    "title": "Problem",
    "description": "A failure (RFC 9457). `code` is stable; it says what to do about it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "`urn:ybz:problem:` and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence, never a value that was sent."},
        "code": {"type": "string", "description": "See docs/refusals.md and docs/refusals-of-acts.md."},
        "reasons": {"type": "array", "items": {"type": "object"}, "description": "Of a refusal: every one."},
        "fields": {"type": "array", "items": {"type": "object"}, "description": "Of a malformed request."},
    },
}
# Status → what it is, and its code in the example.
_STATUSES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("The request cannot be read.", "http.400"),
    401: ("Nobody known sends it.", "unauthenticated"),
    403: ("The caller may not do this, or not to this.", "access.role"),
    404: ("There is nothing of that name, or not for the caller.", "not_found"),
    406: ("The answer is given in none of the forms that are accepted.", "http.406"),
    409: (
        "It is being made, or not in the log yet; or the first request of the Idempotency-Key still runs.",
        "idempotency.running",
    ),
    410: ("It was there and is deleted.", "supply.no_file"),
    412: ("It is no longer what `If-Match` names.", "http.changed"),
    413: ("The request is larger than any of its kind.", "http.413"),
    415: ("The body is of a kind that is not read.", "http.415"),
    421: ("The installation was not told what it is called.", "identity.no_address"),
    422: ("The request is malformed, or the act is refused.", "request.invalid"),
    429: ("A limit is reached.", "grant.quota"),
    501: ("The store of this installation cannot do it.", "search.unavailable"),
    503: ("It cannot be answered now; `Retry-After` says when.", "store.busy"),
}
_READS: Final = (400, 401, 403, 404, 406, 409, 410, 421, 422, 429, 501, 503)
_ACTS: Final = (400, 401, 403, 404, 406, 409, 410, 412, 413, 415, 421, 422, 429, 501, 503)
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Operations that answer with a file, and its kinds.
_FILES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("get", "/v1/entries/{name}/contract"): ("application/yaml",),
    ("get", "/v1/datasets/{name}/sample"): ("text/csv",),
    ("get", "/v1/dcat"): ("application/ld+json",),
    ("get", "/v1/drafts/workbook"): (_SHEET,),
    ("post", "/v1/forms/{code}/workbook"): (_SHEET,),
    ("post", "/v1/forms/handouts"): ("application/zip",),
    ("post", "/v1/forms/{code}/exports"): ("text/csv", _SHEET),
    ("get", "/v1/grassroots/workbook"): (_SHEET,),
    ("get", "/v1/corrections/workbook"): (_SHEET,),
    ("get", "/v1/inbox/deliveries/{delivery}/workbook"): (_SHEET,),
    ("get", "/v1/inventory/template"): (_SHEET,),
    ("post", "/v1/rectifications/{case}/workbooks"): (_SHEET,),
    ("get", "/v1/registrations/{named}/package"): ("application/zip",),
    ("get", "/v1/jobs/{job}/result"): ("application/zip", "application/json", "text/csv", _SHEET),
    ("get", "/v1/bulk/template"): (_SHEET,),
    ("get", "/v1/supplies/{supply}/file"): ("text/csv", _SHEET, "application/vnd.apache.parquet"),
}
_OAUTH: Final = "/v1/token"
_OPEN: Final = {"/healthz", "/readyz"}


def describe(app: FastAPI) -> None:
    """Let the application tell of itself so, at ``/openapi.json``."""
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes,
            openapi_version="3.1.0",
            description="Lists are paged by `cursor` and `limit` and answered as JSON, CSV or an Arrow stream"
            " (`Accept`); reads carry an `ETag`; acts take an `Idempotency-Key`. See docs/http.md.",
        )  # fmt: skip
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = _PROBLEM
        schemas |= shapes.schemas()
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        _secured(made)
        for path, verb, operation in operations(made):
            _complete(path, verb, operation, schemas)
        app.openapi_schema = made
    return app.openapi_schema


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of a description with its path and verb."""
    for path, item in document["paths"].items():
        for verb in _VERBS:
            if verb in item:
                yield path, verb, item[verb]


def _secured(made: dict[str, Any]) -> None:
    schemes = made["components"].setdefault("securitySchemes", {})
    for name, scheme in schemes.items():
        scheme.setdefault("description", f"{name}: see docs/http.md, “Who calls”.")


def _complete(path: str, verb: str, operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    answers = operation["responses"]
    door = endpoint(verb.upper(), path)
    if door is not None and path not in _OPEN:
        operation["x-act"] = door.act.value
    for number in _ACTS if verb != "get" else _READS:
        kept = answers.get(str(number), {})
        if MEDIA_TYPE not in kept.get("content", {}):
            answers[str(number)] = _problem(number)
    if path == _OAUTH:  # its failures have the form of OAuth 2.0 (RFC 6749, 5.2)
        for status in ("400", "401"):
            told = {"schema": {"type": "object"}, "example": {"error": "invalid_client"}}
            answers[status]["content"]["application/json"] = told
    paged = any(one["name"] == "cursor" for one in operation.get("parameters", ()))
    for status, answer in answers.items():
        if not status.startswith("2"):
            continue
        if paged and status == "200":
            _paged(answer, operation, shapes.page(path), schemas)
        if (verb, path) in shapes.ONES:
            answer["content"]["application/json"] = {"schema": shapes.reference(shapes.ONES[verb, path])}
        for media in answer.get("content", {}).values():
            media.setdefault("example", example(media.get("schema", {}), schemas) or {})
    _files(verb, path, answers)
    if verb == "get" and "200" in answers and path.startswith("/v1/"):
        answers["304"] = {"description": "It is still what `If-None-Match` names; there is no body."}
    for one in operation.get("parameters", ()):
        schema = one.get("schema", {})
        one.setdefault("description", schema.get("description") or one["name"].replace("_", " "))
        if one["in"] == "path" or one.get("required"):
            one.setdefault("example", example(schema, schemas, one["name"]))
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media.setdefault("example", example(media.get("schema", {}), schemas))


def _problem(status: int) -> dict[str, Any]:
    told, code = _STATUSES[status]
    shown = {
        "type": f"urn:ybz:problem:{code}", "title": "Refused", "status": status, "detail": told, "code": code,
    }  # fmt: skip
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": told, "content": {MEDIA_TYPE: {"schema": schema, "example": shown}}}


def _files(verb: str, path: str, answers: dict[str, Any]) -> None:
    """What is answered as a file, in each of its kinds."""
    for number, kind in enumerate(_FILES.get((verb, path), ())):
        said = (
            {"type": "object"} if kind.endswith(("json", "yaml")) else {"type": "string", "format": "binary"}
        )
        content = answers["200"].setdefault("content", {})
        if number == 0:
            content.clear()
        content[kind] = {"schema": said, "example": {} if said["type"] == "object" else ""}


def _paged(
    answer: dict[str, Any],
    operation: Mapping[str, Any],
    known: dict[str, Any] | None,
    schemas: Mapping[str, Any],
) -> None:
    """A list: its page in JSON, and its other forms."""
    shown: dict[str, Any] = {"next": None}
    if known is None:
        rows = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
        known = {
            "title": f"{operation['summary']}: page", "type": "object", "required": ["next"],
            "properties": {"next": {"type": ["string", "null"], "description": "Cursor of the next page."}},
            "additionalProperties": {"anyOf": [rows, {}]},
        }  # fmt: skip
    else:
        name = known["required"][0]
        shown[name] = [example(known["properties"][name]["items"], schemas)]
    answer["content"] = {
        Form.JSON.value: {"schema": known, "example": shown},
        Form.CSV.value: {"schema": {"type": "string"}, "example": "id\r\n"},
        Form.ARROW.value: {"schema": {"type": "string", "format": "binary"}, "example": ""},
        Form.ARROW_FILE.value: {"schema": {"type": "string", "format": "binary"}, "example": ""},
    }
    answer["headers"] = {
        "Link": {"description": 'Address of the next page, `rel="next"`.', "schema": {"type": "string"}}
    }
