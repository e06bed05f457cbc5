"""Turns: of one owner, no more run at once than run well, and whoever came first runs first.

Decides who runs next. It is asked before anything is paid for: whoever only waited has spent nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

# As many as have a processor, and one beside a long query.
TOGETHER: Final = max(2, os.cpu_count() or 1)


@dataclass(slots=True)
class Turns:
    """Turns of one process; safe to use from several threads.

    Attributes:
        together: most that run at once for one owner.
    """

    together: int = TOGETHER
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _running: Counter[str] = field(default_factory=Counter)
    _waiting: defaultdict[str, deque[object]] = field(default_factory=lambda: defaultdict(deque))
    _over: bool = False

    @contextmanager
    def turn(self, owner: str, seconds: float) -> Iterator[bool]:
        """Wait for a turn and hold it for the block.

        Args:
            owner: whose call it is, e.g. a grant.
            seconds: most to wait.

        Yields:
            Whether it is its turn; False where none came in time, or nobody gets one any more.
        """
        held = self._take(owner, time.monotonic() + seconds)
        try:
            yield held
        finally:
            if held:
                self._leave(owner)

    def count(self, owner: str) -> tuple[int, int]:
        """How many of an owner wait, and how many run."""
        with self._lock:
            return len(self._waiting.get(owner, ())), self._running[owner]

    def end(self) -> None:
        """Give nobody a turn any more; whoever waits is told."""
        with self._lock:
            self._over = True
            self._lock.notify_all()

    def _take(self, owner: str, until: float) -> bool:
        mine = object()
        with self._lock:
            queue = self._waiting[owner]
            queue.append(mine)
            try:
                while not self._over and (queue[0] is not mine or self._running[owner] >= self.together):
                    if not self._lock.wait(until - time.monotonic()):
                        return False
                if self._over:
                    return False
                self._running[owner] += 1
                return True
            finally:
                queue.remove(mine)
                if not queue:
                    del self._waiting[owner]
                self._lock.notify_all()

    def _leave(self, owner: str) -> None:
        with self._lock:
            self._running[owner] -= 1
            if not self._running[owner]:
                del self._running[owner]
            self._lock.notify_all()
