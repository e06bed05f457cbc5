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
from space.query.auditing.conditions import Either, Rows, columns

Key = tuple[Any, ...]
# Of a set in a group: rows, and by proof the units that are proved.
Counted = tuple[int, tuple[int, ...]]
# The two largest contributions of a unit, and all of them together.
Largest = tuple[float, float, float]
# The same of every group.
Tops = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]

Flags = npt.NDArray[np.bool_]

# Stands behind the name of a column that is read as a number, 0 where it has none.
_REAL: Final = " as a number"
# Numbers by kind and group that are always kept; beyond it twice as many as there are atoms.
_WIDE: Final = 1 << 16


def key_of(values: Sequence[Any]) -> Key:
    """A key, comparable: what is not a number equals itself here."""
    return tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in values)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of some keys.

    Attributes:
        size: how many there are; one where there are no keys.
        ids: the group of every atom.
        firsts: an atom of every group, where there are keys.
        keys: of every group.
    """

    size: int
    ids: Numbers
    firsts: Numbers
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

    Rows that meet the same parts are of one *kind*: a set is told of the kinds, which are few, and what is
    known of a group is added up kind by kind once for all sets.

    Attributes:
        adds: by proof, whether what is proved of groups adds up; else only the most of them is certain.
    """

    table: pa.Table
    adds: tuple[bool, ...]
    _groups: dict[tuple[str, ...], Groups] = field(default_factory=dict)
    _kinds: tuple[Numbers, Numbers] = field(init=False)
    _met: dict[Rows | Either, Flags] = field(default_factory=dict)
    _columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    _by_kind: dict[tuple[tuple[str, ...], str], npt.NDArray[Any]] = field(default_factory=dict)
    _counts: dict[tuple[tuple[str, ...], Rows | Either], tuple[Numbers, Numbers]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        masks = [name for name in self.table.column_names if name.startswith("m")]
        self._kinds = numbered(self.table, masks)

    @classmethod
    def of(cls, table: pa.Table, adds: tuple[bool, ...], asked: Sequence[Rows]) -> Atoms:
        """The groups of rows that are of any of some sets."""
        every = cls(table, adds)
        met = every._meeting(Either(tuple(dict.fromkeys(asked))))
        return every if met.all() else cls(table.filter(pa.array(met[every._kinds[0]])), adds)

    def groups(self, by: Sequence[str]) -> Groups:
        """The groups of some keys, in any order but always the same."""
        wanted = tuple(by)
        if wanted not in self._groups:
            (ids, firsts), keys = numbered(self.table, wanted), self.table.select(wanted)
            size, keys = (len(firsts), _plain(keys.take(pa.array(firsts)))) if wanted else (1, keys)
            self._groups[wanted] = Groups(size, ids, firsts, keys)
        return self._groups[wanted]

    def count(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        """Rows of a set in every group, and the proved units: a line a proof."""
        wanted = tuple(by), chosen
        if wanted not in self._counts:
            units = np.zeros((len(self.adds), self.groups(by).size), np.int64)
            for j, adds in enumerate(self.adds):
                units[j] = self._folded(np.add if adds else np.maximum, by, f"p{j}", chosen)
            self._counts[wanted] = self._folded(np.add, by, "r", chosen), units
        return self._counts[wanted]

    def largest(self, by: Sequence[str], chosen: Rows, value: int) -> Tops:
        """Of a set in every group, the largest value of a row, where rows are units.

        The second largest is taken to be as large: it is never larger.
        """
        firsts = self._folded(np.maximum, by, f"t{value}{_REAL}", chosen)
        return firsts, firsts, self._folded(np.add, by, f"z{value}{_REAL}", chosen)

    def added(self, by: Sequence[str], chosen: Rows, value: int) -> tuple[Numbers, Numbers]:
        """Of a set in every group, the sum of whole numbers and the largest of them."""
        total = self._folded(np.add, by, f"z{value}", chosen)
        return total, self._folded(np.maximum, by, f"t{value}", chosen)

    def _folded(self, how: np.ufunc, by: Sequence[str], name: str, chosen: Rows | Either) -> npt.NDArray[Any]:
        """What a column comes to in every group, over the kinds of rows that are of a set."""
        wanted, met = (tuple(by), name), self._meeting(chosen)
        groups, column = self.groups(by), self._column(name)
        kinds, rows = self._kinds[0], self.table.num_rows
        if len(met) * groups.size > _WIDE + 2 * rows:
            here = np.flatnonzero(met[kinds])
            found = np.zeros(groups.size, column.dtype)
            how.at(found, groups.ids[here], column[here])
            return found
        if wanted not in self._by_kind:
            made = np.zeros(len(met) * groups.size, column.dtype)
            how.at(made, kinds * groups.size + groups.ids, column)
            self._by_kind[wanted] = made.reshape(len(met), groups.size)
        lines: npt.NDArray[Any] = how.reduce(self._by_kind[wanted][met], axis=0, initial=0)
        return lines

    def _meeting(self, chosen: Rows | Either) -> Flags:
        """Which kinds of rows are of a set."""
        if chosen not in self._met:
            self._met[chosen] = self._told(chosen)
        return self._met[chosen]

    def _told(self, chosen: Rows | Either) -> Flags:
        firsts = self._kinds[1]
        if isinstance(chosen, Either):
            met = np.zeros(len(firsts), bool)
            for rows in chosen.sets:
                met |= self._meeting(rows)
            return met
        met = np.ones(len(firsts), bool)
        for number, meet, lack in columns(chosen.meet, chosen.lack):
            met &= self._column(f"m{number}")[firsts] & (meet | lack) == meet
        for rows in chosen.without:
            met &= ~self._meeting(rows)
        return met

    def _column(self, name: str) -> npt.NDArray[Any]:
        if name not in self._columns:
            column = self.table.column(name.removesuffix(_REAL)).to_numpy()
            if name.endswith(_REAL):
                column = np.nan_to_num(column.astype(np.float64))
            self._columns[name] = column.astype(np.int64) if column.dtype.kind == "i" else column
        return self._columns[name]


def numbered(table: pa.Table, by: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The combinations of values of some columns: the number of every row's, and a row of each."""
    rows = table.num_rows
    code, size = np.zeros(rows, np.int64), 1
    for name in by:
        codes, values = coded(table.column(name))
        code, size = code * values + codes, size * values
        if size > _WIDE + 2 * rows:  # closed up, so that no number grows too large
            _, code = np.unique(code, return_inverse=True)
            size = int(code.max(initial=-1)) + 1
    there, firsts = np.zeros(size, bool), np.zeros(size, np.int64)
    there[code] = True
    firsts[code[::-1]] = np.arange(rows - 1, -1, -1)
    return (np.cumsum(there) - 1)[code], firsts[there]


def coded(column: pa.ChunkedArray) -> tuple[Numbers, int]:
    """The values of a column by number, the missing one too, and how many numbers there are."""
    found = column.combine_chunks()
    if not pa.types.is_dictionary(found.type):
        found = found.dictionary_encode(null_encoding="encode")
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return found.indices.to_numpy(zero_copy_only=False).astype(np.int64), max(1, len(found.dictionary))


def _plain(keys: pa.Table) -> pa.Table:
    """Keys as values, where some are told by number."""
    columns = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in keys.columns]
    return pa.table(columns, names=keys.column_names)
