"""Fixtures of endings: the bureau, and calls whose workers are held so that they are under way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from space.engines.workers.pool import Pool
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway
from tests.space.bureau import bureau, busy, founded, granting, pool
from tests.space.wayback.conftest import paying, settle, telling

__all__ = ["bureau", "busy", "founded", "granting", "paying", "pool", "settle", "telling"]

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


class UnderWay:
    """A call in a thread of its own, whose worker is held."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.answer: Any = None
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._call()
        except BaseException as error:
            self.answer = error

    @property
    def running(self) -> bool:
        """Whether it is under way still."""
        return self._thread.is_alive()

    def ended(self) -> Any:
        """Its answer, once it has ended: long before its worker's own time is over."""
        began = time.monotonic()
        self._thread.join(10)
        assert not self.running, "the call goes on"
        self.lasted_s = time.monotonic() - began
        return self.answer


@pytest.fixture
def held_workers() -> Iterator[Pool]:
    """Workers that do nothing until they are killed: stopped by the system in the middle of their call."""
    with Pool(spare=False) as made:
        made.vault.warm()
        for pid in (*made.processes(), *made.vault.processes()):
            os.kill(pid, signal.SIGSTOP)
        yield made


@pytest.fixture
def asking(busy: Any, held_workers: Pool) -> Callable[..., UnderWay]:
    """Begins a call of a grant, and waits until it is paid and under way."""
    from sqlalchemy import func, select

    from catalog.store.tables.queries import reservations

    def begin(held: Any, sql: str = BY_INDUSTRY) -> UnderWay:
        gateway = Gateway(busy.engine, busy.home, busy.keys.signer, held_workers, busy.clock)
        question = Question(held.id, held.terms.purpose, sql)
        call = UnderWay(lambda: gateway.ask(Caller(held.grantee), question))
        paid = select(func.count()).select_from(reservations).where(reservations.c.grant_id == held.id)
        end = time.monotonic() + 60
        while busy.count(paid) == 0 and time.monotonic() < end and call.running:
            time.sleep(0.01)
        assert call.running, call.answer
        return call

    return begin
