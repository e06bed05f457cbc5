"""Worker and gateway killed: no budget lost or doubled, no answer without receipt, no charge without one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.store import reading
from catalog.store.tables.queries import receipts, reservations, usages
from space.engines.pool import Pool
from space.errors import EngineError
from tests.space.bureau import NOON, Bureau

BY_SEX = "SELECT sex, count(*) AS persons FROM civil.population GROUP BY sex"

# A gateway in a process of its own, which dies as if its machine did, just before or after one step.
DYING = """
import os, signal, sys
from datetime import datetime
from catalog import keys
from catalog.home import Home
from catalog.store import open_store
from space import answers, budget
from space.engines.pool import Pool
from space.identity.tokens import Caller
from space.query import gateway, handout
from space.query.admit import Question
step, grant_id, purpose, who, sql, at = sys.argv[1:]
home = Home.find()
rooms = {"reserve": budget, "run": Pool, "keep": answers, "settle": handout, "_give": handout}
when, name = step.split(":")
done = getattr(rooms[name], name)
def dying(*args, **words):
    made = done(*args, **words) if when == "after" else None
    os.kill(os.getpid(), signal.SIGKILL)
    return made
setattr(rooms[name], name, dying)
with Pool(spare=False) as pool:
    signer, now = keys.load(home).signer, datetime.fromisoformat(at)
    asked = gateway.Gateway(open_store(home), home, signer, pool, lambda: now)
    asked.ask(Caller(who), Question(grant_id, purpose, sql))
print("alive")
"""


def books(bureau: Bureau) -> dict[str, int]:
    """What the store says of calls, money and budget."""
    with reading(bureau.engine) as connection:

        def count(statement: Any) -> int:
            return int(connection.execute(statement).scalar_one() or 0)

        answered = usages.c.outcome == "answered"
        return {
            "answered": count(
                select(func.count()).select_from(reservations).where(reservations.c.state == "answered")
            ),
            "charged": count(select(func.count()).select_from(usages).where(usages.c.price_fen > 0)),
            "fresh": count(select(func.count()).select_from(usages).where(answered)),
            "receipts": count(select(func.count()).select_from(receipts)),
            "nrho": count(select(func.sum(reservations.c.nrho))),
        }


def in_order(bureau: Bureau, held: Any) -> dict[str, int]:
    """The books, which agree with one another whatever happened."""
    found = books(bureau)
    assert found["answered"] == found["fresh"] == found["charged"] == found["receipts"]
    assert found["nrho"] == bureau.row(held).nrho_spent, "budget is neither lost nor counted twice"
    return found


@pytest.mark.parametrize(
    "step",
    [
        "before:reserve",
        "before:run",
        "after:run",
        "before:keep",
        "after:keep",
        "before:settle",
        "after:_give",
    ],
)
def test_a_gateway_that_dies_leaves_its_books_in_order(busy: Bureau, step: str) -> None:
    held = busy.held(busy.people)
    who, at = held.grantee, NOON.isoformat()
    died = subprocess.run(
        [sys.executable, "-c", DYING, step, held.id, held.terms.purpose, who, BY_SEX, at],
        env={**os.environ, "YBZ_HOME": str(busy.home.root)},
        capture_output=True,
        text=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert in_order(busy, held)["answered"] == 0
    reserved = 0 if step == "before:reserve" else 1
    assert busy.count(select(func.count()).select_from(reservations)) == reserved
    busy.clock.later(minutes=5)
    busy.ask(held, BY_SEX)
    found = in_order(busy, held)
    assert found["answered"] == 1
    assert busy.count(select(func.count()).select_from(reservations)) == reserved + 1


def test_a_worker_killed_while_it_works_costs_its_budget_once_and_no_money(busy: Bureau) -> None:
    held = busy.held(busy.people)
    with Pool(spare=False) as pool:
        asked = Bureau(busy.home, busy.engine, busy.keys, pool, busy.clock)
        pool.warm()
        (spare,) = pool.processes()
        os.kill(spare, signal.SIGSTOP)
        killer = threading.Timer(1.0, os.kill, (spare, signal.SIGKILL))
        killer.start()
        with pytest.raises(EngineError):
            asked.ask(held, BY_SEX)
        killer.join()
        assert in_order(busy, held)["answered"] == 0
        spent = busy.row(held).nrho_spent
        assert spent > 0
        asked.ask(held, BY_SEX)
    found = in_order(busy, held)
    assert found["answered"] == 1
    assert found["nrho"] == 2 * spent, "the killed run and the answered one"


def test_an_answer_leaves_at_a_full_bucket_of_time(busy: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    ticks = iter([10.0, 10.113])  # when the worker begins, and when it has its answer
    clock = SimpleNamespace(monotonic=lambda: next(ticks), sleep=slept.append)
    monkeypatch.setattr("space.query.gateway.time", clock)
    busy.ask(busy.held(busy.people), BY_SEX)
    assert slept == [pytest.approx(0.037)], "the next multiple of fifty milliseconds"
