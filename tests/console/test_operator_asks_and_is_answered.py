"""An analyst of the operator explains, asks, reads the answer with its errors, verifies and exports it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district ORDER BY district"
OWN_PAGES = ("", "/query", "/history", "/saved", "/workspace", "/receipts")
ADMIN_PAGES = ("", "/statements", "/agreements", "/contracts", "/clients")


def write(one: Reader, sql: str) -> None:
    """Write a question into the editor, in place of what stands there."""
    editor = one.page.get_by_role("textbox", name="问句（SQL）")
    editor.click()
    one.page.keyboard.press("Control+a")
    one.page.keyboard.type(sql)
    one.page.keyboard.press("Escape")  # what is offered to complete it


def ask(one: Reader) -> None:
    """Ask by the keys, and agree to what it spends."""
    one.page.keyboard.press("Control+Enter")
    dialog = one.page.get_by_role("dialog", name="提问并消耗预算？")
    dialog.get_by_role("button", name="提问").click()
    one.page.get_by_role("heading", name="答案").wait_for(timeout=60_000)


def test_a_question_is_explained_asked_verified_and_taken_away(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator")
    one.page.get_by_role("link", name="提问").first.click()
    one.settled()
    write(one, "SELECT district, name FROM civil.population")
    one.page.get_by_role("button", name="先试算").click()
    one.page.get_by_role("heading", name="不予回答").wait_for()
    one.page.get_by_role("button", name="第 1 行第 18 字").click()
    assert one.page.locator(".ybz-op-fault").all_inner_texts() == ["name"]
    assert one.page.get_by_text("所涉: name").count() == 1
    assert one.page.get_by_text("请本单位管理员在“申请用数”里另行申请", exact=False).count() == 1
    assert one.page.get_by_text("civil.population (sex, birth_date, education, district)").count() == 1
    assert one.faults() == []
    one.picture("operator-refused")
    write(one, BY_DISTRICT)
    one.page.keyboard.press("Control+Shift+Enter")
    one.page.get_by_role("heading", name="可以回答").wait_for()
    assert one.page.get_by_text("隐私预算 ρ 0.01；1 次调用；¥5.00").count() == 1
    assert one.faults() == []
    one.picture("operator-explained")
    ask(one)
    table = one.page.get_by_role("table")
    assert table.get_by_role("columnheader", name="people ±14（95% 把握）").count() == 1
    assert table.get_by_role("row").count() == 6
    one.page.get_by_role("button", name="查验回执").click()
    one.page.get_by_text("查验通过").wait_for()
    one.page.get_by_text("这是第", exact=False).wait_for()
    assert one.faults() == []
    one.picture("operator-answered")
    one.page.get_by_role("tab", name="图").click()
    one.page.get_by_role("img", name="people，按所属区县").wait_for()
    with one.page.expect_download() as taken:
        one.page.get_by_role("button", name="导出 CSV").click()
    rows = Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "district,people,people_lower,people_upper"
    assert len(rows) == 6


def test_the_history_holds_the_receipt_and_this_browser_the_text(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    write(one, BY_DISTRICT.replace("district", "sex"))
    ask(one)
    spent = one.page.get_by_role("meter", name="调用次数").get_attribute("aria-valuetext")
    receipt = one.page.locator("a[href*='/operator/receipts/rct_']").inner_text()
    one.go("/operator/history")
    one.page.get_by_text("SELECT sex, count(*) AS people").wait_for()
    assert one.page.get_by_role("link", name=receipt).count() == 2
    one.page.get_by_role("link", name="改写后再问").first.click()
    one.settled()
    assert "SELECT sex" in one.page.get_by_role("textbox", name="问句（SQL）").inner_text()
    tab = one.page.get_by_role("link", name="历史与回执").get_attribute("href") or ""
    assert "grant=grt_" in tab, "the pages of a grant go on with the one looked at"
    assert spent == one.page.get_by_role("meter", name="调用次数").get_attribute("aria-valuetext")
    one.go(f"/operator/receipts/{receipt}")
    one.page.get_by_role("button", name="查验回执").click()
    one.page.get_by_text("查验通过").wait_for()
    assert one.faults() == []


def test_a_question_that_was_left_is_come_back_for_without_a_further_call(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    write(one, BY_DISTRICT.replace("district", "education"))
    one.page.keyboard.press("Control+Enter")
    dialog = one.page.get_by_role("dialog", name="提问并消耗预算？")
    dialog.get_by_role("button", name="提问").click()
    one.page.get_by_text("可以离开本页", exact=False).wait_for()
    one.go("/operator/history")
    one.page.get_by_role("link", name="取回答案").click()
    one.page.get_by_role("heading", name="答案").wait_for(timeout=60_000)
    used = one.page.get_by_role("meter", name="调用次数")
    before = used.get_attribute("aria-valuetext")
    one.go("/operator/history")
    rows = one.page.get_by_role("table").get_by_role("row").count()
    one.go("/operator/query")
    assert used.get_attribute("aria-valuetext") == before
    assert f"已用 {rows - 1}，" in str(before)


def test_a_question_is_saved_and_opened_again(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    one.page.get_by_role("button", name="保存…").click()
    dialog = one.page.get_by_role("dialog", name="保存这一句")
    name = dialog.get_by_label("名称")
    assert name.input_value() == "by_sex"
    name.fill("各性别人数")
    dialog.get_by_role("button", name="保存").click()
    dialog.get_by_text("怎么办：用小写英文字母开头", exact=False).wait_for()
    assert name.input_value() == "各性别人数"
    name.fill("by_sex")
    dialog.get_by_role("button", name="保存").click()
    one.page.get_by_text("已保存", exact=False).wait_for()
    one.go("/operator/saved")
    one.page.get_by_role("heading", name="视图 by_sex").wait_for()
    assert one.faults() == []
    one.page.get_by_role("button", name="删除").click()
    one.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    one.page.get_by_text("还没有保存的分析").wait_for()


def test_every_page_reads_well_on_a_phone(reader: Sat) -> None:
    for login, pages in (("fenxi", OWN_PAGES), ("yunying", ADMIN_PAGES)):
        one = reader(login, phone=True)
        for path in pages:
            one.go(f"/operator{path}")
            assert one.fits(), path
            assert one.faults() == [], path
            one.picture(f"operator-phone{path.replace('/', '-')}")


def test_the_administrator_proposes_a_scenario_and_keeps_clients(reader: Sat) -> None:
    one = reader("yunying")
    one.go("/operator/agreements")
    one.page.get_by_role("link", name="云数授〔2026〕3号").click()
    one.settled()
    assert one.faults() == []
    one.page.get_by_role("link", name="提出一个场景").click()
    one.settled()
    filled = {
        "名称": "口腔门诊选址", "说明": "按区县统计人口", "用到哪一天（如 2027-05-21）": "2027-05-01",
        "负责人（单位和姓名）": "运营公司 李强", "评估结论": "只出统计", "防控措施": "差分隐私",
        "评估人": "测评中心", "评估日期（如 2026-02-10）": "2026-02-10",
    }  # fmt: skip
    for label, text in filled.items():
        one.page.get_by_label(label, exact=True).fill(text)
    one.page.get_by_role("checkbox", name="所属区县").click()
    one.page.get_by_label("为什么需要这些项").first.fill("按区县统计")
    assert one.faults() == []
    one.page.get_by_role("button", name="提交实施机构").click()
    one.page.get_by_role("heading", name="口腔门诊选址").wait_for()
    one.picture("operator-agreement")
    one.go("/operator/clients")
    one.page.get_by_role("button", name="登记一个客户端").click()
    one.page.get_by_role("dialog").get_by_label("名称").fill("选址系统")
    one.page.get_by_role("dialog").get_by_role("button", name="登记").click()
    one.page.get_by_role("dialog", name="密钥只显示这一次").get_by_role("button", name="已保存").click()
    one.page.get_by_role("heading", name="选址系统").wait_for()
    one.go("/operator/statements")
    one.page.get_by_text("逐笔", exact=False).first.click()
    one.page.locator("a[href*='/operator/receipts/rct_']").first.click()
    one.page.get_by_role("button", name="查验回执").wait_for()


@pytest.mark.parametrize(
    ("login", "path"),
    [("fenxi", "/statements"), ("fenxi", "/agreements"), ("fenxi", "/clients"), ("jiedao", "/query"),
     ("minzheng", "/receipts/rct_1"), ("jiedao", "/workspace")],
)  # fmt: skip
def test_whoever_lacks_the_right_is_refused_by_the_service(reader: Sat, login: str, path: str) -> None:
    one = reader(login)
    one.go(f"/operator{path}")
    one.page.get_by_role("alert").first.wait_for()
    assert one.page.get_by_role("table").count() == 0
    assert one.page.get_by_role("textbox").count() == 0
