"""Whether anybody has written to the store since: a number that changes with every commit.

Decides nothing. Whoever keeps an answer beside the number that stood before it was made knows, as long as the
number stands, that a fresh answer would be the same.
"""

from __future__ import annotations

import sqlite3
from threading import Lock

from sqlalchemy import Engine


class StoreState:
    """Tells states of a store from one another; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Watch a store.

        Args:
            engine: of it.
        """
        self._lock = Lock()
        self._name = object()
        self._watching: sqlite3.Connection | None = None
        database = engine.url.database
        if engine.dialect.name == "sqlite" and database:
            # A connection of its own that never writes: to it every commit is another's.
            self._watching = sqlite3.connect(database, check_same_thread=False, timeout=0)
            self._watching.execute("PRAGMA query_only = 1")

    def number(self) -> int | None:
        """The state now; None where only a server could tell, which costs what it would save."""
        with self._lock:
            if self._watching is None:
                return None
            try:
                number: int = self._watching.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error:  # busy, or damaged: the answer in full says so in its own words
                return None
        return number

    def moment(self) -> tuple[object, int] | None:
        """The same as a value that equals none of another store; None where no number can be told."""
        number = self.number()
        return None if number is None else (self._name, number)

    def close(self) -> None:
        """Watch no more."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
