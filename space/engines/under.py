"""What lies under a missing value of an answer: nought, and nothing else.

Decides the bytes of an answer where it says nothing. A column holds something in the place of every missing
value, which no reader is shown: what was computed before it was withheld, or whatever the memory held. It
would leave with the answer, and its digest stands in the receipt: who knows the rest could try what fits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def cleared(table: pa.Table) -> pa.Table:
    """The same answer with nought under every missing value.

    >>> hidden = pa.array(np.array([7, 8]), mask=np.array([False, True]))
    >>> cleared(pa.table({"n": hidden})).column("n").chunk(0).buffers()[1].to_pybytes()[8:]
    b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'
    """
    columns = [_column(table.column(place)) for place in range(table.num_columns)]
    return pa.table(columns, schema=table.schema)


def _column(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if not column.null_count:
        return column
    nought = _nought(column.type)
    if nought is None:
        return pa.array(column.to_pylist(), column.type)
    filled = pc.fill_null(column, nought)
    # Joined with nothing, it starts where its memory starts.
    whole = pa.concat_arrays([*filled.chunks, pa.array([], column.type)])
    there = np.packbits(pc.is_valid(column).to_numpy(), bitorder="little")
    buffers = [pa.py_buffer(there.tobytes()), *whole.buffers()[1:]]
    return pa.Array.from_buffers(column.type, len(whole), buffers, column.null_count)


def _nought(kind: pa.DataType) -> Any:
    """The value of a type that stands under a missing one; None where it has parts."""
    if pa.types.is_boolean(kind):
        return pa.scalar(False, kind)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.scalar("", kind)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return pa.scalar(0, kind)
    if pa.types.is_date32(kind):
        return pa.scalar(0, pa.int32()).cast(kind)
    return pa.scalar(0, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else None
