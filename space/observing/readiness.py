"""Readiness 就绪: whether this process can answer now, as whoever sends it requests asks.

Decides what has to hold; a finding is kept for a moment, so that asking costs nothing. It needs no token, so
it tells the names of what holds and what does not, and nothing else.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from catalog.evidence.continuity import suspension
from catalog.home import Home
from catalog.store import reading
from catalog.store.revision import require_current
from catalog.store.tables.evidence import evidence_entries
from policies.clocks import local_date
from policies.rulebook import rule
from space.engines.workers.pool import Pool

_FAILURES = (SQLAlchemyError, CatalogError, OSError)


@dataclass(slots=True)
class Readiness:
    """What is asked of one process.

    Attributes:
        engine: of the store.
        home: of the installation.
        pool: of its workers.
        clock: gives the aware instant now.
    """

    engine: Engine
    home: Home
    pool: Pool
    clock: Callable[[], datetime]
    _found: tuple[float, dict[str, bool]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> dict[str, bool]:
        """Each thing that has to hold, and whether it does."""
        with self._lock:
            kept_s = float(rule("service", "readiness_kept", local_date(self.clock())).value)
            if self._found is None or time.monotonic() - self._found[0] > kept_s:
                self._found = (time.monotonic(), self._checked())
            return self._found[1]

    def _checked(self) -> dict[str, bool]:
        parts = {"store": self._store, "evidence": self._evidence, "disk": self._disk, "worker": self._worker}
        found = {}
        for name, holds in parts.items():
            try:
                found[name] = holds()
            except _FAILURES:
                found[name] = False
        return found

    def _store(self) -> bool:
        """The store answers, and has the shape this version needs."""
        require_current(self.engine)
        return True

    def _evidence(self) -> bool:
        """The log goes on from what was signed, and no act waits too long for its place in it."""
        now = self.clock()
        longest = timedelta(seconds=int(rule("service", "evidence_waits", local_date(now)).value))
        with reading(self.engine) as connection:
            if suspension(connection) is not None:
                return False
            oldest = connection.execute(
                select(func.min(evidence_entries.c.recorded_at)).where(evidence_entries.c.position.is_(None))
            ).scalar_one()
        return oldest is None or now - oldest <= longest

    def _disk(self) -> bool:
        """There is room for what is written."""
        least = float(rule("service", "disk_least", local_date(self.clock())).value)
        return free_percent(self.home) >= least

    def _worker(self) -> bool:
        """A worker waits or runs; where none does, one is started and counts from the next look."""
        if sum(self.pool.count()) == 0:
            self.pool.warm()
            return False
        return True


def free_percent(home: Home) -> float:
    """The share of its disk that is free, in percent."""
    usage = shutil.disk_usage(home.root)
    return 100 * usage.free / usage.total
