"""One picture of each workspace, as its reader sees it; `make screenshots` keeps them for the README."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

ROOMS = (
    ("ledger", "shujuju", "/"),
    ("catalogue", "fagai", "/catalogue?q=养老"),
    ("dataset", "fagai", "/catalogue/civil_affairs.low_income"),
    ("steward", "minzheng", "/steward"),
    ("using-data", "fagai", "/department"),
    ("operator", "fenxi", "/operator"),
    ("authority", "shujuju", "/authority"),
    ("audit", "jiandu", "/audit"),
    ("administration", "anquan", "/administration"),
)


@pytest.mark.parametrize(("name", "login", "path"), ROOMS, ids=[room[0] for room in ROOMS])
def test_a_room_stands_without_a_serious_fault(
    reader: Callable[..., Reader], name: str, login: str, path: str
) -> None:
    one = reader(login)
    one.go(path)
    one.page.wait_for_function("!document.querySelector('.ybz-coming')")
    assert one.faults() == []
    one.picture(name, whole=False)


@pytest.mark.parametrize(("name", "login", "path"), ROOMS, ids=[room[0] for room in ROOMS])
def test_a_room_fits_a_phone_and_is_told_in_english(
    reader: Callable[..., Reader], name: str, login: str, path: str
) -> None:
    one = reader(login, phone=True)
    one.page.goto(f"{one.address}/console/language/en?to=/console{path}")
    one.settled()
    assert one.fits()
    assert one.page.locator("html").get_attribute("lang") == "en-US"
    one.page.get_by_role("button", name="Open navigation").click()
    rooms = one.page.locator("nav a")
    rooms.first.wait_for()
    assert all(room.isascii() for room in rooms.all_inner_texts())
