"""Holders: which process holds something, told apart from any other process of any host.

Decides what names a process and whether it still runs, as far as this host can know.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

# Longest host name kept: the column of the store has 80 places for host, process, start and a random part.
_HOST: Final = 40
# The kernel's note of its own start moves by a second when the clock is set right.
_SAME_START_S: Final = 2

Life = Literal["running", "ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, and one holding of it.

    Attributes:
        host: name of its machine.
        process: its number there.
        started: Unix time of its start, in seconds; None where the system does not say.
        token: random, so that two holdings of one process differ.
    """

    host: str
    process: int
    started: int | None
    token: str

    @classmethod
    def here(cls) -> Holder:
        """The holder this process is, with a token of its own."""
        process = os.getpid()
        return cls(_host(), process, _start_of(process), secrets.token_hex(6))

    @classmethod
    def parse(cls, text: str) -> Holder | None:
        """The holder :meth:`__str__` wrote; None for another text."""
        host, *rest = text.split(":")
        if len(rest) == 2:  # a row from before starts were kept
            rest.insert(1, "")
        if len(rest) != 3 or not rest[0].isdigit():
            return None
        return cls(host, int(rest[0]), int(rest[1]) if rest[1].isdigit() else None, rest[2])

    def __str__(self) -> str:
        started = "" if self.started is None else str(self.started)
        return f"{self.host}:{self.process}:{started}:{self.token}"

    @property
    def label(self) -> str:
        """The process in words an operator reads."""
        words = f"process {self.process} on {self.host}"
        if self.started is None:
            return words
        return f"{words}, started {datetime.fromtimestamp(self.started, UTC):%Y-%m-%d %H:%M:%S} UTC"

    @property
    def life(self) -> Life:
        """Whether the process runs; ``unknown`` on another host."""
        if self.host != _host():
            return "unknown"
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return "ended"
        except PermissionError:
            pass
        now = _start_of(self.process)
        if now is None or self.started is None or abs(now - self.started) <= _SAME_START_S:
            return "running"
        return "ended"  # its number was given to another process


def _host() -> str:
    return socket.gethostname().replace(":", "-")[:_HOST]


def _start_of(process: int) -> int | None:
    """Unix time at which a process of this host started, where the kernel tells."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        # The name in parentheses may hold anything; field 22 counts from behind it.
        ticks = int(stat.rpartition(")")[2].split()[19])
        return _boot() + ticks // os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


@cache
def _boot() -> int:
    for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    raise ValueError("no start of the kernel")
