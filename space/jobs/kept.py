"""The file of a hand-in 交数 in its place, and the one that lay there before.

Decides that the former file is kept beside the job before it is replaced, so that it comes back even where
the process died meanwhile and the job is begun again; and that who handed in what stands in the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from catalog.evidence import record
from catalog.intake.landing.delivered import below_of
from catalog.lake import Files, files_of
from catalog.lake.kept import KeptFiles, kept_of
from catalog.store import reading, writing
from space.jobs import jobs
from space.jobs.work import FOLDER, FORMER, Work

# The first byte of what is remembered: whether there was a file.
_NONE: Final = b"0"
_SOME: Final = b"1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that takes the place of another.

    Attributes:
        work: the job.
        dataset: ``schema.table``.
        name: the file is kept under.
        sha256: of the file.
    """

    work: Work
    dataset: str
    name: str
    sha256: str

    def remember(self) -> None:
        """Keep what lies there now; what an earlier attempt of the job found counts, not what it wrote."""
        if not self.remembered:
            content = self._files.read(self._place)
            self._beside.write(self._former, _NONE if content is None else _SOME + content)

    @property
    def remembered(self) -> bool:
        """Whether what lay there is kept: the file may stand in its place."""
        return self._beside.size_bytes(self._former) is not None

    def write(self, content: bytes) -> None:
        """Have the file stand, and record who handed it in."""
        self._record("dataset:rows:hand_in")
        self._files.write(self._place, content)

    def forget(self) -> None:
        """The file stays: delete the former one."""
        self._beside.remove(self._former)

    def put_back(self) -> None:
        """Have the former file stand again, or none, unless somebody else's lies there by now."""
        now, former = self._files.read(self._place), self._beside.read(self._former)
        if former is None or now is None or sha256(now).hexdigest() != self.sha256 or not self._mine():
            return
        if former[:1] == _NONE:
            self._files.remove(self._place)
        else:
            self._files.write(self._place, former[1:])
        self._record("dataset:rows:put_back")
        self.forget()

    def _mine(self) -> bool:
        """Whether the job still runs here; who took it over remembers the same former file."""
        with reading(self.work.bench.engine) as connection:
            return jobs.by_id(connection, self.work.job.id).attempts == self.work.job.attempts

    def _record(self, event: str) -> None:
        job, bench = self.work.job, self.work.bench
        body = {
            "dataset": self.dataset, "sha256": self.sha256, "organisation": job.organisation,
            "actor": job.asked_by, "job": job.id,
        }  # fmt: skip
        with writing(bench.engine) as connection:
            record(connection, event=event, subject=self.dataset, body=body, now=bench.clock())

    @property
    def _place(self) -> str:
        return f"{below_of(self.dataset)}/{self.name}"

    @property
    def _former(self) -> str:
        return f"{FOLDER}/{self.work.job.id}/{FORMER}"

    @property
    def _beside(self) -> KeptFiles:
        return kept_of(self.work.bench.home)

    @property
    def _files(self) -> Files:
        return files_of(self.work.bench.home)
