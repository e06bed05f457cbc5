"""The catalogue: found as one types, narrowed by facets, and one dataset from its items to its revisions."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
LOW_INCOME, ELDERLY = "civil_affairs.low_income", "theme.elderly_services"
PARTS = ("", "/quality", "/releases", "/lineage", "/use", "/history")


def test_datasets_are_found_as_one_types_and_the_address_finds_the_same_again(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue")
    one.page.get_by_role("heading", name="找到 18 个数据集").wait_for()
    one.page.keyboard.press("/")
    one.page.keyboard.type("人口", delay=40)
    one.page.get_by_role("heading", name="找到 3 个数据集").wait_for()
    one.page.get_by_role("checkbox", name="云州市公安局 (2)").click()
    one.page.get_by_role("heading", name="找到 2 个数据集").wait_for()
    # The values of the narrowed facet stay, so that another can be added.
    assert one.page.get_by_role("checkbox", name="云州市数据局 (1)").is_visible()
    assert one.faults() == []
    one.picture("catalogue-search")
    one.page.reload()
    one.page.get_by_role("heading", name="找到 2 个数据集").wait_for()
    assert one.page.get_by_role("checkbox", name="云州市公安局 (2)").is_checked()


def test_hits_are_reached_by_the_keyboard(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue?q=人口")
    one.page.get_by_role("searchbox").focus()
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("ArrowUp")
    one.page.keyboard.press("Enter")
    one.page.get_by_role("heading", name="常住人口登记信息", level=1).wait_for()


def test_what_is_not_there_is_said_with_what_to_do(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue?q=火星移民")
    one.page.get_by_text("没有找到").wait_for()
    one.page.get_by_role("button", name="清除条件").click()
    one.page.get_by_role("heading", name="找到 18 个数据集").wait_for()


def test_a_newcomer_finds_a_dataset_and_learns_all_that_everybody_may_know(reader: Sat) -> None:
    one = reader("fagai")
    main = one.page.locator("#main")
    one.go("/catalogue?q=居家养老")
    one.page.get_by_role("link", name="找“养老”：2 个数据集").click()
    one.page.get_by_role("heading", name="找到 2 个数据集").wait_for()
    one.page.get_by_role("link", name="养老服务主题库").click()
    one.page.get_by_role("heading", name="养老服务主题库", level=1).wait_for()
    one.settled()
    for said in ("云州市数据局（编制目录", "4 级（特别严重危害）", "由“残疾等级”决定"):
        assert said in main.inner_text(), said
    main.get_by_text("表里的词是什么意思").click()
    assert main.get_by_text("可按它分组统计").is_visible()
    assert one.faults() == []
    parts = one.page.get_by_role("navigation", name="本数据集的页面")
    parts.get_by_role("link", name="血缘").click()
    main.get_by_text("本数据集的：是否低保对象").wait_for()
    assert "云州市残疾人联合会" in main.inner_text()
    parts.get_by_role("link", name="变更与时限").click()
    main.get_by_role("heading", name="目录改过什么").wait_for()
    assert main.get_by_text("首次发布").is_visible()
    parts.get_by_role("link", name="质量").click()
    main.get_by_text("已评价的 3 个维度").wait_for()
    parts.get_by_role("link", name="使用情况").click()
    one.page.get_by_role("combobox", name="看多久的").click()
    one.page.get_by_role("option", name="最近 90 天").click()
    one.page.wait_for_url("**/use?days=90")
    main.get_by_text("用数次数（2026").or_(main.get_by_text("用数次数（")).first.wait_for()
    one.settled()
    # The way back leads to the search the dataset was found by.
    one.page.get_by_role("link", name="← 数据目录").click()
    one.page.get_by_role("heading", name="找到 2 个数据集").wait_for()


def test_a_condition_is_taken_away_by_a_click_and_too_narrow_ones_are_told(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue?q=养老&grade=1")
    one.page.get_by_text("筛选条件太窄").wait_for()
    assert one.page.get_by_role("link", name="去掉筛选条件：2 个数据集").is_visible()
    one.page.get_by_role("button", name="去掉条件：").click()
    one.page.get_by_role("heading", name="找到 2 个数据集").wait_for()
    assert one.page.get_by_role("checkbox", name=re.compile("4 级（特别严重危害）")).is_visible()
    assert one.faults() == []


def test_the_pages_of_a_dataset_are_read_on_paper(reader: Sat) -> None:
    one = reader("fagai")
    for part in PARTS:
        one.go(f"/catalogue/{ELDERLY}{part}")
        one.page.emulate_media(media="print")
        assert one.page.get_by_role("heading", name="养老服务主题库", level=1).is_visible(), part
        assert not one.page.get_by_role("link", name="申请使用").is_visible(), part
        assert one.fits(), part
        one.picture(f"catalogue-printed{part.replace('/', '-')}")
        one.page.emulate_media(media="screen")


def test_no_chinese_of_ours_stands_in_the_english_pages_of_a_dataset(reader: Sat) -> None:
    one = reader("fagai")
    one.page.goto(f"{one.address}/console/language/en?to=/console/catalogue/{ELDERLY}")
    one.settled()
    for part in PARTS:
        one.go(f"/catalogue/{ELDERLY}{part}")
        for word in ("级（", "共享类型", "第 ", "首次", "来自", "维度", "最近"):
            lines = [line for line in one.page.locator("#main").inner_text().splitlines() if word in line]
            # Titles, values and texts of the entry itself are in the words of its department.
            assert [line for line in lines if re.search("[A-Za-z]{4}.*" + word, line)] == [], part


def test_an_item_shows_the_reasons_of_its_level_and_its_keeper_the_evidence(reader: Sat) -> None:
    one = reader("minzheng")
    one.go(f"/catalogue/{LOW_INCOME}")
    row = one.page.get_by_role("row").filter(has_text="bank_card")
    row.get_by_role("button", name="4 级").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_text("敏感个人信息").wait_for()
    dialog.get_by_text(re.compile("抽检 .* 行")).wait_for()
    # A dialog that is just coming up is lighter than it will be.
    one.page.wait_for_function("!document.querySelector('[class*=enter-active]')")
    assert one.faults() == []
    one.picture("catalogue-evidence")


def test_another_department_sees_the_reasons_but_not_the_evidence(reader: Sat) -> None:
    one = reader("fagai")
    one.go(f"/catalogue/{LOW_INCOME}")
    one.page.get_by_role("row").filter(has_text="bank_card").get_by_role("button", name="4 级").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_text("检测证据由数源部门").wait_for()
    assert "附录 H" in dialog.inner_text()
    assert "installation" not in dialog.inner_text()
    assert "抽检" not in dialog.inner_text()


def test_what_is_shared_unconditionally_stands_out(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue/transport.bus_stops")
    one.page.get_by_text(re.compile(r"\d+ 个信息项中 \d+ 个无条件共享")).wait_for()
    marked = one.page.locator("tr.ybz-mark")
    assert marked.count() == one.page.get_by_role("cell", name="无条件共享", exact=True).count() > 0


def test_lineage_is_walked_by_a_click_and_stands_beside_as_a_list(reader: Sat) -> None:
    one = reader("fagai")
    one.go(f"/catalogue/{ELDERLY}/lineage")
    graph = one.page.get_by_role("img", name="血缘图")
    box = graph.bounding_box()
    assert box is not None
    assert one.faults() == []
    one.picture("catalogue-lineage")
    # The inputs stand one below the other at the left; the first of four is the population register.
    one.page.mouse.click(box["x"] + box["width"] * 0.38, box["y"] + box["height"] * 0.18)
    one.page.wait_for_url("**/catalogue/civil.population/lineage")
    one.page.get_by_role("heading", name="常住人口登记信息", level=1).wait_for()
    one.page.get_by_role("link", name="养老服务主题库").click()
    one.page.get_by_role("heading", name="养老服务主题库", level=1).wait_for()
    one.settled()


def test_the_request_button_leads_to_the_request_with_the_dataset_in_it(reader: Sat) -> None:
    one = reader("fagai")
    one.go(f"/catalogue/{LOW_INCOME}")
    button = one.page.get_by_role("link", name="申请使用")
    assert button.get_attribute("href") == f"/console/department/request?dataset={LOW_INCOME}"


def test_every_page_of_a_dataset_has_no_serious_fault_and_fits_a_phone(reader: Sat) -> None:
    desk, phone = reader("shujuju"), reader("shujuju", phone=True)
    for part in PARTS:
        desk.go(f"/catalogue/civil.population{part}")
        assert desk.faults() == [], part
        desk.picture(f"catalogue-dataset{part.replace('/', '-')}")
        phone.go(f"/catalogue/civil.population{part}")
        assert phone.fits(), part
    phone.go("/catalogue")
    assert phone.fits()
    assert phone.faults() == []
    phone.page.get_by_role("button", name="筛选").click()
    phone.page.get_by_role("checkbox", name=re.compile("无条件共享")).click()
    phone.page.get_by_role("heading", name="找到 5 个数据集").wait_for()
    phone.picture("catalogue-phone")


def test_inner_figures_are_refused_to_another_department_by_the_service(reader: Sat) -> None:
    one = reader("fagai")
    for part in ("/quality", "/releases", "/history", "/use"):
        one.go(f"/catalogue/{LOW_INCOME}{part}")
        main = one.page.locator("#main").inner_text()
        assert not {word for word in ("内部", "办理经过", "谁在读它") if word in main}, part
    cookies = {each["name"]: each["value"] for each in one.page.context.cookies()}
    with httpx.Client(base_url=one.address, cookies=cookies) as client:
        for path in (f"/v1/quality/{LOW_INCOME}", f"/v1/entries/{LOW_INCOME}/details"):
            assert client.get(path).status_code in (403, 404), path


def test_an_administrator_without_the_catalogue_is_refused_at_its_addresses(reader: Sat) -> None:
    one = reader("xitong")
    for path in ("/catalogue", f"/catalogue/{LOW_INCOME}", "/overview/records"):
        one.go(path)
        assert "没有这项权限" in one.page.get_by_role("alert").inner_text(), path


def test_a_dataset_that_is_not_there_is_told_on_its_page(reader: Sat) -> None:
    one = reader("fagai")
    one.go("/catalogue/nothing.here")
    assert one.page.get_by_role("alert").is_visible()


def test_two_revisions_are_told_apart_in_words(reader: Sat) -> None:
    one = reader("minzheng")
    _compiled_anew(one)
    one.go(f"/catalogue/{LOW_INCOME}/history")
    one.page.get_by_text("摘要改了").wait_for()
    one.page.get_by_text("去掉了信息项“category”的值域").or_(
        one.page.get_by_text("信息项“monthly_amount”的最大值改了")
    ).first.wait_for()
    assert one.page.url.endswith("/history")
    assert one.faults() == []
    one.picture("catalogue-revisions")
    one.go(f"/catalogue/{LOW_INCOME}/history?from=2&to=2")
    one.page.get_by_text("两版内容相同").wait_for()
    # Nobody else learns of a revision before it is published.
    other = reader("fagai")
    other.go(f"/catalogue/{LOW_INCOME}/history")
    assert "城乡低保" not in other.page.locator("#main").inner_text()


def _compiled_anew(one: Reader) -> None:
    """A second revision of the entry, through the interface, as its steward."""
    cookies = {each["name"]: each["value"] for each in one.page.context.cookies()}
    with httpx.Client(base_url=one.address, cookies=cookies, timeout=60) as client:
        client.headers["X-CSRF-Token"] = client.get("/v1/sessions/current").json()["proof"]
        text = client.get(f"/v1/entries/{LOW_INCOME}/contract").text
        assert "城乡最低生活保障和特困供养对象，一人一行。" in text
        changed = text.replace(
            "城乡最低生活保障和特困供养对象，一人一行。", "城乡低保和特困供养对象，一人一行。"
        )
        changed = changed.replace("3000", "4000")
        sent = client.post("/v1/entries", json={"contract": changed, "reason": "改写摘要"})
        assert sent.status_code < 300, sent.text
