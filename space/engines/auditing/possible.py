"""Whether rows could be at all on which conditions differ: combinations of values that make them, tried.

Decides what follows from public values and from the constants of the queries, never from rows. What follows
for cells is judged by :mod:`space.engines.auditing.audit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np

from space.engines.auditing.atoms import Flags, Key, key_of
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.query.auditing.conditions import Rows, Stated, bits
from space.query.auditing.former import Asked, Former, Sample
from space.query.auditing.grid import grid, merged

# Which cell the rows of a difference lie in: ours, or the former one.
Side = Literal["plus", "minus"]


@dataclass(frozen=True, slots=True)
class Tried:
    """Combinations of values, and which parts of some conditions each meets.

    Attributes:
        names: of the keys that tell combinations apart.
        keys: of every combination.
        met: by part.
        stated: the conditions.
    """

    names: tuple[str, ...]
    keys: tuple[Key, ...]
    met: tuple[Flags, ...]
    stated: Stated
    _of: dict[Rows, Flags] = field(default_factory=dict)

    def of(self, sql: str) -> Flags:
        """Which combinations meet a condition."""
        rows = self.stated.rows(sql)
        if rows not in self._of:
            self._of[rows] = self._meeting(rows)
        return self._of[rows]

    def _meeting(self, rows: Rows) -> Flags:
        found = np.ones(len(self.keys), bool)
        for bit in bits(rows.meet):
            found &= self.met[bit]
        for bit in bits(rows.lack):
            found &= ~self.met[bit]
        for other in rows.without:
            found &= ~self._meeting(other)
        return found

    def where(self, chosen: Flags) -> frozenset[Key]:
        """The keys of some combinations."""
        return frozenset(self.keys[at] for at in np.flatnonzero(chosen).tolist())


@dataclass(slots=True)
class Possible:
    """What could differ between two sides.

    Attributes:
        connection: makes the combinations.
        sides: whose conditions are compared.
        keys: SQL and name of every key of the block.
    """

    connection: Base
    sides: Sides
    keys: Sequence[tuple[str, str]]
    _of_all: tuple[Tried | None, bool] | None = None
    _of_former: dict[int, Tried | None] = field(default_factory=dict)
    _differ: dict[tuple[str, str, int, Side], frozenset[Key] | None] = field(default_factory=dict)

    def names(self, n: int) -> tuple[str, ...]:
        """The keys by which it is told whether rows could differ from those of a condition of theirs."""
        tried = self._tried(n)
        return tried.names if tried is not None else ()

    def differ(self, i: int, n: int, side: Side) -> frozenset[Key] | None:
        """For which keys rows can meet one condition and not the other; None where nobody can tell."""
        ours, theirs = self.sides.ours[i].sql, self.sides.theirs[n][1].sql
        tried = self._tried(n)
        if tried is None:
            return None
        wanted = (ours, theirs, id(tried), side)
        if wanted not in self._differ:
            p, q = tried.of(ours), tried.of(theirs)
            self._differ[wanted] = tried.where(p & ~q if side == "plus" else q & ~p)
        return self._differ[wanted]

    def together(
        self, ours: Sequence[int], theirs: Sequence[int], signs: Sequence[int]
    ) -> tuple[tuple[str, ...], frozenset[Key] | None]:
        """Names and values of keys for which rows could be that three conditions do not cancel on."""
        formers = [self.sides.theirs[n][0] for n in theirs]
        if not all(former.zero for former in formers):
            return (), None
        stated = [*(self.sides.ours[i] for i in ours), *(self.sides.theirs[n][1] for n in theirs)]
        tried = None if self.sides.elsewhere else self._all()[0]
        if tried is None:
            sql, names = grid(self._common(formers), stated, self._samples(formers))
            tried = self._try(sql, names, stated)
        if tried is None:
            return (), None
        net = sum(
            sign * tried.of(asked.sql).astype(np.int8) for sign, asked in zip(signs, stated, strict=True)
        )
        return tried.names, tried.where(np.asarray(net) != 0)

    def _tried(self, n: int) -> Tried | None:
        """The combinations that tell of a condition of theirs."""
        former = self.sides.theirs[n][0]
        if self.sides.spanning:
            return None  # who has a partner nobody can tell
        tried, told = (None, False) if former.from_sql else self._all()
        if told:
            return tried
        if id(former) not in self._of_former:
            asked = [*self.sides.ours.values(), *former.asked]
            self._of_former[id(former)] = self._try(former.grid_sql, former.grid_keys, asked)
        return self._of_former[id(former)]

    def _all(self) -> tuple[Tried | None, bool]:
        """The combinations that tell of all conditions, and whether they are few enough to be made."""
        if self._of_all is None:
            s = self.sides
            asked = [*s.ours.values(), *(one for _, one in s.theirs)]
            sql, names = grid(self._common(s.formers), asked, self._samples(s.formers))
            self._of_all = self._try(sql, names, asked), bool(sql)
        return self._of_all

    def _common(self, formers: Sequence[Former]) -> list[tuple[str, str]]:
        return [key for key in self.keys if all(key[0] in former.keys for former in formers)]

    def _samples(self, formers: Sequence[Former]) -> dict[str, Sample]:
        stated = [*self.sides.block.samples, *(one for former in formers for one in former.samples)]
        return merged(stated)

    def _try(self, sql: str, names: tuple[str, ...], asked: Sequence[Asked]) -> Tried | None:
        if not sql:
            return None
        try:
            lines = self.connection.execute(sql).fetchall()
        except duckdb.Error:  # values of a kind that the conditions do not take: nobody can tell
            return None
        stated = Stated()
        for one in asked:
            stated.rows(one.sql)
        width, size = len(names), len(stated.parts)
        met = np.array([line[width : width + size] for line in lines], bool).reshape(len(lines), size)
        return Tried(names, tuple(key_of(line[:width]) for line in lines), tuple(met.T), stated)
