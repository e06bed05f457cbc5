"""Lines of pages: whoever learns the name of another's page can neither take it over nor move it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import httpx
import pytest
import socketio

from examples.staff.roster import PASSWORD

pytestmark = pytest.mark.full
WAY = "/console/_nicegui_ws/socket.io"


class Somebody:
    """Signed in, without a browser."""

    everybody: ClassVar[list[Somebody]] = []

    def __init__(self, address: str, login: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=60)
        self.client.post("/v1/sessions", json={"login": login, "password": PASSWORD}).raise_for_status()
        self.everybody.append(self)

    def page(self) -> str:
        """Open the first page; gives the name of its line."""
        found = re.search(r"client_id['\"]: ?['\"]([0-9a-f-]{36})", self.client.get("/console/").text)
        assert found is not None
        return found.group(1)

    @contextmanager
    def line(self, page: str) -> Iterator[socketio.SimpleClient]:
        """A line of this session to a page."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        with socketio.SimpleClient() as line:
            line.connect(
                f"{self.address}/console?client_id={page}&implicit_handshake=false",
                headers={"Cookie": cookies},
                transports=["websocket"], socketio_path=WAY,
            )  # fmt: skip
            yield line


@pytest.fixture(autouse=True)
def left() -> Iterator[None]:
    """Whoever signed in leaves."""
    yield
    while Somebody.everybody:
        Somebody.everybody.pop().client.close()


def shake(line: socketio.SimpleClient, page: str) -> bool:
    """Ask to be the line of a page."""
    said = {"client_id": page, "tab_id": "t", "document_id": "d", "next_message_id": 0}
    return bool(line.call("handshake", said, timeout=10))


def test_a_line_to_the_page_of_another_session_is_refused(console: str) -> None:
    theirs, mine = Somebody(console, "shujuju").page(), Somebody(console, "minzheng")
    with pytest.raises(socketio.exceptions.ConnectionError), mine.line(theirs):
        pass


def test_a_line_of_one_page_cannot_become_that_of_anothers(console: str) -> None:
    theirs, mine = Somebody(console, "shujuju").page(), Somebody(console, "minzheng")
    own = mine.page()
    with mine.line(own) as line:
        assert not shake(line, theirs)
        assert shake(line, own)


def test_a_line_without_a_session_is_turned_away(console: str) -> None:
    page = Somebody(console, "shujuju").page()
    stranger = Somebody(console, "minzheng")
    stranger.client.cookies.clear()
    with pytest.raises(socketio.exceptions.ConnectionError), stranger.line(page):
        pass


def test_the_second_way_of_the_library_is_not_open(console: str) -> None:
    mine = Somebody(console, "minzheng")
    assert mine.client.get(f"{WAY}/?EIO=4&transport=polling").status_code == 403


def test_a_file_is_taken_for_a_page_of_the_session_alone(console: str) -> None:
    theirs, mine = Somebody(console, "shujuju").page(), Somebody(console, "minzheng")
    sent = mine.client.post(f"/console/_nicegui/client/{theirs}/upload/1", files={"file": b"a"})
    assert sent.status_code == 403


def test_a_session_opens_so_many_pages_and_no_more(console: str) -> None:
    mine = Somebody(console, "jiandu")
    states = [mine.client.get("/console/").status_code for _ in range(45)]
    assert states[0] == 200
    assert states[-1] == 429


def test_an_address_the_installation_is_not_known_by_is_told_so(console: str) -> None:
    mine = Somebody(console, "minzheng")
    answer = mine.client.get("/console/", headers={"Host": "ledger.example"})
    assert answer.status_code == 421
    assert "YBZ_PUBLIC_URL" in answer.text
