"""The plain pages of a street in a real browser: what differs in a delivery, a form, a report, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from examples.demo.desk import KNOWN
from examples.staff.roster import PASSWORD, STREET
from tests.console.conftest import Reader
from tests.space.wayback.desk import HEAVIEST

pytestmark = pytest.mark.full

FORM = "高龄津贴发放对象核对表"
ROWS = re.compile("变更 [0-9]+")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_a_clerk_sees_what_differs_and_opens_a_prefilled_form(
    reader: Callable[..., Reader], phone: bool
) -> None:
    one = reader(phone=phone, plain=True)
    page = one.page
    page.goto(f"{one.address}/desk/sign-in")
    _stands(one, "sign-in", phone)
    one.sign_in("jiedao")
    assert page.get_by_role("link", name="待办", exact=True).get_attribute("aria-current") == "page"
    assert "解道" in page.get_by_role("banner").inner_text()
    _in_words(page)
    _stands(one, "today", phone)

    page.get_by_role("link", name="回流", exact=True).click()
    _stands(one, "deliveries", phone)
    page.get_by_role("link", name=ROWS).first.click()
    assert page.locator(".card.added, .card.removed").count() == 0, "what changed stands alone"
    changed = page.locator(".card.changed").first
    (differs,) = changed.locator("dd.mark").all()
    assert differs.locator("del").count() == 1, "the former value stands beside the new one"
    assert differs.inner_text().endswith("已变"), "a word says it, not the colour alone"
    assert "负责 · 截至" in page.locator("main").inner_text()
    _stands(one, "delivery", phone)
    changed.get_by_role("link").click()
    assert page.get_by_text("这次变了").is_visible()
    _stands(one, "row", phone)

    page.get_by_role("link", name="报表", exact=True).click()
    page.get_by_role("link", name=FORM).click()
    assert page.get_by_role("button", name=re.compile("按所示确认报送")).is_visible()
    _stands(one, "sheets", phone)
    page.get_by_role("button", name="打开").first.click()
    assert page.get_by_text("数源部门负责").first.is_visible()
    _stands(one, "sheet", phone)
    page.locator("[name='value.allowance']").fill("200")
    page.get_by_role("button", name="先保存").click()
    assert page.get_by_text("与数源不同").is_visible()
    _stands(one, "sheet-differs", phone)
    page.locator(".back a").click()
    page.get_by_role("link", name="待办", exact=True).click()
    page.get_by_role("heading", name="今天要办的").wait_for()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_a_clerk_reports_a_wrong_record_and_sees_what_became_of_it(
    reader: Callable[..., Reader], phone: bool
) -> None:
    one = reader("jiedao", phone=phone, plain=True)
    page = one.page
    page.goto(f"{one.address}/desk/deliveries")
    page.get_by_role("link", name=ROWS).first.click()
    cards = page.locator(".card.changed", has_not=page.get_by_text("校核中"))
    named = cards.first.get_by_role("link").inner_text()
    cards.first.get_by_role("link").click()

    page.get_by_text("查看完整的值").click()
    ticked = page.locator("input[name='field']:checked")
    assert ticked.count() == 1, "what changed is ticked already"
    page.get_by_label("为什么要看").fill("看")
    page.get_by_role("button", name="查看", exact=True).click()
    assert page.get_by_text("请写明为什么要看完整信息").is_visible()
    assert page.get_by_label("为什么要看").input_value() == "看", "nothing typed is lost"
    _stands(one, "look-refused", phone)
    page.get_by_label("为什么要看").fill("上门走访前核对情况")
    page.get_by_role("button", name="查看", exact=True).click()
    assert page.get_by_text("已显示，已留痕").is_visible()

    page.get_by_text("这里有错，提出校核").click()
    page.locator(".chips a").first.click()
    choices = page.get_by_label("应当是").locator("option").all_inner_texts()
    assert "独居" in choices, "nobody types what is one of a few"
    page.get_by_label("应当是").select_option("独居" if phone else "与配偶同住")
    page.get_by_label("依据").fill("上门走访核实")
    _stands(one, "wrong", phone)
    page.get_by_role("button", name="提出校核").click()
    assert page.get_by_text("已提出校核").is_visible()
    assert page.get_by_text("待答复").first.is_visible()
    assert page.get_by_role("link", name=named).is_visible()
    _stands(one, "correction", phone)

    page.get_by_role("link", name="校核", exact=True).click()
    _stands(one, "corrections", phone)
    page.locator(".card", has_text="已更正").get_by_role("link").click()
    assert page.get_by_text("新发布的数据里已经是更正后的值").is_visible()
    assert "clock" not in page.locator("main").inner_text()
    _stands(one, "carried", phone)


def test_the_street_finds_work_on_its_desk(reader: Callable[..., Reader]) -> None:
    one = reader("wangge", phone=True, plain=True)
    page = one.page
    page.goto(f"{one.address}/desk")
    for heading in ("要填的报表", "新到的回流数据", "等答复的校核"):
        assert page.get_by_role("heading", name=heading).is_visible(), heading
    page.locator("main .card", has_text="房屋用途").get_by_role("link").first.click()
    assert page.get_by_text(KNOWN, exact=True).is_visible()


def test_what_was_typed_before_the_session_ended_is_still_there(reader: Callable[..., Reader]) -> None:
    one = reader("wangge", phone=True, plain=True)
    page = one.page
    page.goto(f"{one.address}/desk/forms")
    page.get_by_role("link", name=FORM).click()
    page.get_by_role("button", name="打开").last.click()
    field = page.locator("[name^='value.']").first
    field.fill("另一个名字")
    # Signed out in another tab: this page is of a session that is over.
    other = page.context.new_page()
    cookies = page.context.cookies()
    other.goto(f"{one.address}/desk")
    other.get_by_role("button", name="退出").click()
    other.close()
    page.context.add_cookies([each for each in cookies if each["name"].endswith("ybz-session")])
    page.get_by_role("button", name="报送").click()
    assert page.get_by_text("刚才填的内容还在").is_visible()
    _stands(one, "session-over", phone=True)
    page.get_by_label("账号").fill("wangge")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    assert page.get_by_text("另一个名字").is_visible()
    _stands(one, "go-on", phone=True)
    page.get_by_role("button", name="接着办").click()
    assert page.get_by_text("已保存").is_visible()
    assert page.locator("[name^='value.']").first.input_value() == "另一个名字"


def test_the_authority_names_a_stand_in_and_the_street_ends_it(reader: Callable[..., Reader]) -> None:
    above = reader("shujuju")
    above.go("/authority/stand-ins")
    assert above.faults() == []
    above.page.get_by_role("link", name=STREET[1]).click()
    above.settled()
    above.page.get_by_role("button", name="登记代班").click()
    _chosen(above.page, "谁不在", "解道")
    _chosen(above.page, "由谁代", "汪格")
    above.page.get_by_label("第一天").fill("2099-01-04")
    above.page.get_by_label("最后一天").fill("2099-01-08")
    above.page.get_by_label("为什么").fill("培训")
    above.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    above.page.get_by_role("cell", name="培训").wait_for()
    assert above.faults() == []
    above.picture("authority-stand-ins")

    one = reader("jiedao", phone=True, plain=True)
    one.page.goto(f"{one.address}/desk")
    one.page.get_by_role("link", name="代班").click()
    assert one.page.get_by_role("heading", name="汪格 代 解道").is_visible()
    _stands(one, "stand-ins", phone=True)
    one.page.get_by_role("button", name="提前结束").click()
    assert one.page.get_by_text("代班已提前结束").is_visible()


def test_a_department_names_no_stand_in_of_a_street(reader: Callable[..., Reader]) -> None:
    one = reader("minzheng")
    answer = one.page.request.get(f"{one.address}/v1/grassroots/bodies/{STREET[0]}/stand-ins")
    assert answer.status in (403, 404)


def test_the_language_is_switched_where_one_is_and_holds_for_the_console_too(
    reader: Callable[..., Reader],
) -> None:
    one = reader("jiedao", phone=True, plain=True)
    page = one.page
    page.goto(f"{one.address}/desk/deliveries")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English").click()
    assert page.url == f"{one.address}/desk/deliveries"
    assert page.locator("html").get_attribute("lang") == "en-US"
    page.get_by_role("heading", name="Delivered data").wait_for()
    _stands(one, "deliveries-en", phone=True)
    page.get_by_role("link", name="Catalogue").click()
    page.wait_for_url(f"{one.address}/console/catalogue")
    one.settled()
    assert page.get_by_role("heading", name="Catalogue", level=1).is_visible()


def test_a_switch_of_language_leads_to_no_other_site(reader: Callable[..., Reader]) -> None:
    one = reader("jiedao", plain=True)
    for elsewhere in ("https://elsewhere.example/desk", "//elsewhere.example", "/desk.elsewhere.example"):
        answer = one.page.request.get(
            f"{one.address}/desk/language/en", params={"to": elsewhere}, max_redirects=0
        )
        assert (answer.status, answer.headers["location"]) == (303, "/desk")


def test_somebody_of_another_office_does_not_sit_at_the_desk(reader: Callable[..., Reader]) -> None:
    one = reader("fenxi", plain=True)
    answer = one.page.goto(f"{one.address}/desk/deliveries")
    assert answer.status == 422
    assert one.page.get_by_role("heading", name="没有办成").is_visible()


def _chosen(page: Any, label: str, choice: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=choice).click()


def _in_words(page: Any) -> None:
    """Notices of the first page are told in Chinese, by the names people know."""
    lines = page.locator(".lines li").all_inner_texts()
    assert lines
    assert [one for one in lines if re.search("[a-z]{3}", one)] == []


def _stands(one: Reader, name: str, phone: bool) -> None:
    """A page is light, read by other means, within the screen and under a thumb; its picture is kept."""
    assert len(one.page.content().encode()) < HEAVIEST
    assert one.page.locator("script").count() == 0
    one.picture(f"desk-{name}-{'phone' if phone else 'desktop'}")
    assert one.fits()
    small = [
        box
        for each in one.page.locator("nav a, button, main .button").all()
        if each.is_visible() and (box := each.bounding_box()) and min(box["height"], box["width"]) < 44
    ]
    assert not small, small
    assert one.faults() == []
