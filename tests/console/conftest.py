"""The console over the demonstration city in a real server, and a real browser before it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from catalog.home import Home
from examples.staff.roster import PASSWORD
from tests.e2e.process import served
from tests.servers import give_own_store

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
# Pictures of what each test came to, in a folder that is not kept.
PICTURES = Path(
    os.environ.get("YBZ_TEST_PICTURES") or Path(__file__).resolve().parents[2] / "build" / "pictures"
)
# Of what axe-core finds, what stops somebody.
SERIOUS = ("serious", "critical")
# Nothing on the page is on its way anywhere, but what never arrives.
STILL = """() => document.getAnimations().every(one => one.playState !== 'running'
    || one.effect.getComputedTiming().endTime === Infinity)"""


@dataclass
class Reader:
    """Somebody before a browser.

    Attributes:
        page: of the browser.
        address: of the server.
        asked: hosts the browser asked for anything.
        wrong: what scripts of the page complained of.
    """

    page: Any
    address: str
    asked: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def sign_in(self, login: str) -> None:
        """Sign in as one of the staff."""
        self.page.goto(f"{self.address}/desk/sign-in")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.settled()

    def go(self, path: str) -> None:
        """Open a page of the console by its address."""
        self.page.goto(f"{self.address}/console{path}")
        self.settled()

    def settled(self) -> None:
        """Wait until the page has its line to the server and shows its title."""
        with suppress(Exception):  # a page that asks again and again is settled by its title
            self.page.wait_for_load_state("networkidle", timeout=5_000)
        self.page.get_by_role("heading", level=1).first.wait_for()

    def faults(self) -> list[str]:
        """What would stop people who read with other means, by axe-core: rule and places."""
        from axe_playwright_python.sync_playwright import Axe

        with suppress(Exception):  # a list that is just closing is judged neither open nor closed
            self.page.wait_for_function("!document.querySelector('.q-menu')", timeout=3_000)
        with suppress(Exception):  # what is just coming up is lighter than it will be
            self.page.wait_for_function(STILL, timeout=5_000)
        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}"
            for one in found
            if one["impact"] in SERIOUS
        ]

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture of the page, whole or as far as the screen shows it."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    def fits(self) -> bool:
        """Whether nothing of the page lies beside the screen."""
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        )


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration city with its staff; ``YBZ_TEST_CITY`` names one that is ready."""
    ready = os.environ.get("YBZ_TEST_CITY")
    if ready:
        return Path(ready)
    from examples.demo.run import run
    from examples.staff.entering import enter

    folder = tmp_path_factory.mktemp("city") / "home"
    kept = os.environ.get("YBZ_HOME")
    run(folder)
    enter(folder)
    if kept is None:
        os.environ.pop("YBZ_HOME", None)
    else:
        os.environ["YBZ_HOME"] = kept
    return folder


@pytest.fixture(scope="module")
def console(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server over a city of this module's own."""
    folder = tmp_path_factory.mktemp("console") / "home"
    shutil.copytree(city, folder)
    give_own_store(Home(folder))
    with served(Home(folder), "--console") as server:
        yield server.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of this machine; it is closed with the module, for others start their own."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"no browser is installed — install one of {', '.join(BROWSERS)}")
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def reader(console: str, browser: Any) -> Iterator[Callable[..., Reader]]:
    """Somebody before the console: ``reader("minzheng")``, ``reader("minzheng", phone=True)``.

    In the end no page of theirs may have asked another host, or had a fault in its scripts.
    """
    made: list[tuple[Any, Reader]] = []

    def sat(login: str = "", *, phone: bool = False, plain: bool = False) -> Reader:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP, locale="zh-CN", has_touch=phone, accept_downloads=True,
            bypass_csp=plain,  # pages that allow no script would not let axe-core look at them
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(60_000)
        one = Reader(page, console)
        page.on("request", lambda request: one.asked.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: one.wrong.append(str(error)))
        made.append((context, one))
        if login:
            one.sign_in(login)
        return one

    yield sat
    for context, one in made:
        context.close()
        assert one.asked <= {urlsplit(console).netloc, ""}, one.asked
        assert not one.wrong, one.wrong
