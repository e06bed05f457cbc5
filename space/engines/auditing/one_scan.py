"""The cells of a block from the scan in which they are crossed with former ones, where one scan tells both.

Decides when it does: where rows are units, every figure rests on the same rows, and nothing is missing or
negative, so that cells follow from their parts by addition. Otherwise cells have a scan of their own.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from space.engines.auditing.overlaps import Overlaps
from space.engines.auditing.sides import Sides
from space.engines.threshold import statements
from space.engines.threshold.cells import Cells, Numbers
from space.engines.threshold.known import Known


def possible(sides: Sides, known: Known) -> bool:
    """Whether the atoms of two sides tell the cells of the block of the plan.

    Args:
        sides: of a comparison.
        known: of the columns of the block's relation, with its row filters.
    """
    block = sides.block
    if not block.keys or sides.elsewhere or sides.spanning or statements.different(block, known) != [0]:
        return False
    summed = all(a.operation in ("count", "sum", "avg") for a in block.aggregates)
    present = [p for p in block.proofs if p.of_units and sides.known.never_null(p.unit)]
    counted = len(present) == len(block.proofs) and all(set(p.methods) == {"key"} for p in present)
    whole = all(sides.known.adds_up(value) for value in statements.values(block))
    return bool(block.aggregates) and summed and counted and whole and sides.rows_are_units


def cells(overlaps: Overlaps, k: int) -> Cells:
    """The cells of the block of the plan that hold rows, in the order of their keys.

    Args:
        overlaps: of its cells and former ones; :func:`possible` is true of its sides.
        k: fewest units.
    """
    s, block = overlaps.sides, overlaps.sides.block
    groups = overlaps.groups(s.near)
    chosen = s.p(next(iter(s.ours)))
    (rows, _), columns = overlaps.count(s.near, chosen), dict[str, Numbers]()
    columns["r0"] = rows
    for value, v in statements.values(block).items():
        columns[f"s{v}_0"], columns[f"m{v}_0"] = overlaps.added(s.near, chosen, value)
    keys = pa.table([groups.keys.column(g) for g in s.own], names=[key.name for key in block.keys])
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names])
    place = order.to_numpy()
    place = place[rows[place] > 0]
    found = Cells(block, keys.take(pa.array(place)), columns, k=k)
    found.columns = {name: column[place] for name, column in columns.items()}
    return found
