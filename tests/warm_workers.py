"""Workers for tests, forked from one that has loaded their libraries: loading them costs most of a test.

Decides only how a worker of the pool comes into being. It is a process of its own as every other, runs the
same module with the same environment, and raises the same walls with its first request; what it is forked
from has done nothing but import. What starting an interpreter anew gives is tested where
:func:`started_anew` is used.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# Waits for the name of a module and the two ends a worker needs, forks, and says the number of the process;
# or for the number of a process that is over, and says how it ended.
_FIRST = """
import gc, os, socket, sys
door = socket.socket(fileno=int(sys.argv[1]))
import duckdb, numpy, pyarrow, pyarrow.dataset, pyarrow.parquet
import space.engines.duckdb, space.query.plan
from space.engines.workers import matching, vault_worker, walls, worker
kinds = {each.__spec__.name: each.main for each in (worker, vault_worker)}
gc.collect()
gc.freeze()
while True:
    name, ends, _, _ = socket.recv_fds(door, 256, 2)
    if not name:
        break
    if not ends:
        door.send(str(os.waitstatus_to_exitcode(os.waitpid(int(name), 0)[1])).encode())
        continue
    number = os.fork()
    if number == 0:
        try:
            door.close()
            for place, end in enumerate(ends):
                os.dup2(end, place)
                os.close(end)
            sys.argv[:] = [name.decode()]
            kinds[name.decode()]()
        finally:
            os._exit(0)
    for end in ends:
        os.close(end)
    door.send(str(number).encode())
"""


class Forked:
    """A worker's process as its pool sees it: the part of :class:`subprocess.Popen` that a pool uses."""

    def __init__(self, number: int, stdin: int, stdout: int, reap: Callable[[int], int]) -> None:
        self.pid = number
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self.returncode: int | None = None
        # Its number stays its own until it is reaped.
        self._handle, self._reap, self._lock = os.pidfd_open(number), reap, threading.Lock()

    def poll(self) -> int | None:
        """How it ended, less than nought by a signal; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it is over."""
        ended = self._ended(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0)
        return ended

    def kill(self) -> None:
        """End it."""
        with self._lock:
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], timeout)[0]:
            with self._lock:
                if self.returncode is None:
                    self.returncode = self._reap(self.pid)
        return self.returncode

    def __del__(self) -> None:
        os.close(self._handle)


class First:
    """The process workers are forked from, started when the first is needed."""

    def __init__(self) -> None:
        self._door: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock, self._owner = threading.Lock(), os.getpid()

    def start(self, words: Sequence[Any], **named: Any) -> Any:
        """What a pool calls to start a worker: a fork where it would start an interpreter for it alone."""
        *_, how, module = words
        if how != "-m" or os.getpid() != self._owner:
            return subprocess.Popen(words, **named)
        (asked, asking), (answering, answered) = os.pipe(), os.pipe()
        try:
            with self._lock:
                door = self._door or self._opened(words[:2], named["env"])
                socket.send_fds(door, [module.encode()], [asked, answered])
                number = int(door.recv(32))
        finally:
            os.close(asked)
            os.close(answered)
        return Forked(number, asking, answering, self._reaped)

    def close(self) -> None:
        """End it; the workers end when their input does."""
        with self._lock:
            door, self._door = self._door, None
        if door is not None and self._process is not None:
            door.close()
            self._process.wait(10)

    def _reaped(self, number: int) -> int:
        """How a worker that is over ended; its number may be another's from now on."""
        with self._lock:
            if self._door is None or os.getpid() != self._owner:
                return 0
            self._door.send(str(number).encode())
            return int(self._door.recv(32))

    def _opened(self, interpreter: Sequence[Any], environment: dict[str, str]) -> socket.socket:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*interpreter, "-c", _FIRST, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what libraries say of themselves at the end
                env=environment,
                cwd="/",
                pass_fds=[theirs.fileno()],
            )
        return self._door


@contextmanager
def warm_workers() -> Iterator[None]:
    """Within the block the pools of this process fork their workers."""
    from space.engines.workers import process

    if sys.platform != "linux":
        yield
        return
    first = First()
    before = process.Popen
    process.Popen = first.start  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        process.Popen = before  # type: ignore[misc]
        first.close()


@contextmanager
def started_anew() -> Iterator[None]:
    """Within the block the pools start an interpreter for every worker, as an installation does."""
    from space.engines.workers import process

    before = process.Popen
    process.Popen = subprocess.Popen  # type: ignore[misc]
    try:
        yield
    finally:
        process.Popen = before  # type: ignore[misc]
