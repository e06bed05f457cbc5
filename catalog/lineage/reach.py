"""What a column reaches in the lineage of the whole ledger, or what reaches it.

Decides how far a walk goes: from a column to the columns computed from it, and, where it decides which
rows there are, to every column of those rows. A dataset whose rows are reached is carried on as one, not
column by column: a column that very many datasets are joined by reaches hundreds of thousands of columns.
Each generation is one or two statements over sets of numbers. What was reached is
:mod:`catalog.lineage.reached`'s, the edges themselves are :mod:`catalog.lineage.graph`'s.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from catalog.lineage.graph import EVERY, Direction
from catalog.lineage.lists import Statement
from catalog.lineage.numbers import PLACES, ROWS, numbered
from catalog.lineage.reached import Reach, Reached, ReachedDataset

# Datasets made from datasets so many times over are not followed further.
_DEEPEST: Final = 100
# Of these every place is meant.
_ALL: Final = -1

_BEGINNING: Final = f"""
    SELECT d.number, f.number
    FROM lineage_datasets AS d
    LEFT JOIN lineage_fields AS f ON f.field = :field
        AND f.number >= CAST(d.number AS bigint) * {PLACES}
        AND f.number < (CAST(d.number AS bigint) + 1) * {PLACES}
    WHERE d.name = :dataset
"""
_START: Final = Statement(_BEGINNING)
# Where a walk down begins, by name, and its first generation: the way to a server and back costs more.
_BEGIN: Final = Statement(f"""
    WITH start (number, field) AS ({_BEGINNING})
    SELECT (SELECT [drawn:number] FROM start), (SELECT [drawn:field] FROM start),
        [drawn:target], [drawn:places]
    FROM (
        SELECT target, places FROM column_steps
        WHERE source = (SELECT field FROM start) AND CAST(:entire AS integer) = 0
        UNION ALL
        SELECT target, CAST(whole AS text) FROM dataset_steps
        WHERE source = (SELECT number FROM start) AND CAST(:entire AS integer) = 1
    ) AS met
""")
# One generation: what is computed from columns, and what is made from datasets that were reached whole. Of
# these 1, the place of rows, says that a column decides which rows there are, and 0 that none does.
_FROM: Final = Statement("""
    SELECT [drawn:target], [drawn:places] FROM (
        SELECT target, places FROM column_steps WHERE source [among:columns]
        UNION ALL
        SELECT target, CAST(whole AS text) FROM dataset_steps WHERE source [among:datasets]
    ) AS met
""")
# Asked from the side of the targets: they have some dozens of edges, a source may have very many.
_BETWEEN: Final = Statement(f"""
    SELECT target, places FROM column_steps
    WHERE target [among:targets] AND source / {PLACES} IN [numbers:sources]
""")
_INTO: Final = Statement("SELECT target, source, places FROM column_steps WHERE target [among:targets]")
_CALLED: Final = Statement("""
    SELECT [drawn:number], [drawn:name], [drawn:columns] FROM lineage_datasets WHERE number [among:datasets]
""")


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
    most = depth or _DEEPEST
    if direction == "up":
        found = _up(connection, dataset, name, most)
    else:
        found = _down(connection, dataset, name, most)
    reached = found.whole.keys() | found.parts.keys()
    if reached:
        numbers, names, sizes = _CALLED.columns(connection, datasets=reached)
        found.called = dict(zip(numbers, names, strict=True))
        found.sizes = dict(zip(numbers, sizes, strict=True))
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


def _down(connection: Connection, name: str, field: str | None, depth: int) -> Reach:
    found = Reach()
    entire = field is None or field == EVERY
    begun = _BEGIN.columns(connection, dataset=name, field=field or EVERY, entire=int(entire))
    if not begun[0]:
        return found
    ((dataset,), _, targets, drawn) = begun
    found.whole[dataset] = 0  # reached already: nothing leads back to it
    wholes = {dataset} if entire else set[int]()
    for hops in range(1, depth + 1):
        loose, met = set[int](), dict[int, int]()
        read = {text: int(text, 16) for text in set(drawn)}
        for target, places in zip(targets, map(read.__getitem__, drawn), strict=True):
            if places:
                met[target] = met.get(target, 0) | places
            else:
                loose.add(target)
        rows = {target for target, places in met.items() if places & ROWS} - found.whole.keys()
        loose -= found.whole.keys() | rows
        if loose:
            for target, places in _BETWEEN.run(connection, targets=loose, sources=wholes):
                met[target] = met.get(target, 0) | int(places, 16)
        found.whole |= dict.fromkeys(rows, hops)
        wholes = rows
        fresh = found.add(met, hops)
        if hops == depth or not (wholes or fresh):
            break
        columns = [each for target, places in fresh.items() for each in numbered(target, places)]
        targets, drawn = _FROM.columns(connection, columns=columns, datasets=wholes)
    del found.whole[dataset]
    return found


def _up(connection: Connection, name: str, field: str | None, depth: int) -> Reach:
    found = Reach()
    known = _START.run(connection, dataset=name, field=field or EVERY)
    if not known:
        return found
    ((dataset, column),) = known
    wanted = _ALL if field is None else 0 if column is None else 1 << column % PLACES
    into: dict[int, list[tuple[int, int]]] = {}
    ends, opened = {dataset: wanted | ROWS}, {dataset}
    for hops in range(1, depth + 1):
        if not ends:
            break
        unread = ends.keys() - into.keys()
        into |= {target: [] for target in unread}
        for target, source, places in _INTO.run(connection, targets=unread) if unread else ():
            into[target].append((source, int(places, 16)))
        met: dict[int, int] = {}
        for target, places in ends.items():
            for source, reached in into[target]:
                if reached & places:
                    origin, place = divmod(source, PLACES)
                    met[origin] = met.get(origin, 0) | 1 << place
        met.pop(dataset, None)
        ends = found.add(met, hops)
        for origin in met.keys() - opened:  # what decides its rows decides every column
            ends[origin] = ends.get(origin, 0) | ROWS
        opened |= met.keys()
    return found
