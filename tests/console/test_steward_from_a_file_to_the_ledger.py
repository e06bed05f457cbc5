"""The steward's main task: a file is drafted, tried, submitted, signed, returned, mended, submitted again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
NAMED = "临时救助对象名册"
ROWS = """序号,姓名,身份证号,月救助金额(元),审批日期
1,甲某,11010119900307761X,3200,2026-01-05
2,乙某,110101199003077628,2800.5,2026-01-06
3,丙某,110101199003077636,待定,2026-01-07
4,丁某,110101199003077644,4500,2026-01-08
5,戊某,110101199003077652,1200,2026-01-09
6,己某,110101199003077660,900,2026-01-10
"""
SAID = (
    ("内设机构", "社会救助科"), ("信息资源分类", "主题/社会保障"), ("摘要", "临时救助对象，一人一行。"),
    ("共享条件", "用于履行法定职责"), ("依据", "政务数据共享条例第二十五条"),
    ("个人信息保护影响评估", "云州民政〔2026〕数评9号"), ("有条件共享的理由", "含个人信息"),
    ("共享范围", "全市行政机关"), ("共享用途", "救助资格核对"),
)  # fmt: skip


@pytest.fixture(scope="module")
def roll(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a department; its name is that of the dataset."""
    path = tmp_path_factory.mktemp("drop") / f"{NAMED}.csv"
    path.write_text(ROWS, encoding="gb18030")
    return path


def test_a_file_becomes_an_entry_which_is_signed_returned_mended_and_sent_again(
    reader: Sat, roll: Path
) -> None:
    minzheng = reader("minzheng")
    minzheng.go("/steward")
    assert minzheng.faults() == []
    minzheng.picture("steward")
    minzheng.page.get_by_role("button", name="放一个文件").first.click()
    page = dropped(minzheng, roll)
    page.get_by_text("编码 gb18030").wait_for()
    row = item(page, "月救助金额")
    row.locator("summary").click()
    row.get_by_text("为什么这样猜").wait_for()
    # Taken for a number, the one cell that is none would leave with its row; the trial says so by itself.
    row.get_by_label("类型").click()
    page.get_by_role("option", name="数值").click()
    page.get_by_role("cell", name="月救助金额(元)：待定").wait_for()
    page.get_by_text("应为数值，现有内容无法识别").first.wait_for()
    assert minzheng.faults() == []
    minzheng.picture("steward-trial")

    stated(page)
    page.get_by_text("编目要素齐全").wait_for()
    submitted(page)
    page.get_by_text("已提交，待负责人签批").first.wait_for()
    assert minzheng.faults() == []
    address = page.url
    path = address.partition("/console")[2]

    juzhang = reader("juzhang")
    juzhang.go("/steward")
    juzhang.page.get_by_text("待您签批").wait_for()
    juzhang.page.get_by_role("link", name=NAMED).first.click()
    juzhang.page.get_by_role("button", name="签批").click()
    dialog = juzhang.page.get_by_role("dialog")
    dialog.get_by_role("button", name="签批").click()
    juzhang.page.get_by_text("已签批，待主管部门审核").first.wait_for()

    returned(reader("shujuju"), path.rpartition("/")[2])

    minzheng.go("/steward")
    page.get_by_text("被退回，请修改").wait_for()
    page.get_by_role("link", name=NAMED).first.click()
    page.get_by_text("共享条件要写明受理时限").first.wait_for()
    page.get_by_role("button", name="修改后重新提交").click()
    # What was asked for stands beside the field concerned.
    asked = page.locator(".ybz-asked", has=page.get_by_label("共享条件"))
    asked.get_by_text("退回要求：共享条件要写明受理时限").wait_for()
    assert minzheng.faults() == []
    minzheng.picture("steward-returned")
    page.get_by_label("共享条件").fill("用于履行法定职责，五个工作日内受理")
    page.get_by_text("编目要素齐全").wait_for()
    submitted(page)
    page.get_by_text("已提交，待负责人签批").first.wait_for()

    # Until the head has signed, the steward can take it back.
    page.get_by_role("button", name="撤回提交").click()
    page.get_by_label("为什么撤回").fill("再核对一次")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    page.get_by_text("已撤回").first.wait_for()


def test_an_entry_that_lacks_something_is_kept_as_a_draft_and_told_what(reader: Sat, tmp_path: Path) -> None:
    one = reader("minzheng", phone=True)
    one.go("/steward/drop")
    assert one.fits()
    path = tmp_path / "社区活动登记.csv"
    path.write_text("活动名称,人数\n座谈,12\n义诊,30\n", encoding="utf-8")
    page = dropped(one, path)
    assert one.fits()
    one.picture("steward-drop-phone")
    page.get_by_role("button", name="保存并提交").click()
    page.get_by_text("已存为草稿").wait_for()
    page.get_by_text("没有写明共享条件").first.wait_for()
    page.get_by_role("button", name="看它到哪一步了").click()
    page.get_by_text("草稿，待补充").first.wait_for()


def test_what_was_written_outlives_the_page_and_is_gone_once_it_is_left(reader: Sat, tmp_path: Path) -> None:
    one = reader("minzheng")
    path = tmp_path / "2026年第三季度志愿者登记表.csv"
    path.write_text("姓名,人数\n甲某,12\n乙某,30\n", encoding="utf-8")
    one.go("/steward/drop")
    page = dropped(one, path)
    # A quarter is told by the name of the file; it is no day, and the draft stands nonetheless.
    item(page, "账期").wait_for()
    assert page.get_by_text("须改正").count() == 0
    page.get_by_label("摘要").fill("写了一半")
    page.wait_for_function("Object.keys(localStorage).some((name) => name.startsWith('ybz-kept-entry-'))")
    one.go("/steward/drop")
    page.get_by_role("button", name="接着改").click()
    assert page.get_by_label("摘要").input_value() == "写了一半"
    one.go("/steward/drop")
    page.get_by_role("button", name="不要了").click()
    one.go("/steward/drop")
    page.wait_for_timeout(1_000)
    assert page.get_by_role("button", name="接着改").count() == 0


def test_a_published_entry_is_handed_its_rows_and_shows_what_came_of_them(
    reader: Sat, tmp_path: Path
) -> None:
    path = tmp_path / "便民服务点.csv"
    rows = [f"{n},服务点{n},{'' if n == 3 else 20 + n}" for n in range(1, 13)]
    path.write_text("\n".join(["编号,名称,座位数", *rows]) + "\n", encoding="utf-8")
    minzheng = reader("minzheng")
    minzheng.go("/steward/drop")
    page = dropped(minzheng, path)
    stated(page)
    page.get_by_text("编目要素齐全").wait_for()
    submitted(page)
    entry = page.url.partition("/console")[2]
    page.get_by_text("等本部门负责人签批").wait_for()
    assert page.get_by_role("button", name="交数据").count() == 0
    minzheng.go(f"{entry}/delivery")
    page.get_by_text("编目还没有发布").wait_for()
    juzhang, shujuju = reader("juzhang"), reader("shujuju")
    posted(juzhang, f"{entry.rpartition('/')[2]}/signature", {})
    posted(shujuju, f"{entry.rpartition('/')[2]}/publication", {})

    minzheng.go(entry)
    page.get_by_text("已上账，还没有数据").wait_for()
    page.get_by_role("button", name="交数据").click()
    newer = tmp_path / "便民服务点新.csv"
    newer.write_bytes(path.read_bytes())
    page.locator("input[type=file]").set_input_files(newer)
    page.get_by_text("行可以入库").wait_for()
    assert minzheng.faults() == []
    minzheng.picture("steward-delivery-trial")
    page.get_by_role("button", name="交上去，入库加工").click()
    page.get_by_role("heading", name="加工结果").wait_for(timeout=240_000)
    page.get_by_text("已发版").wait_for()
    assert minzheng.faults() == []
    minzheng.picture("steward-delivered")
    page.get_by_role("link", name="看质量报告").click()
    page.get_by_text("在用版本行数").wait_for()
    assert page.get_by_text("12", exact=True).count() > 0
    # The head reads, and hands nothing in; nor does another department.
    for login in ("juzhang", "fagai"):
        one = reader(login)
        one.go(f"{entry}/delivery")
        one.page.get_by_role("alert").first.wait_for()
        assert one.page.locator("input[type=file]").count() == 0


def test_what_is_no_table_is_told_in_its_place(reader: Sat, tmp_path: Path) -> None:
    one = reader("minzheng")
    one.go("/steward/drop")
    path = tmp_path / "空.csv"
    path.write_bytes(b"")
    one.page.locator("input[type=file]").set_input_files(path)
    one.page.get_by_text("没有读出可以编目的表").wait_for()


def test_whoever_keeps_no_entries_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("fenxi")
    assert one.page.get_by_role("link", name="数据管理").count() == 0
    for path in ("/steward/entries/civil_affairs.low_income", "/steward/quality/civil_affairs.low_income"):
        one.go(path)
        one.page.get_by_role("alert").first.wait_for()
        assert "civil_affairs" not in one.page.locator("main dl").all_inner_texts()
    one.go("/steward/drop")
    path = Path(__file__).with_name("conftest.py")
    one.page.locator("input[type=file]").set_input_files(
        {"name": "名册.csv", "mimeType": "text/csv", "buffer": path.read_bytes()}
    )
    one.page.get_by_role("alertdialog").wait_for()


def test_a_department_reads_and_edits_no_entry_of_another(reader: Sat) -> None:
    one = reader("fagai")
    for path in (
        "/steward/entries/civil_affairs.low_income",
        "/steward/entries/civil_affairs.low_income/edit",
    ):
        one.go(path)
        one.page.get_by_role("alert").first.wait_for()
        assert one.page.get_by_role("button", name="保存并提交").count() == 0


def dropped(one: Reader, path: Path) -> Any:
    """Drop a file and wait until it was tried."""
    one.page.locator("input[type=file]").set_input_files(path)
    one.page.get_by_text("行可以入库").wait_for()
    return one.page


def item(page: Any, named: str) -> Any:
    """One item of the form."""
    return page.locator("ol.ybz-fields > li", has_text=named)


def stated(page: Any) -> None:
    """State what a person knows and a file does not."""
    for label, value in SAID:
        page.get_by_label(label).first.fill(value)
    page.get_by_label("共享方式").click()
    page.get_by_role("option", name="库表交换").click()
    page.keyboard.press("Escape")


def submitted(page: Any) -> None:
    """Hand it in and go on to where it stands."""
    page.get_by_role("button", name="保存并提交").click()
    page.get_by_role("button", name="看它到哪一步了").click()
    page.get_by_role("heading", name="办理经过").wait_for()


def returned(authority: Reader, name: str) -> None:
    """The authority returns an entry with one complete list."""
    posted(authority, f"{name}/return", {"missing": ["condition: 共享条件要写明受理时限"]})


def posted(one: Reader, path: str, said: dict[str, Any]) -> None:
    """An act on an entry, in the session of whoever sits there."""
    asked = one.page.request
    session = asked.get(f"{one.address}/v1/sessions/current").json()
    answer = asked.post(
        f"{one.address}/v1/entries/{path}",
        headers={"X-CSRF-Token": session["proof"], "Origin": one.address},
        data=said,
    )
    assert answer.ok, answer.text()


def test_an_item_that_was_guessed_is_taken_out_and_put_back(reader: Sat, tmp_path: Path) -> None:
    path = tmp_path / "清波街道助餐名单.csv"
    path.write_text("编号,助餐点,日期\n1,东关,2026-01-01\n2,西关,2026-01-02\n", encoding="utf-8")
    one = reader("minzheng")
    one.go("/steward/drop")
    page = dropped(one, path)
    # The place the name of the file tells is no column of it: whoever does not want it takes it out.
    row = item(page, "属地")
    row.locator("summary").click()
    row.get_by_role("button", name="去掉这一项").click()
    page.get_by_text("已去掉“属地”").wait_for()
    assert one.faults() == []
    page.get_by_role("button", name="放回").click()
    item(page, "属地").locator("summary").wait_for()
