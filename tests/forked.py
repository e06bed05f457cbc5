"""Programs in processes of their own, forked from one that has loaded the libraries and nothing else.

What happens in such a process is what happens in a program that was started: it has its own memory, its own
connections, its own end. It begins at once, where loading the libraries takes longer than most of what tests
have it do.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.reduction import DupFd
from typing import Any

# The server is one for all tests of this process: whoever needs it first loads what any of them needs.
LOADED = [
    "tests.space.grants.dying_acts",
    "tests.space.money.voucher_acts",
    "tests.catalog.release_driver",
    "pipelines.backflow.delivering",
]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(LOADED)


class Program:
    """A running program, as :class:`subprocess.Popen` shows one: the text of a module, run with words."""

    def __init__(self, text: str, *words: str) -> None:
        (stdin, self._in), (self._out, stdout), (self._err, stderr) = os.pipe(), os.pipe(), os.pipe()
        self.stdin = os.fdopen(self._in, "w", encoding="utf-8")
        self.stdout = os.fdopen(self._out, encoding="utf-8")
        self.stderr = os.fdopen(self._err, encoding="utf-8")
        theirs = _Ends(stdin, stdout, stderr)
        given = (theirs, dict(os.environ), os.getcwd(), text, words)
        self._process = CONTEXT.Process(target=_run, args=given)
        self._process.start()
        for end in (stdin, stdout, stderr):
            os.close(end)

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended: a signal is a negative number; None while it runs."""
        return self._process.exitcode

    def communicate(self, timeout: float = 60) -> tuple[str, str]:
        """Close its input; what it wrote until its end, and what it complained of: both a few lines."""
        self.stdin.close()
        self._process.join(timeout)
        assert self.returncode is not None, "it goes on"
        with self.stdout, self.stderr:
            return self.stdout.read(), self.stderr.read()


class _Ends:
    """Ends of pipes, which go to the process itself."""

    def __init__(self, *ends: int) -> None:
        self.ends = ends

    def __reduce__(self) -> tuple[Any, ...]:
        return _taken, tuple(DupFd(end) for end in self.ends)


def _taken(*ends: Any) -> list[int]:
    return [end.detach() for end in ends]


def _run(
    ends: list[int], environment: dict[str, str], folder: str, text: str, words: tuple[str, ...]
) -> None:
    for place, end in enumerate(ends):
        os.dup2(end, place)
        os.close(end)
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115  (until the process ends)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = ["-c", *words]
    exec(compile(text, "program", "exec"), {"__name__": "__main__"})
