"""Who counts: by which proof a cell is shown to rest on at least k units.

Decides, from checked facts and the shape of the query alone, the first of *key*, *number* and *exact*
that holds. Does not run anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from space.query.plan import Method
from space.query.schema import Table, Unit

Reference = tuple[str, str]  # scan, protected column


@dataclass(frozen=True, slots=True)
class Edge:
    """A join of two scans on equality.

    Attributes:
        left, right: scans.
        pairs: (left column, right column), protected names.
        kind: ``left`` keeps rows of the left scan without a partner.
    """

    left: str
    right: str
    pairs: tuple[tuple[str, str], ...]
    kind: Literal["inner", "left"] = "inner"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a base aggregate reads.

    Attributes:
        scans: tables by their name in the plan.
        edges: joins between them.
        between: what else stands between the tables and the aggregate: ``union``, ``group``,
            ``distinct``, ``window``, ``limit``. The language gives none today.
    """

    scans: dict[str, Table]
    edges: tuple[Edge, ...] = ()
    between: frozenset[str] = field(default_factory=frozenset)

    def about(self) -> tuple[tuple[str, Unit], ...]:
        """Every kind the rows are about, with the scan it is seen in, in order."""
        return tuple((scan, unit) for scan, table in self.scans.items() for unit in table.units)


def guarded_rows(relation: Relation) -> tuple[str, ...]:
    """Scans whose rows are about no unit, in a table that is neither free of units nor made of statistics."""
    return tuple(
        scan
        for scan, table in relation.scans.items()
        if not (table.units or table.unit_free or table.derived_from)
    )


def method(relation: Relation, scan: str, unit: Unit, fixed: Iterable[Reference]) -> Method:
    """The first proof that holds for a unit.

    Args:
        relation: what is read.
        scan: where the unit stands.
        unit: the checked fact about it.
        fixed: columns the cell or the condition holds constant.

    Returns:
        ``key``: rows are units. ``number``: a row numbered 1 is a unit of its own. ``exact``: the units
        must be counted.

    Source: architecture, data at rest: proving k.
    """
    if not numbered_once(relation, scan) or multiplied(relation, scan):
        return "exact"
    here = {column for name, column in fixed if name == scan}
    if relation.scans[scan].unique({unit.column} | here) or unit.max_rows == 1:
        return "key"
    return "number"


def numbered_once(relation: Relation, scan: str) -> bool:
    """Whether the scan's row numbers still tell rows apart: its table occurs once, with nothing between."""
    table = relation.scans[scan]
    occurrences = sum(other.name == table.name for other in relation.scans.values())
    return occurrences == 1 and not relation.between


def multiplied(relation: Relation, scan: str) -> bool:
    """Whether a join can give a row of the scan more than one partner.

    True unless every join that leads away from it ends on a side whose join columns hold a checked
    unique key.
    """
    reached, waiting = {scan}, [scan]
    while waiting:
        here = waiting.pop()
        for there, columns in _neighbours(relation, here):
            if there in reached:
                continue
            if not unique_on(relation.scans[there], columns):
                return True
            reached.add(there)
            waiting.append(there)
    return reached != set(relation.scans)


def unique_on(table: Table, columns: Iterable[str]) -> bool:
    """Whether at most one row of the table has given values in these columns: a checked fact."""
    columns = frozenset(columns)
    return table.unique(columns) or any(u.max_rows == 1 and u.column in columns for u in table.units)


def _neighbours(relation: Relation, scan: str) -> list[tuple[str, tuple[str, ...]]]:
    """Scans joined to this one, with their own join columns."""
    found = [(e.right, tuple(r for _, r in e.pairs)) for e in relation.edges if e.left == scan]
    return found + [(e.left, tuple(left for left, _ in e.pairs)) for e in relation.edges if e.right == scan]
