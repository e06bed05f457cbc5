"""One query asked by many at once, and gateways killed at every step: nothing is lost or charged twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.store import reading
from catalog.store.tables.queries import receipts, reservations
from space import metering
from space.query.gateway import Answered

pytestmark = pytest.mark.full

BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"
# Asks one question through a gateway of its own; is killed by itself where it is told to.
ASKER = """
import os, signal, sys
from datetime import UTC, datetime
from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store, writing
from space import answers, budget
from space.engines.pool import Pool
from space.identity.tokens import Caller
from space.query import gateway, handout
from space.query.admit import Question
grant, purpose, who, sql, step = sys.argv[1:6]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    def then(*a, **k):
        got = real(*a, **k)
        die()
    setattr(module, name, then)

if step == "before the reservation is kept": after(budget, "reserve")
if step == "before the run": Pool.run = die
if step == "after the run": after(Pool, "run")
if step == "after the answer is stored": after(answers, "keep")
if step == "before the charge is kept": after(handout, "settle")
home = Home.find()
with Pool() as pool:
    now = datetime(2026, 9, 24, 4, tzinfo=UTC)
    made = gateway.Gateway(open_store(home), home, load(home).signer, pool, lambda: now)
    given = made.ask(Caller(who), Question(grant, purpose, sql))
    if step == "after the charge is kept": die()
    print(given.receipt_id, sorted(map(str, given.table.to_pylist())), sep="|")
"""
STEPS = {
    # step: (reservations spent, whether the answer was already paid for and is repeated)
    "before the reservation is kept": (0, False),
    "before the run": (1, False),
    "after the run": (1, False),
    "after the answer is stored": (1, False),
    "before the charge is kept": (1, False),
    "after the charge is kept": (1, True),
}


def start(held: Any, step: str = "") -> subprocess.Popen[str]:
    """A gateway in a process of its own, with one question."""
    words = [sys.executable, "-c", ASKER, held.id, held.terms.purpose, held.grantee, BY_DISTRICT, step]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def agree(busy: Any, held: Any) -> None:
    """No answer without receipt, no charge without answer, every reservation paid once."""
    with reading(busy.engine) as connection:
        total = metering.totals(connection, held.id)
        paid = connection.execute(select(reservations.c.state, reservations.c.nrho)).all()
    row = busy.row(held)
    answered = sum(state == "answered" for state, _ in paid)
    assert answered == 1
    assert row.nrho_spent == sum(nrho for _, nrho in paid)
    assert (row.charged_fen, row.nrho_spent) == (total["price_fen"], total["nrho"])
    assert row.charged_fen == 500 * busy.count(select(func.count()).select_from(receipts))


def test_one_query_asked_by_many_at_once_has_one_answer_and_one_reservation(busy: Any) -> None:
    held = busy.held(busy.people)
    got: list[Answered] = []
    elsewhere = [start(held) for _ in range(2)]
    threads = [threading.Thread(target=lambda: got.append(busy.ask(held, BY_DISTRICT))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [process.communicate(timeout=120) for process in elsewhere]

    assert [process.returncode for process in elsewhere] == [0, 0], told
    answers = {str(sorted(map(str, one.table.to_pylist()))) for one in got}
    answers |= {out.strip().partition("|")[2] for out, _ in told}
    assert len(answers) == 1, "noise was drawn more than once"
    assert busy.count(select(func.count()).select_from(reservations)) == 1
    assert busy.row(held).nrho_spent == 10_000_000
    agree(busy, held)


@pytest.mark.parametrize("step", STEPS)
def test_a_gateway_killed_at_any_step_loses_and_doubles_nothing(busy: Any, step: str) -> None:
    held, (spent, repeated) = busy.held(busy.people), STEPS[step]
    killed = start(held, step)
    _, errors = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, errors
    assert busy.row(held).nrho_spent == spent * 10_000_000
    assert busy.row(held).charged_fen == (500 if repeated else 0)

    busy.clock.later(minutes=30)  # whoever held the reservation has had the time for it
    answer = busy.ask(held, BY_DISTRICT)

    assert isinstance(answer, Answered)
    assert answer.repeated is repeated
    assert busy.row(held).nrho_spent == (spent + (not repeated)) * 10_000_000
    agree(busy, held)
