"""The lineage of the whole ledger as a graph in the store: edges recorded, and those around a dataset.

Decides how edges are kept: columns are numbers, so that a walk over many edges stays in two indexes, and
edges between datasets stand beside those between columns. How far a walk goes is
:mod:`catalog.lineage.reach`'s, what the edges of one dataset are :mod:`catalog.lineage.columns`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, select

from catalog.lineage.lists import Statement
from catalog.store.tables.lineage import column_edges, dataset_edges, lineage_columns

EVERY: Final = "*"
INDIRECT: Final = ("FILTER", "JOIN", "GROUP_BY", "SORT", "ROWS")
# What stores of an earlier version kept beside the edges of SQL, from rows to each of their columns.
WITHIN: Final = "WITHIN"

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One column that another is computed from.

    Attributes:
        source_dataset: ``schema.table``.
        source_field: a field name; ``*`` where only rows were counted.
        target_dataset: ``schema.table``.
        target_field: a field name; ``*`` for every field.
        subtype: direct ``IDENTITY``, ``TRANSFORMATION``, ``AGGREGATION``; indirect ``FILTER``, ``JOIN``,
            ``GROUP_BY``, ``SORT`` (OpenLineage's words) or ``ROWS`` (ours).
    """

    source_dataset: str
    source_field: str
    target_dataset: str
    target_field: str
    subtype: str

    @property
    def indirect(self) -> bool:
        """Whether the source only decides which rows there are, or in what order."""
        return self.subtype in INDIRECT


def record_edges(connection: Connection, target: str, edges: Iterable[Edge]) -> None:
    """Replace the edges into ``target``, in the caller's transaction."""
    record_all(connection, {target: tuple(edges)})


def record_all(connection: Connection, edges: Mapping[str, Sequence[Edge]]) -> None:
    """Replace the edges into many datasets, in the caller's transaction.

    Args:
        connection: a writing transaction.
        edges: dataset → all edges into it.
    """
    if not edges:
        return
    _FORGET.run(connection, targets=edges)
    _FORGET_DATASETS.run(connection, targets=edges)
    named = {
        column
        for into in edges.values()
        for e in into
        for column in ((e.source_dataset, e.source_field), (e.target_dataset, e.target_field))
    }
    ids = _ids(connection, named)
    rows = sorted(
        (ids[e.source_dataset, e.source_field], ids[target, e.target_field], e.subtype)
        for target, into in edges.items()
        for e in into
    )
    whole: dict[tuple[str, str], int] = {}
    for target, into in edges.items():
        for e in into:
            pair = e.source_dataset, target
            whole[pair] = whole.get(pair, 0) | (e.target_field == EVERY)
    if rows:
        _KEEP.run(connection, edges=rows)
        _KEEP_DATASETS.run(connection, edges=[(*pair, each) for pair, each in sorted(whole.items())])


def edges_around(connection: Connection, name: str) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """The edges into a dataset and those out of it."""
    source, target = _SOURCE, _TARGET
    order = (target.c.field, source.c.dataset, source.c.field)
    into = _edges().where(target.c.dataset == name).order_by(*order)
    out_of = _edges().where(source.c.dataset == name).order_by(target.c.dataset, *order)
    return (
        tuple(Edge(*row) for row in connection.execute(into)),
        tuple(Edge(*row) for row in connection.execute(out_of)),
    )


def sources_among(connection: Connection, names: Collection[str]) -> frozenset[str]:
    """Which of some datasets others are made from."""
    return frozenset(name for (name,) in _SOURCES_AMONG.run(connection, names=names))


def edges_between(connection: Connection, names: Collection[str]) -> tuple[Edge, ...]:
    """The edges that begin and end within some datasets."""
    return tuple(Edge(*row) for row in _BETWEEN.run(connection, targets=names, sources=names))


def inputs_recorded(connection: Connection, name: str) -> tuple[str, ...]:
    """The datasets ``name`` is made from, as the store has it, by name."""
    query = select(dataset_edges.c.source).where(dataset_edges.c.target == name)
    return tuple(sorted(connection.execute(query).scalars()))


def impact(connection: Connection, name: str) -> tuple[str, ...]:
    """Every dataset made from ``name``, directly or through others, by name."""
    first = select(dataset_edges.c.target.label("name")).where(dataset_edges.c.source == name)
    reached = first.cte("reached", recursive=True)
    further = select(dataset_edges.c.target).where(dataset_edges.c.source == reached.c.name)
    reached = reached.union(further)
    return tuple(sorted(connection.execute(select(reached.c.name)).scalars()))


def _ids(connection: Connection, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The numbers of columns by name, and of the rows they stand in; new ones are made."""
    wanted = {column for dataset, field in named for column in ((dataset, field), (dataset, EVERY))}
    datasets = {dataset for dataset, _ in wanted}
    ids = _known(connection, datasets)
    fresh = sorted(wanted - ids.keys())
    if fresh:
        grown = {dataset for dataset, _ in fresh}
        _NUMBER.run(connection, columns=fresh)
        _COUNT.run(connection, datasets=grown)
        ids |= _known(connection, grown)
    return ids


def _known(connection: Connection, datasets: Collection[str]) -> dict[tuple[str, str], int]:
    return {(dataset, field): number for number, dataset, field in _KNOWN.run(connection, datasets=datasets)}


_SOURCE: Final = lineage_columns.alias("source_column")
_TARGET: Final = lineage_columns.alias("target_column")


def _edges() -> Select[Any]:
    return (
        select(_SOURCE.c.dataset, _SOURCE.c.field, _TARGET.c.dataset, _TARGET.c.field, column_edges.c.subtype)
        .select_from(column_edges)
        .join(_SOURCE, _SOURCE.c.id == column_edges.c.source)
        .join(_TARGET, _TARGET.c.id == column_edges.c.target)
        .where(column_edges.c.subtype != WITHIN)
    )


_KNOWN: Final = Statement("SELECT id, dataset, field FROM lineage_columns WHERE dataset IN [names:datasets]")
_NUMBER: Final = Statement("""
    INSERT INTO lineage_columns (dataset, field) SELECT [name:0], [name:1] FROM [rows:columns]
""")
_COUNT: Final = Statement("""
    INSERT INTO lineage_sizes (dataset, columns)
    SELECT dataset, count(*) FROM lineage_columns WHERE dataset IN [names:datasets] GROUP BY dataset
    ON CONFLICT (dataset) DO UPDATE SET columns = excluded.columns
""")
_FORGET: Final = Statement("""
    DELETE FROM column_edges WHERE subtype <> 'WITHIN' AND target IN (
        SELECT id FROM lineage_columns WHERE dataset IN [names:targets]
    )
""")
_FORGET_DATASETS: Final = Statement("DELETE FROM dataset_edges WHERE target IN [names:targets]")
_KEEP: Final = Statement("""
    INSERT INTO column_edges (source, target, subtype)
    SELECT [number:0], [number:1], [name:2] FROM [rows:edges]
""")
_KEEP_DATASETS: Final = Statement("""
    INSERT INTO dataset_edges (source, target, whole)
    SELECT [name:0], [name:1], [number:2] FROM [rows:edges]
""")
_SOURCES_AMONG: Final = Statement("""
    SELECT DISTINCT source FROM dataset_edges WHERE source IN [names:names]
""")
# Asked from the side of the targets: they have some dozens of edges, a source may have very many.
_BETWEEN: Final = Statement("""
    SELECT s.dataset, s.field, t.dataset, t.field, e.subtype
    FROM lineage_columns AS t
    JOIN column_edges AS e ON e.target = t.id
    JOIN lineage_columns AS s ON s.id = e.source
    WHERE t.dataset IN [names:targets] AND s.dataset || '' IN [names:sources] AND e.subtype <> 'WITHIN'
    ORDER BY s.dataset, s.field, t.dataset, t.field
""")
