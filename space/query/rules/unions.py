"""Answers are put together with UNION ALL only; set differences of rows would be an oracle."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.parse import Nodes
from space.query.rules.verdict import Fault, verdict


def unions(tree: Nodes) -> Decision:
    """Every set operation is UNION ALL."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if not isinstance(node, exp.Union | exp.Except | exp.Intersect):
            continue
        if type(node) is not exp.Union or node.args.get("distinct"):
            yield "query.union", ""
