"""Buffered results for duckdb-engine: rows are fetched when a statement is executed.

duckdb-engine's cursor *is* the connection, so a COMMIT between execute and fetch replaces the
pending result and the fetch then returns nothing, silently. Great Expectations commits exactly
there. This module makes the cursor keep its rows; an error while fetching is raised where it
happens. It holds whole results in memory: only aggregates and small lists are read this way.

It reaches a private attribute of duckdb-engine (pinned in ``pyproject.toml``); a regression test
executes, commits and fetches.
"""

from __future__ import annotations

from typing import Any, Final

from catalog.duck import SILENT

# Name-mangled attribute of CursorWrapper that holds the DuckDB connection.
_WRAPPED: Final = "_CursorWrapper__c"
_BUFFER: Final = "_ybz_buffer"


class Buffer:
    """Rows of one result, its description, and how far it was read."""

    __slots__ = ("description", "position", "rows")

    def __init__(self, description: Any, rows: list[Any]) -> None:
        self.description, self.rows, self.position = description, rows, 0

    def take(self, size: int | None) -> list[Any]:
        """The next ``size`` rows, or all that are left."""
        end = len(self.rows) if size is None else self.position + size
        taken = self.rows[self.position : end]
        self.position += len(taken)
        return taken


def buffer_results() -> None:
    """Make every duckdb-engine cursor of this process keep its rows; a second call changes nothing."""
    from duckdb_engine import ConnectionWrapper, CursorWrapper
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    if getattr(CursorWrapper, "ybz_buffered", False):
        return

    def silence(connection: Any, _record: Any) -> None:
        if isinstance(connection, ConnectionWrapper):
            connection.execute(SILENT)

    event.listen(Pool, "connect", silence)
    execute_unbuffered = CursorWrapper.execute

    def execute(self: Any, statement: str, parameters: Any = None, context: Any = None) -> None:
        self.__dict__.pop(_BUFFER, None)
        execute_unbuffered(self, statement, parameters, context)
        wrapped = getattr(self, _WRAPPED)
        if wrapped.description:
            setattr(self, _BUFFER, Buffer(wrapped.description, wrapped.fetchall()))

    def fetchone(self: Any) -> Any:
        rows = _of(self).take(1)
        return rows[0] if rows else None

    def fetchmany(self: Any, size: int | None = None) -> list[Any]:
        return _of(self).take(1 if size is None else size)

    def fetchall(self: Any) -> list[Any]:
        return _of(self).take(None)

    def description(self: Any) -> Any:
        buffer = self.__dict__.get(_BUFFER)
        return None if buffer is None else buffer.description

    buffered = {"execute": execute, "fetchone": fetchone, "fetchmany": fetchmany, "fetchall": fetchall}
    for name, method in buffered.items():
        setattr(CursorWrapper, name, method)
    setattr(CursorWrapper, "description", property(description))  # noqa: B010 (not declared there)
    setattr(CursorWrapper, "ybz_buffered", True)  # noqa: B010


def _of(cursor: Any) -> Buffer:
    buffer = cursor.__dict__.get(_BUFFER)
    if buffer is None:
        raise LookupError("nothing to fetch: the statement gave no result")
    found: Buffer = buffer
    return found
