"""Groups picked by their own figure are not aggregated again: a count of them is a threshold oracle."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound, Scope
from space.query.grammar.language import is_aggregate
from space.query.rules.verdict import Fault, verdict

_PICKS = ("having", "qualify", "limit", "offset")


def nested(bound: Bound) -> Decision:
    """An aggregate over answers reads them whole: no WHERE here, no HAVING, QUALIFY or LIMIT below."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.scopes:
        if scope.kind != "released" or not any(is_aggregate(n) for n in scope.own(exp.AggFunc)):
            continue
        below = [s for s in bound.scopes if s is not scope and _feeds(s, scope)]
        if scope.select.args.get("where") or any(_picks(s) for s in below):
            yield "query.nested", ""


def _picks(scope: Scope) -> bool:
    args = scope.select.args
    return any(args.get(part) for part in _PICKS) or (scope.kind == "released" and bool(args.get("where")))


def _feeds(inner: Scope, outer: Scope) -> bool:
    """Whether an answer is read by another: it stands inside it, or in a WITH it names."""
    if inner.select.find_ancestor(exp.CTE) is None:
        above = inner.select.parent
        while above is not None and above is not outer.select:
            above = above.parent
        return above is not None
    return True
