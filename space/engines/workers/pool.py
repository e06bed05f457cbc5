"""Workers that wait, and the one that runs a query.

Decides which process runs a plan, for how long, and that its end never takes the caller down. A worker
is started by spawning an interpreter of its own with an empty environment; it is used again only for
the same owner and the same files. With a second engine every worker has a carrier of its own, and reads no
file: the two are joined by pipes whose ends are closed here, so that nothing exact can be read in between.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa

from policies.decision import Reason
from space.engines import second
from space.engines.second import Second
from space.engines.spark.frames import send
from space.engines.workers.worker import ANSWER, FAILED, READY, WALLS
from space.errors import EngineError, EngineTimeout
from space.query.plan import OutputColumn, Plan

_LENGTH: Final = struct.Struct("<Q")
_HEAD: Final = 1 + _LENGTH.size
# The two kinds of workers: one runs plans over protected files, one reads vault files.
PLANS: Final = "space.engines.workers.worker"
VAULT: Final = "space.engines.workers.vault_worker"
# Seconds a new worker may take to load its libraries.
_START: Final = 60.0

# Nothing of the caller's; the libraries are told to start no thread of their own before the walls rise.
_ENVIRONMENT: Final = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

Place = tuple[str, frozenset[str]]  # owner, files


@dataclass(frozen=True, slots=True)
class Answer:
    """A released answer.

    Attributes:
        table: released rows, at most the terms' ``max_rows``.
        columns: names and Arrow types, in order.
        mode: how it was made safe.
    """

    table: pa.Table
    columns: tuple[OutputColumn, ...]
    mode: str

    def rows(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found


class _Worker:
    """One worker process, as its owner sees it."""

    def __init__(self, module: str, engine: Second | None = None, seconds: float = 0.0) -> None:
        self.carrier: subprocess.Popen[bytes] | None = None
        if engine is None:
            self.process = _spawned(module)
        else:
            self.process, self.carrier = _joined(module, engine, seconds)
        self.ready = False
        self.worked_s = 0.0

    def ask(self, request: bytes, seconds: float, tables: bytes = b"") -> tuple[bytes, bytes]:
        """Send a request and wait for its answer.

        Args:
            request: to the worker.
            seconds: of wall clock it may take.
            tables: to its carrier, if it has one.

        Raises:
            EngineTimeout: none in time.
            EngineError: the process ended.
        """
        if not self.ready:
            for process in self.processes:
                kind, _ = _receive(process, time.monotonic() + _START)
                if kind != READY:
                    raise EngineError
            self.ready = True
        stream = self.process.stdin
        assert stream is not None
        try:
            if tables and self.carrier is not None and self.carrier.stdin is not None:
                send(self.carrier.stdin, READY, tables)
            stream.write(_LENGTH.pack(len(request)) + request)
            stream.flush()
        except OSError:
            raise EngineError from None
        return _receive(self.process, time.monotonic() + seconds)

    @property
    def processes(self) -> tuple[subprocess.Popen[bytes], ...]:
        """The worker and its carrier, if it has one."""
        return (self.process,) if self.carrier is None else (self.process, self.carrier)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return all(process.poll() is None for process in self.processes)

    def stop(self) -> None:
        """End the process now, and its carrier."""
        if self.carrier is not None:
            second.stop(self.carrier)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _receive(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """One message of a process."""
    head = _read(process, _HEAD, deadline)
    return head[:1], _read(process, _LENGTH.unpack(head[1:])[0], deadline)


def _read(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    stream = process.stdout
    assert stream is not None
    parts, missing = [], size
    while missing:
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise EngineTimeout
        part = os.read(stream.fileno(), min(missing, 1 << 20))
        if not part:
            raise EngineError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _spawned(module: str, *words: int) -> subprocess.Popen[bytes]:
    """A worker of a kind; ``words`` are descriptors that it keeps."""
    return subprocess.Popen(  # noqa: S603  (module: a constant above)
        [sys.executable, "-I", "-m", module, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        close_fds=True,
        pass_fds=words,
    )


def _joined(
    module: str, engine: Second, seconds: float
) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """A worker and its carrier, joined by pipes that nobody else has an end of."""
    (asked, asking), (answered, answering) = os.pipe(), os.pipe()
    try:
        carrier = engine.start(asked, answering, seconds)
        try:
            return _spawned(module, answered, asking), carrier
        except OSError:
            second.stop(carrier)
            raise
    finally:
        for end in (asked, asking, answered, answering):
            os.close(end)


@dataclass(slots=True)
class Pool:
    """Warm workers; safe to use from several threads.

    Attributes:
        seconds: of wall clock a query may take, after which its worker is killed.
        kept: most idle workers kept for the files they already hold.
        spare: whether a further worker waits for whoever comes next; not for the time of one command.
        module: what a worker of it runs; workers of two kinds never share a process.
        engine: the second engine, which then reads the protected files; None: the workers read them.
    """

    seconds: float = 30.0
    kept: int = 4
    spare: bool = True
    module: str = PLANS
    engine: Second | None = None
    _spares: list[_Worker] = field(default_factory=list)
    _idle: dict[Place, _Worker] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _vault: Pool | None = None

    def __enter__(self) -> Pool:
        self.warm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self) -> None:
        """Start a spare worker, so that the next query finds one waiting."""
        with self._lock:
            if not self._spares:
                self._spares.append(self._new())

    def run(self, plan: Plan, files: Mapping[str, Sequence[Path]], *, owner: str = "") -> Answer:
        """Run a plan in a worker of its own.

        Args:
            plan: checked.
            files: protected files of every dataset of the plan.
            owner: whose query it is, e.g. a grant; workers are never shared between owners.

        Raises:
            EngineError: no answer; the wording is the same whatever happened.
        """
        table = self.table(plan.to_document(), {n: files.get(n, ()) for n in plan.datasets}, owner=owner)
        columns = tuple(OutputColumn(f.name, str(f.type)) for f in table.schema)
        return Answer(table, columns, str(plan.mode))

    def table(
        self, document: Mapping[str, Any], files: Mapping[str, Sequence[Path]], *, owner: str
    ) -> pa.Table:
        """Run what this kind of worker does on a document; otherwise like :meth:`run`."""
        opened = {name: [str(Path(path).resolve()) for path in paths] for name, paths in files.items()}
        read_here = opened if self.engine is None else {}
        request = {"plan": document, "files": read_here, "seconds": self.seconds}
        kind, body = self._ask(
            request, (owner, frozenset(p for paths in opened.values() for p in paths)), opened
        )
        if kind != ANSWER:
            raise EngineError
        with pa.ipc.open_stream(body) as reader:
            return reader.read_all()

    def objection(self, plan: Plan, files: Mapping[str, Sequence[Path]]) -> Reason | None:
        """Why its engine cannot run a plan, whatever the rows; None where it can."""
        return None if self.engine is None else second.objection(plan, files)

    @property
    def vault(self) -> Pool:
        """Workers of the other kind, which read vault files and nothing else; made on first use."""
        with self._lock:
            if self._vault is None:
                self._vault = Pool(self.seconds, self.kept, self.spare, VAULT)
            return self._vault

    def walls(self) -> dict[str, bool]:
        """Which walls stand around a worker on this machine."""
        kind, body = self._ask({"plan": None, "files": {}, "seconds": self.seconds}, ("walls", frozenset()))
        if kind != WALLS:
            raise EngineError
        found: dict[str, bool] = json.loads(body)
        return found

    def processes(self) -> tuple[int, ...]:
        """Process numbers of the workers that wait for a query."""
        with self._lock:
            return tuple(worker.process.pid for worker in (*self._spares, *self._idle.values()))

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            workers = [*self._spares, *self._idle.values()]
            self._spares.clear()
            self._idle.clear()
            beside, self._vault = self._vault, None
        for worker in workers:
            worker.stop()
        if beside is not None:
            beside.close()

    def _ask(
        self, request: dict[str, Any], place: Place, tables: Mapping[str, Sequence[str]] | None = None
    ) -> tuple[bytes, bytes]:
        worker, began = self._take(place), time.monotonic()
        named = b"" if tables is None else second.tables(tables)
        try:
            kind, body = worker.ask(json.dumps(request).encode(), self.seconds, named)
        except EngineError:
            worker.stop()
            raise
        worker.worked_s += time.monotonic() - began
        # Whatever state a failure left behind ends with the process; and before its processor time runs out
        # in the middle of a query a worker makes room for a new one.
        if kind == FAILED or worker.worked_s > self.seconds:
            worker.stop()
        else:
            self._give_back(worker, place)
        return kind, body

    def _take(self, place: Place) -> _Worker:
        with self._lock:
            waiting = [*([self._idle.pop(place)] if place in self._idle else []), *self._spares]
            alive = [worker for worker in waiting if worker.alive]
            chosen = alive[0] if alive else self._new()
            self._spares = alive[1:]
            if self.spare and not self._spares:
                self._spares.append(self._new())
        for dead in (worker for worker in waiting if worker not in alive):
            dead.stop()
        return chosen

    def _new(self) -> _Worker:
        return _Worker(self.module, self.engine, self.seconds)

    def _give_back(self, worker: _Worker, place: Place) -> None:
        with self._lock:
            surplus = [self._idle.pop(place)] if place in self._idle else []
            self._idle[place] = worker
            while len(self._idle) > self.kept:
                surplus.append(self._idle.pop(next(iter(self._idle))))
        for old in surplus:
            old.stop()


def walls() -> dict[str, bool]:
    """Which walls stand around a worker on this machine, asked of a worker."""
    with Pool() as pool:
        return pool.walls()
