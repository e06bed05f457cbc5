"""The HTTP interface over a socket of this machine: who may do what, and how failures read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from catalog.keys import Ring
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.queries import refused_strangers, reservations
from policies.access import Role
from space.api.app import create_app
from space.calls.receipts import verify
from space.identity.tokens import issue, withdraw
from tests.space.serving import serving

CALLS = select(func.sum(grants.c.calls_used))
BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
# Every path of the interface: a new one is written down here, and who may use it thought about.
PATHS = Path(__file__).parents[2] / "golden" / "http_paths.txt"
TRADE = {"market.firms": ("industry", "capital")}


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


@pytest.fixture
def http(bureau: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def held(bureau: Any) -> Any:
    """A department's grant."""
    return bureau.held(TRADE)


def token(bureau: Any, who: dict[str, str], role: Role = Role.CLIENT) -> dict[str, str]:
    """A header that bears a fresh token."""
    with writing(bureau.engine) as connection:
        issued = issue(connection, who["code"], role=role, by="张磊", days=10, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def question(held: Any, sql: str = BY_INDUSTRY, **changed: str) -> dict[str, str]:
    """The body of a question."""
    return {"grant": held.id, "purpose": held.terms.purpose, "sql": sql} | changed


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """A failure in the one form all have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:ybz:problem:{code}")
    return body


def test_a_question_is_answered_with_a_receipt(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department)

    answer = http.post("/v1/queries", json=question(held), headers=bearer)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert {row["industry"]: row["firms"] for row in body["rows"]} == {"制造业": 40, "零售业": 30}

    receipt = http.get(f"/v1/receipts/{body['receipt']['id']}", headers=bearer).json()
    assert receipt["jws"] == body["receipt"]["jws"]
    assert receipt["states"]["holder"] == bureau.department["code"]


def test_without_a_good_token_nothing_is_told_and_only_a_count_is_kept(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    good = token(bureau, bureau.department)
    wrong = {"Authorization": good["Authorization"][:-1] + ("A" if good["Authorization"][-1] != "A" else "B")}

    for headers in ({}, wrong, {"Authorization": "Basic eDp5"}):
        answer = http.post("/v1/queries", json=question(held), headers=headers)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    assert bureau.count(select(refused_strangers.c["count"])) == 3


def test_expired_and_withdrawn_tokens_are_no_good(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department)
    with reading(bureau.engine) as connection:
        (token_id,) = connection.execute(select(client_tokens.c.id)).scalars()
    with writing(bureau.engine) as connection:
        withdraw(connection, token_id, by="张磊", now=bureau.clock())
    problem(http.get("/v1/search?q=企业", headers=bearer), 401, "unauthenticated")

    bearer = token(bureau, bureau.department)
    assert http.get("/v1/search?q=企业", headers=bearer).status_code == 200
    bureau.clock.later(days=10)
    problem(http.get("/v1/search?q=企业", headers=bearer), 401, "unauthenticated")


def test_the_store_keeps_no_token_only_its_digest(bureau: Any, http: httpx.Client, held: Any) -> None:
    secret = token(bureau, bureau.department)["Authorization"].removeprefix("Bearer ")
    files = [p.read_bytes() for p in bureau.home.root.iterdir() if p.is_file()]

    assert not any(secret.encode() in raw for raw in files)


def test_another_organisations_token_opens_neither_grant_nor_receipt(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    bureau.permitted(bureau.other, TRADE)
    mine, foreign = token(bureau, bureau.department), token(bureau, bureau.other)
    receipt = http.post("/v1/queries", json=question(held), headers=mine).json()["receipt"]["id"]

    problem(http.post("/v1/queries", json=question(held), headers=foreign), 403, "grant.not_held")
    problem(http.get(f"/v1/receipts/{receipt}", headers=foreign), 404, "not_found")
    auditor = token(bureau, bureau.other, Role.AUDITOR)
    assert http.get(f"/v1/receipts/{receipt}", headers=auditor).status_code == 200
    problem(http.post("/v1/queries", json=question(held), headers=auditor), 403, "access.role")


def test_one_more_call_after_revocation_is_refused(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department)
    assert http.post("/v1/queries", json=question(held), headers=bearer).status_code == 200

    bureau.revoke(held)

    problem(http.post("/v1/queries", json=question(held), headers=bearer), 403, "grant.revoked")
    problem(http.post("/v1/queries/explain", json=question(held), headers=bearer), 403, "grant.revoked")


def test_refusals_say_why_and_what_would_be_allowed_without_repeating_the_question(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    bearer = token(bureau, bureau.department)

    rows = http.post("/v1/queries", json=question(held, "SELECT 张三 FROM market.firms"), headers=bearer)
    purpose = http.post("/v1/queries", json=question(held, purpose="张三"), headers=bearer)

    assert problem(rows, 422, "query.name")["reasons"][0]["allowed"]
    problem(purpose, 403, "purpose.not_granted")
    assert "张三" not in rows.text + purpose.text


def test_an_empty_quota_is_too_many_requests(bureau: Any, http: httpx.Client) -> None:
    held = bureau.granted(bureau.department, TRADE, calls=0)

    answer = http.post("/v1/queries", json=question(held), headers=token(bureau, bureau.department))

    problem(answer, 429, "grant.quota")


def test_malformed_requests_name_the_field_and_not_its_value(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    bearer = token(bureau, bureau.department)

    answer = http.post("/v1/queries", json=question(held) | {"sql": ["张三"]}, headers=bearer)
    beside = http.post("/v1/queries", json=question(held) | {"force": "yes"}, headers=bearer)

    assert problem(answer, 422, "request.invalid")["fields"] == [
        {"where": "body.sql", "mistake": "string_type"}
    ]
    assert "张三" not in answer.text
    problem(beside, 422, "request.invalid")
    problem(http.get("/v1/nowhere", headers=bearer), 404, "http.404")


def test_explaining_spends_nothing(bureau: Any, http: httpx.Client, held: Any) -> None:
    body = http.post(
        "/v1/queries/explain", json=question(held), headers=token(bureau, bureau.department)
    ).json()

    assert body["decision"] == "permit"
    assert body["cost"]["calls"] == 1
    assert bureau.count(select(func.count()).select_from(reservations)) == 0
    assert bureau.count(CALLS) == 0


def test_an_idempotency_key_stands_for_one_call(bureau: Any, http: httpx.Client, held: Any) -> None:
    keyed = token(bureau, bureau.department) | {"Idempotency-Key": "8e03978e"}

    first = http.post("/v1/queries", json=question(held), headers=keyed)
    again = http.post("/v1/queries", json=question(held), headers=keyed)

    assert first.status_code == 200
    assert again.json() == first.json()
    assert bureau.count(CALLS) == 1
    other = question(held, "SELECT count(*) FROM market.firms")
    problem(http.post("/v1/queries", json=other, headers=keyed), 422, "idempotency.reused")


def test_a_refused_question_frees_its_idempotency_key(bureau: Any, http: httpx.Client, held: Any) -> None:
    keyed = token(bureau, bureau.department) | {"Idempotency-Key": "8e03978e"}
    problem(http.post("/v1/queries", json=question(held, "SELECT 1"), headers=keyed), 422, "query.rows")

    assert http.post("/v1/queries", json=question(held), headers=keyed).status_code == 200


def test_a_key_is_an_organisations_own_and_ends_after_a_day(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    keyed = token(bureau, bureau.department) | {"Idempotency-Key": "8e03978e"}
    http.post("/v1/queries", json=question(held), headers=keyed)
    bureau.clock.later(hours=25)

    again = http.post("/v1/queries", json=question(held), headers=keyed)

    assert again.json()["repeated"]
    assert bureau.count(CALLS) == 2


def test_the_catalogue_shows_the_public_view_and_no_small_figure(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    bearer = token(bureau, bureau.department, Role.READER)

    found = http.get("/v1/search", params={"q": "企业"}, headers=bearer).json()["datasets"]
    firms = http.get("/v1/datasets/market.firms", headers=bearer).json()

    assert [one["name"] for one in found] == ["market.firms"]
    assert firms["rows"] == 70
    assert {field["name"]: field["use"] for field in firms["fields"]}["industry"] == "dimension"
    assert "content_hash" not in json.dumps(firms)
    problem(http.get("/v1/datasets/market.nothing", headers=bearer), 404, "not_found")


def test_harvesters_page_through_the_catalogue(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department, Role.READER)
    whole = http.get("/v1/dcat", headers=bearer)
    datasets = [n["@id"] for n in whole.json()["@graph"] if "dcat:Dataset" in n["@type"]]
    assert len(datasets) > 1
    assert whole.headers["content-type"] == "application/ld+json"

    told, address = [], "/v1/dcat?size=1"
    while address:
        page = http.get(address, headers=bearer)
        told += [n["@id"] for n in page.json()["@graph"] if "dcat:Dataset" in n["@type"]]
        address = page.links.get("next", {}).get("url", "")
    assert told == datasets

    since = {"changed_since": "2099-01-01T00:00:00Z"}
    nothing = http.get("/v1/dcat", params=since, headers=bearer).json()["@graph"]
    assert [node["@type"] for node in nothing] == ["dcat:Catalog"]
    problem(http.get("/v1/dcat?changed_since=2026-01-01T00:00:00", headers=bearer), 422, "request.invalid")


def test_a_reader_may_not_ask(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department, Role.READER)

    problem(http.post("/v1/queries", json=question(held), headers=bearer), 403, "access.role")
    problem(http.post("/v1/queries/explain", json=question(held), headers=bearer), 403, "access.role")


def test_evidence_is_proved_and_its_content_not_told(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department)
    checkpoint = http.get("/v1/evidence/checkpoint", headers=bearer).json()
    entry = bureau.row(held).evidence_id

    proof = http.get(f"/v1/evidence/{entry}", headers=bearer).json()

    assert proof["root"] == checkpoint["root"]
    assert set(proof) == {"entry", "leaf_hash", "position", "path", "size", "root", "checkpoint"}
    problem(http.get("/v1/evidence/ev_none", headers=bearer), 404, "not_found")


def test_an_auditor_reads_in_names_whom_a_grant_is_of_and_for_what(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    bearer = token(bureau, bureau.department, Role.AUDITOR)
    http.get("/v1/evidence/checkpoint", headers=bearer)  # takes in what was added

    listed = f"/v1/evidence?kind=space:grant:sign&subject={held.id}"
    (signed,) = http.get(listed, headers=bearer).json()["events"]
    assert held.id not in signed["about"]
    assert signed["about"] == "发展改革委 · 企业登记"
    told = http.get(f"/v1/evidence/{signed['id']}/statement", headers=bearer).json()
    assert told["about"] == signed["about"]
    assert told["called"][told["says"]["to"]] == signed["about"].split(" · ")[0]


def test_health_needs_no_token_and_the_interface_describes_itself(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json()["status"] == "ready"
    described = http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert sorted(described["paths"]) == PATHS.read_text(encoding="utf-8").split()


def test_an_unexpected_failure_tells_nothing(bureau: Any, http: httpx.Client, held: Any) -> None:
    bearer = token(bureau, bureau.department)
    (bureau.home.root / "answers").write_text("a file where a folder must be")

    answer = http.post("/v1/queries", json=question(held), headers=bearer)

    problem(answer, 500, "internal")
    assert "answers" not in answer.text


def test_the_public_keys_are_there_for_anyone_and_check_a_receipt(
    bureau: Any, http: httpx.Client, held: Any
) -> None:
    answer = http.post("/v1/queries", headers=token(bureau, bureau.department), json=question(held)).json()

    published = http.get("/v1/keys").json()

    ring = Ring.of_jwks(published)
    assert [key.key_id for key in ring.keys] == [bureau.keys.signer.key_id]
    assert verify(answer["receipt"]["jws"], ring)["grant"] == held.id
