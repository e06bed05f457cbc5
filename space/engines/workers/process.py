"""One worker process as its owner sees it: started, asked, ended.

Decides how it is started, by spawning an interpreter of its own with an empty environment, and what is waited
for. With a second engine it has a carrier of its own and reads no file: both are joined by pipes whose ends
are closed here, so that nothing exact can be read in between.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import struct
import sys
import time
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from typing import Final

from space.engines import second
from space.engines.second import Second
from space.engines.spark.frames import send
from space.engines.workers.worker import READY
from space.errors import EngineError, EngineTimeout

_LENGTH: Final = struct.Struct("<Q")
_HEAD: Final = 1 + _LENGTH.size
# Seconds a new worker may take to load its libraries.
_START: Final = 60.0
# Seconds a process whose output has ended may take to be over.
_END: Final = 1.0

# Nothing of the caller's; the libraries are told to start no thread of their own before the walls rise.
_ENVIRONMENT: Final = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

_log = logging.getLogger(__name__)


class Worker:
    """One worker process, as its owner sees it."""

    def __init__(self, module: str, engine: Second | None = None, seconds: float = 0.0) -> None:
        """Start it.

        Args:
            module: what it runs.
            engine: whose carrier it is joined to; None: it reads protected files itself.
            seconds: of wall clock a query may take.
        """
        self.carrier: Popen[bytes] | None = None
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
        try:
            return self._asked(request, seconds, tables)
        except EngineTimeout:
            raise
        except EngineError:
            self._tell()
            raise

    def _asked(self, request: bytes, seconds: float, tables: bytes) -> tuple[bytes, bytes]:
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

    def _tell(self) -> None:
        """Say how a process that gave no answer ended; whose question it had is not told."""
        for process in self.processes:
            with contextlib.suppress(TimeoutExpired):
                status = process.wait(_END)
                if status != -signal.SIGKILL:  # its owner's own way to end it
                    _log.warning("worker %d ended without an answer (status %d)", process.pid, status)

    @property
    def processes(self) -> tuple[Popen[bytes], ...]:
        """The worker and its carrier, if it has one."""
        return (self.process,) if self.carrier is None else (self.process, self.carrier)

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return all(process.poll() is None for process in self.processes)

    def kill(self) -> None:
        """End the process from another thread; whoever waits for its answer gets none."""
        for process in self.processes:
            process.kill()

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


def _receive(process: Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """One message of a process."""
    head = _read(process, _HEAD, deadline)
    return head[:1], _read(process, _LENGTH.unpack(head[1:])[0], deadline)


def _read(process: Popen[bytes], size: int, deadline: float) -> bytes:
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


def _spawned(module: str, *words: int) -> Popen[bytes]:
    """A worker of a kind; ``words`` are descriptors that it keeps."""
    return Popen(  # noqa: S603  (module: a constant above)
        [sys.executable, "-I", "-m", module, *map(str, words)],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        close_fds=True,
        pass_fds=words,
    )


def _joined(module: str, engine: Second, seconds: float) -> tuple[Popen[bytes], Popen[bytes]]:
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
