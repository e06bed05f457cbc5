"""The plain pages of a street in a real browser: what differs in a delivery, a form prefilled, and back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.home import Home
from catalog.store import open_store, reading
from examples.staff.roster import STREET
from space.wayback.forms.admission import listing
from space.wayback.forms.sending import send
from tests.console.conftest import Reader
from tests.e2e.process import served
from tests.space.wayback.desk import HEAVIEST

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def console(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The city, where the street is asked for the form on the admission list."""
    home = Home(tmp_path_factory.mktemp("street") / "home")
    shutil.copytree(city, home.root)
    engine = open_store(home)
    with reading(engine) as connection:
        (form,) = listing(connection)
    send(home, engine, form.code, [STREET[0]], by="王敏", now=datetime.now(UTC))
    engine.dispose()
    with served(home, "--console") as server:
        yield server.address


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
    _stands(one, "today", phone)

    page.get_by_role("link", name="回流", exact=True).click()
    _stands(one, "deliveries", phone)
    page.get_by_role("link", name=re.compile("old_age_allowance")).first.click()
    changed = page.locator(".card", has=page.get_by_role("link", name="变更", exact=True)).first
    (differs,) = changed.locator("dd.mark").all()
    assert differs.inner_text().endswith("已变"), "a word says it, not the colour alone"
    assert "负责 · 截至" in page.locator("main").inner_text()
    _stands(one, "delivery", phone)
    person = changed.locator("dd").first.inner_text()
    changed.get_by_role("link", name="变更", exact=True).click()
    assert page.get_by_text("这次变了").is_visible()
    _stands(one, "row", phone)

    page.get_by_role("link", name="报表", exact=True).click()
    page.locator("main").get_by_role("link").first.click()
    _stands(one, "sheets", phone)
    page.get_by_label("填谁的").fill(person)
    page.get_by_role("button", name="打开").click()
    assert page.get_by_text("数源部门负责").first.is_visible()
    assert page.get_by_text("请填写").first.is_visible()
    _stands(one, "sheet", phone)
    _write_a_difference(page)
    page.get_by_role("button", name="先保存").click()
    assert page.get_by_text("与数源不同").is_visible()
    _stands(one, "sheet-differs", phone)
    page.locator(".back a").click()
    page.get_by_role("link", name="待办", exact=True).click()
    page.get_by_role("heading", name="今天要办的").wait_for()


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


def _write_a_difference(page: Any) -> None:
    """Write into the first item a department answers for something else than it says."""
    item = page.locator(".card", has=page.locator(".badge.calm")).first
    field = item.locator("[name^='value.']")
    if field.evaluate("each => each.tagName") == "SELECT":
        field.select_option(index=1)
    else:
        field.fill("不同")


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
