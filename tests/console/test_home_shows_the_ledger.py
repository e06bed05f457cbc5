"""The first page for each kind of reader: numbers that explain themselves, ways to rows, what waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]


def counted(one: Reader) -> None:
    """Wait until the figures of the ledger stand."""
    one.page.get_by_text("已发布目录").first.wait_for()
    one.settled()


def test_the_authority_sees_the_ledger_at_a_glance_and_each_number_explains_itself(reader: Sat) -> None:
    one = reader("shujuju")
    one.go("/")
    counted(one)
    one.page.get_by_role("heading", name="待我办理").wait_for()
    for name in ("归集记录数", "更新及时率", "按期答复率", "回流记录", "调用次数", "质量得分（按维度，%）"):
        assert one.page.get_by_text(name, exact=True).first.is_visible(), name
    figure = one.page.get_by_role("listitem").filter(has_text="更新及时率")
    figure.get_by_text("怎么算的").click()
    assert "更新周期" in figure.inner_text()
    assert "数据截至" in figure.inner_text()
    assert one.faults() == []
    one.picture("home-authority")


def test_a_number_leads_to_the_rows_it_is_counted_from_and_these_to_the_dataset(reader: Sat) -> None:
    one = reader("dengji")
    one.go("/")
    counted(one)
    one.page.get_by_role("listitem").filter(has_text="更新及时率").get_by_role("link").click()
    one.page.get_by_role("heading", name="更新及时率", level=1).wait_for()
    assert one.page.url.endswith("/console/overview/update_rate")
    assert "17" in one.page.get_by_text("明细（").inner_text()
    assert one.faults() == []
    one.page.get_by_role("link", name="常住人口登记信息").click()
    one.page.get_by_role("heading", name="常住人口登记信息", level=1).wait_for()


def test_a_ratio_says_what_it_divides_and_its_rows_are_narrowed_in_the_address(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/")
    counted(one)
    card = one.page.get_by_role("listitem").filter(has_text="更新及时率")
    assert "17 / 17" in card.inner_text()
    card.get_by_role("link").click()
    one.page.get_by_role("heading", name="更新及时率", level=1).wait_for()
    main = one.page.locator("#main")
    assert "按期更新的数据集 ÷ 应更新的数据集：17 / 17" in main.inner_text()
    assert "允许天数是一个更新周期加一天" in main.inner_text()
    assert "不计入（1 个）" in main.inner_text()
    assert "学校名录" in main.inner_text()
    one.page.get_by_label("在明细里查找").fill("公安")
    one.page.wait_for_url("**/overview/update_rate?find=*")
    one.page.reload()
    one.settled()
    one.page.get_by_role("link", name="常住人口登记信息").wait_for()
    assert main.locator("tbody tr").count() == 2
    assert one.page.get_by_label("在明细里查找").input_value() == "公安"


def test_the_rows_of_a_ratio_that_fails_are_told_apart_on_demand(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/overview/link_rate")
    one.page.get_by_text("尚未挂接").first.wait_for()
    one.page.get_by_text("未检测", exact=True).wait_for()
    assert "挂接资源经测试可用的条目 ÷ 已发布条目：0 / 18" in one.page.locator("#main").inner_text()
    one.page.get_by_role("checkbox", name="只看不可用的").click()
    one.page.wait_for_url("**/overview/link_rate?only=failing")
    assert one.faults() == []


def test_whoever_names_the_service_alone_comes_to_the_console(reader: Sat) -> None:
    one = reader("fagai")
    one.page.goto(f"{one.address}/")
    one.page.wait_for_url("**/console/")
    counted(one)


def test_the_first_page_is_read_on_paper(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/")
    counted(one)
    one.page.emulate_media(media="print")
    for text, shown in (("更新及时率", True), ("17 / 17", True), ("怎么算的", False), ("账号与语言", False)):
        assert one.page.get_by_text(text).first.is_visible() is shown, text
    assert not one.page.get_by_role("navigation", name="主要栏目").is_visible()
    assert one.fits()
    one.picture("home-printed")


def test_a_bar_leads_to_the_list_that_is_filtered_by_it(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/")
    counted(one)
    chart = one.page.get_by_role("img", name="按共享类型")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    # The first of three bars stands in the first third; its foot is at the axis.
    one.page.mouse.click(box["x"] + box["width"] * 0.21, box["y"] + box["height"] * 0.8)
    one.page.wait_for_url("**/console/catalogue?sharing=conditional")
    one.page.get_by_role("heading", name="找到 12 个数据集").wait_for()


def test_the_numbers_of_a_chart_are_a_table_with_the_same_ways(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/")
    counted(one)
    chart = one.page.get_by_role("figure").filter(has_text="按数据级别")
    chart.get_by_text("看数字").click()
    chart.get_by_role("link", name="4 级").click()
    one.page.wait_for_url("**/console/catalogue?grade=4")


def test_a_clerk_on_a_phone_sees_what_waits_and_goes_to_the_desk(reader: Sat) -> None:
    one = reader("jiedao", phone=True)
    one.go("/")
    counted(one)
    assert one.fits()
    assert one.faults() == []
    one.picture("home-clerk-phone")
    one.page.get_by_role("link", name="待对账的回流数据").click()
    one.page.wait_for_url("**/desk*")


def test_what_all_departments_owe_leads_an_auditor_to_the_whole_list(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/")
    one.page.get_by_role("link", name="查看全部").click()
    one.page.get_by_role("heading", name="各部门待办").wait_for()
    assert one.page.locator(".ybz-reasons").count() == 0


def test_what_a_reader_has_no_room_for_is_told_without_a_way(reader: Sat) -> None:
    one = reader("shishi")
    one.go("/")
    told = one.page.locator(".ybz-waiting").get_by_text("审查能否汇聚")
    told.wait_for()
    assert told.evaluate("one => one.closest('a')") is None


def test_the_security_administrator_is_told_who_waits_for_a_role(reader: Sat) -> None:
    system = reader("xitong")
    system.go("/administration")
    system.page.get_by_role("button", name="登记人员").click()
    system.page.get_by_role("dialog").get_by_label("姓名").fill("梅到岗")
    system.page.get_by_role("dialog").get_by_role("button", name="登记", exact=True).click()
    system.page.get_by_role("heading", name="梅到岗").wait_for()
    one = reader("anquan")
    one.go("/")
    one.page.get_by_role("link", name="等授予任职的人员").click()
    one.page.locator("tr").filter(has_text="梅到岗").get_by_text("等授予任职").wait_for()


def test_an_operator_sees_the_budget_and_the_calls_of_its_grants(reader: Sat) -> None:
    one = reader("yunying")
    one.go("/")
    one.page.get_by_role("heading", name="我单位授权的预算与调用").wait_for()
    assert "/ 1,000" in one.page.get_by_role("table").filter(has_text="ρ").inner_text()
    counted(one)
    assert one.faults() == []


@pytest.mark.parametrize(
    ("login", "room"), [("xitong", "系统管理"), ("anquan", "系统管理"), ("shenji", "监督存证")]
)
def test_an_administrator_without_the_catalogue_is_led_to_their_room(
    reader: Sat, login: str, room: str
) -> None:
    one = reader(login)
    one.go("/")
    main = one.page.locator("#main")
    main.get_by_role("link", name=room).wait_for()
    assert "已发布目录" not in main.inner_text()
    assert one.faults() == []


def test_figures_of_the_whole_ledger_are_refused_to_a_department_that_opens_their_address(
    reader: Sat,
) -> None:
    one = reader("minzheng")
    one.go("/figures")
    assert "没有这项权限" in one.page.get_by_role("alert").inner_text()
    one.go("/figures/calls")
    assert "没有这项权限" in one.page.get_by_role("alert").inner_text()
    one.go("/overview/calls")
    assert one.page.get_by_role("alert").is_visible()


def test_the_first_page_speaks_english(reader: Sat) -> None:
    one = reader("shujuju")
    one.page.goto(f"{one.address}/console/language/en?to=/console/")
    one.page.get_by_role("heading", name="Waiting for me").wait_for()
    one.page.get_by_text("Update timeliness").first.wait_for()
    assert one.page.get_by_text("How it is counted").first.is_visible()
    one.go("/overview/update_rate")
    assert "datasets updated on time ÷ datasets due for an update: 17 / 17" in (
        one.page.locator("#main").inner_text()
    )


def test_purposes_are_told_in_english(reader: Sat) -> None:
    one = reader("fagai")
    one.page.goto(f"{one.address}/console/language/en?to=/console/")
    one.page.get_by_role("cell", name="Governance: statutory duties").first.wait_for()
