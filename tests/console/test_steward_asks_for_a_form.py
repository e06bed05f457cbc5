"""A steward drafts a form on a page, compares it, looks at it and files it; the authority admits it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
TITLE = "高龄老人助餐需求登记表"


def begun(one: Reader) -> None:
    """Say what the form is."""
    one.go("/steward/forms/new")
    for label, text in (
        ("名称", TITLE), ("编号", "YZ-MZ-31"), ("法律、法规或文件依据", "云州市基层报表管理办法第八条"),
        ("为什么要填", "安排助餐点"),
    ):  # fmt: skip
        one.page.get_by_label(label, exact=True).fill(text)


def typed(one: Reader, title: str) -> None:
    """Add an item that is typed."""
    one.page.get_by_role("button", name="加一项手工填的").click()
    asked = one.page.get_by_role("dialog")
    asked.get_by_label("名称").fill(title)
    asked.get_by_role("button", name="确定").click()
    asked.wait_for(state="hidden")


def test_a_form_is_drafted_from_the_ledger_compared_filed_and_admitted(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/steward")
    one.page.get_by_role("link", name="基层报表").click()
    one.settled()
    one.page.get_by_role("link", name="起草一张表").click()
    one.settled()
    begun(one)
    one.page.get_by_label("从账上找").fill("高龄津贴")
    one.page.get_by_role("button", name="加上 姓名", exact=True).first.click()
    typed(one, "居住方式")
    typed(one, "希望送餐时间")
    assert one.faults() == []
    one.page.get_by_role("button", name="查重并预览").click()
    one.page.get_by_role("heading", name="查重").wait_for()
    again = one.page.get_by_role("listitem").filter(has_text="账上已有，不应再填")
    again.get_by_role("button", name="改为从这里带出").first.click()
    one.page.get_by_text("1 项要填，0 项账上已有", exact=False).wait_for()
    assert one.faults() == []
    one.picture("forms-drafted")
    # The register of residents answers for names; the interface says so, the page mends it.
    one.page.get_by_role("button", name="提交准入申请").click()
    one.page.get_by_role("button", name="“姓名”改从数源带出").click()
    one.page.get_by_text("从账上带出：常住人口登记信息 · 姓名").first.wait_for()
    one.page.get_by_role("button", name="提交准入申请").click()
    one.page.get_by_text("待主管部门审核").wait_for()
    address = one.page.url.partition("/console")[2]

    judge = reader("shujuju")
    judge.go(address)
    assert judge.faults() == []
    judge.page.get_by_role("button", name="准入", exact=True).click()
    asked = judge.page.get_by_role("dialog")
    asked.get_by_label("决定依据的条款").fill("云州市基层报表管理办法第九条")
    asked.get_by_role("button", name="准入").click()
    judge.page.get_by_text("已准入").wait_for()


def test_what_is_wrong_with_a_draft_is_told_on_the_page_and_nothing_is_lost(reader: Sat) -> None:
    one = reader("minzheng", phone=True)
    begun(one)
    one.page.get_by_role("button", name="提交准入申请").click()
    one.page.get_by_role("heading", name="还不能提交").wait_for()
    typed(one, "走访日期")
    assert one.fits()
    assert one.faults() == []
    one.picture("forms-draft-phone")
    one.go("/steward/forms/new")
    one.page.get_by_role("button", name="接着写").click()
    one.page.get_by_text("走访日期").first.wait_for()
    assert one.page.get_by_label("名称", exact=True).input_value() == TITLE


def test_who_asks_for_no_form_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/steward/forms")
    one.page.get_by_role("alert").get_by_text("没有这项权限", exact=False).wait_for()
