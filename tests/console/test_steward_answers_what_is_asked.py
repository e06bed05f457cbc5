"""What a steward is asked besides: corrections, classification, conflicts, clocks, faulty data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from examples.staff.roster import PASSWORD
from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
PAGES = (
    "/steward", "/steward/clocks", "/steward/corrections", "/steward/conflicts",
    "/steward/entries/civil_affairs.low_income", "/steward/quality/civil_affairs.low_income",
    "/steward/classification/civil_affairs.low_income", "/steward/entries/civil_affairs.low_income/edit",
)  # fmt: skip


@pytest.mark.parametrize("phone", [False, True])
def test_every_page_can_be_read_by_all_and_fits_its_screen(reader: Sat, phone: bool) -> None:
    one = reader("minzheng", phone=phone)
    for path in PAGES:
        one.go(path)
        assert one.faults() == [], path
        assert one.fits(), path
        one.picture(f"steward{path.replace('/', '-')}{'-phone' if phone else ''}")


def test_pages_speak_english_where_the_reader_asks_for_it(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/language/en")
    one.go("/steward")
    one.page.get_by_role("heading", name="Steward", level=1).wait_for()
    one.page.get_by_text("My datasets").first.wait_for()
    one.go("/steward/clocks")
    assert one.page.get_by_text("Green: time enough").count()


def test_a_correction_is_rejected_with_a_reason_within_its_clock(reader: Sat) -> None:
    clerk, steward = reader(), reader("minzheng")
    opened(clerk, "jiedao")
    known = told(clerk, "/v1/corrections")["reported"][0]
    sent(
        clerk, "/v1/corrections",
        {
            "dataset": known["dataset"], "row": known["row"], "field": "name", "value": "某某",
            "reason": "入户核对，户口簿上不是这个名字",
        },
    )  # fmt: skip
    steward.go("/steward/corrections")
    page = steward.page
    # Whoever answers sees which row it is about, and what it should be.
    page.get_by_text("哪条记录").first.wait_for()
    page.get_by_text("某某", exact=True).first.wait_for()
    page.get_by_text("看提出理由、证据和经过").first.click()
    page.get_by_text("入户核对，户口簿上不是这个名字").wait_for()
    assert steward.faults() == []
    steward.picture("steward-correction")
    page.get_by_role("button", name="不采纳").first.click()
    page.get_by_label("理由").fill("与公安户籍信息一致")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    page.get_by_role("cell", name="与公安户籍信息一致").wait_for()


def test_a_finding_is_confirmed_with_its_evidence_at_hand(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/steward/classification/civil_affairs.low_income")
    page = one.page
    page.get_by_text("抽样").first.wait_for()
    page.get_by_role("button", name="确认 银行账号 银行卡号").click()
    page.get_by_label("理由").fill("确为发放账号")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    page.get_by_text("确认 · 生效 · 确为发放账号").wait_for()


def test_a_head_sees_the_evidence_and_is_offered_no_act_of_a_steward(reader: Sat) -> None:
    one = reader("juzhang")
    one.go("/steward/classification/civil_affairs.low_income")
    one.page.get_by_text("抽样").first.wait_for()
    assert one.page.get_by_role("button", name="确认").count() == 0
    one.go("/steward/entries/civil_affairs.low_income/edit")
    one.page.get_by_text("修改编目由数据管理员办理").wait_for()


def test_a_claim_on_what_another_answers_for_waits_with_its_grounds_and_is_taken_back(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/steward/conflicts")
    page = one.page
    page.get_by_role("heading", name="数源争议").wait_for()
    page.get_by_role("button", name="申明本部门是数源").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="确定").click()
    dialog.get_by_text("请填写").first.wait_for()  # nothing is sent without its grounds
    page.keyboard.press("Escape")


def test_a_case_of_faulty_data_hands_its_workbook_out(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/steward/quality/civil_affairs.low_income")
    one.page.get_by_role("link", name="最低生活保障对象信息 · 救助类别").first.click()
    one.page.get_by_role("heading", name="问题数据整改").wait_for()
    assert one.faults() == []
    with one.page.expect_download() as waiting:
        one.page.get_by_role("button", name="下载整改工作簿").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")


def opened(one: Reader, login: str) -> None:
    """Open a session at the interface, without a page."""
    asked = {"login": login, "password": PASSWORD}
    answer = one.page.request.post(f"{one.address}/v1/sessions", headers={"Origin": one.address}, data=asked)
    assert answer.ok, answer.text()


def told(one: Reader, path: str) -> Any:
    """What the interface tells whoever sits there."""
    return one.page.request.get(f"{one.address}{path}").json()


def sent(one: Reader, path: str, body: dict[str, Any]) -> None:
    """An act at the interface by whoever sits there."""
    proof = told(one, "/v1/sessions/current")["proof"]
    answer = one.page.request.post(
        f"{one.address}{path}", headers={"X-CSRF-Token": proof, "Origin": one.address}, data=body
    )
    assert answer.ok, answer.text()
