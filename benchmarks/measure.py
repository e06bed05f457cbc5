"""What a benchmark gives, and how a duration is taken."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import create_store


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the benchmark table.

    Attributes:
        bench: what was measured.
        ours: our figure, in ``unit``.
        baseline: the baseline's figure of the same run, in ``unit``.
        unit: ``ms``, or ``1/s`` where more is better.
        target: what the ratio ours / baseline should be, as text.
        against: what the baseline is.
    """

    bench: str
    ours: float
    baseline: float
    unit: str
    target: str
    against: str

    @property
    def ratio(self) -> float:
        """Ours over the baseline."""
        return self.ours / self.baseline


@contextmanager
def installation() -> Iterator[tuple[Home, Engine]]:
    """A fresh installation with an empty store, removed again."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "var")
        home.create()
        engine = create_store(home)
        try:
            yield home, engine
        finally:
            engine.dispose()


def milliseconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock duration of ``work`` over some runs, after one that is not counted, in ms."""
    work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
