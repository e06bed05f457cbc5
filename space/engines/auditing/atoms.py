"""Groups of rows that no key and no condition tells apart, with what is known of each; added up in memory.

Holds exact figures: nothing here leaves the worker. Decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.threshold.cells import Numbers, places
from space.query.auditing.conditions import Either, Rows, columns

Key = tuple[Any, ...]
# Of a set in a group: rows, and by proof the units that are proved.
Counted = tuple[int, tuple[int, ...]]
# The two largest contributions of a unit, and all of them together.
Largest = tuple[float, float, float]
# The same of every group.
Tops = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]

Flags = npt.NDArray[np.bool_]


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
    _counts: dict[tuple[Sequence[str], Rows | Either], tuple[Numbers, Numbers]] = field(default_factory=dict)
    _columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table, adds: tuple[bool, ...], asked: Sequence[Rows]) -> Atoms:
        """The groups of rows that are of any of some sets."""
        every = cls(table, adds)
        met = every._met(Either(tuple(dict.fromkeys(asked))))
        return every if met.all() else cls(table.filter(pa.array(met)), adds)

    def groups(self, by: Sequence[str]) -> Groups:
        """The groups of some keys, in any order but always the same."""
        wanted = tuple(by)
        if wanted not in self._groups:
            self._groups[wanted] = self._grouped(wanted)
        return self._groups[wanted]

    def count(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        """Rows of a set in every group, and the proved units: a line a proof."""
        wanted = (tuple(by), chosen)
        if wanted not in self._counts:
            self._counts[wanted] = self._counted(by, chosen)
        return self._counts[wanted]

    def _counted(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        groups, here = self.groups(by), np.flatnonzero(self._met(chosen))
        at = groups.ids[here]
        rows = np.bincount(at, self._column("r")[here], groups.size).astype(np.int64)
        units = np.zeros((len(self.adds), groups.size), np.int64)
        for j, adds in enumerate(self.adds):
            proved = self._column(f"p{j}")[here]
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

    def added(self, by: Sequence[str], chosen: Rows, value: int) -> tuple[Numbers, Numbers]:
        """Of a set in every group, the sum of whole numbers and the largest of them."""
        groups, here = self.groups(by), np.flatnonzero(self._met(chosen))
        at = groups.ids[here]
        total, largest = np.zeros(groups.size, np.int64), np.zeros(groups.size, np.int64)
        np.add.at(total, at, self._column(f"z{value}")[here])
        np.maximum.at(largest, at, self._column(f"t{value}")[here])
        return total, largest

    def _met(self, chosen: Rows | Either) -> Flags:
        met = np.zeros(self.table.num_rows, dtype=bool)
        if isinstance(chosen, Either):
            for rows in chosen.sets:
                met |= self._met(rows)
            return met
        met[:] = True
        for number, meet, lack in columns(chosen.meet, chosen.lack):
            met &= self._column(f"m{number}") & (meet | lack) == meet
        for rows in chosen.without:
            met &= ~self._met(rows)
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

    def _column(self, name: str) -> npt.NDArray[Any]:
        if name not in self._columns:
            self._columns[name] = self.table.column(name).to_numpy()
        return self._columns[name]

    def _real(self, name: str) -> npt.NDArray[Any]:
        kept = f"{name} as a number"
        if kept not in self._columns:
            self._columns[kept] = np.nan_to_num(self._column(name).astype(np.float64))
        return self._columns[kept]
