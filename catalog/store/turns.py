"""Writers of one process come in turn, in the order they asked.

Decides who of this process asks SQLite next: its one writer's place is then asked for by one thread a
process, and nobody who came later is there before. Other processes are met where they always were, at
``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from catalog.store import trouble


class Turns:
    """A lock that is given in the order it was asked for."""

    def __init__(self) -> None:
        self._guard: Final = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for one's turn, and have it for a block.

        Args:
            seconds: one waits at most.

        Raises:
            StoreBusy: it did not come in time.
        """
        self._take(seconds)
        try:
            yield
        finally:
            with self._guard:
                self._pass_on()

    def _take(self, seconds: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            came = mine.wait(seconds)
        except BaseException:  # whoever is interrupted stands in nobody's way
            self._give_up(mine)
            raise
        if not came:
            self._give_up(mine)
            raise trouble.busy(round(seconds))

    def _give_up(self, mine: threading.Event) -> None:
        with self._guard:
            if mine.is_set():  # it came in the same instant
                self._pass_on()
            else:
                self._waiting.remove(mine)

    def _pass_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._taken = False
