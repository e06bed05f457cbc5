"""One leader, killed at any of its steps: the next goes on, and no size is signed with two roots."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, event, select

from catalog.evidence import integrate, sequence
from catalog.evidence.publishing import publish
from catalog.evidence.verify import verify_export, verify_store
from catalog.home import Home
from catalog.keys import Keys
from catalog.releases import leases
from catalog.store import reading
from catalog.store.tables.evidence import checkpoints
from tests.catalog.evidence.dying_integrator import STEPS
from tests.servers import PostgreSQL, moved_to_server

Write = Callable[[int], list[str]]
PROGRAM = Path(__file__).with_name("dying_integrator.py")
ROOT = PROGRAM.parents[3]


def killed(home: Home, step: str, count: int = 1) -> int:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(home.root), step, str(count)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode


def signed(engine: Engine) -> dict[int, str]:
    with reading(engine) as connection:
        rows = connection.execute(select(checkpoints).where(checkpoints.c.note.is_not(None)))
        return {row.size: row.root for row in rows}


def check_all_is_well(engine: Engine, home: Home, keys: Keys, entries: int, before: dict[int, str]) -> None:
    done = publish(engine, home, keys.signer, datetime.now(UTC))

    assert done is not None
    assert done.size == entries
    now = signed(engine)
    assert {size: now.get(size) for size in before} == before
    with reading(engine) as connection:
        verdict = verify_store(connection, keys.signer.public_raw)
    assert (verdict.first_bad, verdict.size, verdict.pending) == (None, entries, 0)
    copy = verify_export(home.root / "published", keys.signer.public_raw)
    assert (copy.first_bad, copy.size) == (None, entries)


def test_a_leader_killed_at_random_steps_is_followed_without_a_trace(
    engine: Engine, home: Home, keys: Keys, write: Write
) -> None:
    dice, entries = random.Random(62), 0
    for step in dice.sample(sorted(STEPS), 4):
        entries = len(write(dice.randint(2, 9)))
        killed(home, step, dice.randint(1, 2))
    check_all_is_well(engine, home, keys, entries, signed(engine))


@pytest.mark.full
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
@pytest.mark.parametrize("step", list(STEPS))
def test_a_leader_killed_at_every_step_is_followed_without_a_trace(
    engine: Engine, home: Home, keys: Keys, noon: datetime, step: str, store: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    from catalog.evidence import record
    from catalog.store import writing

    if store == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgres")
        engine = moved_to_server(home, engine, server)
    entries = 0
    for count in (1, 2, 3):
        with writing(engine) as connection:
            for _ in range(4):
                entries += 1
                record(connection, event="a:b:c", subject=str(entries), body={}, now=noon)
        before = signed(engine)
        killed(home, step, count)
        now = signed(engine)
        assert {size: now.get(size) for size in before} == before
    check_all_is_well(engine, home, keys, entries, signed(engine))


def test_while_another_process_leads_a_follower_waits_or_goes_its_way(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    write(2)
    held = leases.take(engine, sequence.LEASED, now=noon)

    assert integrate(engine, keys.signer, noon, wait=False) is None
    waiting = Thread(target=integrate, args=(engine, keys.signer, noon))
    waiting.start()
    leases.give_back(engine, held)
    waiting.join(30)

    assert list(signed(engine)) == [2]


def test_a_leader_whose_lease_was_taken_over_writes_nothing_more(
    engine: Engine, keys: Keys, noon: datetime, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(4)
    monkeypatch.setattr(sequence, "BATCH", 2)
    old = leases.take(engine, sequence.LEASED, now=noon)
    leases.give_back(engine, old)
    leases.take(engine, sequence.LEASED, now=noon, seconds=0)

    with pytest.raises(leases.LeaseLost):
        sequence._lead(engine, keys.signer, old, noon)

    assert signed(engine) == {}
    newest = integrate(engine, keys.signer, noon)
    assert newest is not None
    assert newest.size == 4


def test_integrating_a_little_more_reads_no_more_of_a_long_log(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    def rows_and_statements() -> int:
        asked: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        integrate(engine, keys.signer, noon)
        return len(asked)

    write(10)
    short = rows_and_statements()
    write(700)
    integrate(engine, keys.signer, noon)
    write(10)
    assert rows_and_statements() <= short + 6
