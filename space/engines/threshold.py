"""Threshold mode inside the worker: which cells show, and how they are rounded.

Decides per aggregate whether its figure may leave (:mod:`policies.disclosure` has the rules); a figure
that may not is NULL, and a row whose cell may not show at all is left out, whatever the reason.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from policies.disclosure import TOTAL, complementary, dominated, round_to, significant, small
from space.engines import statements
from space.query.plan import Aggregate, Block, Limits, Plan


@dataclass(slots=True)
class Cells:
    """Cells of a block while they are judged.

    Attributes:
        rows: key columns, figures and proofs by name.
        shown: per cell, whether each condition's figures may leave.
    """

    block: Block
    keys: pa.Table
    rows: list[dict[str, Any]]
    shown: list[list[bool]] = field(default_factory=list)

    def units(self, row: dict[str, Any], condition: int) -> int:
        """The fewest units of any kind a condition rests on; all of its rows where nothing has units."""
        counts = [row[f"p{j}_{condition}"] for j in range(len(self.block.proofs))]
        return int(min(counts, default=row[f"r{condition}"]))

    def key(self, place: int) -> tuple[Any, ...]:
        """The key of a cell."""
        return tuple(self.rows[place][key.name] for key in self.block.keys)


def release(connection: DuckDBPyConnection, plan: Plan) -> dict[str, pa.Table]:
    """Released tables of the threshold blocks of a plan, by block name."""
    in_margin = {place for pair in plan.margins for place in pair}
    judged: dict[int, Cells] = {}
    for place, block in enumerate(plan.blocks):
        if block.kind == "threshold":
            cells = _measure(connection, block, plan.limits, whole=place in in_margin or not block.keys)
            _judge(connection, cells, plan.limits)
            judged[place] = cells
    for total, part in plan.margins:
        _complement(judged[total], judged[part], plan.limits.k)
    return {cells.block.name: _shown_table(cells, plan.limits) for cells in judged.values()}


def _measure(connection: DuckDBPyConnection, block: Block, limits: Limits, *, whole: bool) -> Cells:
    """Figures and proofs of the cells; without ``whole`` only of cells that rest on k units."""
    name, keys = f"cells_{block.name}", [key.name for key in block.keys]
    connection.execute(f"CREATE TEMP TABLE {name} AS {statements.cells(block)}")
    weak = statements.numbered(block)
    proven = {f"p{j}_{i}": f"c.p{j}_{i}" for j, p in enumerate(block.proofs) for i in range(len(p.methods))}
    source = f"{name} AS c"
    if weak:
        source += _exact(connection, block, name, limits.k)
        proven |= {f"p{j}_{i}": f"greatest(c.p{j}_{i}, coalesce(e.p{j}_{i}, 0))" for j, i in weak}
    names = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
    columns = ", ".join(f"{proven.get(n, f'c.{n}')} AS {n}" for n in names)
    cell = [proven[f"p{j}_0"] for j in range(len(block.proofs))]
    where = "" if whole or not cell else " WHERE " + " AND ".join(f"{sql} >= {limits.k}" for sql in cell)
    order = f" ORDER BY {', '.join(f'c.{k}' for k in keys)}" if keys else ""
    table = connection.sql(f"SELECT {columns} FROM {source}{where}{order}").to_arrow_table()
    return Cells(block, table.select(keys), table.to_pylist())


def _exact(connection: DuckDBPyConnection, block: Block, name: str, k: int) -> str:
    """Count the units of the cells whose cheap proof fails; the join that adds them."""
    keys = [key.name for key in block.keys]
    fails = " OR ".join(f"(p{j}_{i} < {k} AND r{i} > 0)" for j, i in statements.numbered(block))
    chosen = ", ".join(keys) or "1 AS one"
    connection.execute(f"CREATE TEMP TABLE failing_{name} AS SELECT {chosen} FROM {name} WHERE {fails}")
    connection.execute(f"CREATE TEMP TABLE exact_{name} AS {statements.exact(block, f'failing_{name}')}")
    same = " AND ".join(f"c.{key} IS NOT DISTINCT FROM e.{key}" for key in keys) or "TRUE"
    return f" LEFT JOIN exact_{name} AS e ON {same}"


def _judge(connection: DuckDBPyConnection, cells: Cells, limits: Limits) -> None:
    """Which conditions of each cell show: k units each, and 0 or k units between any two."""
    own = [i for i, c in enumerate(cells.block.conditions) if c.difference is None]
    for row in cells.rows:
        shown = [cells.units(row, i) >= limits.k if cells.block.proofs else True for i in own]
        if not shown[0]:
            shown = [False] * len(own)
        _nested(cells, row, shown, limits.k)
        cells.shown.append(shown)
    _dominance(connection, cells, limits)


def _nested(cells: Cells, row: dict[str, Any], shown: list[bool], k: int) -> None:
    """Withhold the smaller of two nested conditions where fewer than k units stand between them."""
    pairs = [(i, c.difference) for i, c in enumerate(cells.block.conditions) if c.difference is not None]
    rows_of = {pair: i for i, pair in pairs}
    for place, (part, whole) in pairs:
        if part == -1:
            parts = [i for i in range(1, len(shown)) if shown[i]]
            if parts and _small(cells, row, place, k):
                shown[min(parts, key=lambda i: cells.units(row, i))] = False
            continue
        back = rows_of.get((whole, part))
        inside = whole == 0 or (back is not None and row[f"r{back}"] == 0)
        if shown[part] and shown[whole] and inside and _small(cells, row, place, k):
            shown[part] = False


def _small(cells: Cells, row: dict[str, Any], condition: int, k: int) -> bool:
    """Whether a condition holds some rows, but fewer than k units of some kind."""
    if row[f"r{condition}"] == 0 or not cells.block.proofs:
        return False
    units = cells.units(row, condition)
    return units == 0 or small(units, k)


def _dominance(connection: DuckDBPyConnection, cells: Cells, limits: Limits) -> None:
    """Withhold sums that one unit dominates, in any kind."""
    block = cells.block
    for a in block.aggregates:
        for value in range(len(a.values) if a.operation not in ("count", "units") else 0):
            for j, proof in enumerate(block.proofs):
                tops = _tops(connection, cells, a, j, value, keyed=proof.methods[a.condition] == "key")
                for place, row in enumerate(cells.rows):
                    top = [*(tops.get(place) or ()), 0, 0]
                    total = int(row[f"z{value}_{a.name}"] or 0)
                    if dominated(top[0], top[1], total, limits.dominance_share, limits.p_percent):
                        row[f"dominated_{a.name}"] = True


def _tops(
    connection: DuckDBPyConnection, cells: Cells, a: Aggregate, proof: int, value: int, *, keyed: bool
) -> dict[int, list[int]]:
    """The two largest contributions of a unit, by position of the cell."""
    if keyed:
        return {place: row[f"m{value}_{proof}_{a.name}"] for place, row in enumerate(cells.rows)}
    found = (
        connection.sql(statements.contributions(cells.block, a, proof, value)).to_arrow_table().to_pylist()
    )
    names = [key.name for key in cells.block.keys]
    by_key = {tuple(row[name] for name in names): row["top"] for row in found}
    return {place: by_key.get(cells.key(place), []) for place in range(len(cells.rows))}


def _complement(total: Cells, part: Cells, k: int) -> None:
    """Withhold more parts where a withheld one would follow from the total."""
    names = {key.sql: key.name for key in part.block.keys}
    outer = [names[key.sql] for key in total.block.keys]
    own = {c.sql: i for i, c in enumerate(part.block.conditions) if c.difference is None}
    lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(part.rows):
        lines[tuple(row[name] for name in outer)].append(place)
    for at, row in enumerate(total.rows):
        line = lines[total.key(at)]
        for i, condition in enumerate(total.block.conditions):
            other = own.get(condition.sql)
            if condition.difference is not None or other is None or not total.shown[at][i]:
                continue
            counts: dict[tuple[Any, ...], int] = {(p,): part.units(part.rows[p], other) for p in line}
            counts[TOTAL,] = total.units(row, i)
            hidden = [(p,) for p in line if not part.shown[p][other]]
            for (label,) in complementary(counts, hidden, k):
                if isinstance(label, int):
                    part.shown[label][other] = False
                else:
                    total.shown[at][i] = False


def _shown_table(cells: Cells, limits: Limits) -> pa.Table:
    """The released table: rounded figures, NULL where withheld; cells that do not show are left out."""
    block = cells.block
    kept = [p for p, shown in enumerate(cells.shown) if shown[0] or not block.keys]
    columns = {key.name: cells.keys.column(key.name).take(pa.array(kept, pa.int64())) for key in block.keys}
    for a in block.aggregates:
        values = [_figure(a, cells, place, limits) for place in kept]
        columns[a.name] = pa.array(values, pa.int64() if _whole(a) else pa.float64())
    columns["_cell"] = pa.array([1] * len(kept), pa.int8())
    return pa.table(columns)


def _whole(a: Aggregate) -> bool:
    return a.operation in ("count", "units") or (a.operation == "sum" and a.factor == 1)


def _figure(a: Aggregate, cells: Cells, place: int, limits: Limits) -> int | float | None:
    row = cells.rows[place]
    if not cells.shown[place][a.condition] or row.get(f"dominated_{a.name}") or row[a.name] is None:
        return None
    if a.operation in ("count", "units"):
        return round_to(int(row[a.name]), limits.rounding_base)
    if a.operation == "sum":
        total = significant(int(row[a.name]), limits.digits)
        return total if a.factor == 1 else total / a.factor
    value = float(row[a.name])
    if a.operation == "avg":
        value /= row[f"r{a.condition}"]
    scale = {"corr": 1, "var_samp": a.factor**2, "var_pop": a.factor**2}.get(a.operation, a.factor)
    return _digits(value / scale, limits.digits)


def _digits(value: float, digits: int) -> float | None:
    """A figure to some significant digits; None if it is not finite."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")
