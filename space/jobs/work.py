"""What a job works with: the installation, its own folder, and how it says how far it is.

Decides where the files of a job lie (``jobs/ID/`` of what the installation keeps, for its owner alone), so
that whichever machine takes a job has its file, and that a job which was asked to stop does so at its next
step. On object storage the folder of a machine holds them only while the job runs there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import Signer
from catalog.lake.kept import kept_of, shared
from catalog.store import writing
from space.jobs import jobs
from space.jobs.jobs import Job
from space.verification.verifier import Verifier

FOLDER: Final = "jobs"
_INPUT: Final = "input"
_RESULT: Final = "result"
# What lay in the place of a file that was handed in (:mod:`space.jobs.kept`).
FORMER: Final = "former"


class Cancelled(Exception):
    """The job was asked to stop, or runs elsewhere by now."""


class Stopping(Exception):
    """The process stops; the job goes back to those that wait."""


class Postponed(Exception):
    """What the job needs is at work elsewhere; it goes back to those that wait, and that is no attempt."""


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
        """The file the job was given, on this machine."""
        path = folder(self.bench.home, self.job.id) / _INPUT
        if not path.is_file():
            kept_of(self.bench.home).copy(input_of(self.job.id), path)
        return path

    @property
    def result(self) -> Path:
        """Where the file is written that comes of it, on this machine."""
        return folder(self.bench.home, self.job.id) / _RESULT

    def keep_result(self) -> None:
        """Have every machine see the file that came of it, where the job still runs here.

        Raises:
            Cancelled: it is to stop, or another has taken it: the file there may be that one's.
        """
        with writing(self.bench.engine) as connection:
            if not jobs.beat(connection, self.job, self.bench.clock()):
                raise Cancelled
        kept_of(self.bench.home).take(self.result, result_of(self.job.id))

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
    """The folder of a job on this machine."""
    return home.root / FOLDER / job_id


def input_of(job_id: str) -> str:
    """Name of the file a job was given, among what the installation keeps."""
    return f"{FOLDER}/{job_id}/{_INPUT}"


def result_of(job_id: str) -> str:
    """Name of the file that came of a job."""
    return f"{FOLDER}/{job_id}/{_RESULT}"


def keep_input(home: Home, job_id: str, content: bytes) -> None:
    """Keep the file of a job until it ends."""
    kept_of(home).write(input_of(job_id), content)


def drop_input(home: Home, job_id: str) -> None:
    """Delete the file a job was given: it may hold what people were asked about."""
    kept_of(home).remove(input_of(job_id))


def leave(home: Home, job_id: str) -> None:
    """Delete what a job that ended leaves on this machine, where what is to stay is kept elsewhere."""
    if not shared(home):
        return
    for path in (folder(home, job_id) / name for name in (_INPUT, FORMER)):
        path.unlink(missing_ok=True)
    kept_of(home).drop_here(result_of(job_id))


def found(home: Home) -> frozenset[str]:
    """Ids of the jobs of which there is a file, kept or on this machine."""
    kept = (name.split("/")[1] for name in kept_of(home).names(FOLDER))
    return frozenset({*kept, *(path.name for path in (home.root / FOLDER).glob("*"))})


def drop(home: Home, job_id: str) -> None:
    """Delete every file of a job."""
    files = kept_of(home)
    for name in list(files.names(f"{FOLDER}/{job_id}")):
        files.remove(name)
    shutil.rmtree(folder(home, job_id), ignore_errors=True)
