"""A read that names what it has: answered without the store while nothing was written, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from catalog.store import writing
from policies.access import Role
from space.identity import tokens
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau import OPERATOR

PATH = "/v1/datasets/civil.population"


@pytest.fixture
def asked(door: Door) -> Callable[[Any], int]:
    """How many statements the store is asked for while something is done."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        # What looks for work in the background may come by at any time; it answers nobody.
        if not threading.current_thread().name.startswith("ybz-"):
            seen.append(statement)

    @contextmanager
    def counting() -> Iterator[None]:
        event.listen(door.bureau.engine, "before_cursor_execute", note)
        yield
        event.remove(door.bureau.engine, "before_cursor_execute", note)

    def statements(do: Callable[[], Any]) -> int:
        seen.clear()
        with counting():
            do()
        return len(seen)

    return statements


def known(door: Door) -> dict[str, str]:
    """A header that names what the operator was answered just now."""
    first = door.get(PATH, Role.CLIENT, OPERATOR["code"])
    assert first.status_code == 200
    return {"If-None-Match": first.headers["etag"]}


def again(door: Door, tags: dict[str, str], path: str = PATH, **more: Any) -> Any:
    return door.get(path, Role.CLIENT, OPERATOR["code"], headers=tags, **more)


def test_while_nothing_was_written_the_store_is_asked_nothing(door: Door, asked: Any) -> None:
    tags = known(door)
    made = again(door, tags)
    assert made.status_code == 304
    told: list[Any] = []
    if door.bureau.engine.dialect.name == "sqlite":
        assert asked(lambda: told.append(again(door, tags))) == 0
    else:
        told.append(again(door, tags))
    assert told[0].status_code == 304, told[0].text
    assert told[0].headers["etag"] == tags["If-None-Match"]
    assert told[0].headers["vary"] == made.headers["vary"]
    assert "Authorization" in made.headers["vary"]
    assert not told[0].content


def test_a_tag_of_another_state_brings_the_answer(door: Door) -> None:
    tags = known(door)
    again(door, tags)
    assert again(door, {"If-None-Match": '"0123"'}).status_code == 200
    assert again(door, {"If-None-Match": '"0123", ' + tags["If-None-Match"]}).status_code == 304
    assert again(door, tags, "/v1/datasets/market.firms").status_code == 200


def test_whatever_is_written_the_next_read_goes_its_whole_way(door: Door, asked: Any) -> None:
    tags = known(door)
    again(door, tags)
    with writing(door.bureau.engine) as connection:
        connection.execute(text("UPDATE entries SET code = '101000/999999' WHERE name = 'civil.population'"))
    told: list[Any] = []
    assert asked(lambda: told.append(again(door, tags))) > 0
    assert told[0].status_code == 200
    assert told[0].json()["code"] == "101000/999999"


def test_a_token_that_is_withdrawn_or_has_ended_opens_nothing(door: Door) -> None:
    tags = known(door)
    assert again(door, tags).status_code == 304
    door.bureau.clock.later(days=9, hours=23)
    assert again(door, tags).status_code in (200, 304)
    assert again(door, tags).status_code in (200, 304)
    door.bureau.clock.later(hours=2)
    assert again(door, tags).status_code == 401, "ten days are over, and nothing was written"


def test_a_withdrawn_token_opens_nothing(door: Door) -> None:
    with writing(door.bureau.engine) as connection:
        made = tokens.issue(
            connection, OPERATOR["code"], role=Role.CLIENT, by="张磊", days=10, now=door.bureau.clock()
        )
    headers = {"Authorization": f"Bearer {made.secret}"}
    headers["If-None-Match"] = door.client.get(PATH, headers=headers).headers["etag"]
    assert [door.client.get(PATH, headers=headers).status_code for _ in range(2)] == [304, 304]
    with writing(door.bureau.engine) as connection:
        tokens.withdraw(connection, made.id, by="张磊", now=door.bureau.clock())
    assert door.client.get(PATH, headers=headers).status_code == 401


def test_nobody_learns_from_a_tag_what_another_was_answered(door: Door) -> None:
    tags = known(door)
    again(door, tags)
    assert door.client.get(PATH, headers=tags).status_code == 401
    stranger = tags | {"Authorization": "Bearer ybz_of-nobody"}
    assert door.client.get(PATH, headers=stranger).status_code == 401
    unpublished = "/v1/datasets/civil.nothing"
    first = door.get(unpublished, headers={"If-None-Match": "*"}, organisation=AUTHORITY)
    assert first.status_code == 404
