"""Rows are never released: whatever reads a table must aggregate it in the same SELECT."""

from __future__ import annotations

from collections.abc import Iterator

from policies.decision import Decision
from space.query.bind import Bound
from space.query.rules.verdict import Fault, faults, grouping, guarded, verdict


def raw_rows(bound: Bound) -> Decision:
    """Every SELECT over a table groups or aggregates; none reads nothing, or tables beside answers."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.scopes:
        if scope.kind == "constant":
            yield "query.rows", ""
        if scope.kind == "mixed":
            yield "query.join.mixed", ""
    for scope in guarded(bound):
        yield from faults(lambda scope=scope: grouping(scope))  # type: ignore[misc]
