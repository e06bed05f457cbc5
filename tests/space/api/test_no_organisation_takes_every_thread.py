"""Calls of one organisation beyond its places wait without a thread, and others go past them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from policies.access import Act
from policies.rulebook import rule
from space.api.entrance import places
from space.calls.failing import AnswerLate

READ, ASK, ON = Act.CATALOGUE_READ, Act.QUERY_ASK, date(2026, 11, 22)
CALLS_EACH, ASKING_EACH, ASKING_ALL = (
    rule("service", name, ON).value for name in ("calls_each", "asking_each", "asking_all")
)


class Room:
    """Calls that stay until they are let go."""

    def __init__(self) -> None:
        self.inside, self.over = Counter[str](), asyncio.Event()
        self.calls: list[asyncio.Task[None]] = []

    async def come(self, organisation: str, act: Act, times: int) -> None:
        """So many calls come, and as many of them as may take their places."""
        self.calls += [asyncio.create_task(self._stay(organisation, act)) for _ in range(times)]
        for _ in range(10):
            await asyncio.sleep(0)

    async def _stay(self, organisation: str, act: Act) -> None:
        async with places.place(organisation, act, ON):
            self.inside[organisation] += 1
            await self.over.wait()

    async def go(self) -> None:
        """Let all of them go."""
        self.over.set()
        await asyncio.gather(*self.calls)


def test_an_organisation_waits_for_itself_and_nobody_else() -> None:
    async def story() -> Counter[str]:
        room = Room()
        await room.come("a", READ, 100)
        await room.come("b", READ, 1)
        await room.come("a", ASK, 100)  # who asks workers does not keep the others from reading
        assert room.inside == {"a": CALLS_EACH + ASKING_EACH, "b": 1}
        await room.go()
        return room.inside

    assert asyncio.run(story()) == {"a": 200, "b": 1}


def test_all_who_ask_workers_leave_threads_to_those_who_read() -> None:
    async def story() -> None:
        room = Room()
        for organisation in "abcdef":
            await room.come(organisation, ASK, 50)
        assert room.inside.total() == ASKING_ALL
        assert max(room.inside.values()) == ASKING_EACH
        await room.come("g", READ, 1)
        assert room.inside["g"] == 1
        await room.go()
        assert room.inside.total() == 301

    asyncio.run(story())


def test_who_finds_no_place_in_time_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        room = Room()
        await room.come("a", READ, CALLS_EACH)
        none = replace(rule("service", "place_wait", ON), value=0)
        stated = {"place_wait": none, "calls_each": rule("service", "calls_each", ON)}
        monkeypatch.setattr(places, "rule", lambda _file, name, _on: stated[name])
        with pytest.raises(AnswerLate):
            async with places.place("a", READ, ON):
                pass
        monkeypatch.undo()
        await room.go()
        async with places.place("a", READ, ON):  # a place that was waited for in vain is not lost
            pass

    asyncio.run(story())


def test_a_call_that_fails_gives_its_place_back() -> None:
    async def story() -> None:
        for _ in range(3 * CALLS_EACH):
            with pytest.raises(ValueError, match="fails"):
                async with places.place("a", READ, ON):
                    raise ValueError("fails")

    asyncio.run(story())


def test_a_place_tells_whether_it_was_waited_for() -> None:
    async def story() -> list[bool]:
        told: list[bool] = []

        async def call() -> None:
            async with places.place("a", READ, ON) as waited:
                told.append(waited)
                await asyncio.sleep(0)

        await asyncio.gather(*(call() for _ in range(CALLS_EACH + 1)))
        return told

    assert asyncio.run(story()) == [*([False] * CALLS_EACH), True]
