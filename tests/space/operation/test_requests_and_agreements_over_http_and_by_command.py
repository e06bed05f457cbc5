"""The applicant's program and the people of both sides: the same services over HTTP and by command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from catalog.clocks.cli import due
from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.cli.operation.agreements import agreement
from space.cli.operation.scenarios import disclosure, scenario
from space.cli.sharing.requests import decide, request
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.requesting import answering
from tests.space.agreed import BODY, NUMBER, paper, scenario_paper
from tests.space.bureau import DEPARTMENT, OTHER
from tests.space.bureau_contracts import AIR, FIRMS
from tests.space.operation.conftest import ITEMS, PURPOSE, TITLE, act
from tests.space.serving import serving


@pytest.fixture
def http(standing: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(standing.home, clock=standing.clock, pool=standing.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def bearer(bureau: Any, who: dict[str, str]) -> dict[str, str]:
    """A header that bears a fresh token."""
    from policies.access import OrganisationKind

    with writing(bureau.engine) as connection:
        kind = OrganisationKind(who["kind"])
        register(connection, Organisation(who["code"], who["name"], kind), bureau.clock())
        issued = issue(connection, who["code"], role=Role.CLIENT, by="张磊", days=10, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def test_a_program_asks_for_its_own_organisation_follows_its_request_and_disputes(
    standing: Any, http: httpx.Client
) -> None:
    mine, others = bearer(standing, DEPARTMENT), bearer(standing, OTHER)
    stated = {
        "purpose": "governance.administration", "use_until": "2027-12-31", "scenario": "月报",
        "scope": "本单位", "method": "query", "vouched_by": "周敏",
        "items": [{"dataset": FIRMS.name, "fields": ["industry"]}],
    }  # fmt: skip
    filed = http.post("/v1/requests", json=stated, headers=mine)
    assert (filed.status_code, filed.json()["state"]) == (201, "incomplete")
    at = f"/v1/requests/{filed.json()['id']}"

    whole = http.put(at, json=stated | {"legal_basis": "统计法 第6条"}, headers=mine).json()
    (case,) = whole["cases"]
    assert (whole["state"], case["state"], whole["applicant"]) == ("submitted", "first", DEPARTMENT["code"])
    no = {"permit": False, "basis": "条例 第20条", "ground": "beyond_duties", "by": "张磊"}
    act(standing, answering.decide, whole["id"], **no)
    said = {"reason": "属于法定职责", "by": "周敏"}
    early = http.post(f"{at}/cases/{case['id']}/escalation", json=said, headers=mine)
    assert (early.status_code, early.json()["code"]) == (422, "procedure.step")
    disputed = http.post(f"{at}/cases/{case['id']}/dispute", json=said, headers=mine).json()
    assert disputed["cases"][0]["state"] == "negotiating"
    assert http.post(f"{at}/cases/{case['id']}/escalation", json=said, headers=mine).status_code == 200
    shown = http.get(at, headers=mine).json()
    assert [step["event"] for step in shown["steps"]][-2:] == ["dispute", "escalate"]
    for answer in (
        http.get(at, headers=others), http.put(at, json=stated, headers=others),
        http.post(f"{at}/withdrawal", json=said, headers=others),
        http.post(f"{at}/cases/{case['id']}/acceptance", json=said, headers=others),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert http.get("/v1/requests", headers=others).json()["requests"] == []


def test_an_operator_sees_its_agreement_and_proposes_a_scenario_and_no_one_else_does(
    standing: Any, http: httpx.Client
) -> None:
    mine, others = bearer(standing, standing.operator), bearer(standing, OTHER)
    proposal = scenario_paper(NUMBER, "选址研究", PURPOSE, ITEMS) | {"by": "李强"}

    made = http.post("/v1/scenarios", json=proposal, headers=mine)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    shown = http.get(f"/v1/agreements/{NUMBER}", headers=mine).json()
    states = {one["title"]: one["state"] for one in shown["scenarios"]}
    assert states == {TITLE: "adopted", "选址研究": "proposed"}
    (seen,) = http.get("/v1/agreements", headers=mine).json()["agreements"]
    assert seen["number"] == NUMBER
    assert http.get("/v1/disclosures/2026", headers=mine).json() == {"disclosures": []}
    assert http.get("/v1/agreements", headers=others).json()["agreements"] == []
    assert http.get(f"/v1/agreements/{NUMBER}", headers=others).status_code == 404
    assert http.post("/v1/scenarios", json=proposal, headers=others).status_code == 404


def run(command: Any, *words: object, status: int = 0) -> str:
    """Run a command and check its exit status; what it printed."""
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == status, (result.output, result.exception)
    return result.output


def test_people_walk_from_a_draft_to_a_partial_permit_and_a_disclosure(bureau: Any, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    papers = {
        "agreement": paper(
            bureau.operator, [FIRMS.name], on=now, starts_on=f"{now.year - 1}-01-01",
            ends_on=f"{now.year + 1}-12-31",
        ),
        "scenario": scenario_paper(
            NUMBER, TITLE, PURPOSE, {FIRMS.name: ("industry", "capital")}, valid_to=f"{now.year + 1}-12-31"
        ),
        "request": {
            "applicant": bureau.operator, "purpose": PURPOSE, "agreement": NUMBER, "scenario": TITLE,
            "use_until": (now + timedelta(days=30)).date().isoformat(), "vouched_by": "李强",
            "implementing_body": BODY["code"],
            "items": [{"dataset": FIRMS.name, "fields": ["industry", "capital"]}],
        },
    }  # fmt: skip
    for name, document in papers.items():
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")

    assert "drafted" in run(agreement, "draft", tmp_path / "agreement", "--by", "王敏")
    run(agreement, "offer", NUMBER, "--by", "王敏")
    assert "procedure.step" in run(agreement, "suspend", NUMBER, "--reason", "x", status=1)
    assert "in_force  version 1" in run(agreement, "sign", NUMBER, "--by", "李强")
    run(scenario, "propose", tmp_path / "scenario", "--by", "李强")
    made = json.loads(run(scenario, "list", "--json"))[0]["id"]
    assert "分析所需的最小数据项" in run(scenario, "adopt", made, "--by", "王敏")
    filed = json.loads(run(request, "new", tmp_path / "request", "--json"))
    assert "市场监管局" in run(request, "show", filed["id"])
    part = ("--items", f"{FIRMS.name}.industry", "--ground", "condition_not_met")
    shown = run(decide, filed["id"], "--permit", "--basis", "协议第3条", *part, "--by", "张磊")
    assert f"{FIRMS.name}.industry  permitted" in shown
    assert f"{FIRMS.name}.capital  refused (condition_not_met: 协议第3条)" in shown
    assert "supply what was permitted" in run(due)
    assert "permit" in run(request, "history", filed["id"])
    # Signed this year, though it names an earlier first day: nothing was in force in the year before.
    words = (now.year - 1, "--for", "operator", bureau.operator["code"], "--by", "李强")
    failed = CliRunner().invoke(disclosure, [str(word) for word in words])
    assert (failed.exit_code, type(failed.exception).__name__) == (1, "Unknown")
    assert "terminated" in run(agreement, "terminate", NUMBER, "--reason", "违约", "--by", "王敏")
    assert "违约" in run(agreement, "show", NUMBER)


def of(bureau: Any, code: str, name: str, role: Role, kind: str = "department") -> dict[str, str]:
    """A header of a token in a role."""
    from policies.access import OrganisationKind

    with writing(bureau.engine) as connection:
        register(connection, Organisation(code, name, OrganisationKind(kind)), bureau.clock())
        issued = issue(connection, code, role=role, by="张磊", days=10, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def code(answer: httpx.Response) -> str:
    """The first reason of a refusal."""
    return str(answer.json()["code"])


def test_both_parties_take_their_steps_over_http_and_neither_takes_the_others(
    bureau: Any, tmp_path: Path
) -> None:
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    body = of(bureau, BODY["code"], BODY["name"], Role.PROVIDER)
    operator, stranger = bearer(bureau, bureau.operator), bearer(bureau, OTHER)
    stated = paper(bureau.operator, [FIRMS.name], on=bureau.clock()) | {"by": "王敏"}
    at = f"/v1/agreements/{NUMBER}"
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        assert http.post("/v1/agreements", json=stated, headers=operator).status_code == 404
        keyed = body | {"Idempotency-Key": "a"}
        drafts = [http.post("/v1/agreements", json=stated, headers=keyed) for _ in range(2)]
        assert [(d.status_code, d.json()["state"]) for d in drafts] == [(201, "drafted")] * 2
        assert code(http.post(f"{at}/offer", json={"by": "李强"}, headers=operator)) == "procedure.step"
        assert http.post(f"{at}/offer", json={"by": "王敏"}, headers=stranger).status_code == 404
        assert http.post(f"{at}/offer", json={"by": "王敏"}, headers=body).json()["state"] == "offered"
        back = {"by": "李强", "reason": "期限过长"}
        assert http.post(f"{at}/decline", json=back, headers=operator).json()["state"] == "drafted"
        http.post(f"{at}/offer", json={"by": "王敏"}, headers=body)
        assert code(http.post(f"{at}/sign", json={"by": "王敏"}, headers=operator)) == "agreement.one_person"
        assert http.post(f"{at}/sign", json={"by": "李强"}, headers=operator).json()["state"] == "in_force"

        proposal = scenario_paper(NUMBER, TITLE, PURPOSE, {FIRMS.name: ("industry",)}) | {"by": "李强"}
        proposed = http.post("/v1/scenarios", json=proposal, headers=operator | {"Idempotency-Key": "s"})
        again = http.post("/v1/scenarios", json=proposal, headers=operator | {"Idempotency-Key": "s"})
        assert proposed.json() == again.json()
        scene = f"/v1/scenarios/{proposed.json()['id']}"
        assert code(http.post(f"{scene}/adopt", json={"by": "赵丽"}, headers=operator)) == "procedure.step"
        assert http.post(f"{scene}/adopt", json={"by": "王敏"}, headers=body).json()["state"] == "adopted"

        changed = {"changes": {"add": [AIR.name]}, "reason": "增加空气质量", "by": "王敏"}
        assert code(http.post(f"{at}/supplements", json=changed, headers=operator)) == "procedure.step"
        assert http.get(at, headers=operator).json()["supplement"] is None
        assert http.post(f"{at}/supplements", json=changed, headers=body).status_code == 200
        waits = http.get(at, headers=operator).json()["supplement"]
        assert (waits["version"], waits["reason"]) == (2, "增加空气质量")
        assert AIR.name in {one["dataset"] for one in waits["stated"]["catalogue"]}
        why_not = {"by": "李强", "reason": "先不加"}
        assert http.post(f"{at}/decline", json=why_not, headers=operator).status_code == 200
        assert http.get(at, headers=operator).json()["supplement"] is None
        assert http.post(f"{at}/supplements", json=changed, headers=body).status_code == 200
        assert http.post(f"{at}/sign", json={"by": "李强"}, headers=operator).json()["version"] == 3
        why = {"by": "王敏", "reason": "核查"}
        assert code(http.post(f"{at}/suspend", json=why, headers=operator)) == "procedure.step"
        assert code(http.post(f"{at}/suspend", json={"by": "王敏"}, headers=body)) == "operation.reason"
        assert http.post(f"{at}/suspend", json=why, headers=body).json()["state"] == "suspended"
        assert http.post(f"{at}/resume", json=why, headers=body).json()["state"] == "in_force"

        bureau.clock.now = datetime(2027, 1, 4, 4, tzinfo=UTC)
        body = of(bureau, BODY["code"], BODY["name"], Role.PROVIDER)
        operator = bearer(bureau, bureau.operator)
        reviewed = {
            "conclusion": "合格", "by": "王敏", "findings": [{"words": "账目不清", "owed_by": "operator"}],
        }  # fmt: skip
        assert code(http.post(f"{at}/reviews", json=reviewed, headers=operator)) == "procedure.step"
        (made,) = http.post(f"{at}/reviews", json=reviewed, headers=body).json()["reviews"]
        (finding,) = made["findings"]
        assert http.get(at, headers=operator).json()["reviews"] == [made]
        mending = f"{at}/findings/{finding['id']}/mending"
        assert http.post(mending, json={"answer": "x", "by": "王敏"}, headers=body).status_code == 404
        (after,) = http.post(mending, json={"answer": "已分账", "by": "李强"}, headers=operator).json()[
            "reviews"
        ]
        assert after["findings"][0]["state"] == "mended"
        gone = {"by": "李强", "reason": "业务调整"}
        assert http.post(f"{scene}/end", json=gone, headers=operator).json()["state"] == "ended"
        assert http.post(f"{at}/terminate", json=gone, headers=operator).json()["state"] == "terminated"
