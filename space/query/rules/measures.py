"""A measure is summed, averaged or compared on its grid; it is never shown, grouped by or ranked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from contracts.model import Use
from policies.decision import Decision
from space.query.bind import Bound
from space.query.language import MOMENTS
from space.query.verdict import Fault, guarded, verdict

_WITHIN = (
    exp.Sum,
    exp.Avg,
    exp.Count,
    *MOMENTS,
    exp.GTE,
    exp.LT,
    exp.Is,
    exp.Floor,
    exp.IntDiv,
)


def measures(bound: Bound) -> Decision:
    """Every measure stands inside a sum, an average, a count or a comparison."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        aliases = {scan.alias for scan in scope.scans}
        for node in scope.own(exp.Column):
            if not isinstance(node, exp.Column) or node.table not in aliases:
                continue
            _, column = scope.column(node)
            if column.use is Use.MEASURE and node.find_ancestor(*_WITHIN) is None:
                yield "query.measure", column.name
