"""Supply into a department's exchange database 前置交换库: a table, in one transaction, with its comments.

Decides that a table appears whole or not at all, that doing it again changes nothing, and that readers
of the former table wait for nothing but its exchange. A control table there says which supply each
table is, and what its columns mean where the database keeps no comments. The database is registered
beforehand; its address names its password by ``${NAME}`` and never holds it.

Source: 政务数据共享条例 Arts 20–23（批量交换）.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from catalog.store import reading
from policies.decision import Deny
from space.errors import SpaceError
from space.identity.tokens import Caller
from space.supply.databases import VARIABLE, Exchange
from space.supply.making import Asked, Intent, Made, Maker
from space.supply.permitted import only_dataset
from space.supply.supplies import Supply

# Rows of one statement.
_BATCH: Final = 10_000
# The tables of ours beside those that are supplied.
_SUPPLIES: Final = "ybz_supplies"
_COLUMNS: Final = "ybz_supply_columns"


class ExchangeFailed(SpaceError):
    """An exchange database did not take a table; it is as it was before."""


def table_name(dataset: str) -> str:
    """What a dataset's table is called there.

    >>> table_name("civil.population")
    'civil_population'
    """
    return dataset.replace(".", "_")[:63]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes supplies as tables of one exchange database.

    Attributes:
        exchange: where to.
        table: its name there.
    """

    exchange: Exchange
    table: str

    def write(self, intent: Intent, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Made:
        """Write the rows; the former table of that name is replaced when all are there.

        Raises:
            ExchangeFailed: the database cannot be reached, or refuses.
        """
        place = self.exchange.place or None
        try:
            with _opened(self.exchange.url) as engine, _transaction(engine) as connection:
                control, columns = _control(place)
                control.metadata.create_all(connection)
                incoming = _table(f"{self.table[:52]}__incoming", place, schema, intent)
                incoming.drop(connection, checkfirst=True)
                incoming.create(connection)
                made = _filled(connection, incoming, batches)
                _exchange(connection, incoming, self.table, place)
                connection.execute(delete(control).where(control.c.table_name == self.table))
                connection.execute(delete(columns).where(columns.c.table_name == self.table))
                connection.execute(insert(control).values(**_said(intent, self.table, made)))
                connection.execute(insert(columns), _meanings(intent, self.table))
        except (SQLAlchemyError, ImportError) as error:
            # The kind alone: the words of a driver may repeat what stands in a row.
            raise ExchangeFailed(
                f"the exchange database {self.exchange.name} did not take the table ({type(error).__name__})"
                " — nothing was changed there; see that it can be reached and written to"
            ) from None
        return Made(made.rows, made.size_bytes, made.sha256, self.table)

    def remove(self, intent: Intent) -> None:
        """Take a table back whose supply ended while it was written; another supply's is left alone."""
        place = self.exchange.place or None
        try:
            with _opened(self.exchange.url) as engine, _transaction(engine) as connection:
                control, columns = _control(place)
                mine = (control.c.table_name == self.table, control.c.supply == intent.id)
                if connection.execute(select(control.c.supply).where(*mine)).first() is None:
                    return
                Table(self.table, MetaData(schema=place)).drop(connection, checkfirst=True)
                connection.execute(delete(control).where(*mine))
                connection.execute(delete(columns).where(columns.c.table_name == self.table))
        except (SQLAlchemyError, ImportError) as error:
            raise ExchangeFailed(
                f"the table {self.table} could not be taken back from the exchange database"
                f" {self.exchange.name} ({type(error).__name__}) — remove it there"
            ) from None


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = create_engine(
        VARIABLE.sub(lambda found: os.environ.get(found[1], ""), url),
        poolclass=NullPool,
        hide_parameters=True,
    )
    if engine.dialect.name == "sqlite":
        # The driver must not open transactions of its own: making a table is part of ours.
        event.listen(engine, "connect", _own_transactions)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        yield engine
    finally:
        engine.dispose()


def _own_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin():
        yield connection


def _control(place: str | None) -> tuple[Table, Table]:
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


def _table(name: str, place: str | None, schema: pa.Schema, intent: Intent) -> Table:
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


def _filled(connection: Connection, table: Table, batches: Iterable[pa.RecordBatch]) -> Made:
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


def _exchange(connection: Connection, incoming: Table, name: str, place: str | None) -> None:
    """Let the filled table take the name of the former one."""
    if inspect(connection).has_table(name, schema=place):
        Table(name, MetaData(schema=place)).drop(connection)
    quoted = connection.dialect.identifier_preparer
    where = f"{quoted.quote_schema(place)}." if place else ""
    connection.exec_driver_sql(
        f"ALTER TABLE {where}{quoted.quote(incoming.name)} RENAME TO {quoted.quote(name)}"
    )


def _said(intent: Intent, table: str, made: Made) -> dict[str, Any]:
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


def _meanings(intent: Intent, table: str) -> list[dict[str, Any]]:
    return [
        {"table_name": table, "column_name": c.name, "title": c.title, "masked": c.masked}
        for c in intent.ready.columns
    ]


def supply_table(
    maker: Maker, who: Caller, asked: Asked, found: Exchange, table: str | None = None
) -> Supply | Deny:
    """Supply a dataset as a table of an exchange database, or give the supply that was made before.

    Args:
        maker: makes supplies.
        who: the holder of the grant.
        asked: what is asked for.
        found: the exchange database; the holder's own.
        table: its name there; made of the dataset's where None.
    """
    with reading(maker.engine) as connection:
        dataset = asked.dataset or only_dataset(connection, asked.grant_id)
    writer = Writer(found, table or table_name(dataset))
    return maker.make(
        who,
        asked,
        writer.write,
        place=f"{found.id}/{writer.table}",
        exchange_id=found.id,
        undo=writer.remove,
    )
