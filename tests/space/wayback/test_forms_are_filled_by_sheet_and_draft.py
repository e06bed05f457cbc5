"""Filling: bound to elements, through others, computed, checked, saved, and the same by HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from sqlalchemy import select

from catalog.authority import naming
from catalog.authority.items import item_at
from catalog.cataloging.entering import Acts, catalogue, catalogue_all
from catalog.store import reading, writing
from catalog.store.tables.forms_filling import form_drafts
from catalog.store.tables.recall import postings
from contracts.model import Field, UnitRef, Use
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.cli.wayback.forms import form as form_commands
from space.errors import Refused
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.wayback.forms import drafts
from space.wayback.forms.admission import admit
from space.wayback.forms.confirming import confirm
from space.wayback.forms.definition import Item, Roster
from space.wayback.forms.filling import Faulty, submit, submit_many
from space.wayback.forms.prefill import prefill, prefill_many
from space.wayback.forms.sending import send
from tests.space.wayback.conftest import EAST, FAR, LOOK, WEST
from tests.space.wayback.visiting import FORM, SHEET, fill, street

__all__ = ["street"]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.decision.reasons]


def test_many_sheets_are_prefilled_at_once_and_leave_one_posting_a_row(street: Any) -> None:
    found = prefill_many(
        street.home,
        street.engine,
        "VISIT-01",
        "street",
        [street.person(n) for n in (1, 2, 3)],
        street.now,
        LOOK,
    )

    names = [{item.name: item.value for item in items} for items in found.values()]
    assert [one["full_name"] for one in names] == ["居民1", "居民2", None]
    assert [one["age"] for one in names] == ["76", "76", None]
    with reading(street.engine) as connection:
        rows = connection.execute(select(postings)).all()
    assert [(row.kind, row.items, row.receiver) for row in rows] == [
        ("prefill", "birth_date,name,phone", "street")
    ] * 2
    assert not {street.person(n) for n in (1, 2, 3)} & {row.row for row in rows}


def test_a_form_without_a_source_is_bound_to_whoever_answers_for_the_element(street: Any) -> None:
    fields = tuple(replace(f, element="mobile") if f.name == "phone" else f for f in street.population.fields)
    named = replace(street.population, fields=fields)
    catalogue(street.engine, named, path=None, by="李四", reason="names the element", now=street.later())
    form = replace(FORM, code="TEL-01", items=(Item("tel", "手机", element="mobile"),), rules=())
    admit(street.engine, form, by="王敏", now=street.later())

    def tel() -> Any:
        return prefill(
            street.home, street.engine, "TEL-01", "street", street.person(1), street.later(), LOOK
        )[0]

    assert (tel().value, tel().department) == (None, "")
    with writing(street.engine) as connection:
        item = item_at(named, element="mobile")
        naming.begin(connection, item, basis="三定方案", by="王敏", now=street.later())
    assert (tel().value, tel().department, tel().field) == ("139****0001", "公安局", "phone")


def test_a_form_reads_the_field_that_answers_now_unless_its_copy_is_permitted(street: Any) -> None:
    phone = Field("tel", "电话", check="mobile", element="mobile", personal=True)
    copy = replace(street.allowance, id="copy", table="copy", fields=(*street.allowance.fields, phone))
    fields = tuple(replace(f, element="mobile") if f.name == "phone" else f for f in street.population.fields)
    source = replace(street.population, fields=fields)
    acts = Acts(by="李四", reason="first", now=street.later(), assessment="PIA-3")
    catalogue_all(street.engine, [(copy, None), (source, None)], acts)
    row = {"id_card": street.person(1), "month": "2026-09", "tel": "13700000001", "area_code": EAST}
    street.publish(copy, [row])
    item = Item("tel", "电话", "welfare.copy", "tel", "id_card")
    admit(street.engine, replace(FORM, code="TEL-02", items=(item,), rules=()), by="王敏", now=street.later())

    def tel() -> Any:
        return prefill(
            street.home, street.engine, "TEL-02", "street", street.person(1), street.later(), LOOK
        )[0]

    assert (tel().value, tel().department) == ("137****0001", "民政局")
    with writing(street.engine) as connection:
        naming.begin(
            connection, item_at(source, element="mobile"), basis="三定方案", by="王敏", now=street.later()
        )
    assert (tel().value, tel().department) == ("139****0001", "公安局")


def test_a_household_reaches_its_head_through_another_item(street: Any) -> None:
    unit = Field(
        "household_no", "户编号", key_position=1, required=True, unit=UnitRef("household"), use=Use.IDENTIFIER
    )
    head = Field("head", "户主", check="resident_id", unit=UnitRef("person", about=False), use=Use.IDENTIFIER)
    households = replace(
        street.population, id="civil-households", title="户籍", table="households",
        fields=(unit, head, street.population.fields[-1]),
        units=(replace(street.population.units[0], kind="household"),), unique_keys=(("household_no",),),
    )  # fmt: skip
    acts = Acts(by="李四", reason="first", now=street.later(), assessment="PIA-2")
    catalogue_all(street.engine, [(households, None)], acts)
    homes = [("H1", 1, EAST), ("H2", 3, EAST)]
    street.publish(
        households, [{"household_no": n, "head": street.person(p), "area_code": a} for n, p, a in homes]
    )
    items = (
        Item("head_id", "户主号码", "civil.households", "head", "household_no"),
        Item("head_name", "户主姓名", "civil.population", "name", "id_card", via="head_id"),
    )
    form = replace(FORM, code="HOME-01", subject_kind="household", items=items, rules=(),
                   roster=Roster("civil.households", "household_no"))  # fmt: skip
    admit(street.engine, form, by="王敏", now=street.later())

    found = prefill_many(
        street.home, street.engine, "HOME-01", "street", ["H1", "H2", "H9"], street.later(), LOOK
    )

    # The head of the second household lives elsewhere: nothing of that row is shown.
    assert [items[1].value for items in found.values()] == ["居民1", None, None]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"residents": "40"}, ["form.value"]),
        ({"residents": "many"}, ["form.value.type"]),
        ({"visited": "也许"}, ["form.value"]),
        ({"residents": "2", "carers": "3"}, ["form.value"]),
        ({"age": "50"}, ["form.item.computed"]),
        ({"born": "1890-01-01"}, ["form.value"]),
        ({"residents": "many", "visited": "也许"}, ["form.value.type", "form.value"]),
    ],
)
def test_a_value_is_judged_by_the_rules_of_the_contract(
    street: Any, values: dict[str, str], expected: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        submit(street.home, street.engine, fill(street, **values), by="王五", now=street.now)
    assert codes(refused) == expected
    assert not any(value in str(refused.value) for value in values.values() if len(value) > 2)


def test_of_many_sheets_all_are_submitted_or_none(street: Any) -> None:
    sheets = [fill(street, 1, residents="2"), fill(street, 2, residents="99", visited="也许")]
    with pytest.raises(Faulty) as faulty:
        submit_many(street.home, street.engine, sheets, by="王五", now=street.now)
    assert [(fault.sheet, fault.item) for fault in faulty.value.faults] == [(1, "residents"), (1, "visited")]

    done = submit_many(
        street.home, street.engine, [sheets[0], fill(street, 2, residents="9")], by="王五", now=street.now
    )
    assert [(one.kept, one.added, one.computed) for one in done] == [(3, 1, 1)] * 2


def test_a_draft_survives_by_version_and_goes_with_the_submission(street: Any) -> None:
    wanted = (*SHEET, street.person(1))
    first = drafts.save(
        street.home, street.engine, wanted, {"residents": "2"}, {}, by="王五", now=street.later()
    )
    second = drafts.save(
        street.home,
        street.engine,
        wanted,
        {"residents": "2", "visited": "是"},
        {},
        by="陈静",
        now=street.later(),
        seen=1,
    )
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(drafts.DraftChanged):
        drafts.save(street.home, street.engine, wanted, {}, {}, by="王五", now=street.later(), seen=1)
    with pytest.raises(Refused):
        drafts.save(street.home, street.engine, wanted, {"age": "3"}, {}, by="王五", now=street.later())
    with reading(street.engine) as connection:
        assert [one.values for one in drafts.listing(connection, "street")] == [
            {"residents": "2", "visited": "是"}
        ]

    assert drafts.sweep(street.engine, street.now) == 0
    named = ["VISIT-01", "--body", "street", "--subject", street.person(1), "--period", "2026-09"]
    handed = CliRunner().invoke(form_commands, ["submit", *named, "--draft", "--by", "陈静"])

    assert "2 added" in handed.output, handed.output
    with reading(street.engine) as connection:
        assert connection.execute(select(form_drafts)).all() == []


def test_a_draft_nobody_goes_on_with_is_deleted(street: Any) -> None:
    wanted = (*SHEET, street.person(1))
    drafts.save(street.home, street.engine, wanted, {"residents": "2"}, {}, by="王五", now=street.later())

    assert drafts.sweep(street.engine, street.later(days=93)) == 1
    with reading(street.engine) as connection:
        assert drafts.listing(connection, "street") == ()


def token(town: Any, role: Role, code: str) -> dict[str, str]:
    with writing(town.engine) as connection:
        made = issue(connection, code, role=role, by="赵六", days=30, now=town.now)
    return {"Authorization": f"Bearer {made.secret}"}


def test_the_same_by_http_with_repeated_requests_told_apart(street: Any) -> None:
    issuer = FORM.issuer_code
    with writing(street.engine) as connection:
        register(connection, Organisation(issuer, "民政局", OrganisationKind.DEPARTMENT), street.now)
    client = TestClient(create_app(street.home, clock=lambda: street.now), raise_server_exceptions=False)
    department, body = token(street, Role.CLIENT, issuer), token(street, Role.CLIENT, "street")
    authority = token(street, Role.AUTHORITY, issuer)
    again = {"Idempotency-Key": "k1"}

    paper = {
        "code": "ASK-9", "title": "摸底", "issuer": "民政局", "basis": "云民发〔2026〕9号",
        "period": "monthly", "subjectKind": "person", "items": [{"name": "pets", "title": "宠物数量"}],
        "validFrom": "2026-09-01", "validTo": "2026-12-31",
    }  # fmt: skip
    asked = {"form": paper, "reason": "省厅要求", "by": "李四"}
    first = client.post("/v1/forms/demands", json=asked, headers=department | again)
    second = client.post("/v1/forms/demands", json=asked, headers=department | again)
    other = client.post("/v1/forms/demands", json=asked | {"reason": "x"}, headers=department | again)
    assert (first.status_code, second.json()["id"], other.status_code) == (201, first.json()["id"], 422)
    decision = {"admit": True, "basis": "云数〔2026〕7号", "by": "王敏"}
    where = f"/v1/forms/demands/{first.json()['id']}/decision"
    assert client.post(where, json=decision, headers=department).status_code == 403
    assert client.post(where, json=decision, headers=authority).json()["state"] == "admitted"
    one = f"/v1/forms/demands/{first.json()['id']}"
    assert [client.get(one, headers=who).status_code for who in (department, authority, body)] == [
        200,
        200,
        404,
    ]
    listed = client.get("/v1/forms", headers=body).json()["forms"]
    assert [one["code"] for one in listed] == ["ASK-9", "VISIT-01"]

    sent = client.post(
        "/v1/forms/VISIT-01/tasks", json={"bodies": ["street"], "by": "李四"}, headers=department
    )
    task = sent.json()["tasks"][0]["id"]
    whom = {"subjects": [street.person(1)]}
    shown = client.post("/v1/forms/VISIT-01/prefill", json=whom, headers=body).json()["sheets"][0]["items"]
    assert (shown[0]["value"], shown[0]["source_responsible"]) == ("居民1", True)
    sheet = {"period": "2026-09", "subject": street.person(1), "values": {"residents": "2"}, "by": "王五"}
    assert client.put("/v1/forms/VISIT-01/drafts", json=sheet, headers=body).json()["version"] == 1
    made = [
        client.post("/v1/forms/VISIT-01/submissions", json=sheet, headers=body | {"Idempotency-Key": "k2"})
        for _ in "ab"
    ]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert client.post("/v1/forms/VISIT-01/submissions", json=sheet, headers=body).status_code == 422
    assert (
        client.post("/v1/forms/tasks/ftk_none/confirmation", json={"by": "王五"}, headers=body).status_code
        == 404
    )
    left = client.get(f"/v1/forms/tasks/{task}/subjects", headers=body).json()
    assert (left["subjects"], left["ready"]) == ([street.person(2)], [street.person(2)])
    other = {"by": "王五", "shown": "0" * 64}
    unseen = client.post(f"/v1/forms/tasks/{task}/confirmation", json=other, headers=body)
    assert (unseen.status_code, unseen.json()["code"]) == (422, "form.confirm.changed")
    done = [
        client.post(
            f"/v1/forms/tasks/{task}/confirmation",
            json={"by": "王五", "shown": left["shown"]},
            headers=body | {"Idempotency-Key": "k3"},
        )
        for _ in "ab"
    ]
    assert [one.json()["sheets"] for one in done] == [1, 1]
    assert client.get("/v1/forms/tasks", headers=body).json()["tasks"][0]["state"] == "confirmed"
    assert client.get("/v1/forms/tasks", headers=department).json()["tasks"] == []


@pytest.mark.full
def test_forms_are_sent_filled_and_confirmed_on_a_server(postgres: Any, tmp_path: Path) -> None:
    from catalog.home import Home
    from catalog.store import create_store
    from tests.space.wayback.conftest import found_town

    home = Home(tmp_path / "var")
    home.create()
    home.keep_database_url(postgres.new_store())
    town = found_town(home, create_store(home))
    town.publish(town.population, town.residents(EAST, WEST, FAR))
    admit(town.engine, FORM, by="王敏", now=town.later())
    (made,) = send(town.home, town.engine, "VISIT-01", ["street"], by="李四", now=town.now)
    drafts.save(
        town.home, town.engine, (*SHEET, town.person(1)), {"residents": "2"}, {}, by="王五", now=town.now
    )
    submit(town.home, town.engine, fill(town, 1, residents="2"), by="王五", now=town.later())
    done = confirm(town.home, town.engine, made.id, by="王五", now=town.later())
    assert (done.sheets, done.before) == (1, 1)
    town.engine.dispose()
