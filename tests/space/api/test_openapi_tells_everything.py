"""The description at /openapi.json: every operation has its words, its example and its problems."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from space.api.described import operations
from tests.space.api.conftest import Door

PROBLEM = "application/problem+json"


@pytest.fixture
def document(door: Door) -> dict[str, Any]:
    """What the interface tells of itself."""
    told: dict[str, Any] = door.client.get("/openapi.json").json()
    return told


def test_every_operation_has_a_summary_a_description_and_its_problems(document: dict[str, Any]) -> None:
    lacking = []
    for path, verb, operation in operations(document):
        answers = operation["responses"]
        good = [one for status, one in answers.items() if status.startswith("2")]
        problems = {status for status, one in answers.items() if PROBLEM in one.get("content", {})}
        if not (operation.get("summary") and operation.get("description") and good):
            lacking.append(f"{verb} {path}: words")
        if not {"401", "403", "422"} <= problems:
            lacking.append(f"{verb} {path}: problems")
    assert document["openapi"].startswith("3.1")
    assert lacking == []


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
        for schema, example in shown:
            counted += 1
            whole = {**schema, "components": document["components"]}
            wrong += [f"{verb} {path}: {e.message}" for e in Draft202012Validator(whole).iter_errors(example)]
    assert counted > 200
    assert wrong == []


def test_every_act_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    # These look, or answer with what may be kept nowhere: a value of a person, a password, a fresh secret.
    looks = {
        "/v1/queries/explain", "/v1/forms/overlap", "/v1/forms/compile", "/v1/forms/{code}/prefill",
        "/v1/forms/{code}/drafts/opened", "/v1/grassroots/tasks/mine", "/v1/holders/{search}/look",
        "/v1/inbox/unmaskings/{leave}/look", "/v1/corrections/{case}/evidence/{attachment}",
        "/v1/grassroots/forms/{form}/{period}/bodies/{body}/pull", "/v1/supplies/{supply}/links",
        "/v1/token", "/v1/sessions", "/v1/sessions/current/membership", "/v1/sessions/current/end",
        "/v1/sessions/{session}/end", "/v1/accounts/password", "/v1/corrections/{case}/replacement",
    }  # fmt: skip
    without = [
        path
        for path, verb, operation in operations(document)
        if verb == "post" and path.startswith("/v1/") and path not in looks
        if "idempotency-key" not in {one["name"].lower() for one in operation.get("parameters", ())}
    ]
    assert without == []


def test_every_schema_has_a_title_and_every_operation_says_who_may_call(document: dict[str, Any]) -> None:
    untitled = [n for n, one in document["components"]["schemas"].items() if "title" not in one]
    open_ = [
        f"{verb} {path}"
        for path, verb, operation in operations(document)
        if "security" not in operation and path.startswith("/v1/") and operation.get("x-act") is None
    ]
    assert untitled == []
    assert document["components"]["securitySchemes"]
    assert open_ == []
