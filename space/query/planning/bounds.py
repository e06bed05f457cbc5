"""How much: the most rows one unit can have below an aggregate.

Decides the contribution bound from checked facts; noise in the differentially private mode is scaled by
it. Nothing is sampled or cut to fit.
"""

from __future__ import annotations

from math import prod

from space.query.planning.proofs import Relation, guarded_rows, multiplied, unique_on
from space.query.reasons import Refused


def contribution(relation: Relation) -> int:
    """The most rows of the relation that one unit of any kind can change.

    A scan gives the unit's ``max_rows``. Scans joined on the unit multiply; every other join must end on
    a side that is unique on its join columns, so that it multiplies by one.

    Raises:
        Refused: no bound follows from the checked facts.

    Source: architecture, data at rest: bounding contribution.
    """
    kinds = {unit.kind for _, unit in relation.about()}
    names = [table.name for table in relation.scans.values()]
    if not kinds or guarded_rows(relation) or relation.between or len(set(names)) != len(names):
        raise Refused("query.bound")
    _check_joins(relation)
    return max(_of_kind(relation, kind) for kind in kinds)


def _of_kind(relation: Relation, kind: str) -> int:
    holders = {scan: unit for scan, unit in relation.about() if unit.kind == kind}
    groups = _joined_on_unit(relation, kind)
    if len(groups) > 1:
        raise Refused("query.bound")
    bound = prod(unit.max_rows for unit in holders.values())
    if not any(_leads_to_single_rows(relation, scan, set(holders)) for scan in holders):
        raise Refused("query.bound")
    return bound


def _joined_on_unit(relation: Relation, kind: str) -> list[set[str]]:
    """Scans about the kind, grouped by equality of their unit."""
    column = {scan: unit.column for scan, unit in relation.about() if unit.kind == kind}
    groups = [{scan} for scan in column]
    for edge in relation.edges:
        if edge.left not in column or edge.right not in column:
            continue
        if (column[edge.left], column[edge.right]) in edge.pairs:
            joined = [g for g in groups if edge.left in g or edge.right in g]
            groups = [g for g in groups if g not in joined] + [set().union(*joined)]
    return groups


def _leads_to_single_rows(relation: Relation, start: str, holders: set[str]) -> bool:
    """Whether every join from the start, save those among holders of the unit, ends on a unique side."""
    if len(holders) == 1:
        return not multiplied(relation, start)
    reached, waiting = set(holders), list(holders)
    while waiting:
        here = waiting.pop()
        for edge in relation.edges:
            for near, far, place in ((edge.left, edge.right, 1), (edge.right, edge.left, 0)):
                if near != here or far in reached:
                    continue
                if not unique_on(relation.scans[far], (pair[place] for pair in edge.pairs)):
                    return False
                reached.add(far)
                waiting.append(far)
    return reached == set(relation.scans)


def _check_joins(relation: Relation) -> None:
    """Two tables with units may be joined on a unit only; a kept left side must share the unit."""
    for edge in relation.edges:
        left, right = relation.scans[edge.left], relation.scans[edge.right]
        if not left.units or not right.units:
            continue
        shared = any(
            (a.column, b.column) in edge.pairs and a.kind == b.kind for a in left.units for b in right.units
        )
        if not shared:
            raise Refused("query.bound")
        kinds = {unit.kind for unit in right.units}
        if edge.kind == "left" and kinds - {unit.kind for unit in left.units}:
            raise Refused("query.bound")
