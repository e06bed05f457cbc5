"""Lineage as people read it: a text tree, a Mermaid flowchart, and a document in pages.

Decides how much is shown: a hot column reaches tens of thousands of columns, which are counted by dataset
and given page by page. What a walk reaches is :mod:`catalog.lineage.graph`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from catalog import revisions
from catalog.errors import CatalogError
from catalog.lineage.graph import EVERY, Direction, Edge, edges_between
from catalog.lineage.reach import walk
from catalog.lineage.reached import Reached

Document = dict[str, Any]


class UnknownField(CatalogError):
    """A dataset has no field of that name."""

    def __init__(self, dataset: str, name: str) -> None:
        self.dataset, self.field = dataset, name
        super().__init__(f"{dataset} has no field {name} — `ybz show {dataset}` names those it has")


@dataclass(frozen=True, slots=True)
class Start:
    """A dataset, or one of its columns, in the ledger.

    Attributes:
        dataset: ``schema.table``.
        field: None for all of it.
    """

    dataset: str
    field: str | None

    @property
    def text(self) -> str:
        """As it is written on the command line."""
        return self.dataset if self.field is None else f"{self.dataset}.{self.field}"


@dataclass(slots=True)
class Walk:
    """One direction of a lineage: what is shown of it, and how much there is.

    Attributes:
        direction: ``up`` or ``down``.
        columns: the nearest, at most as many as asked for.
        datasets: every dataset reached, with counts.
        edges: between the columns shown and the start.
    """

    direction: Direction
    columns: tuple[Reached, ...]
    datasets: tuple[Any, ...]
    edges: tuple[Edge, ...] = field(default=())

    @property
    def total(self) -> int:
        """Columns reached, the rows of a dataset counted as one."""
        return sum(each.columns + each.rows for each in self.datasets)


def start_of(connection: Connection, name: str) -> Start:
    """What ``schema.table`` or ``schema.table.field`` names.

    Raises:
        UnknownDataset: the ledger has no such entry.
        UnknownField: the entry has no such field.
    """
    parts = name.split(".")
    dataset = ".".join(parts[:2])
    contract = revisions.current(connection, dataset).contract
    wanted = ".".join(parts[2:])
    if wanted and wanted not in {item.name for item in contract.fields}:
        raise UnknownField(dataset, wanted)
    return Start(dataset, wanted or None)


def walked(
    connection: Connection,
    start: Start,
    direction: Direction,
    *,
    depth: int | None = None,
    limit: int = 200,
    offset: int = 0,
    untold: Callable[[frozenset[str]], Collection[str]] | None = None,
) -> Walk:
    """Walk from ``start``.

    Args:
        connection: to read with.
        start: see :func:`start_of`.
        direction: ``up`` or ``down``.
        depth: most edges one behind the other; None for all.
        limit: most columns shown.
        offset: how many of the nearest are passed over.
        untold: of the datasets reached, those that are left out; none where None.
    """
    found = walk(connection, start.dataset, start.field, direction=direction, depth=depth)
    if untold is not None:
        found.leave_out(untold(found.names))
    columns = found.page(connection, limit, offset)
    return Walk(direction, columns, found.datasets, _edges(connection, start, direction, columns))


def as_document(start: Start, walks: Sequence[Walk], offset: int = 0) -> Document:
    """For ``--format json``: counts by dataset, one page of columns, the edges between them."""
    return {"name": start.dataset, "field": start.field} | {
        walk.direction: {
            "total": walk.total,
            "offset": offset,
            "next_offset": offset + len(walk.columns) if offset + len(walk.columns) < walk.total else None,
            "datasets": [
                {"dataset": d.dataset, "hops": d.hops, "columns": d.columns, "rows": d.rows}
                for d in walk.datasets
            ],
            "columns": [{"dataset": c.dataset, "field": c.field, "hops": c.hops} for c in walk.columns],
            "edges": [
                {
                    "from": f"{e.source_dataset}.{e.source_field}",
                    "to": f"{e.target_dataset}.{e.target_field}",
                    "subtype": e.subtype,
                }
                for e in walk.edges
            ],
        }
        for walk in walks
    }


def tree(start: Start, walk: Walk) -> Iterator[str]:
    """The lines of a text tree, the start first; what stands above already is not opened again."""
    yield f"{start.text} {'←' if walk.direction == 'up' else '→'}"
    seen: set[tuple[str, str]] = set()
    stack = [("", list(_next(walk, (start.dataset, start.field or EVERY))))]
    while stack:
        indent, left = stack[-1]
        if not left:
            stack.pop()
            continue
        node, subtype = left.pop(0)
        mark, below = ("├─ ", "│  ") if left else ("└─ ", "   ")
        further = list(_next(walk, node))
        again = " (above)" if node in seen and further else ""
        yield f"{indent}{mark}{_called(node)} ({subtype.lower()}){again}"
        if node not in seen and further:
            seen.add(node)
            stack.append((indent + below, further))
    if walk.total > len(walk.columns):
        yield (
            f"{walk.total:,} columns in {len(walk.datasets):,} datasets, the nearest"
            f" {len(walk.columns):,} shown — narrow with `depth`, or page with `offset`"
        )
    elif not walk.columns:
        yield "└─ nothing"


def mermaid(start: Start, walks: Sequence[Walk]) -> Iterator[str]:
    """The lines of a Mermaid flowchart: one box a dataset, one arrow an edge."""
    edges = tuple(dict.fromkeys(edge for walk in walks for edge in walk.edges))
    ends = {(e.source_dataset, e.source_field) for e in edges} | {
        (e.target_dataset, e.target_field) for e in edges
    }
    nodes = sorted(ends | {(start.dataset, start.field or EVERY)})
    ids = {node: f"c{number}" for number, node in enumerate(nodes)}
    yield "flowchart LR"
    for number, dataset in enumerate(sorted({dataset for dataset, _ in nodes})):
        yield f'  subgraph d{number}["{dataset}"]'
        for node in nodes:
            if node[0] == dataset:
                yield f'    {ids[node]}["{"rows" if node[1] == EVERY else node[1]}"]'
        yield "  end"
    for edge in edges:
        ends_at = ids[edge.target_dataset, edge.target_field]
        arrow = "-.->" if edge.indirect else "-->"
        yield f"  {ids[edge.source_dataset, edge.source_field]} {arrow}|{edge.subtype.lower()}| {ends_at}"
    if any(walk.total > len(walk.columns) for walk in walks):
        yield f"  %% the nearest of {sum(walk.total for walk in walks):,} columns"


def _edges(
    connection: Connection, start: Start, direction: Direction, columns: Sequence[Reached]
) -> tuple[Edge, ...]:
    """Edges between what is shown, the start's own columns included, and upwards what decides its rows."""
    shown: set[tuple[str, str]] = {(each.dataset, each.field) for each in columns}
    shown |= {(start.dataset, start.field)} if start.field else set()
    shown |= {(start.dataset, EVERY)} if direction == "up" else set()
    names = sorted({start.dataset, *(each.dataset for each in columns)})

    def within(dataset: str, name: str) -> bool:
        return (dataset, name) in shown or (start.field is None and dataset == start.dataset)

    return tuple(
        edge
        for edge in edges_between(connection, names)
        if within(edge.source_dataset, edge.source_field) and within(edge.target_dataset, edge.target_field)
    )


def _next(walk: Walk, node: tuple[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """The nodes one edge away, each with how it is used; rows lead on from every column they decide."""
    dataset, name = node
    met: set[tuple[tuple[str, str], str]] = set()
    for edge in walk.edges:
        source, target = (edge.source_dataset, edge.source_field), (edge.target_dataset, edge.target_field)
        here, there = (target, source) if walk.direction == "up" else (source, target)
        decided = name == EVERY or (walk.direction == "up" and here[1] == EVERY)
        if here[0] == dataset and (here[1] == name or decided) and (there, edge.subtype) not in met:
            met.add((there, edge.subtype))
            yield there, edge.subtype


def _called(node: tuple[str, str]) -> str:
    dataset, name = node
    return f"every row of {dataset}" if name == EVERY else f"{dataset}.{name}"
