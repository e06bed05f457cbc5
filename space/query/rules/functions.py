"""Only listed functions: no volatile, table, system or unknown one; no aggregate that shows a value."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.grammar.language import is_listed
from space.query.parse import Nodes
from space.query.rules.verdict import Fault, verdict


def functions(tree: Nodes) -> Decision:
    """Every function is on the allow-list, by its own type; a name sqlglot does not know never is."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if not isinstance(node, exp.Func) or is_listed(node):
            continue
        if isinstance(node, exp.WidthBucket):
            yield "query.bucket", ""
            continue
        shows = isinstance(node, exp.AggFunc) and not isinstance(node, exp.Anonymous)
        yield ("query.aggregate" if shows else "query.function"), ""
