"""Only listed forms of SQL: anything else, known or not, is refused."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.grammar.language import ARGUMENTS, CAST_TYPES, LEVELS, NODES, WORDS, is_listed
from space.query.parse import Nodes
from space.query.rules.verdict import Fault, verdict

# These have rules of their own, with a more helpful reason.
_ELSEWHERE = (exp.Func, exp.Except, exp.Intersect)
# Listed, and nothing more is asked of them.
_ASKED = (exp.Cast, exp.Var, exp.Tuple, exp.Distinct, exp.Column)
_NO_MORE = frozenset(kind for kind in NODES if kind not in ARGUMENTS and not issubclass(kind, _ASKED))


def nodes(tree: Nodes) -> Decision:
    """Every node, and every clause a node carries as a plain argument, is on the allow-list."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if not is_listed(node) and not isinstance(node, _ELSEWHERE):
            yield "query.node", ""
        if type(node) in _NO_MORE:
            continue
        allowed = ARGUMENTS.get(type(node))
        if allowed is not None and any(value and name not in allowed for name, value in node.args.items()):
            yield "query.node", ""
        if isinstance(node, exp.Cast) and node.to.this not in CAST_TYPES:
            yield "query.node", ""
        if isinstance(node, exp.Var) and node.name.upper() not in WORDS:
            yield "query.node", ""
        if isinstance(node, exp.Tuple) and not isinstance(node.parent, LEVELS):
            yield "query.node", ""
        if isinstance(node, exp.Distinct) and node.args.get("on") is not None:
            yield "query.node", ""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Identifier | exp.Star):
            yield "query.node", ""
