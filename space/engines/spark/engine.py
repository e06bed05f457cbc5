"""The worker's side of the second engine: base statements go to the carrier, all else stays as it is.

Decides which statements are base statements: those that name a table of the plan. The others, and what
follows on released figures, run in databases of the worker that hold those tables without a row; they also
say of which types the answer of a base statement is, so that nothing differs behind it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from space.engines.duckdb import answer, connect
from space.engines.spark.frames import ANSWER, END, QUERY, TABLES, packed, receive, send, unpacked

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from space.query.plan import Plan


class NoAnswer(Exception):
    """The carrier gave none."""


class Carrier:
    """The carrier as the worker sees it: two pipes."""

    def __init__(self, asked: BinaryIO, answered: BinaryIO) -> None:
        """Speak over pipes that are open already.

        Args:
            asked: statements go by it.
            answered: what they give comes by it.
        """
        self._asked, self._answered = asked, answered

    @classmethod
    def of(cls, answered: int, asked: int) -> Carrier:
        """The carrier behind two descriptors."""
        return cls(os.fdopen(asked, "wb"), os.fdopen(answered, "rb"))

    def tables(self) -> dict[str, pa.Table]:
        """Every table of the plan without a row."""
        return self._ask(TABLES)

    def answer(self, sql: str, given: Mapping[str, pa.Table]) -> pa.Table:
        """What a base statement gives."""
        return self._ask(QUERY, packed(sql, given))["answer"]

    def end(self) -> None:
        """Say that the plan is done."""
        send(self._asked, END)

    def close(self) -> None:
        """Let go of the pipes."""
        self._asked.close()
        self._answered.close()

    def _ask(self, kind: bytes, body: bytes = b"") -> dict[str, pa.Table]:
        send(self._asked, kind, body)
        message = receive(self._answered)
        if message is None or message[0] != ANSWER:
            raise NoAnswer
        return unpacked(message[1])[1]


class Engine:
    """The same as :class:`space.engines.duckdb.Engine` over the tables of a carrier."""

    def __init__(self, carrier: Carrier, seconds: float) -> None:
        """Take the carrier.

        Args:
            carrier: of this worker.
            seconds: after which a statement of the worker's own databases is stopped.
        """
        self._carrier, self._seconds = carrier, seconds
        self._empty = connect(seconds, {})
        self._local: DuckDBPyConnection | None = None
        self._tables: dict[str, pa.Schema] = {}

    def execute(self, plan: Plan) -> pa.Table:
        """The answer of a plan: released cells and what follows on them."""
        with self.base() as base, self._empty.cursor() as empty:
            return answer(base, empty, plan, {})

    def base(self) -> Base:
        """What the base statements of the next plan are asked of."""
        tables = self._carrier.tables()
        schemas = {name: table.schema for name, table in tables.items()}
        if self._local is None or schemas != self._tables:
            self._local, self._tables = _without_rows(tables, self._seconds), schemas
        return Base(self._carrier, self._local.cursor(), tuple(map(_quoted, tables)))

    def close(self) -> None:
        """Let go of the databases and of the carrier."""
        self._carrier.close()
        self._empty.close()
        if self._local is not None:
            self._local.close()


class Base:
    """One plan's base statements: a :class:`space.engines.base.Base`."""

    def __init__(self, carrier: Carrier, local: DuckDBPyConnection, names: tuple[str, ...]) -> None:
        """Ask a carrier.

        Args:
            carrier: has the tables.
            local: has them without a row.
            names: of the tables, quoted as statements write them.
        """
        self._carrier, self._local, self._names = carrier, local, names
        self._given: dict[str, pa.Table] = {}

    def __enter__(self) -> Base:
        return self

    def __exit__(self, *_stop: object) -> None:
        self._local.close()
        self._carrier.end()

    def register(self, view_name: str, python_object: object, /) -> None:
        """Have a table of keys under a name."""
        assert isinstance(python_object, pa.Table)
        self._given[view_name] = python_object
        self._local.register(view_name, python_object)

    def sql(self, query: str, /) -> Any:
        """What a statement gives."""
        if not any(name in query for name in self._names):
            return self._local.sql(query)
        expected = self._local.sql(query).to_arrow_table().schema
        given = {name: table for name, table in self._given.items() if name in query}
        return Result(_as(expected, self._carrier.answer(query, given)))

    def execute(self, query: str, /) -> Any:
        """The same; also a statement that gives nothing, where no table of the plan is named."""
        base = any(name in query for name in self._names)
        return self.sql(query) if base else self._local.execute(query)


class Result:
    """What a base statement gave."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def to_arrow_table(self) -> pa.Table:
        """As a table."""
        return self._table

    def fetchall(self) -> list[tuple[Any, ...]]:
        """As rows."""
        return list(zip(*(column.to_pylist() for column in self._table.columns), strict=True))


def _without_rows(tables: Mapping[str, pa.Table], seconds: float) -> DuckDBPyConnection:
    """A database with these tables, none of which has a row."""
    made = connect(seconds, {})
    for name, table in tables.items():
        made.register("_stored", table.slice(0, 0))
        made.execute(f"CREATE TABLE {_quoted(name)} AS SELECT * FROM _stored")
        made.unregister("_stored")
    return made


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as(expected: pa.Schema, table: pa.Table) -> pa.Table:
    """The table in the types the worker's own database gives; a value that does not fit is a failure."""
    columns = [column.cast(field.type) for column, field in zip(table.columns, expected, strict=True)]
    return pa.table(columns, schema=expected)
