"""Ten thousand reservations race from eight processes, on both databases: all is spent, nothing oversold.

Half of them race for a privacy budget, half for a quota, all of them now and then for the same answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.queries import reservations
from tests.space.bureau import Bureau
from tests.space.grants.books import in_order

pytestmark = pytest.mark.full

PROCESSES, EACH = 8, 1250
BUDGET, COST, QUOTA = 2_000, 100_000, 2_500
# Every tenth query of each process is one all of them ask.
SHARED = 10
# Reserves one query after the other, answers a tenth of them and loses a tenth; says what became of each.
RACER = """
import json, sys, time
from collections import Counter
from datetime import UTC, datetime
from catalog.home import Home
from catalog.store import open_store, writing
from policies.decision import Deny
from space import store
from space.calls import budget
grants, who, count, cost, shared = sys.argv[1].split(","), *map(int, sys.argv[2:6])
engine, now = open_store(Home.find()), datetime(2026, 9, 24, 4, tzinfo=UTC)
told, took = Counter(), []
print("ready", flush=True)
sys.stdin.readline()
began = time.process_time()
for n in range(count):
    of = n % 2
    name = f"all-{n}" if n % shared in (0, 1) else f"{who}-{n}"
    key = budget.AnswerKey(grants[of], "t", name, ("rel",), "dp")
    start = time.monotonic()
    with writing(engine) as connection:
        got = budget.reserve(connection, key, nrho=0 if of else cost, now=now)
    took.append(time.monotonic() - start)
    told[f"{of} " + (got.reasons[0].code if isinstance(got, Deny) else type(got).__name__)] += 1
    if isinstance(got, budget.Reserved) and n % 10 == 8:
        with writing(engine) as connection:
            assert budget.lose(connection, got.id, reason="engine.no_answer", now=now)
print(json.dumps({"told": told, "cpu_s": time.process_time() - began, "longest_s": max(took)}))
"""


def test_ten_thousand_racing_reservations_never_overspend(store: Bureau) -> None:
    budget = {"rho": BUDGET * COST / 1e9, "rho_per_query": COST / 1e9, "delta": 1e-12}
    private = store.granted(store.operator, store.people, budget=budget, calls=10_000)
    counted = store.granted(store.department, store.trade, calls=QUOTA)

    told, spent_s, wall_s, longest_s = race(f"{private.id},{counted.id}")

    name = store.engine.dialect.name
    print(f"{name}: {wall_s:.1f} s, {spent_s:.1f} s of processors, longest wait {longest_s:.2f} s")
    assert sum(told.values()) == PROCESSES * EACH == 10_000
    assert told["0 Reserved"] == BUDGET, "all of the budget is spent, and no more"
    assert told["1 Reserved"] == QUOTA
    assert told["0 grant.budget"] > 0 < told["1 grant.quota"]
    assert told["0 Running"] > 0 < told["1 Running"]
    assert {word.split()[1] for word in told} == {"Reserved", "Running", "grant.budget", "grant.quota"}
    assert store.row(private).nrho_spent == BUDGET * COST == store.row(private).nrho_limit
    assert store.row(private).calls_used == BUDGET
    assert store.row(counted).calls_used == QUOTA == store.row(counted).calls_limit
    in_order(store)
    with reading(store.engine) as connection:
        kept = connection.execute(select(reservations)).all()
    assert Counter(row.grant_id for row in kept) == {private.id: BUDGET, counted.id: QUOTA}


def race(grants: str) -> tuple[Counter[str], float, float, float]:
    """What all processes were told, their processor time, the time it took and the longest wait."""
    commands = [
        [sys.executable, "-c", RACER, grants, str(who), str(EACH), str(COST), str(SHARED)]
        for who in range(PROCESSES)
    ]
    racers = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for words in commands
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    began = time.monotonic()
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=600)[0] for racer in racers]
    wall_s = time.monotonic() - began
    assert [racer.returncode for racer in racers] == [0] * PROCESSES
    each = [json.loads(text) for text in said]
    told: Counter[str] = Counter()
    for one in each:
        told.update(one["told"])
    return told, sum(one["cpu_s"] for one in each), wall_s, max(one["longest_s"] for one in each)
