"""A rehearsal: the statements of a plan are bound over empty tables, so that a type error costs nothing.

Decides only whether every statement has types that fit. Nothing is executed, no row is read and no file
can be opened; the outcome follows from the contract and the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from catalog.duck import connect
from contracts.model import FieldType, Use
from space.query.plan import Block, Plan
from space.query.reasons import Refused
from space.query.schema import Column, QuerySchema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES: Final = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.BOOLEAN: "BOOLEAN",
}


def rehearse(plan: Plan, schema: QuerySchema) -> None:
    """Bind every statement of a plan.

    Raises:
        Refused: an operator or function does not take the types it is given.
    """
    import duckdb

    with connect() as connection:
        connection.execute("SET enable_external_access = false")
        for table in schema.tables:
            if table.name in plan.datasets:
                columns = {c.physical: _type(c) for c in (*table.columns, *table.ungranted) if c.physical}
                columns |= {u.number: "INTEGER" for u in table.units}
                _empty(connection, table.name, columns.items())
        try:
            for block in plan.blocks:
                _empty(connection, block.name, _released(connection, block))
            connection.execute(f"DESCRIBE {plan.post_sql}")
        except duckdb.Error:
            raise Refused("query.types") from None


def _type(column: Column) -> str:
    """The type of a protected column: pseudonyms and measures are whole numbers."""
    if column.kind is not None or column.use is Use.MEASURE:
        return "BIGINT"
    return _TYPES.get(column.type, f"DECIMAL(38, {column.scale})")


def _released(connection: DuckDBPyConnection, block: Block) -> list[tuple[str, str]]:
    """Names and types of the released table of a block."""
    from space.engines import statements

    if block.kind == "plain":
        sql = block.plain_sql
    else:
        sql = statements.private(block) if block.kind == "dp" else statements.cells(block)
    bound = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {sql}").fetchall()]
    if block.kind == "plain":
        return bound
    keys = {key.name for key in block.keys}
    whole = {a.name for a in block.aggregates if a.operation in statements.COUNTED}
    whole |= {a.name for a in block.aggregates if a.operation == "sum" and a.factor == 1}
    figures = [(a.name, "BIGINT" if a.name in whole else "DOUBLE") for a in block.aggregates]
    return [(name, kind) for name, kind in bound if name in keys] + figures + [("_cell", "TINYINT")]


def _empty(connection: DuckDBPyConnection, name: str, columns: Iterable[tuple[str, str]]) -> None:
    listed = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns)
    connection.execute(f"CREATE TABLE {_quoted(name)} ({listed})")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
