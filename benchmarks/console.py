"""What the console costs: its first page in a browser, fifty people at once, and memory for each of them.

Everybody is one of the staff of the demonstration city, signed in, with the first page and its line open, as
long as it is measured. The city is made anew, which takes about a minute.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.measure import Figure
from examples.demo.run import run as play
from examples.staff.entering import enter
from examples.staff.roster import PASSWORD, STAFF

PEOPLE: Final = 50
# Seconds within which all of them open their first page, where it is not in the same instant.
MORNING_S: Final = 10.0
# Milliseconds in which the first page is to stand.
FIRST_PAGE_MS: Final = 2000.0
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_S: Final = 120.0
_LINE: Final = "/console/_nicegui_ws/socket.io"
_CLIENT: Final = re.compile(r"client_id['\"]: ?['\"]([0-9a-f-]{36})")


def run() -> Iterator[Figure]:
    """Measure against the target, against one person alone, and against the server without anybody."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        play(home)
        enter(home)
        with _served(home) as (process, address):
            yield from _in_a_browser(address)
            yield from asyncio.run(_everybody(process, address))


@contextmanager
def _served(home: Path) -> Iterator[tuple[int, str]]:
    """A server over the city; gives the number of its process and its address."""
    command = [sys.executable, "-c", "from ybz import main; main()", "serve", "--console", "--port", "0"]
    environment = {**os.environ, "YBZ_HOME": str(home), "YBZ_LOG_LEVEL": "info"}
    log = home / "serve.log"
    with log.open("w") as out, subprocess.Popen(command, stderr=out, env=environment) as process:
        try:
            while (found := re.search(r"running on (http://[^\s\"]+)", log.read_text())) is None:
                assert process.poll() is None, "the server did not start"
                time.sleep(0.1)
            yield process.pid, found.group(1)
        finally:
            process.terminate()


def _in_a_browser(address: str) -> Iterator[Figure]:
    """The first page until its title stands: with nothing kept, and again with what the browser keeps."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print("no browser is installed: the first page is not measured", file=sys.stderr)
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=found, args=["--no-sandbox"])
        cold, warm = [], []
        for _ in range(3):
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.goto(f"{address}/desk/sign-in")
            page.fill("#login", "shujuju")
            page.fill("#password", PASSWORD)
            began = time.perf_counter()
            page.get_by_role("button", name="登录").click()
            page.locator("main h1").wait_for()
            cold.append(1000 * (time.perf_counter() - began))
            warm.extend(_opened(page, address) for _ in range(3))
        browser.close()
    against = "the target"
    yield Figure("console: sign in and first page, nothing kept by the browser", statistics.median(cold),
                 FIRST_PAGE_MS, "ms", "≤ 2 s", against)  # fmt: skip
    yield Figure("console: first page again", statistics.median(warm), FIRST_PAGE_MS, "ms", "≤ 2 s", against)


def _opened(page: Any, address: str) -> float:
    """Milliseconds until the first page stands."""
    began = time.perf_counter()
    page.goto(f"{address}/console/")
    page.locator("main h1").wait_for()
    return 1000 * (time.perf_counter() - began)


async def _everybody(process: int, address: str) -> list[Figure]:
    """One after another signs in; then all open the first page at once, and keep it open."""
    people = [await _signed_in(address, one.login) for one in islice(cycle(STAFF), PEOPLE)]
    # Once for what a process does once, once measured; of every role, as their pages differ.
    alone = [await _page(one) for _ in range(2) for one in people[: len(STAFF)]][len(STAFF) :]
    spread = await asyncio.gather(*(_page(one, MORNING_S * at / PEOPLE) for at, one in enumerate(people)))
    before = _memory_mib(process)
    opened = await asyncio.gather(*(_page(one) for one in people))
    lines = [await _line(one, page) for one, (_, page) in zip(people, opened, strict=True)]
    each = (_memory_mib(process) - before) / PEOPLE
    together, morning = (sorted(taken for taken, _ in those) for those in (opened, spread))
    for line in lines:
        await line.disconnect()
    for one in people:
        await one.aclose()
    one_alone = statistics.mean(taken for taken, _ in alone)
    return [
        Figure(f"console: first page, {PEOPLE} people within {MORNING_S:.0f} s, p95",
               morning[int(0.95 * PEOPLE)], FIRST_PAGE_MS, "ms", "≤ 2 s", "the target"),
        Figure(f"console: first page, {PEOPLE} people in the same instant, p95",
               together[int(0.95 * PEOPLE)], one_alone, "ms", f"≤ {PEOPLE}×", "one person alone"),
        Figure("console: memory a person with the first page open", each, before, "MiB", "reported",
               "the server with nobody before it"),
    ]  # fmt: skip


async def _signed_in(address: str, login: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=_PATIENCE_S)
    answer = await client.post("/v1/sessions", json={"login": login, "password": PASSWORD})
    answer.raise_for_status()
    return client


async def _page(client: httpx.AsyncClient, after_s: float = 0.0) -> tuple[float, str]:
    """Open the first page, a while later; gives milliseconds and the name of its line."""
    await asyncio.sleep(after_s)
    began = time.perf_counter()
    answer = await client.get("/console/")
    taken = 1000 * (time.perf_counter() - began)
    found = _CLIENT.search(answer.raise_for_status().text)
    assert found is not None, "the page has no line"
    return taken, found.group(1)


async def _line(client: httpx.AsyncClient, page: str) -> Any:
    """Open the line of a page, as its script does."""
    import socketio

    line, place = socketio.AsyncClient(), str(client.base_url)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    said = f"client_id={page}&tab_id=t&document_id=d&next_message_id=0&implicit_handshake=true"
    headers = {"Cookie": cookies, "Origin": place}
    await line.connect(f"{place}?{said}", headers=headers, transports=["websocket"], socketio_path=_LINE)
    return line


def _memory_mib(process: int) -> float:
    """Memory of a process and of it alone, in MiB."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024
