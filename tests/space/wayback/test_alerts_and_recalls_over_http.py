"""Alerts, recalls, holders and burden over HTTP: each to whom it concerns, each act once; and at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.store import writing
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from tests.space.serving import serving
from tests.space.wayback.conftest import ALLOWANCE, CIVIL_AFFAIRS, POLICE, Town
from tests.space.wayback.desk import clerk_of
from tests.space.wayback.ledger_town import RESIDENTS
from tests.space.wayback.test_alerts_of_life_events import LEFT, granted, prepare
from tests.space.wayback.test_recall_of_corrected_values import answered, opened, told

Door = Callable[..., httpx.Client]
COMPARED = {
    "entitlement": "old_age_allowance", "dataset": ALLOWANCE.name, "population": RESIDENTS.name,
    "purpose": "高龄津贴动态核查", "basis": "老年人权益保障法 第33条", "by": "赵平",
}  # fmt: skip


@pytest.fixture
def alerted(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("alerts", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def doors(town: Town, stack: ExitStack) -> Door:
    address = stack.enter_context(serving(create_app(town.home, clock=lambda: town.now)))

    def of(code: str, role: Role = Role.CLIENT) -> httpx.Client:
        with writing(town.engine) as connection:
            for party in (POLICE, CIVIL_AFFAIRS):
                made = Organisation(party.code, party.name, OrganisationKind.DEPARTMENT)
                register(connection, made, town.now)
            token = issue(connection, code, role=role, by="李四", days=100, now=town.now)
        headers = {"Authorization": f"Bearer {token.secret}"}
        return stack.enter_context(httpx.Client(base_url=address, headers=headers, timeout=30))

    return of


def test_a_department_compares_its_list_and_the_body_has_the_cases_checked(alerted: Town) -> None:
    granted(alerted)
    with ExitStack() as stack:
        door = doors(alerted, stack)
        civil, police = door(CIVIL_AFFAIRS.code, Role.STEWARD), door(POLICE.code, Role.STEWARD)
        key = {"Idempotency-Key": "open-1"}
        made = civil.post("/v1/entitlements", json=COMPARED, headers=key)
        assert made.status_code == 201, made.text
        assert civil.post("/v1/entitlements", json=COMPARED, headers=key).json() == made.json()
        one = f"/v1/entitlements/{made.json()['id']}"
        assert len(civil.get("/v1/entitlements").json()["comparisons"]) == 1
        assert police.post(f"{one}/runs", json={"by": "钱七"}).status_code == 404
        assert police.get("/v1/entitlements").json()["comparisons"] == []

        ran = civil.post(f"{one}/runs", json={"by": "赵平"})
        assert ran.status_code == 201, ran.text
        assert LEFT not in ran.text
        of_department = civil.get("/v1/entitlements/cases", params={"open_only": True}).json()["cases"]
        of_street = door("street").get("/v1/entitlements/cases").json()["cases"]
        assert len(of_department) == ran.json()["opened"] >= len(of_street) > 0
        assert {case["body"] for case in of_street} == {"street"}
        check_and_settle(alerted, door, civil, of_street)
        assert civil.post(f"{one}/end", json={"by": "赵平"}).json()["id"] == made.json()["id"]


def check_and_settle(town: Town, door: Door, civil: httpx.Client, cases: list[dict[str, Any]]) -> None:
    """The street sees its cases at the desk and has one checked; the department settles it."""
    known = next(case for case in cases if case["record"])
    with clerk_of(town) as clerk:
        clerk.sign_in("王芳")
        assert f"{len(cases)} 条线索" in clerk.page("/desk")
        path = f"/desk/cases/{known['id']}/check"
        text = clerk.page("/desk/cases")
        assert "名单上有，人口登记已注销" in text
        wrong = clerk.send(text, path, {"person": "王芳", "due": "明天"})
        assert (wrong.status_code, "日期不对" in wrong.text) == (422, True)
        sent = clerk.send(text, path, {"person": "王芳", "due": "2026-10-12"})
        assert sent.url.path == "/desk/cases", sent.text
        assert "要上门的" in clerk.page("/desk")
    said = {"outcome": "confirmed", "answer": "已注销户口，次月停发", "by": "赵平"}
    street = door("street")
    assert street.post(f"/v1/entitlements/cases/{known['id']}/settlement", json=said).status_code == 403
    done = civil.post(f"/v1/entitlements/cases/{known['id']}/settlement", json=said)
    assert (done.json()["state"], done.json()["outcome"]) == ("settled", "confirmed")


def test_a_recall_is_told_to_its_source_and_to_each_receiver_its_own(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town)).id
    with ExitStack() as stack:
        door = doors(town, stack)
        police, street = door(POLICE.code, Role.PROVIDER), door("street")
        sent = police.post(f"/v1/recalls/{case}")
        assert sent.status_code == 200, sent.text
        assert (sent.json()["receivers"], sent.json()["notified"]) == (1, 1)
        assert police.get(f"/v1/recalls/{case}").json() == sent.json()
        (mine,) = street.get("/v1/recalls").json()["recalls"]
        assert (mine["correction"], mine["field"], mine["closed"]) == (case, "phone", "")
        assert [one["receiver"] for one in street.get(f"/v1/recalls/{case}").json()["told"]] == ["street"]
        assert street.post(f"/v1/recalls/{case}").status_code == 403
        assert door("village").get(f"/v1/recalls/{case}").status_code == 404
        assert door("village").get("/v1/recalls").json() == {"recalls": []}


def test_who_received_data_about_somebody_takes_two_people_and_no_address(telling: Any) -> None:
    town = telling
    told(town, answered(town, opened(town)))
    whom = {"subject": town.person(1)}
    with ExitStack() as stack:
        door = doors(town, stack)
        auditor, street = door(POLICE.code, Role.AUDITOR), door("street")
        asked = {**whom, "reason": "本人查询其信息去向", "by": "审计员"}
        assert street.post("/v1/holders", json=asked).status_code == 403
        made = auditor.post("/v1/holders", json=asked)
        assert made.status_code == 201, made.text
        assert town.person(1) not in made.text
        search = f"/v1/holders/{made.json()['id']}"
        assert auditor.post(f"{search}/look", json={**whom, "by": "审计员"}).status_code == 422
        assert auditor.post(f"{search}/consent", json={"by": "审计员"}).status_code == 422
        assert auditor.post(f"{search}/consent", json={"by": "处长"}).status_code == 200
        found = auditor.post(f"{search}/look", json={**whom, "by": "审计员"}).json()["received"]
        assert {(one["receiver"], one["way"]) for one in found} == {("street", "backflow")}


def test_a_completed_use_is_rated_once_and_figures_are_each_ones_own(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town)).id
    with ExitStack() as stack:
        door = doors(town, stack)
        street = door("street")
        rating = {"kind": "correction", "subject": case, "score": 5, "by": "王芳"}
        assert door("village").post("/v1/burden/ratings", json=rating).status_code == 404
        key = {"Idempotency-Key": "rate-1"}
        made = street.post("/v1/burden/ratings", json=rating, headers=key)
        assert made.status_code == 201, made.text
        assert street.post("/v1/burden/ratings", json=rating, headers=key).json() == made.json()
        assert street.post("/v1/burden/ratings", json=rating).status_code == 422
        (mine,) = street.get("/v1/burden", params={"by": "body"}).json()["figures"]
        assert (mine["body"], mine["ratings"], mine["score"]) == ("street", 1, 5.0)
        assert door("village").get("/v1/burden").json()["figures"] == []
        every = door(CIVIL_AFFAIRS.code, Role.AUDITOR).get("/v1/burden", params={"by": "body"}).json()
        assert [one["ratings"] for one in every["figures"]] == [1]
        assert street.get("/v1/burden", params={"by": "weather"}).status_code == 422


def test_what_is_done_is_rated_at_the_desk(telling: Any) -> None:
    town = telling
    answered(town, opened(town))
    with clerk_of(town) as clerk:
        clerk.sign_in("王芳")
        home = clerk.page("/desk")
        assert "办完了，请评价" in home
        done = clerk.send(home, "/desk/ratings", {"score": "4"})
        assert done.url.path == "/desk"
        assert "办完了，请评价" not in done.text


def test_a_task_of_the_inbox_is_given_once_however_often_it_is_sent(telling: Any) -> None:
    town = telling
    with ExitStack() as stack:
        street = doors(town, stack)("street")
        delivery = street.get("/v1/inbox").json()["deliveries"][0]["id"]
        given = {"to": "王芳", "task": "逐户核对", "by": "主任"}
        path, key = f"/v1/inbox/subjects/{delivery}/tasks", {"Idempotency-Key": "task-1"}
        first = street.post(path, json=given, headers=key)
        assert (first.status_code, street.post(path, json=given, headers=key).json()) == (201, first.json())
        assert len(street.get("/v1/inbox").json()["tasks"]) == 1
        note = {"text": "等社区核对", "by": "王芳"}
        notes, key = f"/v1/inbox/subjects/{delivery}/notes", {"Idempotency-Key": "note-1"}
        assert street.post(notes, json=note, headers=key).json() == street.post(
            notes, json=note, headers=key
        ).json()  # fmt: skip
        assert len(street.get(f"/v1/inbox/deliveries/{delivery}").json()["notes"]) == 1
