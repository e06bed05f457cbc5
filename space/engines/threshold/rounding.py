"""The released table of judged cells: rounded figures, NULL where withheld.

Decides how a figure is rounded, a whole column at a time: counts to a base, sums and means to some
significant digits (:mod:`policies.disclosure` has the rules for one number).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.threshold.cells import Cells, Numbers
from space.engines.threshold.statements import COUNTED
from space.query.plan import Aggregate, Limits

# What figures of integers of ``1/factor`` are divided by, where it is not the factor.
_SCALES: Final[dict[str, Callable[[int], int]]] = {
    "corr": lambda _: 1,
    "regr_r2": lambda _: 1,
    "var_samp": lambda factor: factor**2,
    "var_pop": lambda factor: factor**2,
}

# Powers of ten that a double holds exactly.
_EXACT: Final = 22


def shown(cells: Cells, limits: Limits) -> pa.Table:
    """The released table; cells that do not show are left out, save the one of a query without keys.

    So is a cell none of whose figures rests on enough: that it is there would tell of the rest of it.
    """
    block = cells.block
    kept = np.flatnonzero(_there(cells)) if block.keys else np.arange(len(cells))
    columns = {key.name: cells.keys.column(key.name).take(pa.array(kept)) for key in block.keys}
    for a in block.aggregates:
        columns[a.name] = _figures(a, cells, kept, limits)
    columns["_cell"] = pa.array(np.ones(len(kept), np.int8))
    return pa.table(columns)


def _there(cells: Cells) -> npt.NDArray[np.bool_]:
    asked = sorted({a.condition for a in cells.block.aggregates} or {0})
    found: npt.NDArray[np.bool_] = cells.shown[:, 0] & cells.shown[:, asked].any(axis=1)
    return found


def _figures(a: Aggregate, cells: Cells, kept: Numbers, limits: Limits) -> pa.Array:
    none = ~cells.shown[kept, a.condition]
    for flags in (cells.out, cells.missing):
        if a.name in flags:
            none |= flags[a.name][kept]
    value = cells.columns[a.name][kept]
    if a.operation in COUNTED:
        return pa.array(to_base(value, limits.rounding_base), pa.int64(), mask=none)
    if a.operation == "sum":
        total = significant(value, limits.digits)
        if a.factor == 1:
            return pa.array(total, pa.int64(), mask=none)
        return pa.array(total / a.factor, pa.float64(), mask=none)
    figure = value.astype(np.float64)
    if a.operation == "avg":
        figure = figure / np.maximum(cells.columns[f"r{a.condition}"][kept], 1)
    figure = figure / (_SCALES[a.operation](a.factor) if a.operation in _SCALES else a.factor)
    none |= ~np.isfinite(figure)
    return pa.array(digits(np.where(none, 0.0, figure), limits.digits), pa.float64(), mask=none)


def to_base(values: Numbers, base: int | Numbers) -> Numbers:
    """Integers to the nearest multiple of a base, halves away from zero."""
    size = np.abs(values)
    below = size // base * base
    rounded = np.where((size - below) * 2 >= base, below + base, below)
    return np.where(values < 0, -rounded, rounded)


def significant(values: Numbers, digits: int) -> Numbers:
    """Integers to some significant digits, halves away from zero."""
    size = np.abs(values)
    base = np.ones_like(size)
    for exponent in range(digits, 19):
        base[size >= 10**exponent] = 10 ** (exponent - digits + 1)
    return to_base(values, base)


def digits(values: Numbers, digits: int) -> Numbers:
    """Finite figures to some significant digits."""
    size = np.abs(values)
    exponent = np.floor(np.log10(np.where(size > 0, size, 1.0))).astype(np.int64)
    shift = digits - 1 - exponent
    scale = 10.0 ** np.minimum(np.abs(shift), _EXACT)
    made = np.where(shift >= 0, np.rint(values * scale) / scale, np.rint(values / scale) * scale)
    for place in np.flatnonzero((np.abs(shift) > _EXACT) & (size > 0)).tolist():
        made[place] = float(f"{values[place]:.{digits}g}")
    found: Numbers = made
    return found
