"""Who authorises operation at work: a scenario adopted, a draft offered, a supplement; nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
STANDING = quote("云数授〔2026〕3号")
NUMBER = "云数授〔2026〕9号"
OPERATOR = ("云州数据运营有限公司", "91990100MA00107313")


def test_a_scenario_that_waits_is_found_from_home_read_and_adopted(reader: Sat) -> None:
    one = reader("shishi")
    one.go("/")
    one.page.get_by_role("link", name="待审核的应用场景").click()
    one.settled()
    assert one.faults() == []
    one.page.get_by_role("link", name="审核应用场景：商圈空气质量服务").click()
    one.settled()
    one.page.get_by_text("空气质量小时监测值 · PM2.5", exact=False).first.wait_for()
    assert one.page.get_by_role("cell", name="社区养老与商业网点选址研究").count() == 1
    assert one.faults() == []
    one.page.get_by_role("button", name="采纳", exact=True).click()
    one.page.get_by_role("dialog").get_by_role("button", name="采纳").click()
    one.page.get_by_role("button", name="结束场景").nth(1).wait_for()
    one.picture("implementing-agreement")


def fill(one: Reader, label: str, text: str) -> None:
    """Fill in a field of the form."""
    one.page.get_by_label(label, exact=False).first.fill(text)


def add(one: Reader, wanted: str, name: str) -> None:
    """Put a dataset on the list."""
    one.page.get_by_label("找数据集").fill(wanted)
    one.page.get_by_role("button", name=name).click()


def test_an_agreement_is_drafted_in_a_form_that_says_what_lacks_and_then_offered(reader: Sat) -> None:
    one = reader("shishi")
    one.go("/implementing/draft")
    for label, text in (
        ("协议编号", NUMBER), ("实施机构负责人", "王敏"), ("运营机构名称", OPERATOR[0]),
        ("运营机构统一社会信用代码", OPERATOR[1]), ("运营机构负责人", "李强"), ("起始日", "2027-01-01"),
        ("终止日", "2028-12-31"),
    ):  # fmt: skip
        fill(one, label, text)
    add(one, "公交站", "加上 公交站")
    one.page.get_by_label("用途（可多选）").click()
    one.page.get_by_role("option", name="产业发展：产业研究和分析").click()
    one.page.keyboard.press("Escape")
    assert one.faults() == []
    one.page.get_by_role("button", name="存成草案").click()
    one.page.get_by_role("heading", name="还缺这些").wait_for()
    one.page.get_by_role("alert").get_by_text("条款：保密要求").wait_for()
    for label, text in (("类别", "report"), ("技术标准", "Q/YZ 9")):
        fill(one, label, text)
    clauses: Any = one.page.locator("section", has_text="项都要写明").locator("textarea:visible")
    for n in range(clauses.count()):
        clauses.nth(n).fill("按双方约定")
    one.page.get_by_label("名称", exact=True).fill("出行报告")
    one.page.get_by_role("button", name="存成草案").click()
    one.page.get_by_role("heading", name=f"授权运营协议 {NUMBER}").wait_for()
    one.page.get_by_role("button", name="发给运营机构签署").click()
    one.page.get_by_role("dialog").get_by_role("button", name="发给运营机构签署").click()
    one.page.get_by_text("待运营机构签署").wait_for()
    other = reader("yunying")
    other.go(f"/operator/agreements/{quote(NUMBER)}")
    other.page.get_by_role("button", name="签署", exact=True).wait_for()
    assert other.page.get_by_role("button", name="签署补充协议").count() == 0


def test_a_supplement_names_what_is_changed_and_waits_for_the_operator(reader: Sat) -> None:
    one = reader("shishi", phone=True)
    one.go(f"/implementing/agreements/{STANDING}/supplement")
    assert one.fits()
    add(one, "公交站", "加上 公交站")
    fill(one, "保密要求", "对履约中知悉的信息保密五年")
    fill(one, "理由", "增加出行场景")
    one.page.get_by_role("button", name="签署并发给对方").click()
    one.page.get_by_text("等运营机构签署").first.wait_for()
    changes = one.page.locator("section.ybz-op-left li")
    assert changes.count() == 2
    assert one.fits()
    assert one.faults() == []
    one.picture("implementing-supplement-phone")


def test_the_disclosure_page_says_when_nothing_is_due(reader: Sat) -> None:
    one = reader("shishi")
    one.go("/implementing/disclosure?year=2025")
    one.page.get_by_text("2025 年本单位没有生效的协议").wait_for()
    assert one.faults() == []


def test_who_does_not_authorise_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("minzheng")
    assert one.page.get_by_role("link", name="授权实施").count() == 0
    one.go(f"/implementing/agreements/{STANDING}")
    one.page.get_by_role("alert").get_by_text("没有找到", exact=False).wait_for()
    one.go("/implementing/draft")
    one.page.get_by_role("button", name="存成草案").click()
    one.page.get_by_role("alert").wait_for()
