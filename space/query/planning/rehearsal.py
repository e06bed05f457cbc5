"""A rehearsal: the statements of a plan are bound over empty tables, so that a type error costs nothing.

Decides whether every expression has types that fit, and which types the answer has; a plan of known forms
only (:mod:`space.query.planning.fitting`) needs no rehearsal. Nothing is executed, no row is read and no file
can be opened; the outcome follows from the contract and the text.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from catalog.duck import connect
from contracts.model import FieldType, Use
from space.engines.threshold import statements
from space.query.plan import Block, OutputColumn, Plan
from space.query.planning import fitting
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
# Names and types of the columns of a table.
_Columns = tuple[tuple[str, str], ...]

_PER_THREAD: Final = threading.local()
# Empty tables a thread keeps, one a dataset; the one unused for longest goes first.
MAX_TABLES: Final = 256
# Columns of an empty table of the database itself: what figures are, by type.
_FIGURES: Final = {"BIGINT": "_f.i", "DOUBLE": "_f.d", "TINYINT": "_f.t"}


def rehearse(plan: Plan, schema: QuerySchema) -> tuple[OutputColumn, ...]:
    """Bind everything a plan computes; the names and types of its answer.

    Datasets are empty tables of their columns; figures of released tables are columns of another one.

    Raises:
        Refused: an operator or function does not take the types it is given.
    """
    import duckdb

    read = {t.name: _columns(t) for t in schema.tables if t.name in plan.datasets}
    known = fitting.answer(plan, read)
    if known is not None:
        return known
    try:
        stage = _stage()
        for name, columns in read.items():
            stage.hold(name, columns)
        named = ", ".join(_blocks(plan.blocks, read))
        bound = stage.connection.sql(f"WITH {named} SELECT * FROM ({plan.post_sql}) AS answer")
        return tuple(OutputColumn(n, str(t)) for n, t in zip(bound.columns, bound.types, strict=True))
    except duckdb.Error:
        raise Refused("query.types") from None


def without_tables(sql: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT that reads no table and no file: what follows from public values alone.

    Raises:
        Refused: an operator or function does not take the types it is given.
    """
    import duckdb

    try:
        return _stage().connection.execute(sql).fetchall()
    except duckdb.Error:
        raise Refused("query.types") from None


@dataclass(frozen=True, slots=True)
class _Stage:
    """A thread's connection to a database without rows, files or Python variables.

    Attributes:
        process: a database opened before a fork must not be used after it.
        connection: with empty tables that only it sees.
        tables: dataset → columns of its empty table, the one unused for longest first.
    """

    process: int
    connection: DuckDBPyConnection
    tables: dict[str, _Columns] = field(default_factory=dict)

    def hold(self, name: str, columns: _Columns) -> None:
        """Have an empty table of that name with these columns."""
        if self.tables.pop(name, None) != columns:
            typed = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns)
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(name)} ({typed})")
        self.tables[name] = columns
        if len(self.tables) > MAX_TABLES:
            oldest = next(iter(self.tables))
            del self.tables[oldest]
            self.connection.execute(f"DROP TABLE {_quoted(oldest)}")


def _stage() -> _Stage:
    held: _Stage | None = getattr(_PER_THREAD, "held", None)
    if held is None or held.process != os.getpid():
        held = _PER_THREAD.held = _Stage(os.getpid(), _database(os.getpid()).cursor())
    return held


@cache
def _database(_process: int) -> DuckDBPyConnection:
    # By process: a database opened before a fork must not be used after it.
    made = connect()
    made.execute("SET threads = 1")
    made.execute("SET python_enable_replacements = false")
    made.execute("SET enable_external_access = false")
    made.execute("CREATE TABLE _f (i BIGINT, d DOUBLE, t TINYINT)")
    made.execute("SET lock_configuration = true")
    return made


def _columns(table: Table) -> _Columns:
    """The columns of a dataset as it is protected."""
    columns = {c.physical: _type(c) for c in (*table.columns, *table.ungranted) if c.physical}
    columns |= {u.number: "INTEGER" for u in table.units}
    return tuple(columns.items()) or (("_", "TINYINT"),)


def _type(column: Column) -> str:
    """The type of a protected column: pseudonyms and measures are whole numbers."""
    if column.kind is not None or column.use is Use.MEASURE:
        return "BIGINT"
    return _TYPES.get(column.type, f"DECIMAL(38, {column.scale})")


def _blocks(blocks: Iterable[Block], read: Mapping[str, _Columns]) -> Iterator[str]:
    """The released tables by name; what several blocks compute of the same rows is bound once."""
    kept: dict[tuple[str, str], list[tuple[Block, frozenset[str]]]] = {}
    parts = {block.name: _parts(block, read) for block in blocks}
    for block in sorted(blocks, key=lambda b: len(parts[b.name]), reverse=True):
        if block.kind == "plain":
            yield f"{_quoted(block.name)} AS ({block.plain_sql})"
            continue
        there = kept.setdefault((block.from_sql, block.where_sql), [])
        home = next((one for one, computed in there if parts[block.name] <= computed), None)
        if home is None:
            there.append((block, parts[block.name]))
        yield f"{_quoted(block.name)} AS (SELECT {_released(block, parts[block.name], home)})"


def _parts(block: Block, read: Mapping[str, _Columns]) -> frozenset[str]:
    """What the rows of a block compute: its keys, and all else that is not known to fit."""
    kinds = fitting.kinds_of(block, read)
    asked = [f"({c.sql})" for c in block.conditions[1:]]
    asked += statements.values(block)
    asked += (sql for proof in block.proofs for sql in (proof.unit, proof.number) if sql != "1")
    return frozenset((*(k.sql for k in block.keys), *(sql for sql in asked if not fitting.fits(sql, kinds))))


def _released(block: Block, parts: frozenset[str], home: Block | None) -> str:
    """The released table of a block: keys as its rows have them, figures by their operation."""
    known = {} if home is None else {key.sql: key.name for key in home.keys}
    columns = [f"{known.get(key.sql, key.sql)} AS {key.name}" for key in block.keys]
    columns += [f"{_FIGURES[kind]} AS {name}" for name, kind in fitting.figures(block).items()]
    told = ("_cell", "_doubt") if block.keys_only else ("_cell",)
    columns += [f"{_FIGURES['TINYINT']} AS {name}" for name in told]
    if home is not None:
        return f"{', '.join(columns)} FROM {_quoted(home.name)}, _f"
    columns += parts.difference(key.sql for key in block.keys)
    where = f" WHERE ({block.where_sql})" if block.where_sql else ""
    return f"{', '.join(columns)} FROM {block.from_sql}, _f{where}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
