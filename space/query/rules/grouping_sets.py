"""ROLLUP, CUBE and GROUPING SETS stand in GROUP BY or in GROUPING SETS, with few levels in all."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.grammar.language import LEVELS
from space.query.grammar.levels import read_grouping
from space.query.parse import Nodes
from space.query.reasons import Refused
from space.query.rules.verdict import Fault, verdict


def grouping_sets(tree: Nodes) -> Decision:
    """Every grouping in several levels can be read as levels."""
    return verdict(_faults(tree))


def _faults(tree: Nodes) -> Iterator[Fault]:
    for node in tree:
        if not isinstance(node, LEVELS):
            continue
        if not isinstance(node.parent, exp.Group | exp.GroupingSets):
            yield "query.grouping_sets", ""
            continue
        select = node.parent_select
        try:
            read_grouping(select) if isinstance(select, exp.Select) else None
        except Refused as refusal:
            yield refusal.reason.code, ""
