"""The planning commission asks the civil affairs bureau for data, gets it, and verifies with it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from tests.console.conftest import Reader
from tests.console.department import choose

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
DIVISIONS, LOW_INCOME = "行政区划代码", "最低生活保障对象信息"
AUTHORITY = "11990100MA0009RM3K"
BASIS = "社会救助暂行办法第五十八条"


def test_data_is_asked_for_answered_granted_delivered_and_verified(reader: Sat) -> None:
    applicant = reader("fagai")
    request = _ask(applicant)
    _permit_all(reader("minzheng"), 2)
    _permit_all(reader("juzhang"), 1)
    applicant.go(f"/department/requests/{request}")
    applicant.page.get_by_text("等数据主管部门签发授权", exact=False).first.wait_for()
    _grant(reader("shujuju"))
    applicant.go(f"/department/requests/{request}")
    applicant.page.get_by_text("授权已签发，在这里使用").wait_for()
    assert applicant.page.get_by_role("link", name="去核验").count() >= 1
    assert _sound(applicant)
    rows = _fetch(applicant)
    _verify(applicant, rows)
    applicant.go("/department")
    assert applicant.page.get_by_text("次数：已用", exact=False).count() >= 2
    assert _sound(applicant)
    applicant.picture("department-landing")


def _ask(one: Reader) -> str:
    """Write the request; what is missing is told beside the fields until nothing is."""
    page = one.page
    one.go("/department/request?dataset=civil_affairs.low_income")
    lacking = page.get_by_role("complementary", name="还缺什么")
    lacking.get_by_text("选一种提供方式").wait_for()
    assert page.locator(".ybz-lack:visible").count() == 0, "nothing stands in red before anything was asked"
    choose(page, "用途", "公共治理：依法履职")
    page.get_by_text("核实程度", exact=False).wait_for()
    page.get_by_label("办什么事（使用场景）").fill("低保对象价格补贴核对")
    page.get_by_label("使用依据").fill(BASIS)
    lacking.get_by_text("写明使用依据", exact=False).wait_for(state="hidden")
    assert lacking.get_by_text("选一种提供方式").count() == 1
    assert _sound(one)
    one.picture("department-request-basis")
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    _items(one)
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.get_by_label("使用范围").fill("本委价格科内部使用")
    choose(page, "提供方式", "文件下载")
    page.get_by_label("用到哪一天").fill("2027-05-01")
    lacking.get_by_text("都齐了，可以提交。").wait_for()
    assert _sound(one)
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.get_by_text("即时同意").or_(page.get_by_text("前答复", exact=False)).first.wait_for()
    assert _sound(one)
    one.picture("department-request-check")
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/department/requests/req_*")
    one.settled()
    page.get_by_role("button", name="撤回申请").wait_for()
    assert page.get_by_text("审批中").count() == 1
    assert _sound(one)
    return str(re.search(r"req_\w+", page.url)[0])  # type: ignore[index]


def _items(one: Reader) -> None:
    """What is unconditional with one click, what is not one by one."""
    page = one.page
    page.get_by_label("找数据集").fill("行政地图")
    page.get_by_text("没有找到“行政地图”。相近的有：").wait_for()
    page.get_by_role("button", name=f"加上 {DIVISIONS}").click()
    free = page.get_by_role("group", name=re.compile("无条件共享"))
    free.get_by_role("button", name="全部勾选").click()
    tied = page.get_by_role("group", name=re.compile("有条件共享"))
    assert "个人信息保护法" in tied.inner_text()
    assert "不得提供给第三方" in tied.inner_text()
    for item in ("救助类别", "所属区县", "银行账号"):
        tied.get_by_role("checkbox", name=item).click()
    assert all(box.is_checked() for box in free.get_by_role("checkbox").all())
    assert _sound(one)
    one.picture("department-request-items")


def _permit_all(one: Reader, count: int) -> None:
    """Answer everything that waits, in one batch; each case is told for itself."""
    page = one.page
    one.go("/department")
    page.get_by_role("link", name="去审批").click()
    one.settled()
    page.get_by_text(f"等答复 {count} 件").wait_for()
    assert _sound(one)
    page.get_by_role("checkbox", name="全选").click()
    page.get_by_role("button", name=f"办理所选 {count} 件").wait_for()
    page.get_by_role("button", name=re.compile("引用: .*共享条例")).first.click()
    one.picture(f"department-approvals-{count}")
    assert _sound(one)
    page.get_by_role("button", name=f"办理所选 {count} 件").click()
    page.get_by_text(f"办成 {count} 件，没有办成 0 件").wait_for()


def _grant(one: Reader) -> None:
    """The authority finds what was permitted on its first page, and signs it."""
    page = one.page
    one.go("/")
    page.get_by_role("link", name="已同意、待签发授权的申请").click()
    one.settled()
    assert _sound(one)
    page.get_by_role("link", name=LOW_INCOME).first.click()
    one.settled()
    assert _sound(one)
    section = page.locator("section", has=page.get_by_role("heading", name="签发授权"))
    divisions = section.locator(".ybz-dataset", has_text=DIVISIONS)
    divisions.get_by_role("checkbox", name="核验").click()
    divisions.get_by_role("button", name="签发").click()
    divisions.get_by_text("已签发，申请方现在可以使用。").wait_for()
    others = section.locator(".ybz-dataset", has_text=LOW_INCOME)
    never = others.get_by_role("checkbox", name="银行账号（不出库）")
    assert not never.is_checked(), "what never leaves its source is left out from the start"
    others.get_by_role("button", name="签发").click()
    others.get_by_text("已签发，申请方现在可以使用。").wait_for()
    one.picture("department-grant")


def _fetch(one: Reader) -> list[dict[str, str]]:
    """Have the file made, download it, count it back, state its deletion."""
    page = one.page
    one.go("/")
    page.get_by_role("link", name="已签发、还没有用过的授权").wait_for()
    one.go("/department/data")
    choose(page, "哪一项授权的哪个数据集", f"{DIVISIONS} · 到 2027-05-01")
    page.get_by_role("button", name="生成文件").click()
    page.get_by_role("button", name="对账").wait_for()
    with page.expect_download() as loading:
        page.get_by_role("button", name="下载", exact=True).click()
    text = loading.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text.partition("\n")[2])))  # its first line is its mark
    assert rows
    assert _sound(one)
    one.picture("department-data")
    page.get_by_role("button", name="存证证明").click()
    page.get_by_text("送达回执", exact=False).wait_for()
    page.get_by_role("button", name="知道了").click()
    page.get_by_role("button", name="对账").click()
    page.get_by_label("您数到多少行").fill("约三千")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("请只写数字", exact=False).wait_for()
    page.get_by_label("您数到多少行").fill(str(len(rows)))
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已对账", exact=True).first.wait_for()
    return rows


def _verify(one: Reader, rows: list[dict[str, str]]) -> None:
    """One record that agrees, one file with one that does not; nothing of it stands in the address."""
    page = one.page
    one.go("/department/verification")
    page.get_by_text("本单位今天还能核").wait_for()
    code, name = (
        next(key for key in rows[0] if key in pair) for pair in (("code", "区划代码"), ("name", "区划名称"))
    )
    page.get_by_label("区划代码", exact=False).fill(rows[0][code])
    page.get_by_label("区划名称", exact=False).fill(rows[0][name])
    page.get_by_role("button", name="核验", exact=True).click()
    page.get_by_text("一致", exact=True).wait_for()
    page.get_by_text("核对了：区划名称").wait_for()
    lines = [
        "区划代码,区划名称",
        *(f"{row[code]},{row[name]}" for row in rows[:2]),
        f"{rows[2][code]},别的名字",
    ]
    page.locator("input[type=file]").set_input_files(
        {"name": "batch.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    page.get_by_text("一致 2", exact=True).wait_for()
    page.get_by_text("不一致 1", exact=True).wait_for()
    assert rows[0][code] not in page.url
    assert _sound(one)
    one.picture("department-verification")


def _sound(one: Reader) -> bool:
    """Whether nothing of the page stops people who read with other means."""
    found = one.faults()
    assert not found, found
    return True
