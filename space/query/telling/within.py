"""An answer with its error bounds beside its figures, for whoever keeps it as a table.

Decides that a figure with an error of its own has two further columns at the end, the least and the most the
truth may be; a computed one has none, for errors are not added up, nor has an exact one. The bounds are no
part of what a receipt states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from space.query.telling.accuracy import Accuracy

if TYPE_CHECKING:
    import pyarrow as pa

# Ends of the names of the two columns.
LOWER: Final = "_lower"
UPPER: Final = "_upper"


def with_bounds(table: pa.Table, accuracy: Sequence[Accuracy]) -> pa.Table:
    """The table, with the bounds of every figure that has an error at the end.

    Args:
        table: of an answer.
        accuracy: by column, how far a figure may lie from the truth.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    made = table
    for one in accuracy:
        names = (one.column + LOWER, one.column + UPPER)
        column = table.schema.get_field_index(one.column)
        if one.made_of or one.within == 0 or column < 0 or set(names) & set(made.column_names):
            continue
        figures = pc.cast(table.column(column), pa.float64(), safe=False)
        if one.within is None:
            off = pc.multiply(pc.abs(figures), one.relative or 0.0)
        else:
            off = pa.scalar(one.within, pa.float64())
        made = made.append_column(names[0], pc.subtract(figures, off))
        made = made.append_column(names[1], pc.add(figures, off))
    return made
