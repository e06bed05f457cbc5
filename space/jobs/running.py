"""The runner of jobs: one thread of a process that takes jobs, one after the other.

Decides that a job which fails tells a code and a sentence, never a value; that a process which stops gives
its job back; that a job whose process died, or whose files could not be reached, is begun again only where
that is safe; and that one whose process died runs apart from then on (:mod:`space.jobs.alone`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from catalog.lake.storage import StorageDamaged, StorageTrouble
from catalog.store import reading, writing
from contracts.errors import ContractError
from policies.clocks import local_date
from policies.machine import IllegalStep
from policies.rulebook import RuleError, rule
from space.calls import repeating
from space.errors import Refused, SpaceError
from space.jobs import ended, jobs
from space.jobs.jobs import Job
from space.jobs.kinds import KINDS
from space.jobs.work import Bench, Cancelled, Postponed, Stopping, Work, drop, drop_input, found, leave

# Between two looks for a job, in seconds, where none was found.
_PAUSE_S: Final = 0.5
# Between two looks for what is over, in seconds.
_SWEEP_S: Final = 300.0
# How long a job waits for what is at work elsewhere, and for a storage that did not answer, in seconds.
_PUT_OFF_S: Final = 5.0
_UNREACHED_S: Final = 30.0
_TOLD: Final = (CatalogError, SpaceError, ContractError, IllegalStep, RuleError)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Runner:
    """Runs the jobs of one process.

    Attributes:
        bench: what they work with.
        command: starts the child of a job that runs apart; the usual one where empty.
    """

    bench: Bench
    command: tuple[str, ...] = ()
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _rowless: frozenset[str] = frozenset()

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread = threading.Thread(target=self._run, name="ybz-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next step of the job that runs, which then waits again, and wait for that."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def turn(self) -> bool:
        """Run the job that waits longest; False where none waits."""
        with reading(self.bench.engine) as connection:
            if not jobs.any_free(connection, self.bench.clock()):  # nobody waits for the writer's place
                return False
        with writing(self.bench.engine) as connection:
            job = jobs.take(connection, self.bench.clock())
        if job is None:
            return False
        self._do(job)
        return True

    def sweep(self) -> None:
        """Delete the files and rows of jobs whose time is over."""
        engine, home = self.bench.engine, self.bench.home
        with reading(engine) as connection:
            over = ended.over(connection, self.bench.clock())
        for job_id in over:
            drop(home, job_id)
        with writing(engine) as connection:
            for job_id in over:
                ended.forget(connection, job_id)
            repeating.forget(connection, self.bench.clock())
        there = found(home)
        with reading(engine) as connection:
            known = ended.ended_of(connection, there)
        for job_id in (each for each, is_over in known.items() if is_over):
            leave(home, job_id)
        # A file is kept before its row: one that has none at two looks belongs to a process that died.
        rowless = there.difference(known)
        for job_id in rowless & self._rowless:
            drop(home, job_id)
        self._rowless = rowless

    def _run(self) -> None:
        swept = 0.0
        while not self._over.is_set():
            found = False
            try:
                if time.monotonic() >= swept:
                    swept = time.monotonic() + _SWEEP_S  # also where it fails: jobs go on meanwhile
                    self.sweep()
                found = self.turn()
            except (SQLAlchemyError, CatalogError, OSError) as error:
                # The kind alone: the words of a driver may repeat what stands in a row.
                _log.error("jobs: looking for one failed (%s); it is tried again", type(error).__name__)
            if not found:
                self._over.wait(_PAUSE_S)

    def _do(self, job: Job) -> None:
        kind, clock = KINDS.get(job.kind), self.bench.clock
        most = int(rule("jobs", "attempts", local_date(clock())).value)
        if kind is None or job.attempts > most or (job.attempts > 1 and not kind.repeatable):
            self._end(job, jobs.FAILED, problem=_problem("job.interrupted", _INTERRUPTED))
        elif job.bereft:
            self._apart(job)
        else:
            self.work(job)

    def _apart(self, job: Job) -> None:
        """Run a job its former process died at where it takes nobody along."""
        from space.jobs import alone

        with self._beating(job):
            told = alone.run(self.bench.home, job, self.command or alone.COMMAND, self._over.is_set)
        if told is None:
            self._give_back(job)
        elif not told:
            self._end(job, jobs.FAILED, problem=_problem("job.died", _DIED))

    def work(self, job: Job) -> None:
        """Run a job that was taken, in this process, and tell what came of it."""
        kind, clock = KINDS[job.kind], self.bench.clock
        most = int(rule("jobs", "attempts", local_date(clock())).value)
        try:
            with self._beating(job):
                work = Work(self.bench, job, self._over.is_set)
                made = kind.run(work)
                if made.file is not None:
                    work.keep_result()
        except Stopping:
            self._give_back(job)
        except Postponed:
            self._give_back(job, _PUT_OFF_S, counts=False)
        except Cancelled:
            self._end(job, jobs.CANCELLED)
        except StorageTrouble as error:
            again = kind.repeatable and not isinstance(error, StorageDamaged)
            if again and job.attempts < most:
                self._give_back(job, _UNREACHED_S)
            else:
                self._end(job, jobs.FAILED, problem=_told(error))
        except _TOLD as error:
            self._end(job, jobs.FAILED, problem=_told(error))
        except MemoryError:
            self._end(job, jobs.FAILED, problem=_problem("job.memory", _MEMORY))
        except Exception as error:
            # The last line of defence of a thread nobody watches: the kind is logged, nothing is told.
            _log.error("jobs: %s failed (%s)", job.kind, type(error).__name__)
            self._end(job, jobs.FAILED, problem=_problem("internal", "the failure is in the server's log"))
        else:
            self._end(job, jobs.DONE, result=made.result, result_type=made.file)

    def _give_back(self, job: Job, wait_s: float | None = None, *, counts: bool = True) -> None:
        until = None if wait_s is None else self.bench.clock() + timedelta(seconds=wait_s)
        with writing(self.bench.engine) as connection:
            jobs.give_back(connection, job, until=until, counts=counts)

    def _end(self, job: Job, state: str, **told: Any) -> None:
        with writing(self.bench.engine) as connection:
            mine = jobs.end(connection, job, state, self.bench.clock(), **told)
        if mine:
            drop_input(self.bench.home, job.id)
            leave(self.bench.home, job.id)

    @contextmanager
    def _beating(self, job: Job) -> Iterator[None]:
        """Say again and again that the job runs, however long one of its steps takes."""
        over = threading.Event()
        every = float(rule("jobs", "lease_s", local_date(self.bench.clock())).value) / 4

        def beat() -> None:
            while not over.wait(every):
                with suppress(SQLAlchemyError, CatalogError), writing(self.bench.engine) as connection:
                    jobs.beat(connection, job, self.bench.clock())

        thread = threading.Thread(target=beat, name="ybz-jobs-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


_INTERRUPTED: Final = (
    "the process that ran it ended, and it is not begun again by itself — look what is there, then ask anew"
)
_DIED: Final = (
    "its process died at it twice, the second time alone and with bounded memory; it is not begun again —"
    " what was sent may be too large: give it in parts"
)
_MEMORY: Final = "it takes more memory than a job may — give what was sent in parts"
_DAMAGED: Final = "what is kept is not what was put there; asking again gives the same"
_UNREACHABLE: Final = "the object storage cannot be read or written now; ask again later"


def _told(error: Exception) -> Mapping[str, Any]:
    if isinstance(error, Refused | IllegalStep):
        decision = error.decision if isinstance(error, Refused) else error.denial
        first = decision.reasons[0]
        return _problem(first.code, first.message) | {"reasons": [asdict(one) for one in decision.reasons]}
    if isinstance(error, StorageDamaged):
        return _problem("storage.damaged", _DAMAGED)
    if isinstance(error, StorageTrouble):  # its own words say where the storage is
        return _problem("storage.unreachable", _UNREACHABLE)
    return _problem("rule.none" if isinstance(error, RuleError) else "refused", str(error))


def _problem(code: str, detail: str) -> dict[str, Any]:
    return {"code": code, "detail": detail}
