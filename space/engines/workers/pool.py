"""Workers that wait, and the one that runs a query.

Decides which process runs a plan, for how long, and that its end never takes the caller down. A worker is
used again only for the same owner and the same files, and several may wait for the same, so that callers of
one grant who come together find workers that are warm. A worker of an owner whose calls were ended is not
kept. Who may run is :mod:`space.engines.workers.turns`, the process :mod:`space.engines.workers.process`.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa

from policies.decision import Reason
from space.engines import second
from space.engines.second import Second
from space.engines.workers.process import Worker
from space.engines.workers.turns import Turns
from space.engines.workers.worker import ANSWER, FAILED, WALLS
from space.errors import EngineError
from space.query.plan import OutputColumn, Plan

# The two kinds of workers: one runs plans over protected files, one reads vault files.
PLANS: Final = "space.engines.workers.worker"
VAULT: Final = "space.engines.workers.vault_worker"
Place = tuple[str, frozenset[str]]  # owner, files
# Idle workers kept; they cost memory alone.
KEPT: Final = max(4, 2 * (os.cpu_count() or 1))


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


@dataclass(slots=True)
class Pool:
    """Warm workers; safe to use from several threads.

    Attributes:
        seconds: of wall clock a query may take, after which its worker is killed.
        kept: most idle workers kept for the files they already hold.
        spare: whether a further worker waits for whoever comes next; not for the time of one command.
        module: what a worker of it runs; workers of two kinds never share a process.
        engine: the second engine, which then reads the protected files; None: the workers read them.
        turns: of those who run plans; whoever pays for a call waits for one first.
    """

    seconds: float = 30.0
    kept: int = KEPT
    spare: bool = True
    module: str = PLANS
    engine: Second | None = None
    turns: Turns = field(default_factory=Turns)
    _spares: list[Worker] = field(default_factory=list)
    _idle: list[tuple[Place, Worker]] = field(default_factory=list)  # the one used last stands last
    _busy: list[tuple[Place, Worker]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    # How often the calls of an owner were ended; a worker taken before is not given back.
    _ends: Counter[str] = field(default_factory=Counter)
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

    def turn(self, owner: str) -> AbstractContextManager[bool]:
        """A turn of an owner, waited for as long as a query may take: :meth:`Turns.turn`."""
        return self.turns.turn(owner, self.seconds)

    def run(self, plan: Plan, files: Mapping[str, Sequence[Path]], *, owner: str = "") -> Answer:
        """Run a plan in a worker of its own.

        Args:
            plan: checked.
            files: protected files of every dataset of the plan, and of those beside it.
            owner: whose query it is, e.g. a grant; workers are never shared between owners.

        Raises:
            EngineError: no answer; the wording is the same whatever happened.
        """
        opened = {name: files.get(name, ()) for name in (*plan.datasets, *plan.beside)}
        table = self.table(plan.to_document(), opened, owner=owner)
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
            return tuple(worker.process.pid for worker in (*self._spares, *(idle for _, idle in self._idle)))

    def count(self) -> tuple[int, int]:
        """How many workers wait, and how many run, of both kinds."""
        with self._lock:
            waiting, running, beside = len(self._spares) + len(self._idle), len(self._busy), self._vault
        more = (0, 0) if beside is None else beside.count()
        return waiting + more[0], running + more[1]

    def abandon(self) -> int:
        """Kill every worker that runs; whoever waits for one is told that it gave no answer; how many ran."""
        with self._lock:
            running, beside = [worker for _, worker in self._busy], self._vault
        self.turns.end()
        for worker in running:
            worker.kill()
        return len(running) + (0 if beside is None else beside.abandon())

    def end(self, owner: str) -> int:
        """Kill the workers of an owner, those that run for it and those that wait; how many ran."""
        with self._lock:
            running = [worker for place, worker in self._busy if place[0] == owner]
            waiting = [worker for place, worker in self._idle if place[0] == owner]
            self._idle = [(place, worker) for place, worker in self._idle if place[0] != owner]
            self._ends[owner] += 1
            beside = self._vault
        for worker in running:
            worker.kill()
        for worker in waiting:
            worker.stop()
        return len(running) + (0 if beside is None else beside.end(owner))

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            workers = [*self._spares, *(idle for _, idle in self._idle)]
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
        worker, ends = self._take(place)
        began, named = time.monotonic(), b"" if tables is None else second.tables(tables)
        sound = False
        try:
            kind, body = worker.ask(json.dumps(request).encode(), self.seconds, named)
            worker.worked_s += time.monotonic() - began
            # Whatever state a failure left behind ends with the process; and before its processor time runs
            # out in the middle of a query a worker makes room for a new one.
            sound = kind != FAILED and worker.worked_s <= self.seconds
        finally:
            self._give_back(worker, place, ends, sound=sound)
        return kind, body

    def _take(self, place: Place) -> tuple[Worker, int]:
        """A worker that runs from now on, and how often its owner's calls were ended before."""
        with self._lock:
            ends = self._ends[place[0]]
            warm = [worker for of, worker in reversed(self._idle) if of == place]
            waiting = [*warm, *self._spares]
            chosen = next((worker for worker in waiting if worker.alive), None) or self._new()
            dead = [worker for worker in waiting if not worker.alive]
            gone = (chosen, *dead)
            self._idle = [(of, worker) for of, worker in self._idle if worker not in gone]
            self._spares = [worker for worker in self._spares if worker not in gone]
            if self.spare and not self._spares:
                self._spares.append(self._new())
            self._busy.append((place, chosen))
        for one in dead:
            one.stop()
        return chosen, ends

    def _new(self) -> Worker:
        return Worker(self.module, self.engine, self.seconds)

    def _give_back(self, worker: Worker, place: Place, ends: int, *, sound: bool) -> None:
        surplus: list[Worker] = [worker]
        with self._lock:
            self._busy.remove((place, worker))
            if sound and self._ends[place[0]] == ends:
                self._idle.append((place, worker))
                surplus = [old for _, old in self._idle[: -self.kept]]
                del self._idle[: -self.kept]
        for old in surplus:
            old.stop()


def walls() -> dict[str, bool]:
    """Which walls stand around a worker on this machine, asked of a worker."""
    with Pool() as pool:
        return pool.walls()
