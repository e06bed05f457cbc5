"""Two processes take hand-ins for one dataset: one waits, and neither loses the former file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog.lake import files_of
from catalog.releases import leases
from catalog.store import reading, writing
from contracts.model import SourceFormat
from policies.access import Role
from space.identity.tokens import Caller
from space.jobs import delivering, jobs
from space.jobs.work import Bench, Stopping, Work, keep_input
from space.verification.verifier import Verifier
from tests.space.api.test_rows_are_handed_in import FORMER, NAME, OUTCOME, publish
from tests.space.bureau import ECO, Bureau

PLACE = f"delivered/{NAME}/air.csv"
# Builds nothing: it says when it began and when it ended, and that no release came of it.
BUILDS = """
import pathlib, sys, time
log, says = pathlib.Path(sys.argv[1]), sys.argv[2]
with log.open("a") as out: out.write("begin\\n")
time.sleep(1)
with log.open("a") as out: out.write("end\\n")
print(says)
"""
# A process of the server: it takes jobs until none is open.
SERVES = """
import subprocess, sys, time
from datetime import UTC, datetime
from types import SimpleNamespace
from sqlalchemy import func, select
from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store, reading
from catalog.store.tables.jobs import jobs as rows
from space.jobs import delivering
from space.jobs.running import Runner
from space.jobs.work import Bench
child = [sys.executable, "-I", "-c", *sys.argv[1:4]]
delivering.subprocess = SimpleNamespace(
    Popen=lambda _, **more: subprocess.Popen(child, **more),
    DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired,
)
home = Home.find()
engine = open_store(home)
runner = Runner(Bench(home, engine, load(home).signer, lambda: datetime.now(UTC), None))
print("ready", flush=True)
sys.stdin.readline()
until = time.monotonic() + 90
while time.monotonic() < until:
    if not runner.turn():
        with reading(engine) as connection:
            if not connection.execute(
                select(func.count()).select_from(rows).where(rows.c.state.in_(("waiting", "running")))
            ).scalar_one():
                break
        time.sleep(0.05)
"""


@pytest.fixture
def handing(busy: Bureau) -> Bureau:
    """The bureau over a lake of its own, with a published dataset whose rows are handed in and lie there."""
    template = busy.home.lake.resolve()
    busy.home.lake.unlink()
    shutil.copytree(template, busy.home.lake)
    publish(SimpleNamespace(bureau=busy), SourceFormat.CSV, "handed")
    files_of(busy.home).write(PLACE, FORMER)
    return busy


def asked(bureau: Bureau, dataset: str, content: bytes = b"station,pm25\ns,1\n") -> str:
    """A hand-in that waits."""
    with writing(bureau.engine) as connection:
        wanted = {"dataset": dataset, "file": "air.csv"}
        who = Caller(ECO.code, Role.STEWARD)
        job = jobs.ask(connection, who, "delivery", wanted, by="李四", now=bureau.clock.later(seconds=1)).id
    keep_input(bureau.home, job, content)
    return job


def test_a_second_hand_in_for_a_dataset_waits_and_those_of_others_do_not(busy: Bureau) -> None:
    first, second, other = (asked(busy, each) for each in ("eco.a", "eco.a", "eco.b"))
    taken = []
    for _ in range(3):
        with writing(busy.engine) as connection:
            taken.append(jobs.take(connection, busy.clock()))
    assert [job and job.id for job in taken] == [first, other, None]
    with reading(busy.engine) as connection:
        assert not jobs.any_free(connection, busy.clock())
    with writing(busy.engine) as connection:
        assert taken[0] is not None
        jobs.end(connection, taken[0], jobs.DONE, busy.clock())
        following = jobs.take(connection, busy.clock())
    assert following is not None
    assert following.id == second


def test_a_hand_in_whose_process_died_is_taken_up_before_the_one_that_waits_for_it(busy: Bureau) -> None:
    first = asked(busy, "eco.a")
    with writing(busy.engine) as connection:
        jobs.take(connection, busy.clock())
    asked(busy, "eco.a")
    busy.clock.later(hours=1)
    with writing(busy.engine) as connection:
        again = jobs.take(connection, busy.clock())
        assert jobs.take(connection, busy.clock()) is None
    assert again is not None
    assert (again.id, again.attempts) == (first, 2)


def test_a_hand_in_waits_while_a_build_of_its_dataset_is_at_work(handing: Bureau) -> None:
    job = asked(handing, NAME)
    with writing(handing.engine) as connection:
        taken = jobs.take(connection, handing.clock())
    assert taken is not None
    lease = leases.take(handing.engine, NAME, now=handing.clock())
    verifier = Verifier(handing.engine, handing.home, handing.keys, handing.pool, handing.clock)
    bench = Bench(handing.home, handing.engine, handing.keys.signer, handing.clock, verifier)
    looks = iter([False, True])
    with pytest.raises(Stopping):
        delivering.run(Work(bench, taken, lambda: next(looks)))
    assert files_of(handing.home).read(PLACE) == FORMER
    leases.give_back(handing.engine, lease)
    assert job == taken.id


@pytest.mark.full
def test_two_processes_build_one_after_the_other_and_the_former_file_comes_back(
    handing: Bureau, tmp_path: Path
) -> None:
    for number in range(2):
        asked(handing, NAME, b"station,pm25\ns%d,1\n" % number)
    log = tmp_path / "log"
    given = [sys.executable, "-c", SERVES, BUILDS, str(log), OUTCOME % "stopped"]
    started = [
        subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    assert [process.wait(120) for process in started] == [0, 0]
    for process in started:
        process.communicate()
    assert log.read_text().split() == ["begin", "end", "begin", "end"]
    assert files_of(handing.home).read(PLACE) == FORMER
    now = datetime.now(UTC) + timedelta(days=1)
    with reading(handing.engine) as connection:
        assert [job.state for job in jobs.listing(connection, ECO.code)] == ["done", "done"]
        assert not jobs.any_free(connection, now)
