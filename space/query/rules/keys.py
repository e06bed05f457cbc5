"""What rows may be grouped by: categories, parts of dates at or above the grain, buckets."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.columns import Resolve, resolver
from space.query.grammar.keys import read_key
from space.query.planning.split import check_groupable
from space.query.reasons import Refused
from space.query.rules.verdict import Fault, faults, grouping, guarded, verdict


def group_keys(bound: Bound) -> Decision:
    """Every GROUP BY expression is a key."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        resolve = resolver(scope)
        try:
            chosen = grouping(scope).keys
        except Refused:
            continue  # the rule on rows says so
        for node in chosen:
            yield from faults(lambda node=node, resolve=resolve: _groupable(node, resolve))  # type: ignore[misc]


def _groupable(node: exp.Expr, resolve: Resolve) -> None:
    check_groupable(read_key(node, resolve))
