"""A rehearsal: the statements of a plan are bound over empty tables, so that a type error costs nothing.

Decides whether every expression has types that fit, and which types the answer has. Nothing is executed,
no row is read and no file can be opened; the outcome follows from the contract and the text.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

from catalog.duck import connect
from contracts.model import FieldType, Use
from space.query.plan import Block, OutputColumn, Plan
from space.query.reasons import Refused
from space.query.schema import Column, QuerySchema, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES: Final = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.BOOLEAN: "BOOLEAN",
}
_PER_THREAD: Final = threading.local()


def rehearse(plan: Plan, schema: QuerySchema) -> tuple[OutputColumn, ...]:
    """Bind everything a plan computes; the names and types of its answer.

    All of it is one statement without a table: datasets and released tables are expressions of NULLs, so
    the connection holds nothing and serves every schema.

    Raises:
        Refused: an operator or function does not take the types it is given.
    """
    import duckdb

    blocks = [f"{_quoted(block.name)} AS ({_released(block)})" for block in plan.blocks]
    read = " ".join(blocks)
    tables = [f"{_quoted(t.name)} AS ({_empty(t, read)})" for t in schema.tables if t.name in plan.datasets]
    named = [*tables, *blocks]
    try:
        bound = _connection().sql(f"WITH {', '.join(named)} SELECT * FROM ({plan.post_sql}) AS answer")
        return tuple(OutputColumn(n, str(t)) for n, t in zip(bound.columns, bound.types, strict=True))
    except duckdb.Error:
        raise Refused("query.types") from None


def _connection() -> DuckDBPyConnection:
    """A connection of this thread to a database without tables, files or Python variables."""
    held: tuple[int, DuckDBPyConnection] | None = getattr(_PER_THREAD, "held", None)
    if held is None or held[0] != os.getpid():
        held = _PER_THREAD.held = (os.getpid(), _database(os.getpid()).cursor())
    return held[1]


@cache
def _database(_process: int) -> DuckDBPyConnection:
    # By process: a database opened before a fork must not be used after it.
    made = connect()
    made.execute("SET threads = 1")
    made.execute("SET python_enable_replacements = false")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def _empty(table: Table, read: str) -> str:
    """A dataset as it is protected, without a row; only the columns some text reads."""
    columns = {c.physical: _type(c) for c in (*table.columns, *table.ungranted) if c.physical}
    columns |= {u.number: "INTEGER" for u in table.units}
    named = [(name, kind) for name, kind in columns.items() if _quoted(name) in read]
    return _nulls(named or [("_", "TINYINT")])


def _type(column: Column) -> str:
    """The type of a protected column: pseudonyms and measures are whole numbers."""
    if column.kind is not None or column.use is Use.MEASURE:
        return "BIGINT"
    return _TYPES.get(column.type, f"DECIMAL(38, {column.scale})")


def _released(block: Block) -> str:
    """The released table of a block: keys as its rows have them, figures by their operation."""
    from space.engines import statements

    if block.kind == "plain":
        return block.plain_sql
    whole = {a.name for a in block.aggregates if a.operation in statements.COUNTED}
    whole |= {a.name for a in block.aggregates if a.operation == "sum" and a.factor == 1}
    figures = [(a.name, "BIGINT" if a.name in whole else "DOUBLE") for a in block.aggregates]
    keys = "".join(f"{key.name}, " for key in block.keys)
    nulls = _nulls([*figures, ("_cell", "TINYINT")]).removeprefix("SELECT ")
    return f"SELECT {keys}{nulls} FROM ({statements.rows(block)}) AS q"


def _nulls(columns: Iterable[tuple[str, str]]) -> str:
    return "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {_quoted(column)}" for column, kind in columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
