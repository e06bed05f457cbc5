"""Tables of an exchange database: the control tables, a table from Arrow columns, its rows, its name.

Decides types, comments and what the control tables say. Connections, transactions and when a table appears
are :mod:`space.supply.exchange`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    insert,
    inspect,
)

from space.supply.intents import Intent, Made

# Rows of one statement.
_BATCH: Final = 10_000
# The tables of ours beside those that are supplied.
_SUPPLIES: Final = "ybz_supplies"
_COLUMNS: Final = "ybz_supply_columns"


def control(place: str | None) -> tuple[Table, Table]:
    """Which supply each table is, and what the columns mean where the database keeps no comments."""
    metadata = MetaData(schema=place)
    control = Table(
        _SUPPLIES,
        metadata,
        Column("table_name", String(63), primary_key=True),
        Column("supply", String(40), nullable=False),
        Column("dataset", String(130), nullable=False),
        Column("release", BigInteger, nullable=False),
        Column("rows", BigInteger, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("mark", Text, nullable=False, comment="可见标识"),
        comment="供数登记: which supply each table is",
    )
    columns = Table(
        _COLUMNS,
        metadata,
        Column("table_name", String(63), primary_key=True),
        Column("column_name", String(63), primary_key=True),
        Column("title", Text, nullable=False),
        Column("masked", Boolean, nullable=False),
        comment="供数字段说明: what the columns of the tables mean",
    )
    return control, columns


def table_of(name: str, place: str | None, schema: pa.Schema, intent: Intent) -> Table:
    """A table for the rows of a supply, with titles as comments."""
    titles = {column.name: column.title for column in intent.ready.columns}
    columns = [Column(field.name, _type(field.type), comment=titles[field.name]) for field in schema]
    return Table(name, MetaData(schema=place), *columns, comment=intent.label.line.removeprefix("# "))


def _type(stored: pa.DataType) -> Any:
    if pa.types.is_boolean(stored):
        return Boolean()
    if pa.types.is_integer(stored):
        return BigInteger()
    if pa.types.is_decimal(stored):
        return Numeric(stored.precision, stored.scale)
    if pa.types.is_floating(stored):
        return Float(53)
    if pa.types.is_date(stored):
        return Date()
    return DateTime() if pa.types.is_timestamp(stored) else Text()


def filled(connection: Connection, table: Table, batches: Iterable[pa.RecordBatch]) -> Made:
    """Write the rows of a supply, and count and hash what was written."""
    seen, rows, size = hashlib.sha256(), 0, 0
    names = [column.name for column in table.columns]
    for batch in batches:
        values = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        for at in range(0, len(values), _BATCH):
            connection.execute(
                insert(table), [dict(zip(names, row, strict=True)) for row in values[at : at + _BATCH]]
            )
        text = "".join(
            "\x1f".join("" if v is None else str(v) for v in row) + "\x1e" for row in values
        ).encode()
        seen.update(text)
        rows, size = rows + len(values), size + len(text)
    return Made(rows, size, seen.hexdigest())


def exchange(connection: Connection, incoming: Table, name: str, place: str | None) -> None:
    """Let the filled table take the name of the former one."""
    if inspect(connection).has_table(name, schema=place):
        Table(name, MetaData(schema=place)).drop(connection)
    quoted = connection.dialect.identifier_preparer
    where = f"{quoted.quote_schema(place)}." if place else ""
    connection.exec_driver_sql(
        f"ALTER TABLE {where}{quoted.quote(incoming.name)} RENAME TO {quoted.quote(name)}"
    )


def said(intent: Intent, table: str, made: Made) -> dict[str, Any]:
    """The row of a table in the first control table."""
    ready = intent.ready
    return {
        "table_name": table,
        "supply": intent.id,
        "dataset": ready.contract.name,
        "release": ready.release.number,
        "rows": made.rows,
        "sha256": made.sha256,
        "mark": intent.label.line.removeprefix("# "),
    }


def meanings(intent: Intent, table: str) -> list[dict[str, Any]]:
    """The rows of a table in the second."""
    return [
        {"table_name": table, "column_name": c.name, "title": c.title, "masked": c.masked}
        for c in intent.ready.columns
    ]
