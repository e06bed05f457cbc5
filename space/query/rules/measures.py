"""A measure is summed, averaged, bucketed or compared on its grid; never shown, grouped by or ranked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound, Scope
from space.query.grammar.lattice import Tells, objection, taints
from space.query.rules.verdict import Fault, guarded, named, verdict
from space.query.schema import Column

_CLAUSES = ("where", "group", "having", "qualify", "order")


def measures(bound: Bound) -> Decision:
    """No expression outside an aggregate is tainted by a measure."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in guarded(bound):
        if all(tells is not Tells.MEASURE for _, _, tells in named(scope)):
            continue
        aliases = {scan.alias for scan in scope.scans}

        def use_of(node: exp.Column, scope: Scope = scope, aliases: set[str] = aliases) -> Column | None:
            return scope.column(node)[1] if node.table in aliases else None

        clauses = (scope.select.args.get(clause) for clause in _CLAUSES)
        for node in (*scope.select.expressions, *(clause for clause in clauses if clause is not None)):
            for taint in sorted(taints(node, use_of), key=lambda t: t.column):
                code = objection(taint.tells) if taint.tells is Tells.MEASURE else None
                if code is not None:
                    yield code, taint.column
