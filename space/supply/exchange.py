"""Supply into a department's exchange database 前置交换库: a table, in one transaction, with its comments.

Decides that a table appears whole or not at all, that doing it again changes nothing, and that readers
of the former table wait for nothing but its exchange. A control table there says which supply each
table is, and what its columns mean where the database keeps no comments. The database is registered
beforehand; its address names its password by ``${NAME}`` and never holds it.

Source: 政务数据共享条例 Arts 20–23（批量交换）.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, delete, event, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from catalog.store import reading
from policies.decision import Deny
from space.errors import SpaceError
from space.identity.tokens import Caller
from space.supply.databases import VARIABLE, Exchange
from space.supply.exchange_tables import control as control_tables
from space.supply.exchange_tables import exchange, filled, meanings, said, table_of
from space.supply.intents import Asked, Intent, Made
from space.supply.making import Maker
from space.supply.permitted import only_dataset
from space.supply.supplies import Supply


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
                control, columns = control_tables(place)
                control.metadata.create_all(connection)
                incoming = table_of(f"{self.table[:52]}__incoming", place, schema, intent)
                incoming.drop(connection, checkfirst=True)
                incoming.create(connection)
                made = filled(connection, incoming, batches)
                exchange(connection, incoming, self.table, place)
                connection.execute(delete(control).where(control.c.table_name == self.table))
                connection.execute(delete(columns).where(columns.c.table_name == self.table))
                connection.execute(insert(control).values(**said(intent, self.table, made)))
                connection.execute(insert(columns), meanings(intent, self.table))
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
                control, columns = control_tables(place)
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
