"""The lineage of the whole ledger as a graph in the store: edges recorded, and those around a dataset.

Decides how edges are kept: one row for a column and a dataset with columns computed from it, all by number
(:mod:`catalog.lineage.numbers`), so that a walk over many edges stays in one index and joins nothing; edges
between datasets stand beside them. How far a walk goes is :mod:`catalog.lineage.reach`'s, what the edges of
one dataset are :mod:`catalog.lineage.columns`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection

from catalog.lineage.lists import Statement
from catalog.lineage.numbers import PLACES, edges_kept, every_place, kept, numbered

EVERY: Final = "*"
INDIRECT: Final = ("FILTER", "JOIN", "GROUP_BY", "SORT", "ROWS")

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
    named: dict[str, set[str]] = {}
    for target, into in edges.items():
        for e in into:
            named.setdefault(e.source_dataset, set()).add(e.source_field)
            named.setdefault(target, set()).add(e.target_field)
    if not named:
        return
    numbers = _numbers(connection, named)
    steps: dict[tuple[int, int], dict[int, str]] = {}
    whole: dict[tuple[int, int], int] = {}
    for target, into in edges.items():
        for e in into:
            source, reached = numbers[e.source_dataset][e.source_field], numbers[target][e.target_field]
            dataset, place = divmod(reached, PLACES)
            steps.setdefault((source, dataset), {})[place] = e.subtype
            pair = source // PLACES, dataset
            whole[pair] = whole.get(pair, 0) | (place == 0)
    _KEEP.run(connection, steps=[(*pair, *kept(subtypes)) for pair, subtypes in sorted(steps.items())])
    _KEEP_DATASETS.run(connection, steps=[(*pair, each) for pair, each in sorted(whole.items())])


def edges_around(connection: Connection, name: str) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """The edges into a dataset and those out of it."""
    into = _edges(connection, _INTO.run(connection, name=name))
    out_of = _edges(connection, _OUT_OF.run(connection, name=name))
    return (
        tuple(sorted(into, key=lambda e: (e.target_field, e.source_dataset, e.source_field))),
        tuple(sorted(out_of, key=lambda e: (e.target_dataset, e.target_field, e.source_field))),
    )


def sources_among(connection: Connection, names: Collection[str]) -> frozenset[str]:
    """Which of some datasets others are made from."""
    return frozenset(name for (name,) in _SOURCES_AMONG.run(connection, names=names))


def edges_between(connection: Connection, names: Collection[str]) -> tuple[Edge, ...]:
    """The edges that begin and end within some datasets, by the names of both ends."""
    found = _edges(connection, _BETWEEN.run(connection, names=names))
    ends = sorted(
        (e.source_dataset, e.source_field, e.target_dataset, e.target_field, e.subtype) for e in found
    )
    return tuple(Edge(*each) for each in ends)


def inputs_recorded(connection: Connection, name: str) -> tuple[str, ...]:
    """The datasets ``name`` is made from, as the store has it, by name."""
    return tuple(sorted(each for (each,) in _INPUTS.run(connection, name=name)))


def impact(connection: Connection, name: str) -> tuple[str, ...]:
    """Every dataset made from ``name``, directly or through others, by name."""
    return tuple(sorted(each for (each,) in _MADE_FROM.run(connection, name=name)))


def fields_called(connection: Connection, columns: Collection[int]) -> dict[int, str]:
    """The names of some columns, by number."""
    return dict(map(tuple, _FIELDS.run(connection, columns=columns))) if columns else {}


def _edges(connection: Connection, rows: Collection[Any]) -> list[Edge]:
    """Edges of rows of ``column_steps``, with the names of both datasets."""
    steps = [
        (source_name, source, target_name, target * PLACES + place, subtype)
        for source, target, places, subtypes, source_name, target_name in rows
        for place, subtype in edges_kept(places, subtypes)
    ]
    called = fields_called(connection, {each for step in steps for each in (step[1], step[3])})
    return [
        Edge(source_name, called[source], target_name, called[target], subtype)
        for source_name, source, target_name, target, subtype in steps
    ]


def _numbers(connection: Connection, named: Mapping[str, Collection[str]]) -> dict[str, dict[str, int]]:
    """Dataset → field → number, of columns and the rows they stand in; new ones are made."""
    held = _fields_held(connection, named)
    ((last,),) = _LAST.run(connection)
    fresh: list[tuple[int, str]] = []
    grown: list[tuple[int, str, int]] = []
    for name in sorted(named):
        if name not in held:
            last += 1
            held[name] = last, []
        number, fields = held[name]
        lacking = sorted({EVERY, *named[name]}.difference(fields), key=lambda field: (field != EVERY, field))
        if lacking:
            first = number * PLACES + len(fields)
            fresh += enumerate(lacking, first)
            fields += lacking
            grown.append((number, name, len(fields)))
    if fresh:
        _NAME.run(connection, datasets=grown)
        _NAME_FIELDS.run(connection, fields=fresh)
    return {
        name: {field: each for each, field in enumerate(fields, number * PLACES)}
        for name, (number, fields) in held.items()
    }


def _fields_held(connection: Connection, names: Collection[str]) -> dict[str, tuple[int, list[str]]]:
    """Numbers of datasets that are in the graph, each with its fields by place."""
    rows = _HELD.run(connection, names=names)
    columns = {name: tuple(numbered(number, every_place(many))) for number, name, many in rows}
    called = fields_called(connection, [each for some in columns.values() for each in some])
    return {name: (number, [called[each] for each in columns[name]]) for number, name, _ in rows}


_HELD: Final = Statement("SELECT number, name, columns FROM lineage_datasets WHERE name IN [names:names]")
_FIELDS: Final = Statement("SELECT number, field FROM lineage_fields WHERE number [among:columns]")
_LAST: Final = Statement("SELECT coalesce(max(number), 0) FROM lineage_datasets")
_NAME: Final = Statement("""
    INSERT INTO lineage_datasets (number, name, columns)
    SELECT [number:0], [name:1], [number:2] FROM [rows:datasets] WHERE true
    ON CONFLICT (number) DO UPDATE SET columns = excluded.columns
""")
_NAME_FIELDS: Final = Statement("""
    INSERT INTO lineage_fields (number, field) SELECT [number:0], [name:1] FROM [rows:fields]
""")
_FORGET: Final = Statement("""
    DELETE FROM column_steps WHERE target IN (
        SELECT number FROM lineage_datasets WHERE name IN [names:targets]
    )
""")
_FORGET_DATASETS: Final = Statement("""
    DELETE FROM dataset_steps WHERE target IN (
        SELECT number FROM lineage_datasets WHERE name IN [names:targets]
    )
""")
_KEEP: Final = Statement("""
    INSERT INTO column_steps (source, target, places, subtypes)
    SELECT [number:0], [number:1], [name:2], [name:3] FROM [rows:steps]
""")
_KEEP_DATASETS: Final = Statement("""
    INSERT INTO dataset_steps (source, target, whole)
    SELECT [number:0], [number:1], [number:2] FROM [rows:steps]
""")
_SOURCES_AMONG: Final = Statement("""
    SELECT d.name FROM lineage_datasets AS d
    WHERE d.name IN [names:names] AND EXISTS (SELECT 1 FROM dataset_steps AS e WHERE e.source = d.number)
""")
_MADE_FROM: Final = Statement("""
    WITH RECURSIVE reached (number) AS (
        SELECT e.target FROM dataset_steps AS e
        JOIN lineage_datasets AS d ON d.number = e.source
        WHERE d.name = :name
        UNION
        SELECT e.target FROM dataset_steps AS e JOIN reached AS r ON e.source = r.number
    )
    SELECT d.name FROM reached AS r JOIN lineage_datasets AS d ON d.number = r.number
""")
_INPUTS: Final = Statement("""
    SELECT s.name
    FROM lineage_datasets AS t
    JOIN dataset_steps AS e ON e.target = t.number
    JOIN lineage_datasets AS s ON s.number = e.source
    WHERE t.name = :name
""")
_STEPS: Final = f"""
    SELECT e.source, e.target, e.places, e.subtypes, s.name, t.name
    FROM lineage_datasets AS t
    JOIN column_steps AS e ON e.target = t.number
    JOIN lineage_datasets AS s ON s.number = e.source / {PLACES}
"""
_INTO: Final = Statement(f"{_STEPS} WHERE t.name = :name")
# Asked from the side of the targets: they have some dozens of edges, a source may have very many.
_BETWEEN: Final = Statement(f"{_STEPS} WHERE t.name IN [names:names] AND s.name || '' IN [names:names]")
_OUT_OF: Final = Statement(f"""
    SELECT e.source, e.target, e.places, e.subtypes, s.name, t.name
    FROM lineage_datasets AS s
    JOIN column_steps AS e ON e.source >= CAST(s.number AS bigint) * {PLACES}
        AND e.source < (CAST(s.number AS bigint) + 1) * {PLACES}
    JOIN lineage_datasets AS t ON t.number = e.target
    WHERE s.name = :name
""")
