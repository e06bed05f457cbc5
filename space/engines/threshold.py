"""Threshold mode inside the worker: which cells show, and how they are rounded.

Decides per aggregate whether its figure may leave (:mod:`policies.disclosure` has the rules); a figure
that may not is NULL, and a row whose cell may not show at all is left out, whatever the reason.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from policies.disclosure import TOTAL, complementary, dominated, round_to, significant
from space.engines import statements
from space.engines.cells import Cells
from space.engines.combinations import withheld
from space.engines.statements import COUNTED
from space.query.plan import Aggregate, Block, Limits, Plan


def release(connection: DuckDBPyConnection, plan: Plan) -> dict[str, pa.Table]:
    """Released tables of the threshold blocks of a plan, by block name."""
    in_margin = {place for pair in plan.margins for place in pair}
    judged: dict[int, Cells] = {}
    for place, block in enumerate(plan.blocks):
        if block.kind == "threshold":
            cells = _measure(connection, block, plan.limits, whole=place in in_margin or not block.keys)
            _judge(connection, cells, plan.limits)
            judged[place] = cells
    changed = True
    while changed:  # what is withheld in one margin may be a part of another
        changed = False
        for total, part in plan.margins:
            changed |= _complement(judged[total], judged[part], plan.limits)
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
    """Which conditions of each cell show: k units each, and no combination of them that rests on fewer."""
    every = range(len(cells.block.conditions))
    for row in cells.rows:
        shown = [cells.units(row, i) >= limits.k if cells.block.proofs else True for i in every]
        cells.shown.append(shown if shown[0] else [False] * len(every))
    _dominance(connection, cells, limits)
    if len({a.condition for a in cells.block.aggregates}) > 1 and cells.block.proofs:
        _combined(connection, cells, limits)


def _combined(connection: DuckDBPyConnection, cells: Cells, limits: Limits) -> None:
    """Withhold figures from which others, too small or dominated, would follow within a cell."""
    parts = _measure(connection, statements.parts(cells.block), limits, whole=True)
    _dominance(connection, parts, limits)
    found: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}
    for place, row in enumerate(parts.rows):
        found.setdefault(parts.key(place)[:-1], {})[row["part"]] = row
    sql = cells.block.possible_sql
    possible = [int(part) for (part,) in connection.sql(sql).fetchall()] if sql else []
    for place, row in enumerate(cells.rows):
        if cells.shown[place][0]:
            _combine(cells, place, row, parts, found[cells.key(place)], possible, limits.k)


def _combine(
    cells: Cells,
    place: int,
    row: dict[str, Any],
    parts: Cells,
    found: dict[int, dict[str, Any]],
    possible: Iterable[int],
    k: int,
) -> None:
    """The same for one cell: first for the numbers of units, then for every summed value.

    A part that could hold rows and holds none is as unsafe as one that holds few.
    """
    every = sorted({*found, *possible})
    block, shown = cells.block, cells.shown[place]
    adds = sum if all(proof.methods[0] == "key" for proof in parts.block.proofs) else max
    weight = {i: cells.units(row, i) for i in range(len(block.conditions))}

    def unsafe(conditions: set[int], flag: str) -> Callable[[list[int]], bool]:
        judged = {frozenset(p for p in every if p >> i & 1) for i in {0, *conditions}}

        def judge(group: list[int]) -> bool:
            if frozenset(group) in judged:
                return False
            rows = [found[p] for p in group if p in found]
            return adds([0, *(parts.units(r, 0) for r in rows)]) < k or any(r.get(flag) for r in rows)

        return judge

    used = {a.condition for a in block.aggregates if shown[a.condition]}
    for condition in withheld(every, used, weight, unsafe(used, "")):
        shown[condition] = False
    for total in parts.block.aggregates:
        resting = [a for a in block.aggregates if total.values[0] in a.values and a.operation not in COUNTED]
        used = {a.condition for a in resting if shown[a.condition] and not row.get(f"dominated_{a.name}")}
        gone = withheld(every, used, weight, unsafe(used, f"dominated_{total.name}"))
        row.update({f"dominated_{a.name}": True for a in resting if a.condition in gone})


def _dominance(connection: DuckDBPyConnection, cells: Cells, limits: Limits) -> None:
    """Withhold figures that one unit dominates, in any kind; of moments also those of one outlier."""
    block = cells.block
    for a in block.aggregates:
        for value in range(len(a.values) if a.operation not in COUNTED else 0):
            for j, proof in enumerate(block.proofs):
                judged = [_sums(connection, cells, a, j, value, keyed=proof.methods[a.condition] == "key")]
                if a.operation in statements.MOMENTS:
                    judged.append(_of_units(connection, cells, statements.deviations(block, a, j, value)))
                for found in judged:
                    for row, (top, total) in zip(cells.rows, found, strict=True):
                        first, second = [*(top or ()), 0, 0][:2]
                        row.setdefault(f"largest_{a.name}", []).append((first, second, total or 0))
                        if dominated(first, second, total or 0, limits.dominance_share, limits.p_percent):
                            row[f"dominated_{a.name}"] = True


# Of every cell: the two largest contributions of a unit, and the sum of all.
_Largest = list[tuple[list[Any] | None, Any]]


def _sums(
    connection: DuckDBPyConnection, cells: Cells, a: Aggregate, proof: int, value: int, *, keyed: bool
) -> _Largest:
    if keyed:
        tops = [row[f"m{value}_{proof}_{a.name}"] for row in cells.rows]
    else:
        sql = statements.contributions(cells.block, a, proof, value)
        tops = [top for top, _ in _of_units(connection, cells, sql)]
    return [(top, int(row[f"z{value}_{a.name}"] or 0)) for top, row in zip(tops, cells.rows, strict=True)]


def _of_units(connection: DuckDBPyConnection, cells: Cells, sql: str) -> _Largest:
    table = connection.sql(sql).to_arrow_table()
    figures = Cells(cells.block, table, table.to_pylist())
    found = {figures.key(place): row for place, row in enumerate(figures.rows)}
    rows = [found[cells.key(place)] for place in range(len(cells.rows))]
    return [(row["top"], row["total"]) for row in rows]


def _complement(total: Cells, part: Cells, limits: Limits) -> bool:
    """Withhold more parts where a withheld one would follow from the total; whether there were any."""
    names = {key.sql: key.name for key in part.block.keys}
    outer = [names[key.sql] for key in total.block.keys]
    own = {c.sql: i for i, c in enumerate(part.block.conditions)}
    lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place in range(len(part.rows)):
        lines[part.key_of(place, outer)].append(place)
    changed = False
    for at in range(len(total.rows)):
        line = lines[total.key(at)]
        for i, condition in enumerate(total.block.conditions):
            other = own.get(condition.sql)
            if other is not None and total.shown[at][i]:
                here = [p for p in line if part.rows[p][f"r{other}"]]
                changed |= _of_line(total, at, i, part, here, other, limits.k)
        changed |= _undominated(total, at, part, line, limits)
    return changed


def _of_line(total: Cells, at: int, i: int, part: Cells, line: list[int], other: int, k: int) -> bool:
    """One total and its parts that hold rows, under one condition."""
    counts: dict[tuple[Any, ...], int] = {(p,): part.units(part.rows[p], other) for p in line}
    counts[TOTAL,] = total.units(total.rows[at], i)
    hidden = [(p,) for p in line if not part.shown[p][other]]
    more = complementary(counts, hidden, k) - set(hidden)
    for (label,) in more:
        if isinstance(label, int):
            part.shown[label][other] = False
        else:
            total.shown[at][i] = False
    return bool(more)


def _undominated(total: Cells, at: int, part: Cells, line: list[int], limits: Limits) -> bool:
    """Withhold the total of a value where one unit dominates the parts that are withheld together."""
    hidden = {
        (a.values, part.block.conditions[a.condition].sql)
        for a in part.block.aggregates
        if a.operation not in COUNTED and _rest_dominated(a, part, line, limits)
    }
    row, changed = total.rows[at], False
    for a in total.block.aggregates:
        key = (a.values, total.block.conditions[a.condition].sql)
        if key in hidden and not row.get(f"dominated_{a.name}"):
            row[f"dominated_{a.name}"] = changed = True
    return changed


def _rest_dominated(a: Aggregate, part: Cells, line: list[int], limits: Limits) -> bool:
    """Whether the parts in which a figure is withheld, taken together, give one unit away."""
    out = [p for p in line if not part.shown[p][a.condition] or part.rows[p].get(f"dominated_{a.name}")]
    apart = all(proof.methods[a.condition] == "key" for proof in part.block.proofs)
    for sums in zip(*(part.rows[p][f"largest_{a.name}"] for p in out), strict=True):
        tops = sorted((top for first, second, _ in sums for top in (first, second)), reverse=True)
        # A unit in several parts adds up; at most to all that is largest in any of them.
        first, second = tops[:2] if apart else (sum(s[0] for s in sums), sum(s[1] for s in sums))
        if dominated(first, second, sum(s[2] for s in sums), limits.dominance_share, limits.p_percent):
            return True
    return False


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
    return a.operation in COUNTED or (a.operation == "sum" and a.factor == 1)


def _figure(a: Aggregate, cells: Cells, place: int, limits: Limits) -> int | float | None:
    row = cells.rows[place]
    if not cells.shown[place][a.condition] or row.get(f"dominated_{a.name}") or row[a.name] is None:
        return None
    if a.operation in COUNTED:
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
