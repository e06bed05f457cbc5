"""Counting the statements a store is asked, and making its lists longer.

Decides what counts: every statement a driver is given, but beginnings and endings of transactions, what a
service's own threads ask, which look for work whenever it is time, and which key is in use, which every
process asks once a second.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, String, Table, UniqueConstraint, event, insert, select

from catalog.store import writing
from catalog.store.schema import metadata

_KEYS: Final = "FROM signing_keys"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run in the block, in their order."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        if threading.current_thread().name.startswith("ybz-"):
            return
        if not given[2].startswith(("BEGIN", "SET ", "COMMIT", "PRAGMA")) and _KEYS not in given[2]:
            asked.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def lengthen(engine: Engine, times: int) -> dict[str, int]:
    """Write every row that can stand more than once so many times more, under other identifiers.

    Returns:
        How many rows each lengthened table has now.
    """
    made = {}
    for table in metadata.sorted_tables:
        if _may_repeat(table):
            (key,) = table.primary_key.columns
            with writing(engine) as connection:
                rows = [dict(row._mapping) for row in connection.execute(select(table))]
                more = [{**row, key.name: _another(row[key.name], key)} for row in rows for _ in range(times)]
                if more:
                    connection.execute(insert(table), more)
                    made[table.name] = len(rows) + len(more)
    return made


def _another(identifier: str, key: Any) -> str:
    """An identifier like another, with other last characters."""
    return f"{identifier[: int(key.type.length) - 12]}{secrets.token_hex(6)}"


def _may_repeat(table: Table) -> bool:
    """Whether its rows are told apart by an identifier alone."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, String) or not keys[0].type.length:
        return False
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    return not unique and not any(index.unique for index in table.indexes) and not keys[0].foreign_keys
