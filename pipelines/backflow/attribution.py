"""Area attribution 属地归集 of what moved: which of the rows that moved concern which area.

Pure. Decides from the area of each row before and after: a row concerns an area if it lay or lies in it.
What area that is says :mod:`catalog.places.attributing`. Rows are sorted by area once; what one area gets is
then a few slices, however many areas ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow.compute as pc

from catalog.places.attributing import Attribution
from catalog.places.divisions import Divisions
from catalog.releases.published import Changes


@dataclass(frozen=True)
class Moved:
    """Rows that moved between two versions, with the area of each (NULL = unattributed).

    Attributes:
        changes: the rows; of a row that moved because its area did, both sides are the same.
        added, before, after, removed: areas of the added rows, of the changed rows as they were and as they
            are, and of the removed rows.
        was, now: the region trees of both versions.
    """

    changes: Changes
    added: Attribution
    before: Attribution
    after: Attribution
    removed: Attribution
    was: Divisions
    now: Divisions

    @property
    def total(self) -> int:
        """All rows that moved; each counts once."""
        return len(self.added) + len(self.after) + len(self.removed)

    @cached_property
    def unattributed(self) -> int:
        """Rows no area can be told of, neither before nor after."""
        nowhere = pc.and_(pc.is_null(self.before.codes), pc.is_null(self.after.codes))
        return self.added.untold + self.removed.untold + int(pc.sum(nowhere).as_py() or 0)

    @cached_property
    def _sorted(self) -> _Sorted:
        return _Sorted(self)


@dataclass(frozen=True, slots=True)
class Attributed:
    """The part of the moved rows that concerns one area: places of rows in each table, ascending.

    Attributes:
        added: new to the area and to the dataset.
        came: of the changed rows, those that lie in it now and did not before.
        stayed: of the changed rows, those that lay and lie in it.
        left: of the changed rows, those that lay in it and do not now.
        removed: gone from the area and from the dataset.
        other_areas: rows of other areas that moved; counted from their own areas, not as a remainder.
    """

    added: Any
    came: Any
    stayed: Any
    left: Any
    removed: Any
    other_areas: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows added to the area, changed in it, removed from it."""
        return len(self.added) + len(self.came), len(self.stayed), len(self.removed) + len(self.left)

    @property
    def delivered(self) -> int:
        """Rows that concern the area."""
        return sum(self.counts)


def attribute(moved: Moved, area: str) -> Attributed:
    """The rows that concern ``area``, and how many concern other areas only.

    Args:
        moved: all rows that moved.
        area: region code; what lies in it by the region tree is its own.
    """
    return moved._sorted.of(area)


@dataclass(frozen=True)
class _Column:
    """Rows sorted by area: for each different area the rows that have it.

    Attributes:
        codes: the different areas.
        order: places of all rows that have one, area by area.
        bounds: where each area begins in ``order``, and where the last ends.
        at: per row, which of ``codes`` it has; -1 where it has none.
    """

    codes: list[str]
    order: Any
    bounds: Any
    at: Any

    @classmethod
    def of(cls, attribution: Attribution) -> _Column:
        encoded = attribution.codes.dictionary_encode()
        at = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(at, kind="stable")
        codes = encoded.dictionary.to_pylist()
        return cls(codes, order, np.searchsorted(at[order], np.arange(len(codes) + 1)), at)

    def inside(self, tree: Divisions) -> Mapping[str, list[int]]:
        """Area → which of the different codes lie in it."""
        found: dict[str, list[int]] = {}
        for place, code in enumerate(self.codes):
            for area in tree.chain(code):
                found.setdefault(area, []).append(place)
        return found

    def rows(self, codes: list[int]) -> Any:
        """Places of the rows that have one of these areas, ascending."""
        parts = [self.order[self.bounds[code] : self.bounds[code + 1]] for code in codes]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)

    def mask(self, codes: list[int]) -> Any:
        """Per different area, then for none: whether it is one of these."""
        made = np.zeros(len(self.codes) + 1, dtype=bool)
        made[codes] = True
        return made


@dataclass
class _Sorted:
    """All moved rows sorted by area, and how many moved from which area to which."""

    moved: Moved
    columns: dict[str, _Column] = field(init=False)
    inside: dict[str, Mapping[str, list[int]]] = field(init=False)

    def __post_init__(self) -> None:
        moved = self.moved
        trees = {"added": moved.now, "after": moved.now, "before": moved.was, "removed": moved.was}
        self.columns = {name: _Column.of(getattr(moved, name)) for name in trees}
        self.inside = {name: self.columns[name].inside(tree) for name, tree in trees.items()}
        before, after = self.columns["before"].at, self.columns["after"].at
        width = len(self.columns["after"].codes) + 1
        pairs, counts = np.unique((before + 1) * width + after + 1, return_counts=True)
        known = pairs > 0  # 0: no area is told, neither before nor after
        self._pairs = pairs[known] // width - 1, pairs[known] % width - 1
        self._pair_counts = counts[known]
        self._sizes = {name: np.diff(self.columns[name].bounds) for name in ("added", "removed")}

    def of(self, area: str) -> Attributed:
        mine = {name: self.inside[name].get(area, []) for name in self.columns}
        was, now = (self.columns[name].rows(mine[name]) for name in ("before", "after"))
        return Attributed(
            added=self.columns["added"].rows(mine["added"]),
            came=np.setdiff1d(now, was, assume_unique=True),
            stayed=np.intersect1d(now, was, assume_unique=True),
            left=np.setdiff1d(was, now, assume_unique=True),
            removed=self.columns["removed"].rows(mine["removed"]),
            other_areas=self._elsewhere(mine),
        )

    def _elsewhere(self, mine: Mapping[str, list[int]]) -> int:
        before = self.columns["before"].mask(mine["before"])[self._pairs[0]]
        after = self.columns["after"].mask(mine["after"])[self._pairs[1]]
        changed = int(self._pair_counts[~(before | after)].sum())
        rest = (
            int(self._sizes[name][~self.columns[name].mask(mine[name])[:-1]].sum())
            for name in ("added", "removed")
        )
        return changed + sum(rest)
