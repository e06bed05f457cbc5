"""Edges as earlier versions kept them, and taking them over into the graph of this one.

Decides nothing about lineage: edges were kept by the names of datasets and fields, then by a number for each
column beside edges between datasets. What is taken over is deleted where it was, so that it is done once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, delete, inspect, select

from catalog.lineage.graph import Edge, record_all
from catalog.store.tables.ledger import lineage_edges

# What was kept beside the edges of SQL, from rows to each of their columns.
WITHIN: Final = "WITHIN"
# Edges taken over in one go, at least.
_AT_ONCE: Final = 50_000
# Rows held of those that are read.
_READ: Final = 10_000

# Tables of earlier versions: no store is made with them any more, so they are no part of the metadata.
former: Final = MetaData()
lineage_columns: Final = Table(
    "lineage_columns",
    former,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
)
column_edges: Final = Table(
    "column_edges",
    former,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("subtype", String(30), nullable=False),
)
dataset_edges: Final = Table(
    "dataset_edges",
    former,
    Column("source", String(130), primary_key=True),
    Column("target", String(130), primary_key=True),
    Column("whole", Integer, nullable=False),
)
lineage_sizes: Final = Table(
    "lineage_sizes",
    former,
    Column("dataset", String(130), primary_key=True),
    Column("columns", Integer, nullable=False),
)


def take_over_edges(connection: Connection) -> None:
    """Take over the edges of an earlier version, in the transaction that makes this version's tables."""
    held = set(inspect(connection).get_table_names())
    if lineage_edges.name in held:
        _record(connection, connection.execute(select(lineage_edges).order_by("target_dataset")))
        connection.execute(delete(lineage_edges))
    if not {column_edges.name, lineage_columns.name} <= held:
        return
    source, target = lineage_columns.alias("s"), lineage_columns.alias("t")
    query = (
        select(source.c.dataset, source.c.field, target.c.dataset, target.c.field, column_edges.c.subtype)
        .select_from(column_edges)
        .join(source, source.c.id == column_edges.c.source)
        .join(target, target.c.id == column_edges.c.target)
        .where(column_edges.c.subtype != WITHIN)
        .order_by(target.c.dataset)
    )
    _record(connection, connection.execute(query.execution_options(yield_per=_READ)))
    for table in (column_edges, dataset_edges, lineage_sizes, lineage_columns):
        if table.name in held:
            connection.execute(delete(table))


def _record(connection: Connection, rows: Iterable[Any]) -> None:
    edges: dict[str, list[Edge]] = {}
    gathered = 0
    for target, into in _by_target(rows):
        edges[target] = into
        gathered += len(into)
        if gathered >= _AT_ONCE:
            record_all(connection, edges)
            edges, gathered = {}, 0
    record_all(connection, edges)


def _by_target(rows: Iterable[Any]) -> Iterator[tuple[str, list[Edge]]]:
    for target, into in groupby((Edge(*row) for row in rows), key=lambda edge: edge.target_dataset):
        yield target, list(into)
