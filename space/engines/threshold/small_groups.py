"""Groups too small to show, where the rules of a dataset ask for more than leaving them out.

Decides the block whose one cell is all that is withheld together, which of its figures may stand beside
the others, and the rows that stand for groups without figures. Whether the merged cell is large enough is
judged like that of any other cell, by :mod:`space.engines.threshold.release`.

Source: Snowflake aggregation policies (remainder group).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa

from space.engines.base import Base
from space.engines.threshold.cells import Cells
from space.query.auditing.audit import asked_by
from space.query.auditing.former import Former
from space.query.plan import Block


def rest(connection: Base, cells: Cells) -> Block:
    """The block of all rows whose cell does not show, as one cell without keys."""
    block = cells.block
    kept = pa.array([place for place, shown in enumerate(cells.shown) if shown[0]], pa.int64())
    known = f"known_{block.name}"
    connection.register(known, cells.keys.take(kept))
    same = " AND ".join(f"k.{key.name} IS NOT DISTINCT FROM ({key.sql})" for key in block.keys)
    apart = f"NOT EXISTS (SELECT 1 FROM {known} AS k WHERE {same})"
    where = f"({block.where_sql}) AND {apart}" if block.where_sql else apart
    return replace(block, name=f"{block.name}_rest", keys=(), where_sql=where)


def keep_apart(cells: Cells, merged: Cells) -> None:
    """Withhold figures of the merged cell which, with a total, would show what other cells withhold.

    A figure withheld in a cell that shows is the total less the cells that show it less the merged one.
    """
    for a in cells.block.aggregates:
        told = any(
            shown[0] and (not shown[a.condition] or row.get(f"dominated_{a.name}"))
            for shown, row in zip(cells.shown, cells.rows, strict=True)
        )
        if told:
            for row in merged.rows:
                row[f"dominated_{a.name}"] = True


def comparable(block: Block, formers: Iterable[Former]) -> bool:
    """Whether a former answer was about other rows or groups: from it and what is merged few may follow.

    Cells withheld for the sake of a former answer are merged as well; together they may be all of the rows.
    """
    ours = {asked.sql for asked in asked_by(block).values()}
    keys = {key.sql for key in block.keys}
    return any(
        f.from_sql or f.open_sql or set(f.keys) != keys or {a.sql for a in f.asked} != ours for f in formers
    )


def without_keys(table: pa.Table, like: pa.Table) -> pa.Table:
    """The merged row with the columns of the others: no key."""
    size = table.num_rows
    columns = {
        field.name: table.column(field.name)
        if field.name in table.column_names
        else pa.nulls(size, field.type)
        for field in like.schema
    }
    return pa.table(columns, schema=like.schema)


def padded(connection: Base, block: Block, table: pa.Table) -> pa.Table:
    """The table with a row for every public combination of keys; those that do not show have no figure."""
    released, names = f"released_{block.name}", [key.name for key in block.keys]
    connection.register(released, table)
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {released}").fetchall()}
    grid = " CROSS JOIN ".join(
        f"(SELECT DISTINCT CAST(v AS {types[key.name]}) AS {key.name} FROM ({key.domain.sql}) AS d)"
        f" AS g{place}"
        for place, key in enumerate(block.keys)
        if key.domain is not None
    )
    same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM g.{name}" for name in names)
    others = "".join(f", NULL AS {n}" for n in table.column_names if n not in names and n != "_cell")
    connection.execute(
        f"CREATE TEMP TABLE padded_{block.name} AS SELECT * FROM {released} UNION ALL BY NAME "
        f"SELECT {', '.join(names)}{others}, 1 AS _cell FROM (SELECT * FROM {grid}) AS g "
        f"WHERE NOT EXISTS (SELECT 1 FROM {released} AS r WHERE {same})"
    )
    ordered = f"SELECT * FROM padded_{block.name} ORDER BY {', '.join(names)}"
    return connection.sql(ordered).to_arrow_table().select(table.column_names).cast(table.schema)
