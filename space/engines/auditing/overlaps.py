"""The cells of a block crossed with those of a block answered before, counted in one scan.

Holds exact figures: nothing here leaves the worker. Decides nothing; what may show is judged by
:mod:`space.engines.auditing.audit`. A *set* is a condition over what rows meet of either side, told by SQL
over bits; what is said of it is said of every group of some keys, in the order of :meth:`Overlaps.groups`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from space.engines.auditing import crossing
from space.engines.auditing.atoms import Atoms, Groups, Tops
from space.engines.auditing.crossing import listed
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.engines.threshold.cells import Numbers
from space.query.auditing.conditions import Either, Rows


@dataclass(slots=True)
class Overlaps:
    """Rows and units of the groups and sets of two sides; exact counts are made when they are asked for.

    Attributes:
        read: the atoms, where they were read with those of other sides; None: they are asked for.
    """

    connection: Base
    sides: Sides
    read: pa.Table | None = None
    _atoms: Atoms = field(init=False)
    _exact: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        adds = tuple(self.sides.adds(j) for j in self.sides.proofs)
        table = self.read
        if table is None:
            table = self.connection.sql(crossing.atoms(self.sides)).to_arrow_table()
        self._atoms = Atoms.of(table, adds, self.sides.asked)

    def groups(self, by: Sequence[str]) -> Groups:
        """The groups of some keys."""
        return self._atoms.groups(by)

    def count(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        """Rows of a set, and proved units: a line a proof."""
        return self._atoms.count(by, chosen)

    def most_rows(self, proof: int) -> int:
        """Most rows that name one unit, or none."""
        wanted = ("most", proof)
        if wanted not in self._exact:
            inner = f"SELECT count(*) AS n FROM ({crossing.rows(self.sides)}) AS r GROUP BY u{proof}"
            found = self.connection.execute(f"SELECT coalesce(max(n), 1) FROM ({inner}) AS s").fetchall()
            self._exact[wanted] = int(found[0][0])
        return int(self._exact[wanted])

    def units(self, by: Sequence[str], chosen: Rows | Either) -> Numbers:
        """The units of a set, counted exactly: a line a proof."""
        wanted = ("units", tuple(by), chosen)
        if wanted not in self._exact:
            columns = [f"count(DISTINCT u{j}) AS n{j}" for j in self.sides.proofs]
            lines = self._lines(f"({crossing.rows(self.sides, chosen)}) AS s", by, columns, np.int64)
            self._exact[wanted] = np.array(lines).reshape(len(columns), -1)
        found: Numbers = self._exact[wanted]
        return found

    def apart(self, side: Sequence[str], other: Sequence[str], inside: Rows, both: Rows) -> Numbers:
        """Per group of the keys of both: units of the one whose rows all lie in the other as well.

        Args:
            side: keys of the cells whose units are asked for.
            other: keys of the cells they may lie in.
            inside: set of the rows of the one.
            both: set of the rows of both.
        """
        wanted = ("apart", tuple(side), tuple(other), inside, both)
        if wanted not in self._exact:
            found = [self._enclosed(side, other, inside, both, j) for j in self.sides.proofs]
            self._exact[wanted] = np.stack(found)
        made: Numbers = self._exact[wanted]
        return made

    def largest(self, by: Sequence[str], chosen: Rows, value: str, proof: int) -> Tops:
        """Of a set the two largest contributions of a unit to a sum, and all together."""
        wanted = ("largest", tuple(by), chosen, value, proof)
        if wanted not in self._exact:
            x = self.sides.values.index(value)
            if self.sides.rows_are_units:
                self._exact[wanted] = self._atoms.largest(by, chosen, x)
            else:
                alone = f"CASE WHEN u{proof} IS NULL THEN row_number() OVER () END AS w"
                inner = (
                    f"SELECT {listed([*by, f'abs(sum(v{x})) AS t', f'sum(abs(v{x})) AS z'])} "
                    f"FROM (SELECT *, {alone} FROM ({crossing.rows(self.sides, chosen)}) AS o) AS i "
                    f"GROUP BY {listed([*by, f'u{proof}', 'w'])}"
                )
                columns = ["max(t) AS n0", "max(t, 2)[2] AS n1", "sum(z) AS n2"]
                self._exact[wanted] = tuple(self._lines(f"({inner}) AS s", by, columns, np.float64))
        found: Tops = self._exact[wanted]
        return found

    def added(self, by: Sequence[str], chosen: Rows, value: str) -> tuple[Numbers, Numbers]:
        """Of a set the sum of a value that is never negative, and its largest; where rows are units."""
        return self._atoms.added(by, chosen, self.sides.values.index(value))

    def _lines(self, source: str, by: Sequence[str], columns: Sequence[str], kind: Any) -> list[Numbers]:
        """Columns of a statement by groups; 0 where it has none."""
        group = f" GROUP BY {listed(by)}" if by else ""
        table = self.connection.sql(f"SELECT {listed([*by, *columns])} FROM {source}{group}").to_arrow_table()
        return self._aligned(table, self.groups(by), by, [name.split(" AS ")[-1] for name in columns], kind)

    def _aligned(
        self, table: pa.Table, groups: Groups, by: Sequence[str], names: Sequence[str], kind: Any
    ) -> list[Numbers]:
        at = groups.find(table.select(list(by)) if by else table)
        found = []
        for name in names:
            line = np.zeros(groups.size, kind)
            given = np.array([kind(value or 0) for value in table.column(name).to_pylist()], kind)
            line[at[at >= 0]] = given[at >= 0]
            found.append(line)
        return found

    def _enclosed(
        self, side: Sequence[str], other: Sequence[str], inside: Rows, both: Rows, proof: int
    ) -> Numbers:
        place = f"struct_pack({', '.join(f'{g} := {g}' for g in other)})" if other else "1"
        more = [g for g in self.sides.both if g not in side]
        inner = (
            f"SELECT {listed([*side, f'count(DISTINCT {place}) FILTER (WHERE {both.sql}) AS cells'])}, "
            f"count(*) FILTER (WHERE {inside.sql}) - count(*) FILTER (WHERE {both.sql}) AS outside, "
            f"{', '.join(f'any_value({g}) FILTER (WHERE {both.sql}) AS {g}' for g in more) or '1 AS one'} "
            f"FROM ({crossing.rows(self.sides, inside, both)}) AS r WHERE u{proof} IS NOT NULL "
            f"GROUP BY {listed([*side, f'u{proof}'])}"
        )
        source = f"(SELECT * FROM ({inner}) AS i WHERE cells = 1 AND outside = 0) AS s"
        (found,) = self._lines(source, self.sides.both, ["count(*) AS n0"], np.int64)
        return found
