"""Aggregates over rows: count, distinct units and categories, sum, avg; moments in threshold mode."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound, Scope
from space.query.grammar.aggregates import read_aggregate
from space.query.grammar.columns import resolver
from space.query.grammar.language import is_aggregate
from space.query.rules.verdict import Fault, faults, guarded, verdict


def aggregates(bound: Bound) -> Decision:
    """Every aggregate over rows has an accepted form."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        resolve = resolver(scope)
        for node in _outermost(scope):
            yield from faults(lambda n=node, r=resolve: read_aggregate(n, r))  # type: ignore[misc]


def _outermost(scope: Scope) -> Iterator[exp.Expr]:
    """Aggregates with their FILTER, not the function inside the FILTER."""
    for node in scope.own(exp.AggFunc, exp.Filter, exp.WithinGroup, exp.Anonymous):
        if is_aggregate(node) and not isinstance(node.parent, exp.Filter | exp.WithinGroup):
            yield node
