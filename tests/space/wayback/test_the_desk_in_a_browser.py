"""The desk in a real browser, on a phone and a desktop, without scripts: from signing in to a form filed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from space.wayback.forms.admission import admit
from space.wayback.forms.sending import send
from tests.space.wayback.conftest import Town
from tests.space.wayback.desk import clerk_of
from tests.space.wayback.test_forms_are_demanded_compared_and_sent import FORM

pytestmark = pytest.mark.full

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"no browser is installed — install one of {', '.join(BROWSERS)}")
    return found


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a browser that runs no script and reaches this machine alone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        made = browser.new_page(viewport=request.param, java_script_enabled=False)
        made.set_default_timeout(20_000)
        yield made
        browser.close()


@pytest.fixture
def desk(paying: Town) -> Iterator[tuple[Town, str, str]]:
    """The town, the address of its desk, and the street's token; one monthly form waits."""
    paying.subscribe("street")
    paying.deliver()
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    send(paying.home, paying.engine, FORM.code, ["street"], by="李四", now=paying.now)
    with clerk_of(paying) as clerk:
        yield paying, str(clerk.client.base_url), clerk.token.secret


def test_a_clerk_counts_back_and_files_the_form_of_the_month(desk: tuple[Town, str, str], page: Any) -> None:
    _town, address, token = desk
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/desk")
    page.get_by_label("姓名").fill("王芳")
    page.get_by_label("本单位的令牌").fill(token)
    page.get_by_role("button", name="凭令牌进入").click()
    assert _fits(page)

    page.get_by_role("heading", name="新到的回流数据").wait_for()
    page.get_by_role("link", name="civil.population").click()
    assert _fits(page)
    page.get_by_role("button", name="对账").click()
    assert page.get_by_text("已对账").is_visible()

    page.get_by_role("link", name="报表", exact=True).click()
    page.get_by_role("link", name="高龄津贴月报").click()
    page.get_by_role("button", name="打开").click()
    assert page.get_by_text("数源部门负责").first.is_visible()
    assert _fits(page)
    page.get_by_label("走访次数").fill("2")
    page.get_by_role("button", name="先保存").click()
    assert page.get_by_text("已保存").is_visible()
    page.get_by_role("button", name="报送", exact=True).click()
    page.get_by_role("button", name="确认报送").click()
    assert page.get_by_text("已报送").is_visible()
    assert all(url.startswith(address) for url in asked), "nothing is loaded from elsewhere"


def test_a_value_is_challenged_by_keyboard_alone(desk: tuple[Town, str, str], page: Any) -> None:
    _town, address, token = desk
    page.goto(f"{address}/desk")
    page.get_by_label("姓名").focus()
    page.keyboard.type("王芳")
    page.keyboard.press("Tab")
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="civil.population").press("Enter")
    page.get_by_role("link", name="新增", exact=True).first.press("Enter")
    page.get_by_text("这里有错，提出校核").press("Enter")
    page.get_by_label("哪一项").select_option("phone")
    page.get_by_label("应当是").fill("13900000099")
    page.get_by_label("依据").fill("本人来电更正")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("待答复").first.wait_for()


def _fits(page: Any) -> bool:
    """Nothing of the page lies beyond the width of the screen."""
    width = page.viewport_size["width"]
    boxes = [box for each in page.locator("body *").all() if (box := each.bounding_box())]
    return bool(boxes) and all(box["x"] + box["width"] <= width + 1 for box in boxes)
