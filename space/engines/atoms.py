"""Groups of rows that no key and no condition tells apart, with what is known of each; added up in memory.

Holds exact figures: nothing here leaves the worker. Decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Key = tuple[Any, ...]
# Of a set in a group: rows, and by proof the units that are proved.
Counted = tuple[int, tuple[int, ...]]
# The two largest contributions of a unit, and all of them together.
Largest = tuple[float, float, float]

# Conditions to a column of bits.
BITS: Final = 60
NOBODY: Final[Largest] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Rows:
    """The set of rows that meet some conditions and none of some others, both as bits."""

    meet: int = 0
    lack: int = 0

    def __and__(self, other: Rows) -> Rows:
        """Rows of both sets."""
        return Rows(self.meet | other.meet, self.lack | other.lack)

    def less(self, other: Rows) -> Rows:
        """Rows that lack the one condition of another set."""
        return Rows(self.meet, self.lack | other.meet)

    @property
    def sql(self) -> str:
        """The set as a condition over the columns of bits."""
        parts = []
        for number, (meet, lack) in enumerate(zip(_columns(self.meet), _columns(self.lack), strict=False)):
            if meet or lack:
                parts.append(f"(m{number} & {meet | lack}) = {meet}")
        return " AND ".join(parts) or "TRUE"


def _columns(bits: int) -> list[int]:
    """A set of bits by column; as many as either side of a set may need."""
    return [bits >> start & (1 << BITS) - 1 for start in range(0, 40 * BITS, BITS)]


def key_of(values: Sequence[Any]) -> Key:
    """A key, comparable: what is not a number equals itself here."""
    return tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in values)


@dataclass(slots=True)
class Atoms:
    """The groups: keys g…, bits m…, rows r, proved units p…; of every value its largest t and all z.

    Attributes:
        adds: by proof, whether what is proved of groups adds up; else only the most of them is certain.
    """

    table: pa.Table
    adds: tuple[bool, ...]
    _ids: dict[tuple[str, ...], tuple[npt.NDArray[Any], list[Key]]] = field(default_factory=dict)

    def count(self, by: Sequence[str], sets: Mapping[str, Rows]) -> dict[Key, dict[str, Counted]]:
        """Rows and proved units of some sets in every group of keys."""
        ids, keys = self._grouped(by)
        found: dict[Key, dict[str, Counted]] = {key: {} for key in keys}
        rows = self._whole("r")
        proved = [self._whole(f"p{j}") for j in range(len(self.adds))]
        for name, chosen in sets.items():
            here = np.flatnonzero(self._met(chosen))
            at = ids[here]
            counted = [_added(at, rows[here], len(keys), adds=True)]
            counted += [
                _added(at, p[here], len(keys), adds=a) for p, a in zip(proved, self.adds, strict=True)
            ]
            lists = [each.tolist() for each in counted]
            for key, *values in zip(keys, *lists, strict=True):
                found[key][name] = values[0], tuple(values[1:])
        return found

    def largest(self, by: Sequence[str], chosen: Rows, value: int) -> dict[Key, Largest]:
        """Of a set in every group of keys, the largest value of a row, where rows are units.

        The second largest is taken to be as large: it is never larger.
        """
        ids, keys = self._grouped(by)
        here = np.flatnonzero(self._met(chosen))
        at = ids[here]
        totals = np.bincount(at, self._real(f"z{value}")[here], len(keys))
        firsts = np.zeros(len(keys))
        np.maximum.at(firsts, at, self._real(f"t{value}")[here])
        listed = zip(keys, firsts.tolist(), totals.tolist(), strict=True)
        return {key: (first, first, total) for key, first, total in listed}

    def _met(self, chosen: Rows) -> npt.NDArray[np.bool_]:
        met = np.ones(self.table.num_rows, dtype=bool)
        for number, (meet, lack) in enumerate(zip(_columns(chosen.meet), _columns(chosen.lack), strict=True)):
            if meet or lack:
                met &= self._whole(f"m{number}") & (meet | lack) == meet
        return met

    def _grouped(self, by: Sequence[str]) -> tuple[npt.NDArray[Any], list[Key]]:
        wanted = tuple(by)
        if wanted not in self._ids:
            columns = [self.table.column(name).to_pylist() for name in wanted]
            rows = (
                [key_of(row) for row in zip(*columns, strict=True)] if columns else [()] * self.table.num_rows
            )
            places = {key: n for n, key in enumerate(dict.fromkeys(rows))}
            self._ids[wanted] = np.array([places[row] for row in rows], dtype=np.int64), list(places)
        return self._ids[wanted]

    def _whole(self, name: str) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = self.table.column(name).to_numpy()
        return found

    def _real(self, name: str) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = self.table.column(name).to_numpy().astype(np.float64)
        return np.nan_to_num(found)


def _added(
    at: npt.NDArray[Any], values: npt.NDArray[np.int64], size: int, *, adds: bool
) -> npt.NDArray[np.int64]:
    found = np.zeros(size, dtype=np.int64)
    (np.add if adds else np.maximum).at(found, at, values)
    return found
