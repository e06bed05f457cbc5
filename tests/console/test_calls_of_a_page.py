"""What a page sends to the interface: an act that is under way is not sent a second time."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from space.console.calling import Calls


class Interface:
    """Answers slowly, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        key = dict(scope["headers"]).get(b"idempotency-key", b"").decode()
        self.asked.append((scope["method"], key))
        await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"done": true}'})


def calls(interface: Any) -> Calls:
    """Of a page that a browser on this machine asked for."""
    asked = Request(
        {
            "type": "http", "method": "GET", "scheme": "http", "server": ("localhost", 80), "path": "/",
            "query_string": b"", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1),
        }
    )  # fmt: skip
    return Calls(interface, asked)


def test_two_fast_clicks_are_one_act() -> None:
    interface = Interface()

    async def click() -> list[Any]:
        page = calls(interface)
        return await asyncio.gather(page.post("/v1/things", {"a": 1}), page.post("/v1/things", {"a": 1}))

    assert asyncio.run(click()) == [{"done": True}, {"done": True}]
    assert len(interface.asked) == 1


def test_another_act_and_the_same_one_later_are_sent() -> None:
    interface = Interface()

    async def click() -> None:
        page = calls(interface)
        await asyncio.gather(page.post("/v1/things", {"a": 1}), page.post("/v1/things", {"a": 2}))
        await page.post("/v1/things", {"a": 1})

    asyncio.run(click())
    assert len({key for _, key in interface.asked}) == 3


def test_reading_is_never_held_back() -> None:
    interface = Interface()

    async def read() -> None:
        page = calls(interface)
        await asyncio.gather(page.get("/v1/things"), page.get("/v1/things"))

    asyncio.run(read())
    assert interface.asked == [("GET", ""), ("GET", "")]


class Register:
    """A list that is told in parts, of two rows each."""

    def __init__(self, rows: int) -> None:
        self.rows, self.asked = list(range(rows)), list[str]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = parse_qs(scope["query_string"].decode())
        first = int(query.get("after", ["0"])[0])
        self.asked.append(query["colour"][0])
        following = str(first + 2) if first + 2 < len(self.rows) else None
        told = {"things": self.rows[first : first + 2], "next": following, "total": len(self.rows)}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def test_a_list_is_read_to_its_end_with_what_is_told_beside_it() -> None:
    register = Register(5)
    told = asyncio.run(calls(register).whole("/v1/things", "things", mark="after", colour="red"))
    assert (told["things"], told["total"], register.asked) == ([0, 1, 2, 3, 4], 5, ["red"] * 3)
    assert asyncio.run(calls(Register(0)).whole("/v1/things", "things", colour="red"))["things"] == []
