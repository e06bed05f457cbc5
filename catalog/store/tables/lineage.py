"""Column lineage of composed datasets: columns by number, and edges between the numbers."""

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
    delete,
    event,
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


@event.listens_for(metadata, "after_create")
def _move(_metadata: MetaData, connection: Connection, tables: Collection[Table], **_: Any) -> None:
    """Take over the edges of a store of an earlier version, once: when this table is made."""
    if column_edges not in tables:
        return
    from catalog.lineage.graph import Edge, record_all
    from catalog.store.tables.ledger import lineage_edges

    into: dict[str, list[Edge]] = {}
    for row in connection.execute(select(lineage_edges)):
        into.setdefault(row.target_dataset, []).append(Edge(*row))
    if into:
        record_all(connection, into)
        connection.execute(delete(lineage_edges))
