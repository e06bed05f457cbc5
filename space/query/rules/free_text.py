"""Free text, and columns without a declared use, never take part in a query."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound
from space.query.lattice import Tells, objection, taint_of
from space.query.verdict import Fault, verdict


def free_text(bound: Bound) -> Decision:
    """No column of use free text or never is named, anywhere."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        aliases = {scan.alias for scan in scope.scans}
        for node in scope.own(exp.Column):
            if isinstance(node, exp.Column) and node.table in aliases:
                _, column = scope.column(node)
                tells = taint_of(column).tells
                code = objection(tells) if tells is Tells.NOTHING_SAFE else None
                if code is not None:
                    yield code, column.name
