"""What a walk over the lineage reached: datasets and columns by number, given in pages and with their names.

Decides in what order columns are given, the nearest first, and that a dataset whose rows were reached counts
with all its columns. Names are read of what is shown; the walk is :mod:`catalog.lineage.reach`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, NamedTuple

from sqlalchemy import Connection

from catalog.lineage.graph import fields_called
from catalog.lineage.numbers import PLACES, ROWS, every_place, numbered


@dataclass(frozen=True, slots=True)
class Reached:
    """A column a walk reached, ``*`` for the rows of its dataset, and over how few edges."""

    dataset: str
    field: str
    hops: int


class ReachedDataset(NamedTuple):
    """How a walk reached a dataset: over how few edges, in how many columns, and whether in its rows.

    A plain tuple, for a walk makes thousands of them.
    """

    dataset: str
    hops: int
    columns: int
    rows: bool


_HOPS: Final = itemgetter(1)
# Hops, name and number of a dataset, and the places of it that were reached over so many.
_Block = tuple[int, str, int, int]


@dataclass(slots=True)
class Reach:
    """Everything a walk reached, datasets and columns by number.

    Attributes:
        whole: dataset → hops after which its rows were reached, and with them every column.
        parts: dataset → hops → the places of columns that were reached by themselves after so many.
        called: dataset → its name.
        sizes: dataset → its columns in the graph, its rows counted as one.
    """

    whole: dict[int, int] = field(default_factory=dict)
    parts: dict[int, dict[int, int]] = field(default_factory=dict)
    called: dict[int, str] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    _after: dict[int, list[int]] = field(default_factory=dict)  # hops → datasets of `parts`

    @property
    def names(self) -> frozenset[str]:
        """Every dataset reached."""
        return frozenset(self.called.values())

    @property
    def total(self) -> int:
        """Columns reached, the rows of a dataset counted as one."""
        alone = [by_hops for dataset, by_hops in self.parts.items() if dataset not in self.whole]
        return sum(map(self.sizes.__getitem__, self.whole)) + sum(
            places.bit_count() for by_hops in alone for places in by_hops.values()
        )

    @property
    def datasets(self) -> tuple[ReachedDataset, ...]:
        """The datasets reached, with counts, the nearest first."""
        made = []
        for dataset, by_hops in self.parts.items():
            if dataset not in self.whole:
                places = sum(by_hops.values())  # no place is reached twice
                columns, rows = (places & ~ROWS).bit_count(), places & ROWS == ROWS
                made.append((self.called[dataset], min(by_hops), columns, rows))
        for dataset, hops in self.whole.items():
            nearest = min(self.parts[dataset]) if dataset in self.parts else hops
            made.append((self.called[dataset], nearest, self.sizes[dataset] - 1, True))
        made.sort()
        made.sort(key=_HOPS)  # keeps those of as many hops by name; a key of both takes longer
        return tuple(map(ReachedDataset._make, made))

    def add(self, met: Mapping[int, int], hops: int) -> dict[int, int]:
        """Note the columns met after ``hops`` edges; those that were not reached before.

        Args:
            met: dataset → places; of a dataset that was reached whole nothing is new.
            hops: edges to them.
        """
        fresh = {}
        for dataset, places in met.items():
            if dataset in self.whole:
                continue
            known = self.parts.setdefault(dataset, {})
            for each in known.values():
                places &= ~each
            if places:
                known[hops] = fresh[dataset] = places
        self._after[hops] = list(fresh)
        return fresh

    def page(self, connection: Connection, limit: int | None = None, after: int = 0) -> tuple[Reached, ...]:
        """Columns reached, the nearest first.

        Args:
            connection: to read their names with.
            limit: most columns; None for all.
            after: how many of the first are passed over.
        """
        wanted: list[_Block] = []
        end, passed, place = None if limit is None else after + limit, 0, 0
        for block in self._in_order():
            if end is not None and place >= end:
                break
            size = block[-1].bit_count()
            if place + size <= after:
                passed += size
            else:
                wanted.append(block)
            place += size
        columns = _columns(connection, wanted)
        first = after - passed
        return tuple(columns[first : None if limit is None else first + limit])

    def leave_out(self, names: Collection[str]) -> None:
        """Let some datasets be as if they had not been reached; what was reached over them stays."""
        for dataset in [number for number, name in self.called.items() if name in names]:
            for held in (self.whole, self.parts, self.called, self.sizes):
                held.pop(dataset, None)
        self._after = {
            hops: [each for each in met if each in self.called] for hops, met in self._after.items()
        }

    def wholes(self) -> dict[str, int]:
        """The datasets whose rows were reached, and over how many edges."""
        return {self.called[dataset]: hops for dataset, hops in self.whole.items()}

    def fields(self, connection: Connection, names: Collection[str]) -> dict[str, dict[str, int]]:
        """Of each of some datasets the columns reached by themselves, and over how many edges."""
        parts = {dataset: self.parts[dataset] for dataset in self.parts if self.called[dataset] in names}
        hops_of = {
            number: hops
            for dataset, by_hops in parts.items()
            for hops, places in by_hops.items()
            for number in numbered(dataset, places)
        }
        made: dict[str, dict[str, int]] = {self.called[dataset]: {} for dataset in parts}
        for number, name in fields_called(connection, hops_of).items():
            made[self.called[number // PLACES]][name] = hops_of[number]
        return made

    def _in_order(self) -> Iterator[_Block]:
        """What was reached, the nearest first; only as much is put in order as is asked for."""
        whole: dict[int, list[int]] = {}
        for dataset, hops in self.whole.items():
            whole.setdefault(hops, []).append(dataset)
        for hops in sorted(whole.keys() | self._after.keys()):
            met = [(dataset, self.parts[dataset][hops]) for dataset in self._after.get(hops, ())]
            met += [(dataset, self._rest(dataset)) for dataset in whole.get(hops, ())]
            yield from sorted([(hops, self.called[dataset], dataset, places) for dataset, places in met])

    def _rest(self, dataset: int) -> int:
        """The places of a dataset reached whole that were not reached by themselves before."""
        return every_place(self.sizes[dataset]) - sum(self.parts.get(dataset, {}).values())


def _columns(connection: Connection, blocks: Collection[_Block]) -> list[Reached]:
    """The columns of some blocks, in their order."""
    wanted = [number for _, _, dataset, places in blocks for number in numbered(dataset, places)]
    called = fields_called(connection, wanted)
    return [
        Reached(dataset, name, hops)
        for hops, dataset, at, places in blocks
        for name in sorted(called[number] for number in numbered(at, places))
    ]
