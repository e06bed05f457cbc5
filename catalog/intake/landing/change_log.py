"""Change logs 变更日志: what each row says happened to its key, and in which order.

Decides what the words of the operation column mean and how entries are ordered. The last word on a
key is applied by the release, not here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.errors import HeadingsDiffer
from catalog.intake.reading.records import Batch
from catalog.intake.reading.spill import Sink
from contracts.cast import OPERATION
from contracts.model import Contract, Field, FieldType, LoadKind

# Column of the text that orders the entries; kept with the raw rows, so that they can be ordered again.
ORDER: Final = "_order"
COLUMNS: Final = [(OPERATION, pa.string()), (ORDER, pa.string())]
# Reason of a row whose operation is none the contract knows, or that stands nowhere in the order.
UNKNOWN: Final = "change:operation"
# Rows put in order at a time, where there are many.
_ROWS: Final = 131_072


def headings(contract: Contract) -> tuple[str, ...]:
    """Headings a change log has beside those of its fields."""
    if contract.load.kind is not LoadKind.CHANGES:
        return ()
    return tuple(h for h in (contract.load.operation, contract.load.order) if h)


def columns(contract: Contract, batch: Batch, label: str) -> dict[str, pa.ChunkedArray]:
    """The operation and the order of each row; NULL where a word is not known.

    Raises:
        HeadingsDiffer: the input has no such column.
    """
    load = contract.load
    words = sorted(load.words.items())
    places = pc.index_in(
        _column(batch, load.operation or "", label), value_set=pa.array([w for w, _ in words], pa.string())
    )
    meanings = pa.array([meaning for _, meaning in words], pa.string())
    out = {OPERATION: pc.take(meanings, places)}
    if load.order:
        out[ORDER] = _column(batch, load.order, label)
    return out


def ordered(contract: Contract, table: pa.Table, spill: Path | None) -> pa.Table:
    """The rows of a delivery in the order of the log; those in no order last, without an operation.

    Args:
        contract: with a change log.
        table: raw rows with :data:`COLUMNS`.
        spill: folder for rows that outgrow memory.
    """
    if not contract.load.order or not table.num_rows:
        return table
    rows, keys = table, _comparable(table[ORDER])
    if keys.null_count:
        place = rows.column_names.index(OPERATION)
        known = pc.if_else(pc.is_valid(keys), rows[OPERATION], pa.scalar(None, pa.string()))
        rows = rows.set_column(place, OPERATION, known)
    places = pc.array_sort_indices(keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys)
    if pc.all(pc.equal(places, pa.array(range(len(places)), pa.uint64()))).as_py():
        return rows
    with Sink(rows.schema, spill) as sink:
        for start in range(0, len(places), _ROWS):
            sink.add(rows.take(places.slice(start, _ROWS)))
        return sink.table()


def _comparable(order: pa.ChunkedArray) -> pa.ChunkedArray:
    """The order as numbers or instants where every entry is one, else as text."""
    from contracts.cast import typed_column

    for kind in (FieldType.INTEGER, FieldType.NUMBER, FieldType.TIMESTAMP):
        typed = typed_column(order, Field(name="order_", business_name="order", type=kind))
        if typed.null_count == order.null_count:
            return pa.chunked_array([typed])
    return order


def _column(batch: Batch, heading: str, label: str) -> pa.ChunkedArray:
    if heading not in batch.headings:
        raise HeadingsDiffer(label, f"has no column {heading}, which says what happened to each row")
    return batch.columns[batch.headings.index(heading)]
