"""What an implementing body is told of an agreement: its open steps, what stands under it, use, years."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from catalog.store import reading, writing
from policies.access import OrganisationKind, Role
from policies.clocks import local_date
from policies.operation import Party
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.operation import under
from space.operation.agreements import called
from space.operation.scenarios import all_scenarios
from tests.space.agreed import BODY, NUMBER


@pytest.fixture
def asked(standing: Any) -> Any:
    """A function that asks the real application in a role of an organisation."""
    client = TestClient(create_app(standing.home, clock=standing.clock, pool=standing.pool))

    def ask(role: Role, code: str, name: str, method: str, path: str, **sent: Any) -> httpx.Response:
        kinds = {Role.OPERATOR_ADMIN: OrganisationKind.OPERATOR, Role.STEWARD: OrganisationKind.DEPARTMENT}
        kind = kinds.get(role, OrganisationKind.AUTHORITY)
        with writing(standing.engine) as connection:
            register(connection, Organisation(code, name, kind), standing.clock())
            secret = issue(connection, code, role=role, by="安泉", days=5, now=standing.clock()).secret
        return client.request(method, path, headers={"Authorization": f"Bearer {secret}"}, **sent)

    return ask


def test_each_side_is_told_the_steps_of_the_table_that_are_its_own(standing: Any) -> None:
    with reading(standing.engine) as connection:
        agreement = called(connection, NUMBER)
        (scenario,) = all_scenarios(connection, NUMBER)
    assert under.open_to(agreement, Party.BODY) == ("supplement", "review", "suspend", "terminate")
    assert under.open_to(agreement, Party.OPERATOR) == ("countersign", "refuse_supplement", "terminate")
    assert under.open_of(scenario, Party.BODY) == ("end",)


def test_the_body_is_told_of_use_and_of_the_year_to_review_and_a_stranger_of_nothing(
    standing: Any, asked: Any
) -> None:
    body = (Role.IMPLEMENTING_BODY, BODY["code"], BODY["name"])
    told = asked(*body, "GET", f"/v1/agreements/{NUMBER}").json()
    assert (told["office"], "supplement" in told["open"], told["unreviewed"]) == ("body", True, [])
    used = asked(*body, "GET", f"/v1/agreements/{NUMBER}/use").json()
    assert used["used"]["grants"] == len(used["grants"]) == len(used["requests"]) == 0
    assert used["last"] == local_date(standing.clock()).isoformat()
    standing.clock.now = standing.clock() + timedelta(days=400)
    assert asked(*body, "GET", f"/v1/agreements/{NUMBER}").json()["unreviewed"] == ["2026-12-31"]
    stranger = (Role.STEWARD, "11990100MA000LR65R", "云州市发展和改革委员会")
    assert asked(*stranger, "GET", f"/v1/agreements/{NUMBER}/use").status_code == 404


def test_each_side_makes_its_own_disclosure_once_the_year_is_over(standing: Any, asked: Any) -> None:
    body = (Role.IMPLEMENTING_BODY, BODY["code"], BODY["name"])
    runs = asked(*body, "GET", "/v1/disclosures/drafts/2026")
    assert (runs.status_code, runs.json()["code"]) == (422, "disclosure.year_runs")
    standing.clock.now = standing.clock() + timedelta(days=400)
    draft = asked(*body, "GET", "/v1/disclosures/drafts/2026").json()["document"]
    assert draft["role"] == "implementing-body"
    assert asked(*body, "GET", "/v1/disclosures").json()["disclosures"] == []
    made = asked(*body, "POST", "/v1/disclosures/2026", json={})
    assert (made.status_code, made.json()["document"]["figures"]) == (201, draft["figures"])
    operator = (Role.OPERATOR_ADMIN, standing.operator["code"], standing.operator["name"])
    assert asked(*operator, "POST", "/v1/disclosures/2026", json={}).json()["document"]["role"] == "operator"
    assert len(asked(*body, "GET", "/v1/disclosures").json()["disclosures"]) == 2
    steward = (Role.STEWARD, "11990100MA000LR65R", "云州市发展和改革委员会")
    assert asked(*steward, "POST", "/v1/disclosures/2026", json={}).status_code == 403
