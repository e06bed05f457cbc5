"""Who is let before a page of the console, and what an open page of a session that is over still does."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_page(reader: Sat) -> None:
    one = reader()
    one.page.goto(f"{one.address}/console/catalogue")
    assert "/desk/sign-in" in one.page.url
    one.page.get_by_label("账号").fill("minzheng")
    one.page.get_by_label("密码").fill("Yizhang-Ketang-2026")
    one.page.get_by_role("button", name="登录").click()
    one.settled()
    assert one.page.url.endswith("/console/catalogue")


def test_another_site_is_never_gone_on_to(reader: Sat) -> None:
    one = reader()
    one.page.goto(f"{one.address}/desk/sign-in?to=//example.org/console/")
    one.page.get_by_label("账号").fill("minzheng")
    one.page.get_by_label("密码").fill("Yizhang-Ketang-2026")
    one.page.get_by_role("button", name="登录").click()
    one.settled()
    assert one.page.url == f"{one.address}/console/"


def test_the_page_of_a_session_that_was_ended_elsewhere_does_nothing_more(reader: Sat) -> None:
    one = reader("minzheng")
    secret = next(each for each in one.page.context.cookies() if each["name"] == "ybz-session")["value"]
    with httpx.Client(base_url=one.address, cookies={"ybz-session": secret}) as client:
        proof = client.get("/v1/sessions/current").json()["proof"]
        ended = client.post("/v1/sessions/current/end", headers={"X-CSRF-Token": proof})
        assert ended.status_code == 200
    one.page.get_by_role("button", name="账号与语言").click()
    one.page.get_by_text("退出").click()
    one.page.wait_for_url(re.compile("/desk/sign-in"))


def test_the_reader_chooses_the_language_and_stays_on_the_page(reader: Sat) -> None:
    one = reader("minzheng")
    one.page.get_by_role("button", name="账号与语言").click()
    one.page.get_by_text("English").click()
    one.page.get_by_role("heading", name="The ledger", level=1).wait_for()
    assert one.page.locator("html").get_attribute("lang") == "en-US"
    assert one.page.url == f"{one.address}/console/"


def test_a_line_that_another_site_opens_is_turned_away(console: str) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    place = console.replace("http://", "ws://") + "/console/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(InvalidStatus) as turned:
        connect(place, origin="https://example.org")  # type: ignore[arg-type]
    assert turned.value.response.status_code == 403


def test_no_page_is_framed_cached_or_loads_from_another_host(reader: Sat) -> None:
    one = reader("minzheng")
    answer = one.page.request.get(f"{one.address}/console/")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_left_open_goes_away_by_itself_when_its_session_is_over(reader: Sat) -> None:
    one = reader("fagai")
    secret = next(each for each in one.page.context.cookies() if each["name"] == "ybz-session")["value"]
    with httpx.Client(base_url=one.address, cookies={"ybz-session": secret}) as client:
        proof = client.get("/v1/sessions/current").json()["proof"]
        client.post("/v1/sessions/current/end", headers={"X-CSRF-Token": proof}).raise_for_status()
    one.page.wait_for_url(re.compile("/desk/sign-in"), timeout=60_000)
