"""The lineage of the whole ledger as a graph in the store: record edges, walk them up or down.

Decides what a walk reaches: from a column the columns computed from it, and, where it decides which rows
there are, every column of those rows. Columns are numbers there, so that a walk over many edges stays in
two indexes. What the edges of one dataset are is :mod:`catalog.lineage.columns`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, and_, case, delete, func, insert, literal, or_, select

from catalog.store.tables.lineage import column_edges, lineage_columns

EVERY: Final = "*"
INDIRECT: Final = ("FILTER", "JOIN", "GROUP_BY", "SORT", "ROWS")
# From the rows of a dataset to each of its columns: no edge of anybody's SQL, and no hop.
_WITHIN: Final = "WITHIN"
# Datasets made from datasets so many times over are not followed further.
_DEEPEST: Final = 100
# Names of one statement.
_BATCH: Final = 500

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


@dataclass(frozen=True, slots=True)
class Reached:
    """A column a walk reached, ``*`` for the rows of its dataset, and over how few edges."""

    dataset: str
    field: str
    hops: int


@dataclass(frozen=True, slots=True)
class ReachedDataset:
    """How a walk reached a dataset: over how few edges, in how many columns, and whether in its rows."""

    dataset: str
    hops: int
    columns: int
    rows: bool


def record_edges(connection: Connection, target: str, edges: Iterable[Edge]) -> None:
    """Replace the edges into ``target``, in the caller's transaction."""
    record_all(connection, {target: tuple(edges)})


def record_all(connection: Connection, edges: Mapping[str, Sequence[Edge]]) -> None:
    """Replace the edges into many datasets, in the caller's transaction.

    Args:
        connection: a writing transaction.
        edges: dataset → all edges into it.
    """
    _forget(connection, tuple(edges))
    named = {
        column
        for into in edges.values()
        for e in into
        for column in ((e.source_dataset, e.source_field), (e.target_dataset, e.target_field))
    }
    ids = _ids(connection, named)
    rows = [
        {
            "source": ids[e.source_dataset, e.source_field],
            "target": ids[target, e.target_field],
            "subtype": e.subtype,
        }
        for target, into in edges.items()
        for e in into
    ]
    if rows:
        connection.execute(insert(column_edges), rows)


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
    found: set[str] = set()
    for batch in _batches(sorted(names)):
        rows = _joined(select(_SOURCE.c.dataset)).where(_SOURCE.c.dataset.in_(batch))
        found |= set(connection.execute(rows.where(column_edges.c.subtype != _WITHIN).distinct()).scalars())
    return frozenset(found)


def edges_between(connection: Connection, names: Sequence[str]) -> tuple[Edge, ...]:
    """The edges that begin and end within some datasets."""
    source = _SOURCE
    known = set(names)
    made: list[Edge] = []
    for batch in _batches(sorted(known)):
        rows = connection.execute(_edges().where(source.c.dataset.in_(batch)))
        made += [Edge(*row) for row in rows if row[2] in known]
    return tuple(made)


def inputs_recorded(connection: Connection, name: str) -> tuple[str, ...]:
    """The datasets ``name`` is made from, as the store has it, by name."""
    source, target = _SOURCE, _TARGET
    query = _joined(select(source.c.dataset)).where(target.c.dataset == name).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


def impact(connection: Connection, name: str) -> tuple[str, ...]:
    """Every dataset made from ``name``, directly or through others, by name."""
    source, target = _SOURCE, _TARGET
    links = _joined(select(source.c.dataset.label("source"), target.c.dataset.label("target")))
    links = links.where(column_edges.c.subtype != _WITHIN)
    first = links.where(source.c.dataset == name).subquery()
    reached = select(first.c.target.label("name")).cte("reached", recursive=True)
    further = _joined(select(target.c.dataset)).where(
        column_edges.c.subtype != _WITHIN, source.c.dataset == reached.c.name
    )
    reached = reached.union(further)
    return tuple(connection.execute(select(reached.c.name).order_by(reached.c.name)).scalars())


def reach(
    connection: Connection,
    dataset: str,
    field: str | None,
    *,
    direction: Direction = "down",
    depth: int | None = None,
    limit: int | None = None,
    after: int = 0,
) -> tuple[Reached, ...]:
    """The columns a walk from a column, or from all of a dataset, reaches; the nearest first.

    Args:
        connection: to read with.
        dataset: ``schema.table``.
        field: of the dataset; None for all of them and its rows.
        direction: ``down`` to what is computed from it, ``up`` to what it is computed from.
        depth: most edges of SQL one behind the other; None for all there are.
        limit: most columns; None for all.
        after: how many of the first are passed over.
    """
    found = _walk(dataset, field, direction, depth)
    query = (
        select(lineage_columns.c.dataset, lineage_columns.c.field, found.c.hops)
        .join(found, found.c.id == lineage_columns.c.id)
        .order_by(found.c.hops, lineage_columns.c.dataset, lineage_columns.c.field)
    )
    if limit is not None:
        query = query.limit(limit).offset(after)
    return tuple(Reached(*row) for row in connection.execute(query))


def reach_datasets(
    connection: Connection,
    dataset: str,
    field: str | None,
    *,
    direction: Direction = "down",
    depth: int | None = None,
) -> tuple[ReachedDataset, ...]:
    """What :func:`reach` reaches, by dataset: a hot column reaches tens of thousands of columns."""
    found = _walk(dataset, field, direction, depth)
    is_rows = case((lineage_columns.c.field == EVERY, 1), else_=0)
    query = (
        select(
            lineage_columns.c.dataset,
            func.min(found.c.hops).label("hops"),
            (func.count() - func.sum(is_rows)).label("columns"),
            func.max(is_rows).label("rows"),
        )
        .join(found, found.c.id == lineage_columns.c.id)
        .group_by(lineage_columns.c.dataset)
    )
    made = [
        ReachedDataset(r.dataset, r.hops, int(r.columns), bool(r.rows)) for r in connection.execute(query)
    ]
    return tuple(sorted(made, key=lambda each: (each.hops, each.dataset)))


def _walk(dataset: str, field: str | None, direction: Direction, depth: int | None) -> Any:
    """Ids of the columns reached, each with the fewest hops; the start is not among them."""
    ahead, behind = column_edges.c.target, column_edges.c.source
    if direction == "up":
        ahead, behind = behind, ahead
    first = lineage_columns.c.dataset == dataset
    if field is not None:
        first = and_(first, lineage_columns.c.field == field)
    zero = literal(0)
    start = select(lineage_columns.c.id, zero.label("hops"), zero.label("inside")).where(first)
    reached = start.cte("reached", recursive=True)
    within = column_edges.c.subtype == _WITHIN
    inside = case((within, 1), else_=0)
    further = select(ahead, reached.c.hops + 1 - inside, inside).where(
        behind == reached.c.id, or_(reached.c.hops < (depth or _DEEPEST), within)
    )
    reached = reached.union(further)
    least = func.min(reached.c.hops)
    found = select(reached.c.id, least.label("hops")).group_by(reached.c.id).having(least > 0)
    if direction == "up":
        # The rows a column stands in are on the way to what decides them, but nobody's source.
        found = found.having(func.min(reached.c.inside) == 0)
    return found.subquery()


_SOURCE: Final = lineage_columns.alias("source_column")
_TARGET: Final = lineage_columns.alias("target_column")


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(column_edges)
        .join(_SOURCE, _SOURCE.c.id == column_edges.c.source)
        .join(_TARGET, _TARGET.c.id == column_edges.c.target)
    )


def _edges() -> Select[Any]:
    return _joined(
        select(_SOURCE.c.dataset, _SOURCE.c.field, _TARGET.c.dataset, _TARGET.c.field, column_edges.c.subtype)
    ).where(column_edges.c.subtype != _WITHIN)


def _forget(connection: Connection, targets: Sequence[str]) -> None:
    for batch in _batches(targets):
        ends = select(lineage_columns.c.id).where(lineage_columns.c.dataset.in_(batch))
        former = and_(column_edges.c.target.in_(ends), column_edges.c.subtype != _WITHIN)
        connection.execute(delete(column_edges).where(former))


def _ids(connection: Connection, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The numbers of columns by name; new columns are made, and with them the rows they stand in."""
    wanted = {column for dataset, field in named for column in ((dataset, field), (dataset, EVERY))}
    datasets = sorted({dataset for dataset, _ in wanted})
    ids = _known(connection, datasets)
    fresh = sorted(wanted - ids.keys())
    if fresh:
        rows = [{"dataset": dataset, "field": field} for dataset, field in fresh]
        connection.execute(insert(lineage_columns), rows)
        ids = _known(connection, datasets)
        within = [
            {"source": ids[dataset, EVERY], "target": ids[dataset, field], "subtype": _WITHIN}
            for dataset, field in fresh
            if field != EVERY
        ]
        if within:
            connection.execute(insert(column_edges), within)
    return ids


def _known(connection: Connection, datasets: Sequence[str]) -> dict[tuple[str, str], int]:
    ids: dict[tuple[str, str], int] = {}
    for batch in _batches(datasets):
        query = select(lineage_columns).where(lineage_columns.c.dataset.in_(batch))
        ids |= {(row.dataset, row.field): row.id for row in connection.execute(query)}
    return ids


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))
