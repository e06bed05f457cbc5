"""The plain pages of a street: a delivery counted back, a value looked at and challenged, a ledger kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.store import reading, writing
from space.identity.tokens import withdraw
from space.wayback.backflow.inbox import listing
from space.wayback.forms.admission import admit
from space.wayback.forms.sending import send
from tests.space.wayback.conftest import Town, identity
from tests.space.wayback.desk import Clerk, clerk_of, link_to
from tests.space.wayback.ledger_town import RESIDENTS, person, prepare, rows
from tests.space.wayback.test_forms_are_demanded_compared_and_sent import FORM


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def _of_residents(street: Town, *, newest: bool = False) -> str:
    """The first delivery of the residents, or the newest."""
    with reading(street.engine) as connection:
        found = [one.id for one in listing(connection, "street") if one.dataset == "civil.residents"]
    return found[-1 if newest else 0]


@pytest.fixture
def clerk(street: Town) -> Iterator[Clerk]:
    with clerk_of(street) as made:
        yield made


def test_nobody_sees_a_page_before_signing_in_nor_after_the_token_is_withdrawn(
    street: Town, clerk: Clerk
) -> None:
    assert clerk.client.get("/desk").url.path == "/desk/sign-in"
    assert clerk.client.post("/desk/sign-in", data={"token": "ybz_x", "person": "王芳"}).status_code == 401
    assert clerk.sign_in("").status_code == 401, "who acts is always named"
    assert clerk.sign_in().url.path == "/desk"
    assert "清波街道 · 王芳" in clerk.page("/desk")

    with writing(street.engine) as connection:
        withdraw(connection, clerk.token.id, by="李四", now=street.now)
    assert clerk.client.get("/desk/ledger").url.path == "/desk/sign-in"


def test_a_session_ends_by_itself(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    for _ in range(3):
        street.now += timedelta(minutes=50)
        assert clerk.client.get("/desk").url.path == "/desk"
    street.now += timedelta(hours=2)
    assert clerk.client.get("/desk").url.path == "/desk/sign-in"


def test_a_form_of_another_session_is_not_done(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    record = person(street, 1).id
    sent = clerk.client.post(f"/desk/ledger/{record}/close", data={"reason": "迁走", "proof": "0" * 64})

    assert sent.status_code == 403
    assert "没有办成" in sent.text
    assert person(street, 1).state == "open"


def test_a_delivery_is_looked_at_and_counted_back(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    path = f"/desk/deliveries/{_of_residents(street)}"
    assert f'href="{path}"' in clerk.page("/desk")
    text = clerk.page(path)
    assert identity(1) not in text, "identity numbers show masked"
    assert "居民1" in text, "names show to those who must visit"

    assert clerk.send(text, f"{path}/count", {"added": "很多"}).status_code == 422
    counted = clerk.send(text, f"{path}/count", {"added": "99"})
    assert counted.status_code == 200
    with reading(street.engine) as connection:
        states = {one.id: one.state for one in listing(connection, "street")}
    assert states[path.rsplit("/", 1)[1]] == "disputed", "the office counted otherwise"
    book = clerk.client.get(f"{path}/workbook")
    assert book.content.startswith(b"PK")
    assert book.headers["Cache-Control"] == "no-store"


def test_a_masked_value_is_shown_for_a_reason_and_challenged(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    delivery = _of_residents(street)
    path = link_to(clerk.page(f"/desk/deliveries/{delivery}"), f"/desk/deliveries/{delivery}/rows/")
    row = clerk.page(path)
    assert not any(identity(n) in row for n in (1, 2, 3))

    refused = clerk.send(row, f"{path}/look", {"field": ["id_card"], "reason": "看"})
    assert refused.status_code == 422
    shown = clerk.send(row, f"{path}/look", {"field": ["id_card"], "reason": "入户核实身份"})
    assert shown.status_code == 200
    assert any(identity(n) in shown.text for n in (1, 2, 3))
    assert "已留痕" in shown.text

    wrong = {"value": "13900000099", "reason": "本人来电更正"}
    case = clerk.send(clerk.page(f"{path}?wrong=phone"), f"{path}/wrong", wrong)
    assert case.url.path.startswith("/desk/corrections/cor_"), case.text
    assert "待答复" in case.text
    assert "等答复的校核" in clerk.page("/desk")
    withdrawn = clerk.send(case.text, f"{case.url.path}/withdraw", {"reason": "看错了"})
    assert "已撤回" in withdrawn.text


def test_a_note_and_a_task_stay_with_the_office(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    path = link_to(clerk.page("/desk"), "/desk/deliveries/dlv_")
    noted = clerk.send(clerk.page(path), f"{path}/note", {"text": "等社区核对", "row": ""})
    assert "等社区核对" in clerk.looked_at(noted)
    # What was done is said once, to whoever did it; no link has a page say it.
    assert "备注已记下" in noted.text
    assert "备注已记下" not in clerk.page(path)
    assert "旧值已更换" not in clerk.page(f"{path}?done=replaced")
    long = clerk.send(noted.text, f"{path}/note", {"text": "长" * 2001})
    assert (long.status_code, "desk.long" in long.text) == (422, True)
    clerk.send(noted.text, f"{path}/assign", {"to": "王芳", "task": "逐户核对", "due": "2026-10-15"})
    home = clerk.page("/desk")
    assert "逐户核对" in home
    task = home.split('action="/desk/tasks/')[1].split('"')[0]
    assert "逐户核对" not in clerk.send(home, f"/desk/tasks/{task}", {}).text


def test_a_ledger_is_kept_from_a_phone(street: Town, clerk: Clerk) -> None:
    clerk.sign_in()
    record = person(street, 1).id
    assert identity(1) not in clerk.page("/desk/ledger")
    path = f"/desk/ledger/{record}"
    text = clerk.page(path)
    changed = clerk.send(text, f"{path}/change", {"value.living_alone": "是"})
    assert changed.status_code == 200, changed.text
    assert person(street, 1).cells["living_alone"].value == "是"
    assert clerk.send(text, f"{path}/confirm", {}).status_code == 200
    assert clerk.send(text, f"{path}/close", {"reason": ""}).status_code == 422
    endless = clerk.send(text, f"{path}/close", {"reason": "长" * 1001})
    assert (endless.status_code, "grassroots.reason.long" in endless.text) == (422, True)
    assert clerk.send(text, f"{path}/close", {"reason": "迁往外地"}).status_code == 200
    assert person(street, 1).state == "closed"


def test_what_is_anothers_is_not_there(street: Town) -> None:
    with reading(street.engine) as connection:
        (made, *_) = listing(connection, "street")
    record = person(street, 1).id
    with clerk_of(street, "village") as other:
        other.sign_in("赵六")
        for path in (f"/desk/deliveries/{made.id}", f"/desk/ledger/{record}", "/desk/corrections/cor_none"):
            assert other.client.get(path).status_code == 404, path


def test_what_changed_is_marked_and_nothing_else(street: Town, clerk: Clerk) -> None:
    street.publish(RESIDENTS, rows(r1={"household_no": "H9"}))
    street.deliver()
    clerk.sign_in()
    delivery = _of_residents(street, newest=True)
    text = clerk.page(f"/desk/deliveries/{delivery}")
    assert re.findall(r'<dt>([^<]+)</dt><dd class="mark">', text) == ["户编号"]


def test_what_people_write_is_text_on_a_page(street: Town, clerk: Clerk) -> None:
    clerk.sign_in("<b>王芳</b>")
    assert "&lt;b&gt;王芳&lt;/b&gt;" in clerk.page("/desk")


@pytest.fixture
def asked(paying: Town) -> Iterator[tuple[Town, Clerk, str]]:
    """A monthly form was sent to the street; its clerk has signed in."""
    needed = tuple(replace(i, required=True) if i.name == "visited" else i for i in FORM.items)
    admit(paying.engine, replace(FORM, items=needed), by="王敏", now=paying.now)
    (task,) = send(paying.home, paying.engine, FORM.code, ["street"], by="李四", now=paying.now)
    with clerk_of(paying) as made:
        made.sign_in()
        yield paying, made, task.id


def test_a_monthly_form_is_saved_halfway_submitted_and_confirmed(asked: tuple[Town, Clerk, str]) -> None:
    town, clerk, task = asked
    path = f"/desk/forms/{task}"
    assert "高龄津贴月报" in clerk.page("/desk/forms")
    listed = clerk.page(path)
    assert "走访次数" in listed, "what only the office can fill is named"
    assert town.person(1) not in listed

    opened = clerk.looked_at(clerk.send(listed, f"{path}/sheet", {}))
    assert "120.50" in opened
    assert "数源部门负责" in opened
    saved = clerk.looked_at(clerk.send(opened, f"{path}/submit", {"value.visited": "两"}, to=f"{path}/save"))
    assert "已保存" in saved
    refused = clerk.send(saved, f"{path}/submit", {})
    assert (refused.status_code, "没有报送" in refused.text) == (422, True)
    assert 'value="两"' in refused.text, "nothing typed is lost"
    again = clerk.looked_at(clerk.send(listed, f"{path}/sheet", {}))
    assert 'value="两"' in again, "nor later"

    done = clerk.send(refused.text, f"{path}/submit", {"value.visited": "2"})
    assert done.url.path == path, done.text
    assert "已报送 1 张" in done.text
    assert "王芳 · 2026-" in done.text, "who sent what, and when, stands on the page"
    assert clerk.send(clerk.page(f"{path}/confirm"), f"{path}/confirm", {}).status_code == 200
    assert "已报送" in clerk.page("/desk/forms")
    assert "120.50" in clerk.page(path), "what was sent is shown when the form is done"


def test_whom_a_sheet_is_about_is_sealed_for_one_session(asked: tuple[Town, Clerk, str]) -> None:
    town, clerk, task = asked
    path = f"/desk/forms/{task}"
    listed = clerk.page(path)
    with clerk_of(town) as other:
        other.sign_in("李明")
        foreign = other.page(path).split('name="subject" value="')[1].split('"')[0]
    assert clerk.send(listed, f"{path}/sheet", {"subject": foreign}).status_code == 403


def test_a_typed_identifier_opens_no_sheet_but_those_of_the_roster(asked: tuple[Town, Clerk, str]) -> None:
    town, clerk, task = asked
    path = f"/desk/forms/{task}"
    listed = clerk.page(path)
    opened, elsewhere = (
        clerk.send(listed, f"{path}/sheet", {"subject": "", "identifier": town.person(number)})
        for number in (1, 2)
    )
    assert (opened.status_code, "120.50" in opened.text) == (200, True)
    assert (elsewhere.status_code, "名单上没有这个对象" in elsewhere.text) == (422, True)


def test_programs_have_the_same_inbox_over_http(street: Town, clerk: Clerk) -> None:
    bearer = {"Authorization": f"Bearer {clerk.token.secret}"}
    shown = clerk.client.get("/v1/inbox", headers=bearer).json()
    (made,) = (one for one in shown["deliveries"] if one["dataset"] == "civil.residents")
    assert (made["state"], "path" in made) == ("sent", False)
    place = f"/v1/inbox/deliveries/{made['id']}"
    rows = clerk.client.get(f"{place}?limit=1", headers=bearer).json()
    assert (rows["total"], len(rows["rows"])) == (made["counts"]["added"], 1)

    counted = made["counts"] | {"by": "王芳"}
    done = clerk.client.post(f"{place}/acknowledgement", json=counted, headers=bearer)
    assert done.json()["state"] == "acknowledged"
    about = f"/v1/inbox/subjects/{made['id']}"
    noted = clerk.client.post(f"{about}/notes", json={"by": "王芳", "text": "已核对"}, headers=bearer)
    assert noted.status_code == 201
    given = {"by": "王芳", "to": "赵六", "task": "入户"}
    task = clerk.client.post(f"{about}/tasks", json=given, headers=bearer).json()["id"]
    ended = clerk.client.post(f"/v1/inbox/tasks/{task}/done", json={"by": "赵六"}, headers=bearer)
    assert ended.json()["state"] == "done"

    look = {"by": "王芳", "subscription": made["subscription"], "row": rows["rows"][0]["_row"],
            "fields": ["id_card"], "reason": "入户核实身份"}  # fmt: skip
    leave = clerk.client.post("/v1/inbox/unmaskings", json=look, headers=bearer).json()["id"]
    other = clerk.client.post(f"/v1/inbox/unmaskings/{leave}/look", json={"by": "赵六"}, headers=bearer)
    assert other.status_code == 422, "who asked looks, and nobody else"
    values = clerk.client.post(f"/v1/inbox/unmaskings/{leave}/look", json={"by": "王芳"}, headers=bearer)
    assert values.json()["values"]["id_card"] in {identity(n) for n in (1, 2, 3)}
    place_of = f"/v1/inbox/subscriptions/{made['subscription']}/unattributed"
    assert clerk.client.get(place_of, headers=bearer).json() == {"total": 0, "rows": []}
    with clerk_of(street, "village") as stranger:
        theirs = {"Authorization": f"Bearer {stranger.token.secret}"}
        assert stranger.client.get(place, headers=theirs).status_code == 404
        assert stranger.client.post("/v1/inbox/unmaskings", json=look, headers=theirs).status_code == 404
