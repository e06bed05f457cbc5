"""Landing ahead: sources of the next datasets are read while the present one is checked.

Decides only how far ahead; what landing is, :mod:`pipelines.building.stages` says. At most :data:`DEPTH`
datasets wait in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from pipelines.building.account import Account, Rows

# Datasets landed before they are asked for.
DEPTH: Final = 2

Landing = Callable[[str, Account], Rows]


class Ahead:
    """Lands datasets in the order they will be asked for, in one thread of its own.

    Args:
        landing: reads and casts the rows of a dataset.
        names: what will be asked for, in order; another name is landed when asked.
    """

    def __init__(self, landing: Landing, names: Sequence[str]) -> None:
        self._landing, self._waiting = landing, list(names)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="land-ahead")
        self._begun: dict[str, Future[tuple[Rows, Account]]] = {}
        self._fill()

    def take(self, name: str, account: Account) -> Rows:
        """Rows of a dataset; their account is added to ``account``. Raises what landing raised."""
        future = self._begun.pop(name, None)
        if future is None:
            return self._landing(name, account)
        try:
            rows, landed = future.result()
        finally:
            self._fill()
        account.lines_read, account.landed, account.counts = landed.lines_read, landed.landed, landed.counts
        account.timings.update(landed.timings)
        return rows

    def drop(self, name: str) -> None:
        """Forget a dataset that is not built after all."""
        future = self._begun.pop(name, None)
        if future is not None:
            future.cancel()
        self._fill()

    def close(self) -> None:
        """End the thread; what was begun is given up."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self) -> None:
        while self._waiting and len(self._begun) < DEPTH:
            name = self._waiting.pop(0)
            self._begun[name] = self._pool.submit(self._land, name)

    def _land(self, name: str) -> tuple[Rows, Account]:
        account = Account()
        return self._landing(name, account), account
