"""Every endpoint, called as every role of an organisation in every relation, lets in whom the matrix lets in.

A fixed part runs with every build; the whole runs in full.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from catalog.store import reading
from policies.access import Relation, Role, may
from policies.clocks import local_date
from policies.decision import Permit
from space.access import doors, judging
from space.access.concerned import FOUND, KINDS, is_public, owners
from space.access.doors import Door
from space.access.relations import relation
from tests.space.access.neighbours import NOW, OWN, STANDS, City, Neighbours

pytestmark = pytest.mark.embedded

# One of so many calls is made, and one of so many judged, in every build.
SAMPLED, JUDGED = 401, 41
# What is about the session of a browser itself: a token has none.
SESSIONS_ONLY = {"GET /v1/sessions/current"}
# What ends or changes the session that asks: other calls would find it gone.
ENDS_SESSIONS = {"POST /v1/sessions/current/end", "POST /v1/sessions/current/membership"}
_COOKIES: dict[str, str] = {}


def test_the_neighbours_stand_as_they_are_called(city: City) -> None:
    around = city.around
    with reading(around.engine) as connection:
        for stands, code in STANDS.items():
            assert relation(connection, code, OWN, local_date(NOW)) is stands


def test_a_thing_of_every_kind_belongs_to_the_organisation_called_own(city: City) -> None:
    around = city.around
    assert {*KINDS, *FOUND} == set(around.things)
    with reading(around.engine) as connection:
        for kind, named in around.things.items():
            assert set(owners(connection, kind, named)) == {OWN}, kind


@pytest.mark.parametrize(
    "every", [pytest.param(JUDGED, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_every_role_passes_every_endpoint_towards_whom_the_matrix_says(city: City, every: int) -> None:
    around, wrong = city.around, []
    calls = [(name, role, stands) for name in city.endpoints for role in Role for stands in Relation]
    with reading(around.engine) as connection:
        for name, role, stands in calls[::every]:
            door = doors.endpoints()[name]
            named = _thing(door, around)
            passed = judging.passes(connection, role, STANDS[stands], door, named, local_date(NOW))
            if isinstance(passed, Permit) is not _allowed(door, named, role, stands):
                wrong.append((name, role.value, stands.value))
    assert wrong == []


@pytest.mark.parametrize(
    "every", [pytest.param(SAMPLED, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_every_endpoint_lets_in_whom_the_matrix_lets_in_and_nobody_else(city: City, every: int) -> None:
    app, around, store = city.app, city.around, city.store
    calls = [
        (name, role, stands)
        for name in city.endpoints
        for role in Role
        for stands in Relation
        if name not in ENDS_SESSIONS
    ]
    wrong = asyncio.run(_wrong(app, around, store, calls[::every]))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "every", [pytest.param(9, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_nobody_unknown_passes_an_endpoint_that_is_not_public(city: City, every: int) -> None:
    app, around = city.app, city.around

    async def statuses() -> dict[str, int]:
        found: dict[str, int] = {}
        async with _client(app) as client:
            for name in list(city.endpoints)[::every]:
                door = doors.endpoints()[name]
                if not door.public:
                    found[name] = (await _call(client, name, door, around, None)).status_code
        return found

    let_in = {
        name: status
        for name, status in asyncio.run(statuses()).items()
        if status != 401 and not (name.partition(" ")[2].startswith("/desk") and status == 303)
    }
    assert let_in == {}


def test_what_is_not_for_a_caller_reads_like_what_is_not_there(
    city: City,
) -> None:
    app, around = city.app, city.around
    stranger = around.tokens[Role.CLIENT, Relation.FOREIGN]

    async def told(path: str) -> tuple[int, Any]:
        async with _client(app) as client:
            answer = await client.get(path, headers={"Authorization": f"Bearer {stranger}"})
            return answer.status_code, answer.json()

    for place, kind in (("grants", "grant"), ("receipts", "receipt"), ("contracts", "contract")):
        there = asyncio.run(told(f"/v1/{place}/{around.things[kind]}"))
        assert there == asyncio.run(told(f"/v1/{place}/no-such-thing"))
        assert there[0] == 404


def _allowed(door: Door, named: str | None, role: Role, stands: Relation) -> bool:
    """What the matrix says of a call."""
    if door.public:
        return True
    if door.concerns == doors.EVERYTHING:
        stands = Relation.FOREIGN  # nobody here is the installation's data authority
    elif named is None:
        stands = Relation.OWN
    return isinstance(may(role, door.act, stands), Permit)


def _thing(door: Door, around: Neighbours) -> str | None:
    """What a door names: a thing of the organisation called ``own``; None where it names nothing."""
    if not door.named:
        return None
    return around.things[door.concerns]


async def _wrong(
    app: FastAPI, around: Neighbours, store: Path, calls: list[tuple[str, Role, Relation]]
) -> list[str]:
    """Calls that went otherwise than the matrix says, or that were refused and yet changed the store."""
    found: list[str] = []
    async with _client(app) as client, _watching(store) as watch:
        for name, role, stands in calls:
            door = doors.endpoints()[name]
            if "/desk" in name or name in SESSIONS_ONLY:
                await _signed_in(client, around.tokens[role, stands])
            before = watch.execute("PRAGMA data_version").fetchone()
            answer = await _call(client, name, door, around, around.tokens[role, stands])
            moved = watch.execute("PRAGMA data_version").fetchone() != before
            allowed = _allowed(door, _thing(door, around), role, stands)
            refused = _refused(door, answer)
            if allowed is refused and not (allowed and _may_be_missing(answer)):
                found.append(f"{name} {role.value} {stands.value}: {answer.status_code} {answer.text[:90]}")
            if not allowed and moved:
                found.append(f"{name} {role.value} {stands.value}: refused, and the store moved")
    return found


@asynccontextmanager
async def _watching(store: Path) -> AsyncIterator[sqlite3.Connection]:
    """A connection of its own, which sees whether another wrote."""
    watch = sqlite3.connect(store)
    try:
        yield watch
    finally:
        watch.close()


def _refused(door: Door, answer: httpx.Response) -> bool:
    """Whether the gate kept a call out: 401, 403 of the matrix, or as unknown as what is not there."""
    if door.public:
        return "access." in answer.text[:200]
    if door.name.partition(" ")[2].startswith("/desk"):  # pages say it in words, and name the code
        return answer.status_code == 404 or (answer.status_code == 422 and "access." in answer.text)
    if answer.status_code == 401 or "access." in answer.text[:200]:
        return True
    unknown = answer.status_code in (403, 404) and door.named and not is_public(door.concerns)
    return unknown and ("not_found" in answer.text or "grant.not_held" in answer.text)


def _may_be_missing(answer: httpx.Response) -> bool:
    """Whether a call that was let in found nothing behind the bare row."""
    return answer.status_code in (403, 404) and "access." not in answer.text[:200]


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def _signed_in(client: httpx.AsyncClient, token: str) -> str:
    """The cookie of a browser that is signed in with a token."""
    if token not in _COOKIES:
        answer = await client.post("/desk/sign-in", data={"token": token, "person": "周敏"})
        _COOKIES[token] = answer.headers["set-cookie"].partition(";")[0]
        client.cookies.clear()
    return _COOKIES[token]


async def _call(
    client: httpx.AsyncClient, name: str, door: Door, around: Neighbours, token: str | None
) -> httpx.Response:
    method, _, path = name.partition(" ")
    place, _, called = door.where.partition(".")
    thing = _thing(door, around) or "none"
    path = re.sub(r"{(\w+)}", lambda word: thing if (place, called) == ("path", word[1]) else "1", path)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if token is not None and (path.startswith("/desk") or name in SESSIONS_ONLY):
        headers = {"Cookie": await _signed_in(client, token), "Sec-Fetch-Site": "same-origin"}
    query = {called: thing} if place == "query" else {}
    body = {called: thing} if place == "body" else {}
    if method in ("GET", "DELETE"):
        return await client.request(method, path, params=query, headers=headers)
    return await client.request(method, path, params=query, headers=headers, json=body)
