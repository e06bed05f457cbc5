"""How much one unit can change the figures of a statistical dataset: the most rows of its joined inputs.

Decides the bound that noise is scaled by, from row bounds and keys that were checked when the inputs were
released. Where no bound follows there is no noise, and no release.

Source: architecture, data at rest: bounding contribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from sqlglot import exp

from contracts.model import Contract
from pipelines.errors import Stopped

# Columns of two sources that a join makes equal: (source, column), (source, column).
_Pair = tuple[tuple[str, str], tuple[str, str]]


def bound(name: str, tree: exp.Select, read: Mapping[str, Contract]) -> int:
    """The most rows one unit of any kind stands behind.

    Args:
        name: of the statistical dataset.
        tree: its SQL.
        read: contracts of what it reads, by the name it calls them.

    Raises:
        Stopped: no bound follows; the sentence says what would give one.
    """
    kinds = {kind for contract in read.values() for kind in about(contract)}
    if not kinds or len({contract.name for contract in read.values()}) < len(read):
        raise Stopped(
            f"{name} is built with noise but reads a dataset twice, or none whose rows are about a unit — "
            "read each once, and the datasets whose rows name the units"
        )
    pairs = [pair for join in tree.args.get("joins") or [] for pair in _pairs(name, join, read)]
    return max(_of_kind(name, kind, read, pairs) for kind in sorted(kinds))


def about(contract: Contract) -> dict[str, str]:
    """Kinds of unit the rows of a dataset are about, each with the field that names it."""
    return {f.unit.kind: f.name for f in contract.unit_fields if f.unit is not None and f.unit.about}


def _of_kind(name: str, kind: str, read: Mapping[str, Contract], pairs: list[_Pair]) -> int:
    holders = {source for source, contract in read.items() if kind in about(contract)}
    same = [
        (left[0], right[0])
        for left, right in pairs
        if {left[0], right[0]} <= holders
        and all(about(read[source])[kind] == column for source, column in (left, right))
    ]
    if not _connected(holders, same):
        raise _unbounded(name, kind)
    reached, waiting = set(holders), sorted(holders)
    while waiting:
        here = waiting.pop()
        for far in sorted(set(read) - reached):
            both = [*pairs, *((right, left) for left, right in pairs)]
            columns = {there[1] for near, there in both if near[0] == here and there[0] == far}
            if _unique(read[far], columns):
                reached.add(far)
                waiting.append(far)
    if reached != set(read):
        raise _unbounded(name, kind)
    return prod(rule.max_rows for source in holders for rule in read[source].units if rule.kind == kind)


def _unbounded(name: str, kind: str) -> Stopped:
    return Stopped(
        f"{name} is built with noise, but nothing bounds how many of its rows are about one {kind} — join on "
        "the column that names it, or on the primary key of the dataset that is joined"
    )


def _connected(sources: set[str], edges: list[tuple[str, str]]) -> bool:
    """Whether joins on the unit connect all sources that are about it."""
    groups = [{source} for source in sources]
    for left, right in edges:
        joined = [group for group in groups if left in group or right in group]
        groups = [group for group in groups if group not in joined] + [set[str]().union(*joined)]
    return len(groups) == 1


def _unique(contract: Contract, columns: set[str]) -> bool:
    """Whether no two rows of a release have the same values of these columns."""
    keys = [contract.key, *contract.unique_keys, *((f.name,) for f in contract.fields if f.unique)]
    return any(key and set(key) <= columns for key in keys)


def _pairs(name: str, join: exp.Join, read: Mapping[str, Contract]) -> list[_Pair]:
    """The equalities a join is made of.

    Raises:
        Stopped: it is of another kind, or not on equal columns.
    """
    on = join.args.get("on")
    plain = not join.args.get("using") and join.side in ("", "LEFT") and join.kind in ("", "INNER")
    outer = join.side == "LEFT" and read[join.this.alias_or_name].unit_fields
    parts = list(on.flatten()) if isinstance(on, exp.And) else [on]
    if not plain or outer or not all(isinstance(part, exp.EQ) for part in parts):
        raise Stopped(
            f"{name} is built with noise and joins otherwise than by JOIN … ON equal columns (LEFT JOIN of "
            "datasets without units) — write it so, or the rows of one unit cannot be bounded"
        )
    found = [
        tuple(_place(name, side, read) for side in (part.this, part.expression)) for part in parts if part
    ]
    return [(left, right) for left, right in found]


def _place(name: str, side: exp.Expression, read: Mapping[str, Contract]) -> tuple[str, str]:
    place = source_of(side, read) if isinstance(side, exp.Column) else None
    if place is None:
        raise Stopped(f"{name} joins on something else than a column of one dataset — join on columns")
    return place


def source_of(column: exp.Column, read: Mapping[str, Contract]) -> tuple[str, str] | None:
    """The source a column is of, and its name; None where that cannot be told."""
    wanted = column.name.lower()
    named = [
        source
        for source, contract in read.items()
        if column.table in ("", source) and wanted in {f.name for f in contract.fields}
    ]
    return (named[0], wanted) if len(named) == 1 else None
