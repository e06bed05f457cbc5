"""Places 席位: how many calls of one organisation are in hand at once; further ones wait without a thread.

Decides that no organisation holds every thread of the process: whoever sends more than a share of them waits
in the order of coming, and so do all who ask workers once enough of them wait already. Who runs next among
the callers of one grant is :mod:`space.engines.workers.turns`'s. How many are the rules ``calls_each``,
``asking_each``, ``asking_all`` and ``place_wait`` of ``policies/rules/service.yaml``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

from policies.access import Act
from policies.rulebook import rule
from space.calls.failing import AnswerLate

# What waits for a worker as long as a query may take, with its thread in hand.
_RUN: Final = frozenset({Act.QUERY_ASK, Act.VERIFICATION_ASK, Act.STANDING_KEEP})
# By event loop: what waits in one is woken in it. Places of one rule with another value are others.
_Held = dict[tuple[str, str, int], asyncio.Semaphore]
_HELD: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Held]] = WeakKeyDictionary()
_EVERYBODY: Final = ""


@asynccontextmanager
async def place(organisation: str, act: Act | None, on: date) -> AsyncIterator[bool]:
    """Hold a place while a call is in hand; gives whether it had to wait for it.

    Args:
        organisation: code of the caller's.
        act: of the door it passed.
        on: today, Asia/Shanghai.

    Raises:
        AnswerLate: none came in time; nothing was taken.
    """
    if act not in _RUN:
        async with _taken(organisation, "calls_each", on) as waited:
            yield waited
        return
    async with _taken(organisation, "asking_each", on) as own, _taken(_EVERYBODY, "asking_all", on) as others:
        yield own or others


@asynccontextmanager
async def _taken(organisation: str, name: str, on: date) -> AsyncIterator[bool]:
    held, most = _HELD.setdefault(asyncio.get_running_loop(), {}), int(rule("service", name, on).value)
    places = held.setdefault((organisation, name, most), asyncio.Semaphore(most))
    waited = places.locked()
    try:
        async with asyncio.timeout(float(rule("service", "place_wait", on).value)):
            await places.acquire()
    except TimeoutError:
        raise AnswerLate("other calls of this organisation took all the places — ask again later") from None
    try:
        yield waited
    finally:
        places.release()
