"""Windows run over released figures: never below an aggregate, never to pick rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.language import is_aggregate
from space.query.rules.verdict import Fault, guarded, verdict


def windows(bound: Bound) -> Decision:
    """No window stands in WHERE, GROUP BY or inside an aggregate of a SELECT over tables."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        for node in scope.own(exp.Window):
            clause = node.find_ancestor(exp.Where, exp.Group, exp.Having, exp.Select)
            above, within = node.parent, False
            while above is not None and above is not scope.select:
                within, above = within or is_aggregate(above), above.parent
            if within or not isinstance(clause, exp.Select):
                yield "query.window", ""
