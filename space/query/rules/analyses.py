"""Analyses of a dataset: figures are made only of tables that owner and grant open to aggregation."""

from __future__ import annotations

from collections.abc import Iterator

from policies.decision import Decision
from policies.protection import Analysis
from space.query.bind import Bound
from space.query.rules.verdict import Fault, verdict


def analyses(bound: Bound) -> Decision:
    """Every table that is read is open to aggregation."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        for scan in scope.scans:
            if Analysis.AGGREGATE not in scan.table.rules.analyses:
                yield "query.analysis", scan.table.name
