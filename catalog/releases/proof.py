"""Proofs over whole columns: that keys are unique, and that the rows of each unit are numbered 1…n.

Decides how a fact is measured, at the cost of one sort. Which facts a release needs is
:mod:`catalog.releases.facts`'s decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import shared

if TYPE_CHECKING:
    from catalog.releases.facts import UnitFact

# From here on rows are compared by a hash of their key first.
_MANY: Final = 50_000


def is_unique(rows: pa.Table, columns: Sequence[str]) -> bool:
    """Whether no two rows agree in all of ``columns``; a NULL counts as a value."""
    if rows.num_rows < 2:
        return True
    if rows.num_rows >= _MANY:
        # Hashes that all differ prove that the keys do; equal ones prove nothing.
        hashes = np.sort(_hashes(rows, columns))
        if not np.any(hashes[1:] == hashes[:-1]):
            return True
    groups = rows.select(list(columns)).group_by(list(columns)).aggregate([([], "count_all")])
    return bool(groups.num_rows == rows.num_rows)


def unit_refusals(unit: UnitFact, rows: pa.Table) -> list[str]:
    """Breaches of: (unit, number) unique; numbers 1…n; at most ``max_rows`` rows.

    Args:
        unit: the kind, its columns and its bound.
        rows: at least the unit's two columns, with all rows of every unit in it.
    """
    known = rows.select([unit.column, unit.number]).filter(pc.is_valid(rows[unit.column]))
    if known.num_rows == 0:
        return []
    if known[unit.number].null_count:
        return [f"a row of a {unit.kind} has no number"]
    units, numbers = known[unit.column].to_numpy(), known[unit.number].to_numpy()
    if np.any(units[1:] < units[:-1]):
        by_unit = np.argsort(units)
        units, numbers = units[by_unit], numbers[by_unit]
    first = np.flatnonzero(np.concatenate([[True], units[1:] != units[:-1]]))
    count = np.diff(np.append(first, len(units)))
    return [*_numbering(unit, numbers, first, count), *_bound(unit, count)]


def _numbering(unit: UnitFact, numbers: Any, first: Any, count: Any) -> list[str]:
    within = (numbers >= 1) & (numbers <= np.repeat(count, count))
    taken = np.zeros(len(numbers), dtype=bool)
    taken[(np.repeat(first, count) + numbers - 1)[within]] = True
    if np.all(within) and np.all(taken):
        return []  # n numbers of 1…n, none of them missing: each once
    groups = pa.table({"unit": np.repeat(first, count), "number": numbers})
    reasons = []
    if not is_unique(groups, ["unit", "number"]):
        reasons.append(f"two rows of one {unit.kind} have the same number")
    lowest, highest = np.minimum.reduceat(numbers, first), np.maximum.reduceat(numbers, first)
    if np.any(lowest != 1) or np.any(highest != count):
        reasons.append(f"the rows of some {unit.kind} are not numbered 1…n")
    return reasons


def _bound(unit: UnitFact, count: npt.NDArray[np.int64]) -> list[str]:
    over = int(np.count_nonzero(count > unit.max_rows))
    if not over:
        return []
    return [
        f"{over} units of kind {unit.kind} have more rows than max_rows {unit.max_rows} (most: "
        f"{int(count.max())}) — correct the source or raise maxRows in the contract"
    ]


def _hashes(rows: pa.Table, columns: Sequence[str]) -> npt.NDArray[np.uint64]:
    named = ", ".join(f'"{name}"' for name in columns)
    with shared() as connection:
        connection.register("keyed", rows.select(list(columns)))
        made = connection.sql(f"SELECT hash({named}) AS h FROM keyed").to_arrow_table()
    hashes: npt.NDArray[np.uint64] = made["h"].to_numpy()
    return hashes
