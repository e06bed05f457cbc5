"""What a form may read and show: nothing that is not shared, no identifier whole; areas as of deliveries."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from catalog.cataloging import steps
from catalog.cataloging.acts import Who
from catalog.store import reading, writing
from catalog.store.tables.forms import submissions
from contracts.model import ShareType, Sharing, UpdateCycle
from policies.access import OrganisationKind, Role
from policies.machine import Office
from space.api.app import create_app
from space.errors import Refused
from space.identity.organisations import Organisation
from space.identity.organisations import register as enter
from space.identity.tokens import issue
from space.wayback.backflow.bodies import Body, register
from space.wayback.forms import looking
from space.wayback.forms.admission import admit
from space.wayback.forms.definition import Form, Item, Roster
from space.wayback.forms.filling import Filled, submit
from space.wayback.forms.formulas import compiled, repeated
from space.wayback.forms.prefill import prefill
from space.wayback.forms.sending import send
from tests.space.wayback.conftest import EAST, HERE, LOOK, WEST
from tests.space.wayback.places_town import enter_places, split_street

TEXT: dict[str, Any] = {"dataset": "civil.population", "key": "id_card"}
FORM = Form(
    code="KEEP-01",
    title="走访表",
    issuer="民政局",
    issuer_code="mzj",
    basis="云民发〔2026〕3号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    roster=Roster("civil.population", "id_card"),
    items=(
        Item("card", "身份号码", field="id_card", **TEXT),
        Item("tel", "电话", field="phone", **TEXT),
        Item("born", "出生日期", field="birth_date", **TEXT),
        Item("full_name", "姓名", field="name", **TEXT),
        Item("again", "证号", compute="card"),
        Item("either", "联系方式", compute="or_else(tel, card)"),
        Item("joined", "姓名证号", compute="full_name + card"),
        Item("deeper", "再抄", compute="choose(present(again), again, full_name)"),
        Item("years", "年龄", compute="age(born)"),
        Item("there", "有无电话", compute="yes(present(tel))"),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)


def admitted(town: Any, form: Form = FORM) -> Any:
    admit(town.engine, form, by="王敏", now=town.later())
    return town


def shown(town: Any, number: int = 1, body: str = "street") -> dict[str, Any]:
    found = prefill(town.home, town.engine, "KEEP-01", body, town.person(number), town.later(), LOOK)
    return {one.name: one.value for one in found}


def withhold(town: Any, *, field: str = "") -> None:
    """The department shares the population no longer, or one field of it."""
    fields = tuple(
        replace(one, sharing=ShareType.WITHHELD) if one.name == field else one
        for one in town.population.fields
    )
    law = "《中华人民共和国居民身份证法》第六条"
    said: dict[str, Any] = {"basis": law, "reason": "涉及个人隐私", "scope": "公安机关", "use": "户籍管理"}
    kind, condition = (ShareType.CONDITIONAL, "依法履职") if field else (ShareType.WITHHELD, "")
    kept = replace(town.population, fields=fields, sharing=Sharing(kind, condition, **said))
    now = town.later()
    steps.submit(
        town.engine, (kept, None), Who("李四", Office.STEWARD), reason="不予共享", now=now, assessment="PIA-9"
    )
    steps.sign_off(town.engine, kept.name, Who("赵六", Office.HEAD), now=now)
    steps.approve(town.engine, kept.name, Who("王敏", Office.AUTHORITY), now=now, seen_added_condition=True)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_identifiers_are_masked_on_a_form_and_what_is_computed_of_them(paying: Any) -> None:
    found, card = shown(admitted(paying)), paying.person(1)

    hidden = card[:6] + "********" + card[-4:]
    assert (found["card"], found["tel"], found["born"]) == (hidden, "139****0001", "1950-01-01")
    assert (found["again"], found["deeper"]) == (hidden, hidden)
    assert found["either"] == "139****0001"
    assert found["joined"] == "*" * len(f"居民1{card}")
    assert (found["full_name"], found["years"], found["there"]) == ("居民1", "76", "是")


def test_masked_items_are_submitted_whole_and_challenged_as_ever(paying: Any) -> None:
    found = shown(admitted(paying))
    kept = {"card": found["card"], "born": found["born"], "tel": "13700000001"}
    sheet = Filled("KEEP-01", "2026-09", "street", paying.person(1), kept, {"tel": "本人来电更正"})

    done = submit(paying.home, paying.engine, sheet, by="王五", now=paying.later())

    assert (done.corrected, len(done.challenges)) == (1, 1)
    with reading(paying.engine) as connection:
        path = connection.execute(select(submissions.c.rows_path)).scalar_one()
    (line,) = (paying.home.lake / path).read_text().splitlines()
    whole = json.loads(line)
    assert (whole["card"], whole["born"], whole["again"]) == (
        paying.person(1),
        "1950-01-01",
        paying.person(1),
    )


@pytest.mark.parametrize(
    ("text", "names", "joined"),
    [
        ("a", {"a"}, False),
        ("a + b", {"a", "b"}, True),
        ("a + n", {"a"}, True),
        ("n + m", set(), False),
        ("round(n)", {"n"}, False),
        ("-n", {"n"}, False),
        ("total(n)", {"n"}, False),
        ("total(n, m)", set(), False),
        ("choose(a == b, n, 'x')", {"n"}, False),
        ("or_else(a, b + 'x')", {"a", "b"}, True),
        ("age(a)", set(), False),
        ("one_of(a, 'x')", set(), False),
        ("a == 'x' and not present(b)", set(), False),
    ],
)
def test_a_formula_says_whose_own_value_may_stand_in_it(text: str, names: set[str], joined: bool) -> None:
    found = repeated(compiled(text), {"n", "m"})

    assert (set(found.names), found.joined) == (names, joined)


@pytest.mark.parametrize(("field", "code"), [("", "form.dataset.withheld"), ("phone", "form.field.withheld")])
def test_no_form_is_admitted_that_reads_what_is_not_shared(paying: Any, field: str, code: str) -> None:
    withhold(paying, field=field)

    with pytest.raises(Refused) as refused:
        admitted(paying)
    assert codes(refused) == {code}


def test_no_roster_is_chosen_by_a_field_that_is_not_shared(paying: Any) -> None:
    withhold(paying, field="phone")
    roster = Roster("civil.population", "id_card", {"phone": ("13900000001",)})
    hand = (Item("visited", "走访次数"),)

    with pytest.raises(Refused) as refused:
        admitted(paying, replace(FORM, items=hand, roster=roster))
    assert codes(refused) == {"form.field.withheld"}


def test_what_is_not_shared_any_more_is_not_shown_by_a_form_admitted_before(paying: Any) -> None:
    admitted(paying)
    withhold(paying, field="phone")

    found = shown(paying)

    assert (found["tel"], found["there"], found["full_name"]) == (None, "否", "居民1")
    withhold(paying)
    assert set(shown(paying).values()) <= {None, "否"}
    (made,) = send(paying.home, paying.engine, "KEEP-01", ["street"], by="李四", now=paying.now)
    assert made.subjects is None


def test_a_split_street_prefills_whom_its_parts_have(town: Any) -> None:
    enter_places(town)
    town.publish(town.population, town.residents(EAST, WEST, HERE))
    split_street(town, "2026-09-01")
    town.later(days=1)
    for code, area in (("east", "990101007"), ("west", "990101008")):
        register(town.engine, Body(code, code, area), town.now)
    town.publish(town.population, town.residents(EAST, WEST, HERE, r1={"phone": "13800000001"}))
    admitted(town)

    assert (shown(town, 1, "east")["full_name"], shown(town, 2, "west")["full_name"]) == ("居民1", "居民2")
    assert {shown(town, 2, "east")["full_name"], shown(town, 1, "west")["full_name"]} == {None}
    sent = send(town.home, town.engine, "KEEP-01", ["east", "west", "village"], by="李四", now=town.now)
    assert [one.subjects for one in sent] == [1, 1, 1]


def test_a_roster_is_read_once_for_all_bodies_it_is_sent_to(
    paying: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    admitted(paying)
    reads, really = list[Any](), looking.rows_in_areas

    def counted(*given: Any) -> Any:
        reads.append(given[2])
        return really(*given)

    monkeypatch.setattr(looking, "rows_in_areas", counted)

    made = send(paying.home, paying.engine, "KEEP-01", ["street", "village"], by="李四", now=paying.now)

    assert [one.subjects for one in made] == [1, 0]
    assert reads == [("990101001", "990102002003")]


def test_who_sends_a_form_is_not_told_how_many_a_body_has(paying: Any) -> None:
    admitted(paying)
    client = TestClient(create_app(paying.home, clock=lambda: paying.now))
    heads = {}
    with writing(paying.engine) as connection:
        enter(connection, Organisation("mzj", "民政局", OrganisationKind.DEPARTMENT), paying.now)
        for name, code, role in (
            ("issuer", "mzj", Role.CLIENT),
            ("body", "street", Role.CLIENT),
            ("authority", "mzj", Role.AUTHORITY),
        ):
            made = issue(connection, code, role=role, by="赵六", days=30, now=paying.now)
            heads[name] = {"Authorization": f"Bearer {made.secret}"}

    sent = {"bodies": ["street"], "by": "李四"}
    (told,) = client.post("/v1/forms/KEEP-01/tasks", json=sent, headers=heads["issuer"]).json()["tasks"]
    (own,) = client.get("/v1/forms/tasks", headers=heads["body"]).json()["tasks"]
    (above,) = client.get("/v1/forms/tasks", headers=heads["authority"]).json()["tasks"]

    assert not {"subjects", "filled"} & (set(told) | set(above))
    assert (own["subjects"], own["filled"], own["id"]) == (1, 0, told["id"])
