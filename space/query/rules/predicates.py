"""Conditions over rows: a column, an operator and a constant on its domain, grain or grid."""

from __future__ import annotations

from collections.abc import Iterator

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.columns import resolver
from space.query.grammar.predicates import read_predicate
from space.query.rules.verdict import Fault, faults, guarded, verdict


def row_conditions(bound: Bound) -> Decision:
    """The WHERE of every SELECT over tables; FILTER and CASE belong to their aggregates."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        where = scope.select.args.get("where")
        if where is not None:
            resolve = resolver(scope)
            yield from faults(lambda n=where.this, r=resolve: read_predicate(n, r))  # type: ignore[misc]
