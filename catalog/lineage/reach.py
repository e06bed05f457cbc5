"""What a column reaches in the lineage of the whole ledger, or what reaches it.

Decides how far a walk goes: from a column to the columns computed from it, and, where it decides which
rows there are, to every column of those rows. A dataset whose rows are reached is carried on as one, not
column by column: a column that very many datasets are joined by reaches hundreds of thousands of columns.
Each generation is a few statements over sets. The edges themselves are :mod:`catalog.lineage.graph`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from catalog.lineage.graph import EVERY, Direction
from catalog.lineage.lists import Statement, expect_cached, numbers_of

# Datasets made from datasets so many times over are not followed further.
_DEEPEST: Final = 100

_STARTS: Final = Statement("""
    SELECT id FROM lineage_columns
    WHERE dataset = :dataset AND (field = :field OR :field = '')
""")
# Datasets made from some, and whether any of their columns decides the rows there are.
_FROM_DATASETS: Final = Statement("""
    SELECT target, max(whole) FROM dataset_edges WHERE source IN [names:sources] GROUP BY target
""")
_FROM_COLUMNS: Final = Statement("""
    SELECT c.dataset, max(CASE WHEN c.field = '*' THEN 1 ELSE 0 END), [drawn:c.id]
    FROM (
        SELECT DISTINCT target FROM column_edges WHERE source IN [numbers:sources] AND subtype <> 'WITHIN'
    ) AS met
    JOIN lineage_columns AS c ON c.id = met.target
    GROUP BY c.dataset
""")
# Asked from the side of the targets: they have some dozens of edges, a source may have very many.
_BETWEEN: Final = Statement("""
    SELECT dataset, [drawn:id] FROM (
        SELECT DISTINCT t.dataset, t.id
        FROM lineage_columns AS t
        JOIN column_edges AS e ON e.target = t.id
        JOIN lineage_columns AS s ON s.id = e.source
        WHERE t.dataset IN [names:targets] AND s.dataset || '' IN [names:sources] AND e.subtype <> 'WITHIN'
    ) AS met
    GROUP BY dataset
""")
# What columns are computed from, and what decides the rows of their datasets.
_INTO: Final = Statement("""
    SELECT c.dataset, max(CASE WHEN c.field = '*' THEN 1 ELSE 0 END), [drawn:c.id]
    FROM (
        SELECT source FROM column_edges WHERE target IN [numbers:targets] AND subtype <> 'WITHIN'
        UNION
        SELECT source FROM column_edges WHERE subtype <> 'WITHIN' AND target IN (
            SELECT id FROM lineage_columns WHERE field = '*' AND dataset IN [names:datasets]
        )
    ) AS met
    JOIN lineage_columns AS c ON c.id = met.source
    GROUP BY c.dataset
""")
_SIZES: Final = Statement("""
    SELECT dataset, columns FROM lineage_sizes WHERE dataset IN [names:datasets]
""")
_CALLED: Final = Statement("""
    SELECT id, dataset, field FROM lineage_columns WHERE id IN [numbers:ids]
""")
_COLUMNS_OF: Final = Statement("""
    SELECT id, dataset, field FROM lineage_columns WHERE dataset IN [names:datasets]
""")


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


@dataclass(slots=True)
class Reach:
    """Everything a walk reached.

    Attributes:
        whole: dataset → hops after which its rows were reached, and with them every column.
        parts: dataset → number of a column → hops after which it was reached by itself.
        rows: datasets whose rows are among ``parts``.
        sizes: dataset of ``whole`` → its columns in the graph, its rows counted as one.
    """

    whole: dict[str, int] = field(default_factory=dict)
    parts: dict[str, dict[int, int]] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every dataset reached."""
        return frozenset(self.whole) | self.parts.keys()

    @property
    def total(self) -> int:
        """Columns reached, the rows of a dataset counted as one."""
        lone = sum(len(ids) for name, ids in self.parts.items() if name not in self.whole)
        return lone + sum(self.sizes[name] for name in self.whole)

    @property
    def datasets(self) -> tuple[ReachedDataset, ...]:
        """The datasets reached, with counts, the nearest first."""
        made = []
        for name in self.names:
            ids = self.parts.get(name, {})
            hops = min([*ids.values(), *((self.whole[name],) if name in self.whole else ())])
            rows = name in self.whole or name in self.rows
            size = self.sizes[name] if name in self.whole else len(ids)
            made.append(ReachedDataset(name, hops, size - rows, rows))
        return tuple(sorted(made, key=lambda each: (each.hops, each.dataset)))

    def page(self, connection: Connection, limit: int | None = None, after: int = 0) -> tuple[Reached, ...]:
        """Columns reached, the nearest first.

        Args:
            connection: to read their names with.
            limit: most columns; None for all.
            after: how many of the first are passed over.
        """
        wanted: list[tuple[int, str]] = []
        end, passed, place = None if limit is None else after + limit, 0, 0
        for hops, dataset, size in sorted(self._blocks()):
            if end is not None and place >= end:
                break
            if place + size <= after:
                passed += size
            else:
                wanted.append((hops, dataset))
            place += size
        columns = self._columns(connection, wanted)
        first = after - passed
        return tuple(columns[first : None if limit is None else first + limit])

    def fields(self, connection: Connection, datasets: Collection[str]) -> dict[str, dict[str, int]]:
        """Of each of some datasets the columns reached by themselves, and over how many edges."""
        parts = {name: self.parts[name] for name in datasets if name in self.parts}
        ids = [number for each in parts.values() for number in each]
        made: dict[str, dict[str, int]] = {name: {} for name in parts}
        for number, dataset, name in _CALLED.run(connection, ids=ids) if ids else ():
            made[dataset][name] = parts[dataset][number]
        return made

    def _blocks(self) -> Iterator[tuple[int, str, int]]:
        """Hops, dataset, and how many columns of it were reached over so many."""
        for name in self.names:
            whole, counts = self.whole.get(name), dict[int, int]()
            for hops in self.parts.get(name, {}).values():
                counts[hops] = counts.get(hops, 0) + 1
            if whole is not None:
                counts[whole] = self.sizes[name] - sum(counts.values())
            yield from ((hops, name, size) for hops, size in counts.items() if size)

    def _columns(self, connection: Connection, blocks: Collection[tuple[int, str]]) -> list[Reached]:
        """The columns of some blocks, in their order."""
        shown = set(blocks)
        found = [
            *_COLUMNS_OF.run(connection, datasets={name for _, name in shown if name in self.whole}),
            *_CALLED.run(
                connection,
                ids=[n for _, name in shown if name not in self.whole for n in self.parts[name]],
            ),
        ]
        made = {
            Reached(dataset, name, hops)
            for number, dataset, name in found
            if (hops := self._hops(dataset, number), dataset) in shown
        }
        return sorted(made, key=lambda each: (each.hops, each.dataset, each.field))

    def _hops(self, dataset: str, number: int) -> int:
        by_itself = self.parts.get(dataset, {}).get(number)
        return self.whole[dataset] if by_itself is None else by_itself


def walk(
    connection: Connection,
    dataset: str,
    name: str | None,
    *,
    direction: Direction = "down",
    depth: int | None = None,
) -> Reach:
    """What a walk from a column, or from all of a dataset, reaches.

    Args:
        connection: to read with.
        dataset: ``schema.table``.
        name: a field of the dataset; None for all of them and its rows.
        direction: ``down`` to what is computed from it, ``up`` to what it is computed from.
        depth: most edges of SQL one behind the other; None for all there are.
    """
    expect_cached(connection)
    most = depth or _DEEPEST
    if direction == "up":
        return _up(connection, dataset, name, most)
    found = _down(connection, dataset, name, most)
    if found.whole:
        found.sizes = dict(map(tuple, _SIZES.run(connection, datasets=found.whole)))
    return found


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
    """The columns a walk reaches, the nearest first; see :func:`walk` and :meth:`Reach.page`."""
    found = walk(connection, dataset, field, direction=direction, depth=depth)
    return found.page(connection, limit, after)


def reach_datasets(
    connection: Connection,
    dataset: str,
    field: str | None,
    *,
    direction: Direction = "down",
    depth: int | None = None,
) -> tuple[ReachedDataset, ...]:
    """The datasets a walk reaches, with counts; see :func:`walk`."""
    return walk(connection, dataset, field, direction=direction, depth=depth).datasets


def _starts(connection: Connection, dataset: str, name: str | None) -> list[int]:
    return [number for (number,) in _STARTS.run(connection, dataset=dataset, field=name or "")]


def _down(connection: Connection, dataset: str, name: str | None, depth: int) -> Reach:
    found = Reach()
    found.whole[dataset] = 0  # reached already: nothing leads back to it
    entire = name is None or name == EVERY
    wholes = {dataset} if entire else set[str]()
    ids = [] if entire else _starts(connection, dataset, name)
    for hops in range(1, depth + 1):
        if not (wholes or ids):
            break
        rows, loose, met = set[str](), set[str](), dict[str, list[int]]()
        if wholes:
            for target, decided in _FROM_DATASETS.run(connection, sources=wholes):
                (rows if decided else loose).add(target)
        if ids:
            for target, decided, drawn in _FROM_COLUMNS.run(connection, sources=ids):
                if decided:
                    rows.add(target)
                else:
                    met.setdefault(target, []).extend(numbers_of(drawn))
        rows -= found.whole.keys()
        loose -= found.whole.keys() | rows
        if loose:
            for target, drawn in _BETWEEN.run(connection, targets=loose, sources=wholes):
                met.setdefault(target, []).extend(numbers_of(drawn))
        found.whole |= dict.fromkeys(rows, hops)
        wholes = rows
        ids = list(_fresh(found, met, hops))
    del found.whole[dataset]
    return found


def _up(connection: Connection, dataset: str, name: str | None, depth: int) -> Reach:
    found = Reach()
    ids: list[int] = _starts(connection, dataset, name)
    opened, to_open = set[str](), {dataset}
    for hops in range(1, depth + 1):
        if not (ids or to_open):
            break
        opened |= to_open
        met: dict[str, list[int]] = {}
        for source, rows, drawn in _INTO.run(connection, targets=ids, datasets=to_open):
            if source != dataset:
                met[source] = list(numbers_of(drawn))
                found.rows |= {source} if rows else set()
        ids = list(_fresh(found, met, hops))
        to_open = met.keys() - opened
    return found


def _fresh(found: Reach, met: dict[str, list[int]], hops: int) -> Iterable[int]:
    """Those of the columns met that were not reached before; they are from now on."""
    for name, numbers in met.items():
        if name in found.whole:
            continue
        known = found.parts.setdefault(name, {})
        for number in numbers:
            if number not in known:
                known[number] = hops
                yield number
