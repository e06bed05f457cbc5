"""Lineage of composed datasets: columns by number, edges between them, and what contracts name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    case,
    delete,
    event,
    func,
    insert,
    select,
)

from catalog.store.schema import metadata

# A column some edge begins or ends at; field `*` stands for the rows of a dataset. Rows are never changed.
lineage_columns = Table(
    "lineage_columns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("field", String(63), nullable=False),
    UniqueConstraint("dataset", "field"),
)

# `target` is computed from `source`. `subtype` is the OpenLineage word, or ours.
column_edges = Table(
    "column_edges",
    metadata,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("subtype", String(30), nullable=False),
    Index("ix_column_edges_target", "target", "source"),
    sqlite_with_rowid=False,
)

# The same edges between datasets: `whole` is 1 where one of them decides which rows the target has.
dataset_edges = Table(
    "dataset_edges",
    metadata,
    Column("source", String(130), primary_key=True),
    Column("target", String(130), primary_key=True),
    Column("whole", Integer, nullable=False),
    Index("ix_dataset_edges_target", "target", "source"),
    sqlite_with_rowid=False,
)

# How many columns of a dataset there are in the graph, its rows counted as one.
lineage_sizes = Table(
    "lineage_sizes",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("columns", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Datasets that rules and joins of a contract name, by the contract's digest.
contract_mentions = Table(
    "contract_mentions",
    metadata,
    Column("dataset", String(130), primary_key=True),
    Column("digest", String(64), primary_key=True),
    sqlite_with_rowid=False,
)


@event.listens_for(metadata, "after_create")
def _take_over(_metadata: MetaData, connection: Connection, tables: Collection[Table], **_: Any) -> None:
    """Take over what a store of an earlier version has, once: when these tables are made."""
    if column_edges in tables:
        _move(connection)
    elif dataset_edges in tables:
        _draw_together(connection)
    if lineage_sizes in tables and column_edges not in tables:
        _count(connection)
    if contract_mentions in tables:
        from catalog.lineage.mentions import take_over

        take_over(connection)


def _move(connection: Connection) -> None:
    """Edges that were kept by name."""
    from catalog.lineage.graph import Edge, record_all
    from catalog.store.tables.ledger import lineage_edges

    into: dict[str, list[Edge]] = {}
    for row in connection.execute(select(lineage_edges)):
        into.setdefault(row.target_dataset, []).append(Edge(*row))
    if into:
        record_all(connection, into)
        connection.execute(delete(lineage_edges))


def _draw_together(connection: Connection) -> None:
    """Edges between datasets, where there were those between columns alone."""
    source, target = lineage_columns.alias("s"), lineage_columns.alias("t")
    whole = func.max(case((target.c.field == "*", 1), else_=0))
    drawn = (
        select(source.c.dataset, target.c.dataset, whole)
        .select_from(column_edges)
        .join(source, source.c.id == column_edges.c.source)
        .join(target, target.c.id == column_edges.c.target)
        .where(column_edges.c.subtype != "WITHIN")
        .group_by(source.c.dataset, target.c.dataset)
    )
    connection.execute(insert(dataset_edges).from_select(["source", "target", "whole"], drawn))


def _count(connection: Connection) -> None:
    """Sizes of datasets, where columns alone were kept."""
    name = lineage_columns.c.dataset
    counted = select(name, func.count()).group_by(name)
    connection.execute(insert(lineage_sizes).from_select(["dataset", "columns"], counted))
