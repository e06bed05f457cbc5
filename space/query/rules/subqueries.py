"""Subqueries stand in FROM, WITH and UNION only: elsewhere they are an oracle about single rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.grammar.language import is_source
from space.query.parse import Nodes
from space.query.rules.verdict import Fault, verdict


def subqueries(tree: Nodes) -> Decision:
    """Every inner query is a source or a branch."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if isinstance(node, exp.Query) and not is_source(node):
            yield "query.subquery", ""
