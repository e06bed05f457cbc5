"""The authority's main task: an entry handed in is published, another is returned with points."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from examples.staff.roster import PASSWORD
from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
LOW_INCOME, ALLOWANCE = "civil_affairs.low_income", "civil_affairs.old_age_allowance"


@pytest.fixture(scope="module")
def handed_in(console: str) -> dict[str, str]:
    """Two entries with a new revision their steward submitted and their head signed; name → title."""
    with signed_in(console, "minzheng") as steward, signed_in(console, "juzhang") as head:
        return {name: _handed_in(steward, head, name) for name in (LOW_INCOME, ALLOWANCE)}


@contextmanager
def signed_in(address: str, login: str) -> Iterator[httpx.Client]:
    """Somebody at the interface, without a browser."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=120) as client:
        client.post("/v1/sessions", json={"login": login, "password": PASSWORD}).raise_for_status()
        client.headers["X-CSRF-Token"] = client.get("/v1/sessions/current").json()["proof"]
        yield client


def _handed_in(steward: httpx.Client, head: httpx.Client, name: str) -> str:
    contract = steward.get(f"/v1/entries/{name}/contract", params={"form": "json"}).json()
    contract["description"]["purpose"] += "每月核对一次。"
    sent = steward.post(
        "/v1/entries",
        json={"contract": json.dumps(contract, ensure_ascii=False), "reason": "写明核对周期",
              "assessment": "云州民政〔2026〕数评11号"},
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    assert sent.json()["state"] == "checked", sent.text
    signed = head.post(f"/v1/entries/{name}/signature", json={"reason": "同意"})
    assert signed.status_code < 300, signed.text
    return str(head.get(f"/v1/entries/{name}").json()["title"])


def test_one_entry_is_published_and_another_returned_with_points(
    reader: Sat, console: str, handed_in: dict[str, str]
) -> None:
    one = reader("shujuju")
    one.go("/authority")
    page = one.page
    page.get_by_role("heading", name="待审核的编目").wait_for()
    page.get_by_role("heading", name="各部门待办").wait_for()
    assert one.faults() == []
    one.picture("authority")

    page.get_by_role("link", name=handed_in[ALLOWANCE], exact=True).click()
    one.settled()
    page.get_by_role("heading", name="信息项与级别").wait_for()
    page.get_by_role("heading", name="这一版改了什么").wait_for()
    assert one.faults() == []
    one.picture("authority-entry")
    page.get_by_role("button", name="退回", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("缺什么").fill("摘要要写明由谁核对\n更新周期要与核对周期一致")
    dialog.get_by_role("button", name="退回", exact=True).click()
    page.get_by_text("被退回，待修改").first.wait_for()
    assert page.get_by_role("button", name="发布", exact=True).count() == 0

    one.go("/authority")
    assert page.get_by_role("link", name=handed_in[ALLOWANCE], exact=True).count() == 0
    page.get_by_role("checkbox", name=f"选择: {handed_in[LOW_INCOME]}").click()
    page.get_by_role("button", name="发布勾选的编目").click()
    page.get_by_role("dialog").get_by_role("button", name="发布", exact=True).click()
    told = page.get_by_role("status").filter(has_text=handed_in[LOW_INCOME])
    told.get_by_text("已发布", exact=True).wait_for()
    assert one.faults() == []
    one.picture("authority-published")

    with signed_in(console, "minzheng") as steward:
        published = steward.get(f"/v1/entries/{LOW_INCOME}").json()
        returned = steward.get(f"/v1/entries/{ALLOWANCE}").json()
    assert (published["state"], published["pending"]) == ("published", None)
    assert returned["pending"]["state"] == "returned"
    points = [point["what"] for point in returned["acts"][-1]["details"]["missing"]]
    assert {"摘要要写明由谁核对", "更新周期要与核对周期一致"} <= set(points)


@pytest.mark.parametrize("login", ["shujuju", "juzhang", "dengji"])
def test_the_first_page_stands_for_each_role_and_fits_the_phone(reader: Sat, login: str) -> None:
    one = reader(login, phone=True)
    one.go("/authority")
    one.page.get_by_role("heading", name="等我办理的其他事").wait_for()
    assert one.page.get_by_role("alert").count() == 0
    assert one.fits()
    assert one.faults() == []
    one.picture(f"authority-{login}-phone")


@pytest.mark.usefixtures("handed_in")
def test_the_other_pages_fit_the_phone_and_can_be_read_by_other_means(reader: Sat) -> None:
    one = reader("shujuju", phone=True)
    for path in ("classification", "conflicts", "demands", "due", f"entries/{LOW_INCOME}"):
        one.go(f"/authority/{path}")
        assert one.page.locator("main").get_by_role("alert").count() == 0, path
        assert one.fits(), path
        assert one.faults() == [], path
    one.picture("authority-entry-phone")


def test_a_merge_is_decided_by_names_and_the_decision_stays_to_be_read(reader: Sat) -> None:
    one = reader("shujuju")
    one.go("/authority")
    one.page.get_by_role("link", name="能不能汇聚成“养老服务主题库”").click()
    one.settled()
    one.page.get_by_text("常住人口登记信息（云州市公安局）").wait_for()
    one.page.get_by_role("button", name="可以汇聚 养老服务主题库").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("发放核验需要")
    dialog.get_by_label("影响评估的文号").fill("云数评〔2026〕7号")
    dialog.get_by_role("button", name="可以汇聚").click()
    row = one.page.locator("tr").filter(has_text="汇聚成“养老服务主题库”")
    row.get_by_text("发放核验需要").wait_for()
    row.get_by_text("舒钧").wait_for()
    assert one.faults() == []

    auditor = reader("jiandu")
    auditor.go("/audit?kind=catalog:merge_review")
    auditor.page.get_by_role("link", name="汇聚审查 · 同意").first.click()
    auditor.settled()
    auditor.page.get_by_text("发放核验需要").first.wait_for()
    auditor.page.get_by_role("button", name="验证").click()
    auditor.page.get_by_text("成立", exact=True).nth(3).wait_for()


def test_what_a_department_owes_can_be_looked_at_by_the_authority(reader: Sat) -> None:
    one = reader("shujuju")
    one.go("/authority/due")
    one.page.get_by_role("link", name="整改问题数据：高龄津贴发放信息").first.click()
    one.settled()
    assert one.page.locator(".ybz-reasons").count() == 0
    assert one.page.get_by_role("button", name="下载整改工作簿").count() == 0


def test_a_conflict_is_decided_between_the_two_departments(reader: Sat) -> None:
    one = reader("shujuju")
    one.go("/authority/conflicts")
    waiting = one.page.get_by_role("link", name="谁负责“姓名”")
    waiting.wait_for()
    assert one.faults() == []
    waiting.click()
    one.settled()
    one.page.get_by_text("云州市公安局", exact=True).wait_for()
    one.page.get_by_text("云州市民政局", exact=True).wait_for()
    assert one.faults() == []
    one.page.get_by_role("button", name="裁定").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("以谁为准").click()
    one.page.get_by_role("option", name="云州市公安局").click()
    dialog.get_by_label("裁定依据").fill("户口登记条例")
    dialog.get_by_role("button", name="裁定", exact=True).click()
    one.page.get_by_text("没有等裁定的争议").wait_for()


def test_a_registrar_finds_an_application(reader: Sat) -> None:
    one = reader("dengji")
    one.go("/authority")
    one.page.get_by_role("link", name="空气质量小时监测值 · 首次登记").wait_for()


@pytest.mark.usefixtures("handed_in")
def test_a_steward_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("minzheng")
    assert one.page.get_by_role("link", name="主管审核").count() == 0
    for path in ("/authority", f"/authority/entries/{LOW_INCOME}"):
        one.go(path)
        one.page.get_by_role("alert").first.wait_for()
        assert one.page.get_by_role("button", name="发布").count() == 0
    asked: Any = one.page.request
    session = asked.get(f"{one.address}/v1/sessions/current").json()
    answer = asked.post(
        f"{one.address}/v1/entries/{LOW_INCOME}/publication",
        headers={"X-CSRF-Token": session["proof"], "Origin": one.address},
        data={},
    )
    assert answer.status == 403
