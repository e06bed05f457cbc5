"""What belongs to a department is judged by who has it, never by what the sent text says of it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, update

from catalog.inventory import demands
from catalog.keys import Ed25519Signer, possession
from catalog.registration import registrars
from catalog.store import writing
from catalog.store.tables.inventory import inventory_systems, inventory_tables
from catalog.store.tables.ledger import entries
from catalog.store.tables.registration import registration_applications, registrations
from contracts.odcs.files import dumps
from policies.access import OrganisationKind, Role
from space.access.departments import code_of
from space.identity import memberships, people
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.jobs.kinds import OthersEntries, _require_own
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau_contracts import ECO, FIRMS, MARKET

STEWARD = Role.STEWARD


def test_a_contract_of_anothers_entry_is_refused_whatever_department_it_names(door: Door) -> None:
    for named, sender in ((ECO, ECO), (ECO, MARKET), (MARKET, ECO)):
        text = dumps(replace(FIRMS, title="改名", department=named))
        answer = door.post("/v1/entries", {"contract": text}, STEWARD, sender.code)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation")
    assert door.get("/v1/entries", STEWARD, ECO.code).text.count("market.firms") == 0
    own = door.post("/v1/entries", {"contract": dumps(replace(FIRMS, title="改名"))}, STEWARD, MARKET.code)
    assert own.status_code == 201


def test_an_entry_that_names_no_department_goes_to_nobody_who_comes_first(door: Door) -> None:
    nameless = FIRMS.name
    door.bearer(STEWARD, MARKET.code)
    with writing(door.bureau.engine) as connection:
        connection.execute(update(entries).where(entries.c.name == nameless).values(department_code=""))
    for sender in (ECO, MARKET):
        text = dumps(replace(FIRMS, title="改名", department=sender))
        told = [
            door.post("/v1/entries", {"contract": text}, STEWARD, sender.code),
            door.post(f"/v1/entries/{nameless}/submission", {"reason": "r"}, STEWARD, sender.code),
            door.post(f"/v1/entries/{nameless}/retraction", {"reason": "r"}, STEWARD, sender.code),
            door.get(f"/v1/entries/{nameless}", STEWARD, sender.code),
        ]
        assert {(each.status_code, each.json()["code"]) for each in told} == {(403, "access.no_owner")}
        assert "data authority" in told[0].json()["reasons"][0]["allowed"]
    text = dumps(replace(FIRMS, title="改名", department=MARKET))
    assert door.post("/v1/entries", {"contract": text}).status_code == 201, "the data authority says whose"


def test_a_form_with_anothers_entry_is_refused_whatever_department_it_names(door: Door) -> None:
    def work(organisation: str, role: Role) -> Any:
        job = SimpleNamespace(organisation=organisation, role=role.value)
        return SimpleNamespace(
            job=job, bench=SimpleNamespace(engine=door.bureau.engine, clock=door.bureau.clock)
        )

    with pytest.raises(OthersEntries):
        _require_own(work(ECO.code, STEWARD), [replace(FIRMS, department=ECO)])
    _require_own(work(MARKET.code, STEWARD), [FIRMS])


def test_a_registration_is_its_registrants(door: Door) -> None:
    with writing(door.bureau.engine) as connection:
        connection.execute(
            insert(registrations).values(
                id="reg_1", object="resource", name=FIRMS.name, title="企业", registrant_name=MARKET.name,
                registrant_code=MARKET.code, state="registered", created_at=door.bureau.clock(),
            )
        )  # fmt: skip
        connection.execute(
            insert(registration_applications).values(
                id="rap_1", registration_id="reg_1", kind="first", office="steward", form="{}",
                applicant_name=MARKET.name, applicant_code=MARKET.code, state="returned",
                filed_at=door.bureau.clock(), filed_by="张三",
            )
        )  # fmt: skip
    assert not door.get("/v1/registrations", STEWARD, ECO.code).json()["registrations"]
    assert len(door.get("/v1/registrations", STEWARD, MARKET.code).json()["registrations"]) == 1
    for path in ("reg_1", "rap_1", "market.firms", "rap_1/package"):
        assert door.get(f"/v1/registrations/{path}", STEWARD, ECO.code).status_code == 403
    assert door.get("/v1/registrations/rap_1", STEWARD, MARKET.code).status_code == 200
    ended = {"ground": "lost"}
    for path, body in (
        ("reg_1/changes", {}), ("reg_1/renewals", {}), ("reg_1/amendments", {}),
        ("reg_1/amendments", {"party": "别人", "party_code": MARKET.code}), ("reg_1/deregistrations", ended),
        ("applications/rap_1/supplement", {}), ("applications/rap_1/withdrawal", {"reason": "x"}),
    ):  # fmt: skip
        answer = door.post(f"/v1/registrations/{path}", body, STEWARD, ECO.code)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation"), path
    taken = door.post(
        "/v1/registrations/applications/rap_1/withdrawal", {"reason": "x"}, STEWARD, MARKET.code
    )
    assert taken.status_code == 200


def test_nobody_objects_in_the_name_of_another_but_the_registrar_enters_what_came_on_paper(
    door: Door,
) -> None:
    said = {
        "name": "王五", "contact": "0999-7654321", "statement": "数据来源有误",
        "evidence": [{"name": "proof.pdf", "content": base64.b64encode(b"proof").decode()}],
    }  # fmt: skip

    def objected(role: Role, sender: str, **code: str) -> str:
        path = "/v1/registrations/applications/rap_none/objections"
        return str(door.post(path, said | code, role, sender).json()["code"])

    there_is_none = objected(STEWARD, ECO.code)
    assert there_is_none == objected(STEWARD, ECO.code, code=ECO.code) != "access.relation"
    assert objected(STEWARD, ECO.code, code=MARKET.code) == "access.relation"
    assert objected(STEWARD, ECO.code, code="") == "access.no_owner"
    for code in ("", MARKET.code):
        assert objected(Role.REGISTRAR, AUTHORITY, code=code) == there_is_none


def _registered(door: Door, code: str) -> None:
    """Another organisation."""
    with writing(door.bureau.engine) as connection:
        register(connection, Organisation(code, code, OrganisationKind.DEPARTMENT), door.bureau.clock())


def test_a_product_is_registered_for_oneself_alone(door: Door) -> None:
    _registered(door, "another-operator")
    with writing(door.bureau.engine) as connection:
        registrars.name(
            connection, code="91350100M000100Y43", called="登记机构", designated_by="市数据局", basis="b",
            valid_from=date(2026, 1, 1), by="x", now=door.bureau.clock(),
        )  # fmt: skip

    def applied(name: str, sender: str, **form: str) -> Any:
        said = {"name": name, "object": "product", "form": form}
        return door.post("/v1/registrations", said, Role.OPERATOR_ADMIN, sender)

    for form in (
        {"registrant_code": MARKET.code},
        {"registrant_code": MARKET.code, "registrant_name": ECO.name},
    ):
        answer = applied("enterprise-credit", ECO.code, **form)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation")
    own = applied("enterprise-credit", ECO.code)
    assert own.status_code == 201, own.text
    (mine,) = door.get("/v1/registrations", Role.OPERATOR_ADMIN, ECO.code).json()["registrations"]
    assert mine["name"] == "enterprise-credit"
    for sender in (MARKET.code, "another-operator"):
        answer = applied("enterprise-credit", sender)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation")
    path = f"/v1/registrations/applications/{own.json()['id']}/supplement"
    handed = door.post(path, {"form": {"registrant_code": MARKET.code}}, Role.OPERATOR_ADMIN, ECO.code)
    assert (handed.status_code, handed.json()["code"]) == (403, "access.relation")


def test_the_files_and_forms_of_a_registration_are_for_whom_it_concerns(door: Door) -> None:
    with writing(door.bureau.engine) as connection:
        connection.execute(
            insert(registrations).values(
                id="reg_1", object="resource", name=FIRMS.name, title="企业", registrant_name=MARKET.name,
                registrant_code=MARKET.code, state="registered", created_at=door.bureau.clock(),
            )
        )  # fmt: skip
    _registered(door, "another-registrar")
    for sender in (ECO.code, "another-registrar"):
        told = door.get("/v1/registrations/reg_1/files", Role.REGISTRAR, sender)
        assert (told.status_code, told.json()["code"]) == (403, "access.relation"), sender
    assert door.get("/v1/registrations/reg_1/files", Role.REGISTRAR, MARKET.code).status_code == 200
    form = f"/v1/registrations/forms/{FIRMS.name}"
    told = door.get(form, STEWARD, ECO.code)
    assert (told.status_code, told.json()["code"]) == (403, "access.relation")
    assert door.get(form, STEWARD, MARKET.code).json()["name"] == FIRMS.name


def test_a_registrar_acts_within_its_own_region_alone(door: Door) -> None:
    now = door.bureau.clock()
    with writing(door.bureau.engine) as connection:
        connection.execute(
            insert(registrations).values(
                id="reg_1", object="resource", name=FIRMS.name, title="企业", registrant_name=MARKET.name,
                registrant_code=MARKET.code, state="applied", created_at=now,
            )
        )  # fmt: skip
        connection.execute(
            insert(registration_applications).values(
                id="rap_1", registration_id="reg_1", kind="first", office="steward", form="{}",
                state="applied", applicant_name=MARKET.name, applicant_code="", filed_at=now, filed_by="x",
            )
        )  # fmt: skip
    _registered(door, "another-registrar")
    steps: dict[str, dict[str, Any]] = {
        "acceptance": {}, "return": {"lacks": ["x"]}, "review": {}, "notice": {},
        "refusal": {"ground": "x", "reason": "x"},
        "code": {"code": "x", "proof": {"name": "x.pdf", "content": "eA=="}},
    }  # fmt: skip
    for step, said in steps.items():
        path = f"/v1/registrations/applications/rap_1/{step}"
        for sender in (ECO.code, "another-registrar"):
            told = door.post(path, said, Role.REGISTRAR, sender)
            assert (told.status_code, told.json()["code"]) == (403, "access.relation"), (step, sender)


def test_looking_for_entries_looks_at_tables_of_ones_own(door: Door) -> None:
    now, told = door.bureau.clock(), []
    with writing(door.bureau.engine) as connection:
        for number, department in enumerate((MARKET, ECO)):
            connection.execute(
                insert(inventory_systems).values(
                    id=f"sys_{number}", name=f"系统{number}", code="", department=department.name,
                    department_code=department.code, address="", first_seen_at=now, seen_at=now,
                    evidence_id="",
                )
            )  # fmt: skip
            connection.execute(
                insert(inventory_tables).values(
                    id=f"tbl_{number}", system_id=f"sys_{number}", name="firms", kind="table",
                    comment=FIRMS.title, columns=[], digest="", rows_how="unknown", first_seen_at=now,
                    seen_at=now,
                )
            )  # fmt: skip
    for sender in (ECO, MARKET):
        answer = door.post("/v1/inventory/matching", {}, STEWARD, sender.code)
        told.append({one["table"] for one in answer.json()["matches"]})
    assert told == [{"系统1/firms"}, {"系统0/firms"}]


def test_a_decision_of_a_grade_is_its_departments(door: Door) -> None:
    raised = {"field": "capital", "act": "raise", "grade": 3, "reason": "r", "basis": "b"}
    path = "/v1/classification/datasets/market.firms/decisions"
    made = door.post(path, raised, STEWARD, MARKET.code).json()["id"]
    for step, role in (
        ("consent", Role.DEPARTMENT_HEAD), ("refusal", Role.DEPARTMENT_HEAD), ("withdrawal", STEWARD),
    ):  # fmt: skip
        answer = door.post(f"/v1/classification/decisions/{made}/{step}", {"reason": "r"}, role, ECO.code)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation"), step
    path = f"/v1/classification/decisions/{made}/withdrawal"
    own = door.post(path, {"reason": "r", "basis": "b"}, STEWARD, MARKET.code)
    assert own.json()["type"].endswith("procedure.step"), own.json()


def test_a_demand_is_of_whoever_enters_it_and_answered_by_its_holder(door: Door) -> None:
    said = {"demander": MARKET.name, "demander_code": MARKET.code, "what": "w", "task": "t", "basis": "b"}
    made = door.post("/v1/lists/demands", said | {"holder": MARKET.name}, STEWARD, ECO.code).json()
    assert (made["demander"], made["demander_code"]) == (ECO.name, ECO.code)
    path = f"/v1/lists/demands/{made['id']}"
    for step, body in (("answer", {"entry": "eco.air"}), ("return", {"reason": "r"})):
        assert door.post(f"{path}/{step}", body, STEWARD, ECO.code).status_code == 403
    assert door.post(f"{path}/withdrawal", {"reason": "r"}, STEWARD, MARKET.code).status_code == 403
    assert door.post(f"{path}/withdrawal", {"reason": "r"}, STEWARD, ECO.code).status_code == 200
    with writing(door.bureau.engine) as connection:
        assert demands.find(connection, made["id"]).state == "withdrawn"


def test_the_inventory_of_a_department_is_its_own(door: Door) -> None:
    now = door.bureau.clock()
    with writing(door.bureau.engine) as connection:
        connection.execute(
            insert(inventory_systems).values(
                id="sys_1", name="登记系统", code="", department=MARKET.name, department_code="", address="",
                first_seen_at=now, seen_at=now, evidence_id="",
            )
        )  # fmt: skip
        connection.execute(
            insert(inventory_tables).values(
                id="tbl_1", system_id="sys_1", name="t1", kind="table", comment="", columns=[], digest="",
                rows_how="unknown", first_seen_at=now, seen_at=now,
            )
        )  # fmt: skip
        assert code_of(connection, MARKET.name, "", now.date()) == MARKET.code
    table = {"table": "登记系统/t1"}
    for path, body in (
        ("confirmations", table | {"entry": "eco.air"}),
        ("rejections", table | {"entry": "eco.air"}),
        ("inclusions", table | {"reason": "r"}),
        ("external-sources", {"entry": "market.firms", "words": "w"}),
        ("imports", {"file": _form("登记系统", MARKET.name)}),
        ("imports", {"file": _form("登记系统", ECO.name)}),
        ("imports", {"file": _form("新系统", MARKET.name)}),
    ):
        answer = door.post(f"/v1/inventory/{path}", body, STEWARD, ECO.code)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.relation"), path
    own = door.post("/v1/inventory/rejections", table | {"entry": "market.firms"}, STEWARD, MARKET.code)
    assert own.status_code == 200
    listed = {"file": _form("新系统", ECO.name)}
    assert door.post("/v1/inventory/imports", listed, STEWARD, ECO.code).json()["ok"] is True
    month = f"{now:%Y-%m}"
    lost = door.get("/v1/inventory/balance").json()
    stage, what = next(
        (one["stage"], one["what"]) for one in lost["fallen_out"] if one["what"].startswith("market.")
    )
    said = {"stage": stage, "what": [what], "reason": "r"}
    path = f"/v1/inventory/balance/{month}/explanations"
    assert door.post(path, said, STEWARD, ECO.code).status_code == 403


def test_a_department_replies_for_itself(door: Door) -> None:
    month = f"{door.bureau.clock():%Y-%m}"
    assert door.post("/v1/reports", {"period": month}).status_code == 201
    said = {"department": MARKET.name, "text": "说明"}
    answer = door.post(f"/v1/reports/{month}/replies", said, STEWARD, ECO.code)
    assert answer.status_code == 200, answer.json()
    assert [one["department"] for one in answer.json()["replies"]] == [ECO.name]


def _form(system: str, department: str) -> dict[str, str]:
    text = f"系统名称,所属部门,表名\n{system},{department},t1\n"
    return {"name": "form.csv", "content": base64.b64encode(text.encode()).decode()}


def test_who_proposed_a_lower_grade_by_name_does_not_consent_by_a_token_of_its_own(door: Door) -> None:
    b = door.bureau
    proposed = {
        "field": "capital", "act": "lower", "grade": 1, "reason": "r", "basis": "b", "by": "王芳",
        "until": (b.clock() + timedelta(days=30)).date().isoformat(),
    }  # fmt: skip
    path = f"/v1/classification/datasets/{FIRMS.name}/decisions"
    made = door.post(path, proposed, STEWARD, MARKET.code)
    assert made.status_code == 201, made.text
    consents = f"/v1/classification/decisions/{made.json()['id']}/consent"
    told = []
    for name in ("王芳", "李强"):
        with writing(b.engine) as connection:
            person = people.register(connection, name, None, by="x", now=b.clock())
            held = memberships.enter(connection, person.id, AUTHORITY, Role.SECURITY, by="x", now=b.clock())
            token = issue(
                connection, AUTHORITY, role=Role.SECURITY, by="x", days=9, now=b.clock(), membership=held.id
            )
        header = {"Authorization": f"Bearer {token.secret}"}
        told.append(door.client.post(consents, json={"reason": "r", "basis": "b"}, headers=header))
    assert [one.status_code for one in told] == [422, 200], told[0].text
    assert "a second person consents" in told[0].json()["detail"]


def test_a_key_of_a_party_is_registered_by_its_own_security_administrator_and_a_refusal_says_so(
    door: Door,
) -> None:
    key = Ed25519Signer.of(Ed25519PrivateKey.generate())
    said = {
        "organisation": MARKET.code, "holder": "印章室", "public_key": key.public_pem.decode(),
        "proof": possession(key, MARKET.code).hex(), "by": "安泉",
    }  # fmt: skip
    refused = door.post("/v1/keys/parties", said, Role.SECURITY_ADMIN, AUTHORITY)
    (reason,) = refused.json()["reasons"]
    assert (refused.status_code, reason["code"]) == (403, "access.relation")
    assert reason["allowed"] == "security_admin of that organisation itself may"
    done = door.post("/v1/keys/parties", said, Role.SECURITY_ADMIN, MARKET.code)
    assert done.status_code == 201, done.text
