"""Requests over HTTP: filed once for a key, answered by whoever has the turn, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import writing
from catalog.store.tables.grants import requests
from contracts.codes import uscc_check
from policies.access import OrganisationKind, Role
from policies.clocks import local_date
from space.access import enforcing
from space.api.app import create_app
from space.identity import memberships, people
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from tests.space.bureau import DEPARTMENT, OTHER
from tests.space.bureau_contracts import AIR, ECO, FIRMS, MARKET
from tests.space.serving import serving

AUTHORITY = {
    "code": "11990100MB0000007" + uscc_check("11990100MB0000007"),
    "name": "云州市数据局",
    "kind": "authority",
}
PROVIDER = {"code": MARKET.code, "name": MARKET.name, "kind": "department"}
ECOLOGY = {"code": ECO.code, "name": ECO.name, "kind": "department"}
YES = {"permit": True, "basis": "政务数据共享条例 第21条", "by": "张磊"}
NO = {"permit": False, "basis": "政务数据共享条例 第20条", "ground": "beyond_duties", "by": "张磊"}
STATED = {
    "purpose": "governance.administration", "use_until": "2027-12-31", "scenario": "月报", "scope": "本单位",
    "method": "query", "vouched_by": "周敏", "legal_basis": "统计法 第6条",
    "items": [{"dataset": FIRMS.name, "fields": ["industry", "capital"]}],
}  # fmt: skip


@pytest.fixture
def http(bureau: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def bearer(bureau: Any, who: dict[str, Any], role: Role = Role.PROVIDER) -> dict[str, str]:
    """A header that bears a fresh token."""
    with writing(bureau.engine) as connection:
        kind = OrganisationKind(who["kind"])
        register(connection, Organisation(who["code"], who["name"], kind), bureau.clock())
        issued = issue(connection, who["code"], role=role, by="张磊", days=10, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def seat_the_authority(bureau: Any) -> None:
    """The data authority in the organisation tree."""
    with writing(bureau.engine) as connection:
        units.add(
            connection, code=AUTHORITY["code"], name=AUTHORITY["name"], kind=UnitKind.AUTHORITY,
            valid_from=local_date(bureau.clock()), basis="机构编制方案", by="张磊", now=bureau.clock(),
        )  # fmt: skip


def employ(bureau: Any, name: str, role: Role, organisation: str) -> str:
    """A person in an organisation: the id."""
    with writing(bureau.engine) as connection:
        made = people.register(connection, name, None, by="x", now=bureau.clock())
        memberships.enter(connection, made.id, organisation, role, by="x", now=bureau.clock())
    return made.id


def own(bureau: Any, name: str, role: Role, organisation: str) -> dict[str, str]:
    """A header that bears the own token of a new person."""
    person = employ(bureau, name, role, organisation)
    with writing(bureau.engine) as connection:
        (held,) = memberships.of_person(connection, person)
        made = issue(
            connection, organisation, role=role, by="x", days=10, now=bureau.clock(), membership=held.id
        )
    return {"Authorization": f"Bearer {made.secret}"}


def consented(http: httpx.Client, waits: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """What an act made once its second person has signed it."""
    at = f"/v1/second-signatures/{waits['id']}/consent"
    answer = http.post(at, json={"digest": waits["digest"]}, headers=headers)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["made"]
    return made


def test_a_provider_asks_for_more_time_and_the_authority_signs(bureau: Any, http: httpx.Client) -> None:
    seat_the_authority(bureau)
    at, whole = filed(http, bearer(bureau, DEPARTMENT, Role.CLIENT))
    case = f"{at}/cases/{whole['cases'][0]['id']}"
    bearer(bureau, PROVIDER)
    zhang = own(bureau, "张磊", Role.PROVIDER, str(MARKET.code))
    bearer(bureau, AUTHORITY, Role.AUTHORITY)
    sun = own(bureau, "孙洁", Role.AUTHORITY, str(AUTHORITY["code"]))
    bearer(bureau, ECOLOGY)
    stranger = own(bureau, "吴涛", Role.PROVIDER, str(ECO.code))
    more = {"reason": "数据量大", "by": "", "approved_by": "孙洁"}
    assert http.post(f"{case}/extension", json=more, headers=stranger).status_code == 404

    waits = http.post(f"{case}/extension", json=more, headers=zhang).json()
    again = http.post(f"{case}/extension", json=more | {"approved_by": "", "by": "张磊"}, headers=sun)
    assert again.json()["waits_for"]["name"] == "张磊", "each of the two may come first"
    extended = consented(http, waits, sun)
    assert extended["due_on"] > whole["due_on"]
    step = http.get(f"{at}/answering", headers=zhang).json()["steps"][-1]
    assert (step["event"], step["made_by"]) == ("extend", "孙洁")


def test_a_long_history_is_told_some_steps_at_a_time(
    bureau: Any, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_side = bearer(bureau, DEPARTMENT, Role.CLIENT)
    at, _ = filed(http, own_side)
    assert http.post(
        f"{at}/withdrawal", json={"reason": "不需要了", "by": "陈静"}, headers=own_side
    ).is_success
    whole = http.get(at, headers=own_side).json()
    assert (len(whole["steps"]) > 1, whole["next_step"]) == (True, None)
    monkeypatch.setattr("space.api.sharing.request_steps.MOST", 1)
    told, after = [], 0
    while after is not None:
        part = http.get(at, params={"after": after}, headers=own_side).json()
        told, after = [*told, *part["steps"]], part["next_step"]
        assert len(part["steps"]) == 1
    assert told == whole["steps"]


def test_nobody_is_said_to_vouch_who_did_not_sign(bureau: Any, http: httpx.Client) -> None:
    program = bearer(bureau, DEPARTMENT, Role.CLIENT)
    chen, zhou = (own(bureau, name, Role.STEWARD, str(DEPARTMENT["code"])) for name in ("陈静", "周敏"))
    incomplete = http.post("/v1/requests", json=STATED | {"scope": ""}, headers=chen)
    assert (incomplete.status_code, incomplete.json()["state"]) == (201, "incomplete"), "nobody vouches yet"
    nobody = http.post("/v1/requests", json=STATED | {"vouched_by": "某某某"}, headers=chen)
    assert nobody.json()["reasons"][0]["code"] == "access.second_person"

    alone = http.post("/v1/requests", json=STATED, headers=zhou)
    assert (alone.status_code, alone.json()["state"]) == (201, "submitted"), "who files vouches itself"
    waits = http.post("/v1/requests", json=STATED | {"scenario": "季报"}, headers=chen)
    assert (waits.status_code, waits.json()["waits_for"]["name"]) == (202, "周敏")
    count = select(func.count()).select_from(requests)
    assert bureau.count(count) == 2
    assert consented(http, waits.json(), zhou)["statement"]["scenario"] == "季报"
    assert bureau.count(count) == 3
    whole = http.put(f"/v1/requests/{incomplete.json()['id']}", json=STATED, headers=chen)
    assert whole.status_code == 202
    assert consented(http, whole.json(), zhou)["state"] == "submitted"

    own(bureau, "安管", Role.SECURITY_ADMIN, str(DEPARTMENT["code"]))
    with writing(bureau.engine) as connection:
        enforcing.enforce(connection, by="x", reason="people are entered", now=bureau.clock())
    filed_by_program = http.post("/v1/requests", json=STATED | {"scenario": "年报"}, headers=program)
    assert filed_by_program.status_code == 202
    assert consented(http, filed_by_program.json(), zhou)["statement"]["vouched_by"] == "周敏"


def filed(http: httpx.Client, mine: dict[str, str], **stated: Any) -> tuple[str, dict[str, Any]]:
    """A request of the department: where it is, and what it says."""
    answer = http.post("/v1/requests", json=STATED | stated, headers=mine)
    assert answer.status_code == 201, answer.text
    return f"/v1/requests/{answer.json()['id']}", answer.json()


def test_a_key_files_one_request_however_often_it_is_sent(bureau: Any, http: httpx.Client) -> None:
    mine = bearer(bureau, DEPARTMENT, Role.CLIENT)
    keyed = mine | {"Idempotency-Key": "5f2c"}
    count = select(func.count()).select_from(requests)

    first = http.post("/v1/requests", json=STATED, headers=keyed)
    again = http.post("/v1/requests", json=STATED, headers=keyed)
    other = http.post("/v1/requests", json=STATED | {"scenario": "年报"}, headers=keyed)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert bureau.count(count) == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")
    assert http.post("/v1/requests", json=STATED, headers=mine).json()["id"] != first.json()["id"]
    bureau.clock.later(hours=25)
    late = http.post("/v1/requests", json=STATED, headers=keyed)
    assert late.json()["id"] != first.json()["id"], "a key is forgotten after a day"


def test_an_act_that_was_refused_takes_no_key_and_one_that_was_done_is_not_done_again(
    bureau: Any, http: httpx.Client
) -> None:
    mine, theirs = bearer(bureau, DEPARTMENT, Role.CLIENT), bearer(bureau, PROVIDER)
    at, _ = filed(http, mine)
    keyed = theirs | {"Idempotency-Key": "77"}
    refused = http.post(f"{at}/decisions", json=NO | {"ground": "none"}, headers=keyed)
    assert (refused.status_code, refused.json()["code"]) == (422, "request.ground")

    for _ in range(2):
        done = http.post(f"{at}/decisions", json=YES, headers=keyed)
        assert (done.status_code, done.json()["state"]) == (200, "permitted")
    steps = http.get(f"{at}/answering", headers=theirs).json()["steps"]
    assert [step["event"] for step in steps].count("permit") == 1
    assert http.post(f"{at}/decisions", json=YES, headers=theirs).json()["code"] == "request.not_submitted"


def test_each_owner_answers_its_own_cases_and_sees_only_what_waits_for_it(
    bureau: Any, http: httpx.Client
) -> None:
    mine, market = bearer(bureau, DEPARTMENT, Role.CLIENT), bearer(bureau, PROVIDER)
    eco = bearer(bureau, ECOLOGY)
    items = [
        {"dataset": FIRMS.name, "fields": ["industry", "capital"]}, {"dataset": AIR.name, "fields": ["pm25"]},
    ]  # fmt: skip
    at, whole = filed(http, mine, items=items)
    by_owner = {case["owner_code"]: case["id"] for case in whole["cases"]}

    (waits,) = http.get("/v1/requests/waiting", headers=market).json()["waiting"]
    assert (waits["case"]["id"], waits["request"]["id"]) == (by_owner[MARKET.code], whole["id"])
    foreign = http.post(f"{at}/decisions", json=YES | {"case": by_owner[ECO.code]}, headers=market)
    assert (foreign.status_code, foreign.json()["code"]) == (422, "request.not_your_turn")
    part = NO | {"permit": True, "items": [f"{FIRMS.name}.industry"]}
    answered = http.post(f"{at}/decisions", json=part, headers=market).json()
    answers = {f"{i['dataset']}.{i['field']}": i["answer"] for i in answered["items"]}
    assert answers == {
        f"{FIRMS.name}.industry": "permitted", f"{FIRMS.name}.capital": "refused", f"{AIR.name}.pm25": None,
    }  # fmt: skip
    assert http.get("/v1/requests/waiting", headers=market).json() == {"waiting": []}
    assert len(http.get("/v1/requests/waiting", headers=eco).json()["waiting"]) == 1


def test_who_has_no_say_in_a_request_is_told_of_none(bureau: Any, http: httpx.Client) -> None:
    at, whole = filed(http, bearer(bureau, DEPARTMENT, Role.CLIENT))
    stranger, case = bearer(bureau, OTHER), whole["cases"][0]["id"]

    for answer in (
        http.post(f"{at}/decisions", json=YES, headers=stranger),
        http.get(f"{at}/answering", headers=stranger),
        http.post(f"{at}/cases/{case}/return", json={"lacks": ["用途"], "by": "李四"}, headers=stranger),
    ):
        assert answer.status_code == 404
    client = http.post(f"{at}/decisions", json=YES, headers=bearer(bureau, PROVIDER, Role.CLIENT))
    assert (client.status_code, client.json()["code"]) == (403, "access.role")
    nobodys = http.post(f"{at}/decisions", json=YES | {"case": "case_none"}, headers=bearer(bureau, PROVIDER))
    assert nobodys.status_code == 404


def test_what_is_missing_is_told_given_extended_and_disputed_up_to_the_authority(
    bureau: Any, http: httpx.Client
) -> None:
    seat_the_authority(bureau)
    mine, market = bearer(bureau, DEPARTMENT, Role.CLIENT), bearer(bureau, PROVIDER)
    above = bearer(bureau, AUTHORITY, Role.AUTHORITY)
    at, whole = filed(http, mine)
    case = f"{at}/cases/{whole['cases'][0]['id']}"

    lacking = {"lacks": ["接收人"], "by": "张磊"}
    assert http.post(f"{case}/return", json=lacking, headers=above).json()["code"] == "request.not_your_turn"
    assert http.post(f"{case}/return", json=lacking, headers=market).json()["cases"][0]["state"] == "returned"
    assert http.get("/v1/requests/waiting", headers=market).json() == {"waiting": []}
    given = {"answers": ["周敏"], "by": "周敏"}
    assert http.post(f"{case}/completion", json=given, headers=mine).json()["cases"][0]["state"] == "first"
    more = {"reason": "数据量大", "by": "张磊", "approved_by": "孙洁"}
    nobody = http.post(f"{case}/extension", json=more, headers=above)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "access.second_person")
    employ(bureau, "孙洁", Role.PROVIDER, str(AUTHORITY["code"]))
    zhang = own(bureau, "张磊", Role.PROVIDER, str(MARKET.code))
    itself = http.post(f"{case}/extension", json=more | {"by": "孙洁"}, headers=above)
    assert itself.json()["code"] == "access.one_person"
    waits = http.post(f"{case}/extension", json=more, headers=above)
    assert (waits.status_code, waits.json()["waits_for"]["name"]) == (202, "张磊")
    assert http.get(f"{at}/answering", headers=market).json()["due_on"] == whole["due_on"]
    extended = consented(http, waits.json(), zhang)
    assert extended["due_on"] > whole["due_on"]

    http.post(f"{at}/decisions", json=NO, headers=market)
    said = {"reason": "属于法定职责", "by": "周敏"}
    assert http.post(f"{case}/dispute", json=said, headers=mine).status_code == 200
    settled = {"decision": "overrule", "basis": "协调决定1号", "by": "孙洁"}
    early = http.post(f"{case}/settlement", json=settled, headers=above)
    assert early.json()["code"] == "request.not_your_turn"
    assert len(http.get("/v1/requests/waiting", headers=market).json()["waiting"]) == 1
    assert http.post(f"{case}/escalation", json=said, headers=mine).status_code == 200
    (waits,) = http.get("/v1/requests/waiting", headers=above).json()["waiting"]
    assert waits["case"]["state"] == "before_authority"
    done = http.post(f"{case}/settlement", json=settled, headers=above).json()
    assert (done["state"], {i["answer"] for i in done["items"]}) == ("permitted", {"permitted"})


def test_a_provider_yields_in_a_dispute_and_the_authority_refers_one_upwards(
    bureau: Any, http: httpx.Client
) -> None:
    seat_the_authority(bureau)
    mine, market = bearer(bureau, DEPARTMENT, Role.CLIENT), bearer(bureau, PROVIDER)
    above = bearer(bureau, AUTHORITY, Role.AUTHORITY)
    said = {"reason": "属于法定职责", "by": "周敏"}
    cases = []
    for _ in range(2):
        at, whole = filed(http, mine)
        cases.append(f"{at}/cases/{whole['cases'][0]['id']}")
        http.post(f"{at}/decisions", json=NO, headers=market)
        http.post(f"{cases[-1]}/dispute", json=said, headers=mine)

    yielded = {"decision": "yield", "basis": "复核后同意", "by": "张磊", "items": [f"{FIRMS.name}.industry"]}
    done = http.post(f"{cases[0]}/settlement", json=yielded, headers=market).json()
    assert {i["field"]: i["answer"] for i in done["items"]} == {"industry": "permitted", "capital": "refused"}
    http.post(f"{cases[1]}/escalation", json=said, headers=mine)
    referred = {"decision": "refer", "basis": "跨地域", "by": "孙洁"}
    after = http.post(f"{cases[1]}/settlement", json=referred, headers=above).json()
    assert after["cases"][0]["state"] == "before_superior"
    again = http.post(f"{cases[1]}/settlement", json=referred, headers=above)
    assert again.json()["code"] == "request.not_your_turn"


def test_the_authority_is_told_what_was_permitted_and_no_grant_opens(bureau: Any, http: httpx.Client) -> None:
    seat_the_authority(bureau)
    mine, provider = bearer(bureau, DEPARTMENT, Role.CLIENT), bearer(bureau, PROVIDER)
    authority = bearer(bureau, AUTHORITY, Role.AUTHORITY)
    at, whole = filed(http, mine)
    listing = "/v1/requests/ungranted"
    assert http.get(listing, headers=authority).json() == {"requests": []}
    assert http.post(f"{at}/decisions", json=YES, headers=provider).status_code == 200
    (one,) = http.get(listing, headers=authority).json()["requests"]
    assert (one["id"], one["cases"][0]["clock"]["rule"]) == (whole["id"], "supply")
    assert http.get(listing, headers=provider).status_code == 403
    terms = {
        "purpose": STATED["purpose"], "datasets": [{"name": FIRMS.name, "columns": ["industry", "capital"]}],
        "valid_to": "2027-12-31", "calls": 10, "analyses": ["aggregate"],
    }  # fmt: skip
    body = {"terms": terms, "to": whole["applicant"], "request": whole["id"], "by": ""}
    answer = http.post("/v1/grants", json=body, headers=authority)
    assert answer.status_code == 201, answer.text
    assert http.get(listing, headers=authority).json() == {"requests": []}


def test_rules_are_told_with_what_they_rest_on_and_how_sure_they_are(bureau: Any, http: httpx.Client) -> None:
    told = http.get("/v1/requests/vocabulary", headers=bearer(bureau, PROVIDER)).json()
    rules = [
        told["rests"]["refusal_grounds"],
        *(one["rests"] for one in (*told["purposes"], *told["periods"])),
    ]
    assert all(one["source"] and one["valid_from"] and one["confidence"] for one in rules)
