"""A revocation while several processes answer: no answer later than its commit, and every call ends soon."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import receipts, reservations, usages
from catalog.store.tables.supplies import grant_endings, supply_transfers
from space.granting import stopping
from space.granting.revocation import give_back, revoke
from tests.servers import moved_to_server
from tests.space.supply.conftest import ROWS, Counter
from tests.stores import each_store

pytestmark = pytest.mark.full

# Asks, verifies and fetches under one grant until it is refused; says when each call returned, and how.
CALLER = """
import json, os, sys, time
from datetime import UTC, datetime
from catalog.home import Home
from catalog.keys import load
from catalog.lake.kept import kept_of
from catalog.store import open_store
from policies.decision import Deny
from space.engines.workers.pool import Pool
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway
from space.supply.supplies import by_id
from space.supply.transfers import Transfer, span
from space.verification.prepare import Asked
from space.verification.verifier import Verifier
grant, purpose, who, supply, seed = sys.argv[1:6]
home = Home.find()
engine, keys, clock = open_store(home), load(home), lambda: datetime.now(UTC)
def say(what):
    print(json.dumps({"at": time.time(), "what": what}), flush=True)
def fetched(n):
    with engine.connect() as connection, connection.begin():
        made = by_id(connection, supply)
    transfer = Transfer(engine, clock, made, kept_of(home), span(None, made.size_bytes), None)
    transfer.begin()
    for part in transfer.chunks():
        time.sleep(0.005)
    transfer.end()
    return None if transfer.stopped is None else Deny((transfer.stopped,))
with Pool() as pool:
    gateway = Gateway(engine, home, keys.signer, pool, clock)
    verifier = Verifier(engine, home, keys, pool, clock)
    me = Caller(who)
    def asked(n):
        sql = f"SELECT district, income FROM civil.population WHERE income >= {n} AND income < {n + 9}"
        return gateway.ask(me, Question(grant, purpose, sql))
    def verified(n):
        from tests.space.bureau_contracts import identity
        record = {"id_card": identity(n % 200), "sex": "女"}
        return verifier.verify(me, Asked(grant, purpose, "civil.population", [record]))
    ways = (asked, verified, fetched)
    n = int(seed)
    for way in ways:  # libraries are loaded and workers wait, as in a server that has run for a while
        way(n)
    say("ready")
    while True:
        n += 1
        answer = ways[n % 3](n)
        say(answer.reasons[0].code if isinstance(answer, Deny) else "answered")
        if isinstance(answer, Deny):
            break
"""
# Seconds after the commit at which every call has ended; a busy machine is given more than the rule.
SOON_S = 5.0


@pytest.fixture(params=each_store())
def counter(request: pytest.FixtureRequest, bureau: Any) -> Iterator[Counter]:
    """A bureau on either store."""
    if request.param == "postgresql" and not bureau.home.database_file.exists():
        bureau.engine = moved_to_server(bureau.home, bureau.engine, request.getfixturevalue("postgres"))
    bureau.clock.now = datetime.now(UTC)
    yield Counter(bureau)
    bureau.engine.dispose()


def started(held: Any, made: Any, seed: int) -> subprocess.Popen[str]:
    """A process that calls, once it says that it is ready."""
    words = [held.id, held.terms.purpose, held.grantee, made.id, str(seed)]
    return subprocess.Popen([sys.executable, "-c", CALLER, *words], stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """All it said, once it has ended."""
    out, _ = process.communicate(timeout=60)
    return [json.loads(line) for line in out.splitlines()]


ENDS = {
    "revoked": lambda c, held, now: revoke(c, held.id, reason="任务结束", by="张磊", now=now),
    "given back": lambda c, held, now: give_back(
        c, held.id, holder=held.grantee, reason="任务结束", by="周敏", now=now
    ),
    "stopped": lambda c, held, now: stopping.stop(
        c, "dataset", "civil.population", reason="疑似泄露", by="安全员", now=now
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_no_answer_is_later_than_the_commit_and_all_calls_end(counter: Counter, how: str) -> None:
    b = counter.bureau
    held = counter.granted(items=ROWS, analyses=("list", "verify"), calls=100_000)
    made = counter.supply(held)
    with counter.path(made).open("ab") as stream:
        stream.truncate(4 << 20)
    with writing(b.engine) as connection:
        from sqlalchemy import update

        from catalog.store.tables.supplies import supplies

        connection.execute(update(supplies).values(size_bytes=4 << 20))
    chance = random.Random(how)
    processes = [started(held, made, chance.randrange(1, 150)) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["what"] == "ready"
    time.sleep(1 + chance.random() * 2)

    with writing(b.engine) as connection:
        now = datetime.now(UTC)
        ENDS[how](connection, held, now)
    committed = time.time()
    told = [said(process) for process in processes]

    last = max(line["at"] for lines in told for line in lines)
    ends = [f"{lines[-1]['at'] - committed:.3f}" for lines in told]
    print(f"{how}: the calls ended {', '.join(ends)} s after the commit")
    assert last - committed < SOON_S
    codes = {lines[-1]["what"] for lines in told}
    assert codes <= {"grant.ended_meanwhile", "grant.revoked", "grant.expired", "stop.dataset"}
    assert any(line["what"] == "answered" for lines in told for line in lines)
    with reading(b.engine) as connection:
        given = connection.execute(select(receipts.c.issued_at)).scalars().all()
        outcomes = connection.execute(select(usages.c.outcome, usages.c.at)).all()
        open_calls = connection.execute(select(reservations).where(reservations.c.state == "reserved")).all()
        calls = connection.execute(select(usages.c.calls)).scalars().all()
        downloads = connection.execute(select(supply_transfers.c.state)).scalars().all()
        row = connection.execute(select(grants).where(grants.c.id == held.id)).one()
        endings = connection.execute(select(grant_endings)).all()
    assert given
    assert max(given) < now
    assert not open_calls
    assert "open" not in downloads
    late = {o.outcome for o in outcomes if o.at >= now}
    assert late <= {"lost", "refused", "delivered"}
    assert (row.state == "in_force") == (how == "stopped")
    assert len(endings) == int(how != "stopped")
    assert row.calls_used == sum(calls)
