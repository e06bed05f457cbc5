"""Which rows of a table are looked at, and how much a look at them may have missed.

A sample is spread evenly, the same one every time. Of a table that only grew, the rows of the former release
are looked at where they were looked at then, and the added rows get a sample of their own: what is new is
never thinned out by what is old.
"""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa


def spread(column: pa.ChunkedArray | pa.Array, rows: int) -> pa.Array:
    """At most ``rows`` values, spread evenly over the column; the same ones every time."""
    if len(column) > rows:
        column = column.take(_places(len(column), rows))
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def sampled(column: pa.ChunkedArray, rows: int, former_rows: int = 0) -> pa.Array:
    """The sample of a column: of its former rows as before, and as many of the added ones.

    Args:
        column: whole.
        rows: most rows of either part.
        former_rows: rows at the front that an earlier release held.
    """
    if not 0 < former_rows < len(column):
        return spread(column, rows)
    parts = [spread(column.slice(0, former_rows), rows), spread(column.slice(former_rows), rows)]
    return pa.concat_arrays(parts)


def missed_at_most(rows: int, looked_at: int, confidence: float) -> float:
    """Share of rows up to which something may be there though no row looked at shows it.

    With n rows drawn and none found, what is in more than 1 − (1 − confidence)^(1/n) of the rows would have
    been seen with that confidence; at 95 % this is about 3/n.

    >>> missed_at_most(1_000_000, 5_000, 0.95)
    0.000599

    Args:
        rows: of the column.
        looked_at: rows of it that were looked at.
        confidence: 0–1.

    Returns:
        A share, 0–1; 0 where every row was looked at.
    """
    if looked_at >= rows:
        return 0.0
    return round(1 - (1 - confidence) ** (1 / looked_at), 6) if looked_at else 1.0


def bound(rows: int, sample_rows: int, former_rows: int, confidence: float) -> float:
    """:func:`missed_at_most` of a whole column, or of the worse of its former and its added rows."""
    if not 0 < former_rows < rows:
        return missed_at_most(rows, min(rows, sample_rows), confidence)
    parts = (former_rows, rows - former_rows)
    return max(missed_at_most(part, min(part, sample_rows), confidence) for part in parts)


@lru_cache(maxsize=16)
def _places(length: int, rows: int) -> pa.Array:
    return pa.array([place * length // rows for place in range(rows)])
