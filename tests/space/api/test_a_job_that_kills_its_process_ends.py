"""A job whose process dies at it takes down one server at most, and ends as failed; the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.keys import load
from catalog.store import reading, writing
from policies.access import Role
from space.identity.tokens import Caller
from space.jobs import jobs
from space.jobs.running import Runner
from space.jobs.work import Bench
from space.verification.verifier import Verifier
from tests.space.api.conftest import AUTHORITY
from tests.space.bureau import Bureau

CHECKOUT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "tests.space.api.dying")


def asked(bureau: Bureau, kind: str) -> str:
    """A job of the authority that waits."""
    with writing(bureau.engine) as connection:
        who = Caller(AUTHORITY, Role.AUTHORITY)
        made = jobs.ask(connection, who, kind, {"changed_since": None}, by="张磊", now=bureau.clock())
    bureau.clock.later(minutes=1)
    return made.id


def later() -> datetime:
    """After the lease of a process that fell silent just now."""
    return datetime.now(UTC) + timedelta(minutes=2)


def runner_of(bureau: Bureau) -> Runner:
    held = load(bureau.home)
    verifier = Verifier(bureau.engine, bureau.home, held, bureau.pool, later)
    return Runner(Bench(bureau.home, bureau.engine, held.signer, later, verifier), COMMAND)


def state(bureau: Bureau, job: str) -> jobs.Job:
    with reading(bureau.engine) as connection:
        return jobs.by_id(connection, job)


@pytest.mark.full
def test_a_job_that_kills_its_process_twice_has_failed_and_others_go_on(busy: Bureau) -> None:
    deadly, other = asked(busy, "dcat-export"), asked(busy, "log-verification")
    environment = os.environ | {"YBZ_HOME": str(busy.home.root)}
    died = subprocess.run(COMMAND, cwd=CHECKOUT, env=environment, check=False, capture_output=True)
    assert died.returncode < 0, died.stderr
    assert (state(busy, deadly).state, state(busy, deadly).attempts) == ("running", 1)

    runner = runner_of(busy)
    assert runner.turn()
    told = state(busy, deadly)
    assert (told.state, told.attempts) == ("failed", 2)
    assert told.problem is not None
    assert told.problem["code"] == "job.died"
    assert "\n" not in told.problem["detail"]
    assert runner.turn()
    assert state(busy, other).state == "done"
    assert not runner.turn()
    assert (busy.home.root / "deaths").read_text(encoding="utf-8").split() == [deadly, deadly]


def test_one_that_is_given_back_meanwhile_still_runs_apart_next(busy: Bureau) -> None:
    job = asked(busy, "log-verification")
    with writing(busy.engine) as connection:
        assert jobs.take(connection, busy.clock()) is not None  # and dies
    busy.clock.later(minutes=2)
    with writing(busy.engine) as connection:
        again = jobs.take(connection, busy.clock())
        assert again is not None
        assert again.bereft
        jobs.give_back(connection, again)
    with writing(busy.engine) as connection:
        third = jobs.take(connection, busy.clock())
        assert third is not None
        assert (third.id, third.bereft) == (job, True)
        jobs.give_back(connection, replace(third, bereft=False))
    with writing(busy.engine) as connection:
        ordinary = jobs.take(connection, busy.clock())
    assert ordinary is not None
    assert not ordinary.bereft
