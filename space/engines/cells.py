"""The cells of a block inside the worker, while it is decided what of them may leave.

Holds exact figures: nothing here leaves the worker. Decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from space.query.plan import Block


@dataclass(slots=True)
class Cells:
    """Cells of a block while they are judged.

    Attributes:
        rows: key columns, figures and proofs by name.
        shown: per cell, whether each condition's figures may leave.
    """

    block: Block
    keys: pa.Table
    rows: list[dict[str, Any]]
    shown: list[list[bool]] = field(default_factory=list)

    def units(self, row: dict[str, Any], condition: int) -> int:
        """The fewest units of any kind a condition rests on; all of its rows where nothing has units."""
        counts = [row[f"p{j}_{condition}"] for j in range(len(self.block.proofs))]
        return int(min(counts, default=row[f"r{condition}"]))

    def key(self, place: int) -> tuple[Any, ...]:
        """The key of a cell."""
        return self.key_of(place, [key.name for key in self.block.keys])

    def key_of(self, place: int, names: Sequence[str]) -> tuple[Any, ...]:
        """Some columns of a cell, comparable: what is not a number equals itself here."""
        values = (self.rows[place][name] for name in names)
        return tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in values)
