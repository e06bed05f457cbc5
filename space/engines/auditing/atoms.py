"""Groups of rows that no key and no condition tells apart, with what is known of each; added up in memory.

Holds exact figures: nothing here leaves the worker. Decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.threshold.cells import Numbers, places

Key = tuple[Any, ...]
# Of a set in a group: rows, and by proof the units that are proved.
Counted = tuple[int, tuple[int, ...]]
# The two largest contributions of a unit, and all of them together.
Largest = tuple[float, float, float]
# The same of every group.
Tops = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]

# Conditions to a column of bits.
BITS: Final = 60


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


@dataclass(frozen=True, slots=True)
class Either:
    """The rows of any of some sets."""

    sets: tuple[Rows, ...]

    @property
    def sql(self) -> str:
        """The same as a condition over the columns of bits."""
        return " OR ".join(f"({rows.sql})" for rows in self.sets) or "FALSE"


def _columns(bits: int) -> list[int]:
    """A set of bits by column; as many as either side of a set may need."""
    return [bits >> start & (1 << BITS) - 1 for start in range(0, 40 * BITS, BITS)]


def key_of(values: Sequence[Any]) -> Key:
    """A key, comparable: what is not a number equals itself here."""
    return tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in values)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of some keys.

    Attributes:
        size: how many there are; one where there are no keys.
        ids: the group of every atom.
        keys: of every group.
    """

    size: int
    ids: Numbers
    keys: pa.Table

    def find(self, keys: pa.Table) -> Numbers:
        """The groups of some rows of keys, -1 where there is none; columns in the same order."""
        if not self.keys.num_columns:
            return np.zeros(keys.num_rows, np.int64)
        return places(self.keys, keys)

    def key(self, at: int) -> Key:
        """The key of a group."""
        return key_of([self.keys.column(name)[at].as_py() for name in self.keys.column_names])


@dataclass(slots=True)
class Atoms:
    """The groups: keys g…, bits m…, rows r, proved units p…; of every value its largest t and all z.

    Attributes:
        adds: by proof, whether what is proved of groups adds up; else only the most of them is certain.
    """

    table: pa.Table
    adds: tuple[bool, ...]
    _groups: dict[tuple[str, ...], Groups] = field(default_factory=dict)

    def groups(self, by: Sequence[str]) -> Groups:
        """The groups of some keys, in any order but always the same."""
        wanted = tuple(by)
        if wanted not in self._groups:
            self._groups[wanted] = self._grouped(wanted)
        return self._groups[wanted]

    def count(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        """Rows of a set in every group, and the proved units: a line a proof."""
        groups, here = self.groups(by), np.flatnonzero(self._met(chosen))
        at = groups.ids[here]
        rows = np.bincount(at, self._whole("r")[here], groups.size).astype(np.int64)
        units = np.zeros((len(self.adds), groups.size), np.int64)
        for j, adds in enumerate(self.adds):
            proved = self._whole(f"p{j}")[here]
            if adds:
                units[j] = np.bincount(at, proved, groups.size).astype(np.int64)
            else:
                np.maximum.at(units[j], at, proved)
        return rows, units

    def largest(self, by: Sequence[str], chosen: Rows, value: int) -> Tops:
        """Of a set in every group, the largest value of a row, where rows are units.

        The second largest is taken to be as large: it is never larger.
        """
        groups, here = self.groups(by), np.flatnonzero(self._met(chosen))
        at = groups.ids[here]
        totals = np.bincount(at, self._real(f"z{value}")[here], groups.size).astype(np.float64)
        firsts = np.zeros(groups.size)
        np.maximum.at(firsts, at, self._real(f"t{value}")[here])
        return firsts, firsts, totals

    def _met(self, chosen: Rows | Either) -> npt.NDArray[np.bool_]:
        if isinstance(chosen, Either):
            any_met: npt.NDArray[np.bool_] = np.logical_or.reduce([self._met(s) for s in chosen.sets])
            return any_met
        met = np.ones(self.table.num_rows, dtype=bool)
        for number, (meet, lack) in enumerate(zip(_columns(chosen.meet), _columns(chosen.lack), strict=True)):
            if meet or lack:
                met &= self._whole(f"m{number}") & (meet | lack) == meet
        return met

    def _grouped(self, by: tuple[str, ...]) -> Groups:
        size, keys = self.table.num_rows, self.table.select(by)
        if not by:
            return Groups(1, np.zeros(size, np.int64), keys)
        code = np.zeros(size, np.int64)
        for name in by:
            encoded = keys.column(name).combine_chunks().dictionary_encode(null_encoding="encode")
            encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
            code = code * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy(zero_copy_only=False)
            code = np.unique(code, return_inverse=True)[1]
        _, firsts, ids = np.unique(code, return_index=True, return_inverse=True)
        return Groups(len(firsts), ids, keys.take(pa.array(firsts)))

    def _whole(self, name: str) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = self.table.column(name).to_numpy()
        return found

    def _real(self, name: str) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = self.table.column(name).to_numpy().astype(np.float64)
        return np.nan_to_num(found)
