"""Free text, and columns without a declared use, never take part in a query."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from contracts.model import Use
from policies.decision import Decision
from space.query.bind import Bound
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
                if column.use in (Use.FREE_TEXT, Use.NEVER):
                    yield "query.free_text", column.name
