"""Lineage of composed datasets: datasets and columns by number, edges between them, what contracts name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, String, Table, Text, event

from catalog.store.schema import metadata

# A dataset of the graph. `columns` is how many of its columns are in it, its rows counted as one.
lineage_datasets = Table(
    "lineage_datasets",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(130), nullable=False, unique=True),
    Column("columns", Integer, nullable=False),
)

# A column some edge begins or ends at: the number of its dataset and its place there, from 0 on without a
# gap (:mod:`catalog.lineage.numbers`). Field `*`, at place 0, stands for the rows. Rows are never changed.
lineage_fields = Table(
    "lineage_fields",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("field", String(63), nullable=False),
)

# The columns of a dataset that are computed from one column: their places, and how each is used.
column_steps = Table(
    "column_steps",
    metadata,
    Column("source", BigInteger, primary_key=True, autoincrement=False),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("places", Text, nullable=False),
    Column("subtypes", Text, nullable=False),
    Index("ix_column_steps_target", "target", "source"),
    sqlite_with_rowid=False,
)

# The same between datasets: `whole` is 1 where a column decides which rows the target has.
dataset_steps = Table(
    "dataset_steps",
    metadata,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("whole", Integer, nullable=False),
    Index("ix_dataset_steps_target", "target", "source"),
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
    if column_steps in tables:
        from catalog.lineage.former import take_over_edges

        take_over_edges(connection)
    if contract_mentions in tables:
        from catalog.lineage.mentions import take_over

        take_over(connection)
