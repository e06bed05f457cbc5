"""The description at /openapi.json: every operation has its words, its example and its problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from space.access.doors import endpoint
from space.api.answering import answers
from space.api.answering.described import operations
from tests.space.api.conftest import Door

PROBLEM = "application/problem+json"
# Their handlers look themselves at who may read, or at what is signed.
LOOKS_ITSELF = {"/metrics"}


_told: dict[str, Any] = {}


@pytest.fixture
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the interface tells of itself, asked once: telling it takes seconds, and tests only read it."""
    if not _told:
        _told.update(request.getfixturevalue("door").client.get("/openapi.json").json())
    return _told


def test_every_operation_is_told_in_words_of_its_own(document: dict[str, Any]) -> None:
    told: dict[str, list[str]] = {}
    for path, verb, operation in operations(document):
        told.setdefault(str(operation.get("description", "")).strip(), []).append(f"{verb} {path}")
    assert document["openapi"].startswith("3.1")
    assert told.get("") is None
    # Pages to print say that they are the same as what they print.
    assert {words: named for words, named in told.items() if len(named) > 1 and "same" not in words} == {}


@pytest.mark.parametrize(
    "every", [pytest.param(11, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_nobody_unknown_is_told_more_than_a_problem_that_is_described(
    door: Door, document: dict[str, Any], every: int
) -> None:
    wrong, asked = [], list(operations(document))[::every]
    for path, verb, operation in asked:
        known = endpoint(verb.upper(), path)
        assert known is not None
        if known.public:
            continue
        answer = door.client.request(verb, re.sub(r"{\w+}", "none", path))
        described = operation["responses"].get(str(answer.status_code), {}).get("content", {})
        kept = answer.headers["content-type"] == PROBLEM and PROBLEM in described
        if answer.status_code != 401 or not kept or list(faults(described[PROBLEM], answer.json(), document)):
            wrong.append(f"{verb} {path}: {answer.status_code} {answer.text[:80]}")
    assert len(asked) > 20
    assert wrong == []


def test_every_example_keeps_its_schema(document: dict[str, Any]) -> None:
    wrong, counted = [], 0
    for path, verb, operation in operations(document):
        shown = [
            (media["schema"], media["example"])
            for media in operation.get("requestBody", {}).get("content", {}).values()
            if media.get("schema")
        ]
        shown += [
            (one["schema"], one["example"])
            for one in operation.get("parameters", ())
            if one["in"] == "path" or one.get("required")
        ]
        shown += [
            (media["schema"], media["example"])
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for media in answer.get("content", {}).values()
            if media.get("schema", {}).get("format") != "binary"
        ]
        for schema, example in shown:
            counted += 1
            wrong += [f"{verb} {path}: {e}" for e in faults({"schema": schema}, example, document)]
    assert counted > 800
    assert wrong == []


def test_every_act_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    # These look, or answer with what may be kept nowhere: a value of a person, a password, a fresh secret.
    looks = {
        "/v1/queries/explain", "/v1/forms/overlap", "/v1/forms/compile", "/v1/forms/{code}/prefill",
        "/v1/forms/{code}/drafts/opened", "/v1/grassroots/tasks/mine", "/v1/holders/{search}/look",
        "/v1/inbox/unmaskings/{leave}/look", "/v1/corrections/{case}/evidence/{attachment}",
        "/v1/grassroots/forms/{form}/{period}/bodies/{body}/pull", "/v1/supplies/{supply}/links",
        "/v1/token", "/v1/sessions", "/v1/sessions/current/membership", "/v1/sessions/current/end",
        "/v1/accounts/password", "/v1/grassroots/tasks/{task}/check", "/v1/receipts/verifications",
        "/v1/datasets/{name}/attribution/checks", "/v1/requests/checks",
        "/v1/forms/{code}/workbook", "/v1/forms/handouts", "/v1/forms/{code}/exports",
    }  # fmt: skip
    without = [
        path
        for path, verb, operation in operations(document)
        if verb == "post" and path.startswith("/v1/") and path not in looks
        if "idempotency-key" not in {one["name"].lower() for one in operation.get("parameters", ())}
    ]
    assert without == []


def test_an_operation_says_that_it_asks_who_calls_where_its_door_is_not_public(
    document: dict[str, Any],
) -> None:
    wrong = []
    for path, verb, operation in operations(document):
        known = endpoint(verb.upper(), path)
        assert known is not None, f"{verb} {path}"
        if ("security" in operation) is known.public and path not in LOOKS_ITSELF:
            wrong.append(f"{verb} {path}")
    assert wrong == []


def test_every_shape_is_of_an_operation_there_is_and_refers_to_shapes_there_are(
    document: dict[str, Any],
) -> None:
    there = {(verb, path) for path, verb, _ in operations(document)}
    pages = {("get", path) for path in answers.PAGES}
    assert (set(answers.ONES) | pages) - there == set()
    schemas = document["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named - set(schemas) == set()
    told = {answers.component(name) for name in answers.SHAPES}
    assert told - named == set(), "a shape nothing is told in"


def faults(media: dict[str, Any], value: Any, document: dict[str, Any]) -> Iterator[str]:
    """Where a value does not keep the schema of a medium."""
    whole = {**media["schema"], "components": document["components"]}
    for error in Draft202012Validator(whole).iter_errors(value):
        yield f"{list(error.path)} {error.message[:160]}"
