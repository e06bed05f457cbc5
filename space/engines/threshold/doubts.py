"""Groups of which only is told that they are there: their table, with those of which even that is in doubt.

Decides how a figure of all groups learns that it may not show: a flagged row stands beside the groups with
the outer keys of one in doubt. Which are in doubt decides :mod:`space.engines.auditing.audit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from space.engines.threshold.cells import Cells

# Column of the released table: 1 in the row of a group in doubt, which has no value.
DOUBT: Final = "_doubt"


def flagged(cells: Cells, table: pa.Table, doubtful: Sequence[int] | None) -> pa.Table:
    """The released table of groups that are only counted, with a row for each in doubt.

    Args:
        cells: of the block, of which the last key is the value that is counted.
        table: of those that show.
        doubtful: places of the cells in doubt.
    """
    known = table.append_column(DOUBT, pa.array([0] * table.num_rows, pa.int8()))
    if not doubtful:
        return known
    keys = cells.keys.take(pa.array(doubtful, pa.int64()))
    last = keys.num_columns - 1
    keys = keys.set_column(
        last, keys.schema.field(last), pa.nulls(keys.num_rows, keys.schema.field(last).type)
    )
    ones = pa.array([1] * keys.num_rows, pa.int8())
    for name in table.column_names[keys.num_columns :]:
        keys = keys.append_column(name, ones)
    return pa.concat_tables([known, keys.append_column(DOUBT, ones)])
