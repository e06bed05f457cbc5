"""Statements of the store are compiled once a process, not once a store: every test has a store of its own.

Decides what stores share: the text made from a statement, where their dialects are alike in everything they
know of their database. What is sent to a database, and what comes back, is its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_SIMPLE = (bool, int, str, tuple, type(None))
_dialects: dict[object, Any] = {}
_compiled: LRUCache[Any, Any] = LRUCache(4_000)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Within the block, stores opened in this process share what was made of their statements."""
    event.listen(Engine, "engine_connect", _share)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    own: Any = connection.engine.dialect
    if own.name not in ("sqlite", "postgresql"):
        return
    # A dialect learns of its database with its first connection, which comes before this.
    kind = getattr(own, "kind_in_tests", None)
    if kind is None:
        told = {name: value for name, value in vars(own).items() if isinstance(value, _SIMPLE)}
        kind = own.kind_in_tests = (type(own), *sorted((name, repr(value)) for name, value in told.items()))
    connection.dialect = _dialects.setdefault(kind, own)
    connection.engine._compiled_cache = _compiled
