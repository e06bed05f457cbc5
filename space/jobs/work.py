"""What a job works with: the installation, its own folder, and how it says how far it is.

Decides where the files of a job lie (``jobs/ID/`` of the installation, for its owner alone) and that a job
which was asked to stop does so at its next step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from catalog import lasting
from catalog.home import Home
from catalog.keys import Signer
from catalog.store import writing
from space.jobs import jobs
from space.jobs.jobs import Job
from space.verification.verifier import Verifier

_INPUT: Final = "input"
_RESULT: Final = "result"


class Cancelled(Exception):
    """The job was asked to stop, or runs elsewhere by now."""


class Stopping(Exception):
    """The process stops; the job goes back to those that wait."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every job of a process works with.

    Attributes:
        home: of the installation.
        engine: of the store.
        signer: signs editions and packages.
        clock: gives the aware instant now.
        verifier: the one way of a verification.
    """

    home: Home
    engine: Engine
    signer: Signer
    clock: Callable[[], datetime]
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Work:
    """One job under way.

    Attributes:
        bench: what it works with.
        job: as it was taken.
        stopping: whether the process is about to end.
    """

    bench: Bench
    job: Job
    stopping: Callable[[], bool]

    @property
    def input(self) -> Path:
        """The file the job was given."""
        return folder(self.bench.home, self.job.id) / _INPUT

    @property
    def result(self) -> Path:
        """Where the file goes that comes of it."""
        return folder(self.bench.home, self.job.id) / _RESULT

    def step(self, done: int, total: int | None = None) -> None:
        """Say how far the job is.

        Raises:
            Cancelled: it is to stop.
            Stopping: the process is.
        """
        with writing(self.bench.engine) as connection:
            goes_on = jobs.beat(connection, self.job, self.bench.clock(), done=done, total=total)
        if not goes_on:
            raise Cancelled
        if self.stopping():
            raise Stopping


def folder(home: Home, job_id: str) -> Path:
    """The folder of a job."""
    return home.root / "jobs" / job_id


def keep_input(home: Home, job_id: str, content: bytes) -> None:
    """Keep the file of a job until it ends."""
    lasting.write(folder(home, job_id) / _INPUT, content)


def result_of(home: Home, job_id: str) -> Path:
    """The file that came of a job."""
    return folder(home, job_id) / _RESULT


def drop_input(home: Home, job_id: str) -> None:
    """Delete the file a job was given: it may hold what people were asked about."""
    (folder(home, job_id) / _INPUT).unlink(missing_ok=True)


def drop(home: Home, job_id: str) -> None:
    """Delete every file of a job."""
    shutil.rmtree(folder(home, job_id), ignore_errors=True)
