"""The engine of a worker within the process of a test, kept from one plan to the next as a worker keeps it.

Decides how long: opening an engine's databases costs far more than a small plan. Files that were written
anew are opened anew.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from space.engines.duckdb import answer, connect
from space.query.plan import Plan

# Sets of files that are open at once.
_MOST = 3
_held: dict[object, duckdb.DuckDBPyConnection] = {}


def execute(plan: Plan, files: Mapping[str, Sequence[Path]]) -> pa.Table:
    """The answer of a plan over protected files."""
    asked = tuple((name, tuple(map(_state, paths))) for name, paths in files.items())
    opened, nothing = _kept(asked, files), _kept((), {})
    with opened.cursor() as base, nothing.cursor() as empty:
        return answer(base, empty, plan, files)


def _kept(asked: object, files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    found = _held.pop(asked, None) or connect(30.0, files)
    _held[asked] = found  # the latest is last
    while len(_held) > _MOST:
        _held.pop(next(iter(_held))).close()
    return found


def _state(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return str(path), found.st_ino, found.st_mtime_ns, found.st_size


@atexit.register
def _close() -> None:
    while _held:
        _held.popitem()[1].close()
