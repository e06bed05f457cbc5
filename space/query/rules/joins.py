"""Joins: of tables as the grant declares them, of answers on equality."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.columns import plain
from space.query.planning.relation import read_relation
from space.query.rules.verdict import Fault, faults, verdict


def joins(bound: Bound) -> Decision:
    """Every join of tables is declared; every join of answers has an equality."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.scopes:
        if scope.kind == "base":
            yield from faults(lambda scope=scope: read_relation(scope, bound.schema))  # type: ignore[misc]
        elif scope.kind == "released":
            for join in scope.select.args.get("joins") or ():
                if join.side not in ("", "LEFT") or not _equality(join.args.get("on")):
                    yield "query.join", ""


def _equality(condition: exp.Expr | None) -> bool:
    """Whether two columns must be equal, so that a join of answers cannot multiply them freely."""
    if condition is None:
        return False
    node = plain(condition)
    parts = node.flatten() if isinstance(node, exp.And) else [node]
    return any(
        isinstance(p, exp.EQ) and isinstance(p.this, exp.Column) and isinstance(p.expression, exp.Column)
        for p in map(plain, parts)
    )
