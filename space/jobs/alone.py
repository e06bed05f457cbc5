"""A job in a process of its own, with so much memory and no more: for one whose process died at it.

Decides that such a job takes nobody down again: it runs in a child that may take so many bytes of address
space, and where that ends without an outcome the job has failed. The child ends with the process that
started it, so that two never do the same work.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from catalog import keys
from catalog.home import Home
from catalog.store import open_store, reading
from policies.clocks import local_date
from policies.rulebook import rule
from space.engines.second import second_engine
from space.engines.workers.pool import Pool
from space.jobs import jobs
from space.jobs.running import Runner
from space.jobs.work import Bench
from space.verification.verifier import Verifier

COMMAND: Final = (sys.executable, "-I", "-m", "space.jobs.alone")
# How long a child is waited for between two looks whether it is to stop, in seconds.
_LOOK_S: Final = 0.2


def run(home: Home, job: jobs.Job, command: Sequence[str], stopping: Callable[[], bool]) -> bool | None:
    """Run a job in a child; whether it told an outcome, or None where this process stops before.

    Args:
        home: of the installation.
        job: as it was taken.
        command: starts the child, which is told the job and which attempt it is.
        stopping: whether this process is about to end.
    """
    given = dict(os.environ)
    given["YBZ_HOME"] = str(home.root)
    with subprocess.Popen(  # noqa: S603  (module: a constant above; the id is one of the ledger)
        [*command, job.id, str(job.attempts)],
        stdin=subprocess.PIPE,  # never written to: it closes when this process ends, however it does
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=given,
        close_fds=True,
    ) as child:
        try:
            while not stopping():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return child.wait(timeout=_LOOK_S) == 0
        finally:
            if child.poll() is None:
                child.kill()
    return None


def main(job_id: str, attempt: int) -> None:
    """Run a job that was taken, as that attempt of it."""
    import resource

    threading.Thread(target=_end_with_parent, daemon=True).start()
    now = datetime.now(UTC)
    most = int(rule("jobs", "alone_memory", local_date(now)).value)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]  # nobody may raise it
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    home = Home.find()
    engine, held, pool = open_store(home), keys.load(home), Pool(engine=second_engine())
    with reading(engine) as connection:
        job = replace(jobs.by_id(connection, job_id), bereft=True)
    if (job.state, job.attempts) != (jobs.RUNNING, attempt):  # another has it by now
        return
    verifier = Verifier(engine, home, held, pool, lambda: datetime.now(UTC))
    bench = Bench(home, engine, held.signer, lambda: datetime.now(UTC), verifier)
    try:
        Runner(bench).work(job)
    finally:
        pool.abandon()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
