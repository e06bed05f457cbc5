"""LIMIT and OFFSET take a constant: a computed one tells a value by the number of rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.parse import Nodes
from space.query.rules.verdict import Fault, verdict


def limits(tree: Nodes) -> Decision:
    """Every LIMIT and OFFSET is a whole number."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if not isinstance(node, exp.Limit | exp.Offset):
            continue
        count = node.expression
        if not isinstance(count, exp.Literal) or count.is_string or not count.name.isdigit():
            yield "query.limit", ""
