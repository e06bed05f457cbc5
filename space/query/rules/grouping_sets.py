"""ROLLUP, CUBE and GROUPING SETS put totals next to their parts; each level is a query of its own."""

from __future__ import annotations

from sqlglot import exp

from policies.decision import Decision
from space.query.verdict import verdict


def grouping_sets(tree: exp.Query) -> Decision:
    """No grouping in several levels at once."""
    found = tree.find(exp.Rollup, exp.Cube, exp.GroupingSets)
    return verdict([("query.grouping_sets", "")] if found is not None else [])
