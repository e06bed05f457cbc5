"""The cells of a block inside the worker, by columns, while it is decided what of them may leave.

Holds exact figures: nothing here leaves the worker. Decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from space.query.plan import Block

Numbers = npt.NDArray[Any]
# The two largest contributions of a unit to a figure of every cell, and all of them together.
Largest = tuple[Numbers, Numbers, Numbers]

_DOMINATED: Final = "dominated_"
_LARGEST: Final = "largest_"


@dataclass(slots=True)
class Cells:
    """Cells of a block while they are judged.

    Attributes:
        columns: figures and numbers of rows and units of every cell, by name; 0 where there is none.
        missing: where a figure is none, by name; a name that is not here has them all.
        shown: per cell, whether each condition's figures may leave.
        k: what a number of units is compared with.
        out: per aggregate, the cells in which one unit dominates it.
        largest: per aggregate, the contributions by kind of unit and value; exact, or never too small.
    """

    block: Block
    keys: pa.Table
    columns: dict[str, Numbers]
    missing: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    shown: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), bool))
    k: int = 0
    out: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    largest: dict[str, list[Largest]] = field(default_factory=dict)

    @classmethod
    def of(cls, block: Block, table: pa.Table, k: int) -> Cells:
        """Cells from a table of keys and figures."""
        names = [key.name for key in block.keys]
        columns: dict[str, Numbers] = {}
        missing: dict[str, npt.NDArray[np.bool_]] = {}
        for name in table.column_names:
            column = table.column(name)
            if name in names or pa.types.is_nested(column.type):
                continue
            if column.null_count:
                missing[name] = column.is_null().to_numpy()
                column = pc.fill_null(column, 0)
            columns[name] = column.to_numpy()
        return cls(block, table.select(names), columns, missing, k=k)

    def __len__(self) -> int:
        return len(self.columns["r0"])

    @property
    def rows(self) -> Rows:
        """The same by cell."""
        return Rows(self)

    def all_units(self, condition: int) -> Numbers:
        """Of every cell, the fewest units of any kind a condition rests on; all rows where nothing has units.

        Where another number than k is asked for, the count is brought to that scale and rounded down: k
        of it are enough, and parts never add up to more than their whole.
        """
        counts = [
            self.columns[f"p{j}_{condition}"] * self.k // proof.least
            if proof.least
            else self.columns[f"p{j}_{condition}"]
            for j, proof in enumerate(self.block.proofs)
        ]
        found: Numbers = np.minimum.reduce(counts) if counts else self.columns[f"r{condition}"]
        return found

    def units(self, row: Mapping[str, Any], condition: int) -> int:
        """The same of one cell."""
        counts = [
            row[f"p{j}_{condition}"] * self.k // proof.least if proof.least else row[f"p{j}_{condition}"]
            for j, proof in enumerate(self.block.proofs)
        ]
        return int(min(counts, default=row[f"r{condition}"]))

    def dominated(self, aggregate: str) -> npt.NDArray[np.bool_]:
        """In which cells one unit dominates an aggregate; may be written to."""
        return self.out.setdefault(aggregate, np.zeros(len(self), bool))

    def taken(self, places: Numbers) -> Cells:
        """Some of the cells, before they are judged."""
        return Cells(
            self.block,
            self.keys.take(pa.array(np.flatnonzero(places) if places.dtype == bool else places)),
            {name: column[places] for name, column in self.columns.items()},
            {name: column[places] for name, column in self.missing.items()},
            k=self.k,
        )

    def key(self, place: int) -> tuple[Any, ...]:
        """The key of a cell."""
        return self.key_of(place, [key.name for key in self.block.keys])

    def key_of(self, place: int, names: Sequence[str]) -> tuple[Any, ...]:
        """Some columns of a cell, comparable: what is not a number equals itself here."""
        values = (self.keys.column(name)[place].as_py() for name in names)
        return tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in values)


@dataclass(frozen=True, slots=True)
class Rows:
    """Cells by row."""

    cells: Cells

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, place: int) -> Row:
        return Row(self.cells, place)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self.cells, place) for place in range(len(self)))


@dataclass(frozen=True, slots=True)
class Row(Mapping[str, Any]):
    """One cell: its figures, and ``dominated_<aggregate>``, which may be set."""

    cells: Cells
    place: int

    def __getitem__(self, name: str) -> Any:
        cells, place = self.cells, self.place
        if name.startswith(_DOMINATED):
            return bool(cells.out[name.removeprefix(_DOMINATED)][place])
        if name.startswith(_LARGEST):
            found = cells.largest[name.removeprefix(_LARGEST)]
            return [(first[place].item(), second[place].item(), total[place].item())
                    for first, second, total in found]  # fmt: skip
        if name in cells.columns:
            gone = cells.missing.get(name)
            return None if gone is not None and gone[place] else cells.columns[name][place].item()
        return cells.keys.column(name)[place].as_py()

    def __setitem__(self, name: str, value: bool) -> None:
        self.cells.dominated(name.removeprefix(_DOMINATED))[self.place] = value

    def update(self, flags: Mapping[str, bool]) -> None:
        """Set several flags."""
        for name, value in flags.items():
            self[name] = value

    def __len__(self) -> int:
        return len(self.cells.columns) + len(self.cells.keys.column_names)

    def __iter__(self) -> Iterator[str]:
        return iter([*self.cells.keys.column_names, *self.cells.columns])


def places(keys: pa.Table, others: pa.Table) -> Numbers:
    """Of every row of ``others`` the row of ``keys`` that equals it, or -1; NULL and NaN equal themselves.

    Args:
        keys: rows all different.
        others: columns in the same order and of the same types.
    """
    size = keys.num_rows
    code = np.zeros(size + others.num_rows, np.int64)
    for place in range(keys.num_columns):
        both = pa.chunked_array(
            [*keys.column(place).chunks, *others.column(place).chunks], keys.field(place).type
        )
        if pa.types.is_floating(both.type):
            both = pc.add(both, 0.0)  # a negative zero equals zero
        encoded = both.combine_chunks().dictionary_encode(null_encoding="encode")
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        code = code * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy(zero_copy_only=False)
        code = np.unique(code, return_inverse=True)[1]
    found = np.full(int(code.max(initial=0)) + 1, -1, np.int64)
    found[code[:size]] = np.arange(size)
    return found[code[size:]]
