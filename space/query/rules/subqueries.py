"""Subqueries stand in FROM, WITH and UNION only: elsewhere they are an oracle about single rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.verdict import Fault, verdict

_HOLDERS = (exp.From, exp.Join, exp.CTE, exp.Union, exp.Except, exp.Intersect)


def subqueries(tree: exp.Query) -> Decision:
    """Every inner query is a source or a branch."""
    return verdict(_faults(tree))


def _faults(tree: exp.Query) -> Iterator[Fault]:
    for node in tree.find_all(exp.Query):
        above = node.parent
        while isinstance(above, exp.Subquery):
            above = above.parent
        if above is not None and not isinstance(above, _HOLDERS):
            yield "query.subquery", ""
