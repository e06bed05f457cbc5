"""Figures that one unit dominates: a bound that clears nearly every cell, exact totals for the others.

Decides by the rules of :mod:`policies.disclosure`. No unit contributes more than its most rows times the
largest single value; where even so much would dominate nothing, no total of a unit is computed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from space.engines.base import Base
from space.engines.threshold import statements
from space.engines.threshold.cells import Cells, Largest, Numbers, places
from space.engines.threshold.measure import chosen_cells
from space.engines.threshold.statements import COUNTED
from space.query.plan import Aggregate, Limits

# Room for the rounding of floating point; what is within it is judged exactly.
_ROOM = 1e-9


def judge(connection: Base, cells: Cells, limits: Limits, *, exact: bool = False) -> None:
    """Mark figures that one unit dominates, in any kind; where values vary also those of one outlier.

    A sum of clamped values tells of the units within the clamp alone: they must be k as well.

    Args:
        connection: opens the protected files.
        cells: with what shows of them by their numbers of units.
        limits: what dominates.
        exact: whether the contributions are asked for of every cell, to judge several together.
    """
    done: dict[tuple[object, ...], tuple[npt.NDArray[np.bool_], list[Largest]]] = {}
    for a in cells.block.aggregates:
        if a.operation in COUNTED:
            continue
        rests_on = (a.values, a.condition, a.operation in statements.MOMENTS or a.clamped,
                    a.operation in statements.PAIRED)  # fmt: skip
        if rests_on not in done:
            done[rests_on] = _judged(connection, cells, a, limits, exact)
        out, largest = done[rests_on]
        cells.out[a.name], cells.largest[a.name] = out.copy(), largest


def dominated(largest: Largest, limits: Limits) -> npt.NDArray[np.bool_]:
    """In which cells one contribution dominates: :func:`policies.disclosure.dominated` by columns."""
    first, second, total = largest
    rest = (total - first - second) * 100.0
    found: npt.NDArray[np.bool_] = (first > 0) & (
        (first > limits.dominance_share * total) | (rest < limits.p_percent * first)
    )
    return found


def _judged(
    connection: Base, cells: Cells, a: Aggregate, limits: Limits, exact: bool
) -> tuple[npt.NDArray[np.bool_], list[Largest]]:
    out, largest = np.zeros(len(cells), bool), list[Largest]()
    asked = np.ones(len(cells), bool) if exact else cells.shown[:, a.condition]
    varies = a.operation in statements.MOMENTS or a.clamped
    for value in range(len(a.values)):
        for j, proof in enumerate(cells.block.proofs):
            if not proof.of_units:
                continue
            if a.flat and a.flat[value]:
                chosen = chosen_cells(connection, cells, asked)
                sql = statements.unbent(cells.block, a, j, value, chosen)
                out |= (_of_units(connection, cells, sql)[0] < (proof.least or cells.k)) & asked
            judged = [_sums(connection, cells, a, (j, value), limits, asked, exact)]
            if varies:
                chosen = chosen_cells(connection, cells, asked)
                sql = statements.deviations(cells.block, a, j, value, chosen)
                judged.append(_of_units(connection, cells, sql))
            if a.operation in statements.PAIRED and value == 0:
                chosen = chosen_cells(connection, cells, asked)
                judged.append(_of_units(connection, cells, statements.products(cells.block, a, j, chosen)))
            for found in judged:
                out |= dominated(found, limits) & asked
            largest += judged
    return out, largest


def _sums(
    connection: Base,
    cells: Cells,
    a: Aggregate,
    of: tuple[int, int],
    limits: Limits,
    asked: npt.NDArray[np.bool_],
    exact: bool,
) -> Largest:
    """The contributions of one kind of unit to one value: at least as large as they are, or exact."""
    j, value = of
    proof, v = cells.block.proofs[j], statements.values(cells.block)[a.values[value]]
    keyed = proof.methods[a.condition] == "key"
    total = cells.columns[f"z{v}_{a.condition}"]
    most = 1 if keyed else proof.rows
    bound = np.minimum(cells.columns[f"m{v}_{a.condition}"] * float(most), total) if most else total * 1.0
    unclear = asked & (bound > 0)
    if not exact:
        safe = (bound <= limits.dominance_share * total * (1 - _ROOM)) & (
            (total - 2 * bound) * 100 >= limits.p_percent * bound + _ROOM * total * 100
        )
        unclear &= ~safe
    first, second = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int64)
    if unclear.any():
        chosen = chosen_cells(connection, cells, unclear)
        statement = (
            statements.tops(cells.block, a, value, chosen)
            if keyed
            else statements.contributions(cells.block, a, j, value, chosen)
        )
        first, second, _ = _of_units(connection, cells, statement)
    return first, second, total


def _of_units(connection: Base, cells: Cells, sql: str) -> Largest:
    """The two largest and all together by cell, from a statement of the same keys."""
    found = Cells.of(cells.block, connection.sql(sql).to_arrow_table(), cells.k)
    at = places(cells.keys, found.keys) if cells.block.keys else np.zeros(found.keys.num_rows, np.int64)
    made: list[Numbers] = []
    for name in ("first", "second", "total"):
        given = found.columns.get(name, np.zeros(len(at)))
        column = np.zeros(len(cells), given.dtype)
        column[at[at >= 0]] = given[at >= 0]
        made.append(column)
    first, second, total = made
    return first, second, total
