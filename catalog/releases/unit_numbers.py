"""Numbers of the rows of a unit: 1…n within each unit, a row keeping its own from release to release.

Decides which number a row gets. Under which pseudonym a unit is known is :mod:`catalog.releases.units`'s.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]


def number(units: pa.Array, kept: Numbers | None = None) -> pa.Array:
    """Row numbers 1…n within each unit, NULL where the unit is; see :func:`numbered`."""
    return numbered(units, kept)[0]


def numbered(units: pa.Array, kept: Numbers | None = None) -> tuple[pa.Array, Numbers]:
    """Row numbers 1…n within each unit, NULL where the unit is.

    Args:
        units: pseudonym of every row.
        kept: the number each row had in the previous release, 0 where it had none.

    Returns:
        The numbers, and the rows ordered by unit and number, those without a unit last.
    """
    valid = np.asarray(units.is_valid())
    known = np.flatnonzero(valid)
    result = np.zeros(len(units), dtype=np.int32)
    if not len(known):
        return pa.array(result, mask=~valid), np.arange(len(units))
    values = units.fill_null(0).to_numpy(zero_copy_only=False)[known]
    former = None if kept is None or not kept.any() else kept[known]
    numbers, order = _dense(values, former)
    result[known] = numbers
    placed = np.concatenate([known[order], np.flatnonzero(~valid)])
    return pa.array(result, mask=~valid), placed


def _dense(units: Numbers, former: Numbers | None) -> tuple[Numbers, Numbers]:
    """Numbers 1…n per unit; a former number stays if it is at most n and nobody else has it.

    Returns:
        Number of every row, and the rows ordered by unit and number.
    """
    by_unit = _ordered(units)
    ordered = units[by_unit]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    count = np.diff(np.append(first, len(units)))
    start = np.repeat(first, count)  # by place: where the unit's rows begin
    if former is None:
        numbers = np.empty(len(units), dtype=np.int64)
        numbers[by_unit] = np.arange(len(units)) - start + 1
        return numbers, by_unit
    before = former[by_unit]
    slot = start + before - 1
    candidates = np.flatnonzero((before >= 1) & (before <= np.repeat(count, count)))
    owner = np.full(len(units), -1, dtype=np.int64)
    owner[slot[candidates[::-1]]] = candidates[::-1]  # of two that claim a number the first has it
    free = np.flatnonzero(owner < 0)
    moving = np.ones(len(units), dtype=bool)
    moving[owner[owner >= 0]] = False
    rest = np.flatnonzero(moving)
    # Rows above a gap fill it in their old order; new rows come after them, as they landed.
    rank = np.where(before[rest] > 0, before[rest], np.iinfo(np.int64).max)
    owner[free] = rest[np.lexsort((rest, rank, start[rest]))]
    order = by_unit[owner]
    numbers = np.empty(len(units), dtype=np.int64)
    numbers[order] = np.arange(len(units)) - start + 1
    return numbers, order


def _ordered(values: Numbers) -> Numbers:
    """Places by value, equal values in the order they have: a stable sort, made of two fast ones."""
    order = np.argsort(values)
    ordered = values[order]
    run = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
    # Which run a place is in, and the place: both fit, for tables of less than 2**31 rows.
    return np.asarray(np.sort(run << 31 | order) & 0x7FFFFFFF)
