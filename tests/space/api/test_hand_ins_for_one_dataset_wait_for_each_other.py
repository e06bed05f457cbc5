"""Two processes take hand-ins for one dataset: one waits, and neither loses the former file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from catalog.lake import files_of
from catalog.releases import leases
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.model import SourceFormat
from policies.access import Role
from space.identity.tokens import Caller
from space.jobs import delivering, jobs
from space.jobs.kept import Kept
from space.jobs.running import Runner
from space.jobs.work import Bench, keep_input
from space.verification.verifier import Verifier
from tests.space.api.test_rows_are_handed_in import FORMER, NAME, OUTCOME, publish
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import ECO

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


def bench_of(bureau: Bureau) -> Bench:
    """What jobs of the bureau work with."""
    verifier = Verifier(bureau.engine, bureau.home, bureau.keys, bureau.pool, bureau.clock)
    return Bench(bureau.home, bureau.engine, bureau.keys.signer, bureau.clock, verifier)


def instead(monkeypatch: pytest.MonkeyPatch, says: str) -> list[list[str]]:
    """Let a process that says so stand in for those that build; gives those that were started."""
    started: list[list[str]] = []

    def popen(given: list[str], **more: Any) -> Any:
        started.append(given)
        return subprocess.Popen([sys.executable, "-I", "-c", f"print({says!r})"], **more)

    stand_in = SimpleNamespace(
        Popen=popen, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    monkeypatch.setattr(delivering, "subprocess", stand_in)
    return started


def said_of_rows(bureau: Bureau) -> list[str]:
    """What the evidence says of rows that were handed in."""
    with reading(bureau.engine) as connection:
        found = connection.execute(select(evidence_entries.c.event).order_by(evidence_entries.c.event))
        return [event for event in found.scalars() if event.startswith("dataset:rows")]


def state(bureau: Bureau, job: str) -> jobs.Job:
    """The job as it stands."""
    with reading(bureau.engine) as connection:
        return jobs.by_id(connection, job)


def test_a_hand_in_waits_while_a_build_of_its_dataset_is_at_work_and_holds_up_no_other_job(
    handing: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(handing, NAME)
    later = asked(handing, NAME, b"station,pm25\nlater,1\n")
    started = instead(monkeypatch, OUTCOME % "released")
    runner = Runner(bench_of(handing))
    lease = leases.take(handing.engine, NAME, now=handing.clock())
    with writing(handing.engine) as connection:
        who = Caller(ECO.code, Role.AUTHORITY)
        other = jobs.ask(connection, who, "log-verification", {}, by="张磊", now=handing.clock()).id
    assert runner.turn()
    assert runner.turn()
    assert not runner.turn(), "nor does the later one overtake"
    assert (state(handing, job).state, state(handing, job).attempts) == ("waiting", 0)
    assert (state(handing, later).state, state(handing, other).state) == ("waiting", "done")
    assert (said_of_rows(handing), started) == ([], [])
    assert files_of(handing.home).read(PLACE) == FORMER
    leases.give_back(handing.engine, lease)
    handing.clock.later(seconds=10)
    assert runner.turn()
    told = state(handing, job)
    assert (told.state, told.attempts) == ("done", 1)
    assert said_of_rows(handing) == ["dataset:rows:hand_in"]
    assert [given[-1] for given in started] == [NAME]
    assert files_of(handing.home).read(PLACE) == b"station,pm25\ns,1\n"


def test_no_build_begins_while_the_file_is_put_in_its_place(
    handing: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, wrote = asked(handing, NAME), Kept.write
    instead(monkeypatch, OUTCOME % "released")

    def write(kept: Kept, content: bytes) -> None:
        with pytest.raises(leases.LeaseHeld):
            leases.take(handing.engine, NAME, now=handing.clock())
        wrote(kept, content)

    monkeypatch.setattr(Kept, "write", write)
    assert Runner(bench_of(handing)).turn()
    assert state(handing, job).state == "done", state(handing, job).problem
    leases.take(handing.engine, NAME, now=handing.clock())


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_former_file_comes_back_once_a_build_that_began_meanwhile_has_ended(
    handing: Bureau, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    job, placed = asked(handing, NAME), delivering._placed
    instead(monkeypatch, OUTCOME % "failed")
    held: list[leases.Lease] = []

    def place(*given: Any) -> str:
        before = placed(*given)
        held.append(leases.take(handing.engine, NAME, now=handing.clock()))
        return before

    monkeypatch.setattr(delivering, "_placed", place)
    runner = Runner(bench_of(handing))
    assert runner.turn()
    assert state(handing, job).state == "waiting"
    assert files_of(handing.home).read(PLACE) != FORMER, "the other build reads it"
    monkeypatch.setattr(delivering, "_placed", placed)
    if cancelled:
        with writing(handing.engine) as connection:
            jobs.cancel(connection, job, ECO.code, by="李四", now=handing.clock())
    leases.give_back(handing.engine, held[0])
    handing.clock.later(seconds=10)
    assert runner.turn()
    assert state(handing, job).state == ("cancelled" if cancelled else "done")
    assert files_of(handing.home).read(PLACE) == FORMER
    assert "dataset:rows:put_back" in said_of_rows(handing)


def test_a_file_that_a_release_of_another_build_stands_on_stays(
    handing: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"station,pm25\ns,1\n"
    job, figures = asked(handing, NAME, content), dict.fromkeys(delivering._FIGURES, 1)
    release = SimpleNamespace(
        id="rel_new", dataset=NAME, counts={"files": [{"sha256": sha256(content).hexdigest()}]}, **figures
    )
    newest = iter([None, release])
    monkeypatch.setattr(delivering, "latest", lambda *_: next(newest))
    instead(monkeypatch, OUTCOME % "failed")
    assert Runner(bench_of(handing)).turn()
    told = state(handing, job)
    assert told.result is not None, told.problem
    assert (told.result["state"], told.result["as_handed_in"]) == ("released", True)
    assert files_of(handing.home).read(PLACE) == content


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
