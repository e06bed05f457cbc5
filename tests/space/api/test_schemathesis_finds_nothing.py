"""The whole description, asked by a machine: no failure of ours, and every answer as it is described."""

from __future__ import annotations

import os
import traceback
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from policies.access import Role
from tests.space.api.conftest import AUTHORITY, Door

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Those that stop everything would spoil what follows; they are asked by tests of their own.
LEFT_OUT = ("/v1/stops", "/v1/incidents/{incident}/containment", "/v1/sessions", "/v1/accounts")
ROLES = (Role.AUTHORITY, Role.STEWARD, Role.SECURITY, Role.CLIENT, Role.REGISTRAR, Role.SYSTEM_ADMIN)


def asked(door: Door, roles: tuple[Role, ...], most: int) -> list[str]:
    """Ask every operation as each role; what was found, one line each."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", door.client.app)
    found: dict[str, None] = {}
    counted = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith(LEFT_OUT) or not operation.path.startswith("/v1/"):
            continue
        if not _speaks_json(operation):
            continue  # a file is sent: its room has tests of its own
        counted += 1
        for role in roles:
            _ask(operation, door.bearer(role, AUTHORITY), most, found)
    assert counted
    return list(found)


def _speaks_json(operation: Any) -> bool:
    """Whether its body, where it has one, is JSON."""
    return "application/json" in operation.definition.raw.get("requestBody", {}).get(
        "content", {"application/json": {}}
    )


def _ask(operation: Any, bearer: dict[str, str], most: int, found: dict[str, None]) -> None:
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        try:
            response = case.call(headers=bearer)
        except (
            Exception
        ) as error:  # the application's own failure: told like any finding, and the search goes on
            found[f"{operation.label}: 500 {type(error).__name__}: {str(error)[:120]} {_at(error)}"] = None
            return
        try:
            case.validate_response(response, checks=CHECKS, headers=bearer)
        except (Exception, FailureGroup) as error:  # every kind of finding is written down
            what = " ".join(str(error).split("\n")[:6])[:300]
            found[f"{operation.label}: {response.status_code} {what}"] = None

    one()


def _at(error: BaseException) -> str:
    """The last place of our own a failure went through."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
    return f"{places[-1].filename.rsplit('/', 1)[-1]}:{places[-1].lineno}" if places else ""


def test_every_operation_asked_twice_by_the_authority_finds_nothing(door: Door) -> None:
    assert asked(door, (Role.AUTHORITY,), 2) == []


@pytest.mark.full
def test_the_whole_description_asked_by_every_kind_of_role_finds_nothing(door: Door) -> None:
    most = int(os.environ.get("YBZ_TEST_SCHEMATHESIS_EXAMPLES", "8"))
    assert asked(door, ROLES, most) == []
