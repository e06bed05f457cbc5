"""The rules: a visible tuple and a short loop. Each rule is one file and one function.

``SHAPE_RULES`` look at every node of the tree before any name is resolved, ``RULES`` and ``TERM_RULES`` at
the bound tree, the latter at what owner and grant ask of single datasets and columns. A rule says
Permit, or Deny with every reason it finds; none looks at data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from policies.decision import Decision, Deny, Reason
from space.query.bind import Bound
from space.query.parse import Nodes
from space.query.rules.aggregates import aggregates
from space.query.rules.analyses import analyses
from space.query.rules.follow_on import follow_on
from space.query.rules.free_text import free_text
from space.query.rules.functions import functions
from space.query.rules.grouping_sets import grouping_sets
from space.query.rules.identifiers import identifiers
from space.query.rules.join_terms import join_terms
from space.query.rules.joins import joins
from space.query.rules.keys import group_keys
from space.query.rules.limits import limits
from space.query.rules.measures import measures
from space.query.rules.nested import nested
from space.query.rules.nodes import nodes
from space.query.rules.predicates import row_conditions
from space.query.rules.raw_rows import raw_rows
from space.query.rules.roles import roles
from space.query.rules.scalar_functions import scalar_functions
from space.query.rules.subqueries import subqueries
from space.query.rules.templates import templates
from space.query.rules.unions import unions
from space.query.rules.visibility import visibility
from space.query.rules.windows import windows

ShapeRule = Callable[[Nodes], Decision]
Rule = Callable[[Bound], Decision]

SHAPE_RULES: Final[tuple[ShapeRule, ...]] = (nodes, functions, grouping_sets, subqueries, limits, unions)
RULES: Final[tuple[Rule, ...]] = (
    free_text,
    identifiers,
    raw_rows,
    measures,
    joins,
    group_keys,
    row_conditions,
    aggregates,
    windows,
    nested,
)
# What owner and grant ask of single datasets and columns.
TERM_RULES: Final[tuple[Rule, ...]] = (
    analyses,
    templates,
    visibility,
    roles,
    scalar_functions,
    join_terms,
    follow_on,
)


def judge_shape(tree: Nodes) -> Deny | None:
    """Every reason the shape rules find, or None."""
    return _together(rule(tree) for rule in SHAPE_RULES)


def judge(bound: Bound) -> Deny | None:
    """Every reason the rules find, or None."""
    return _together(rule(bound) for rule in (*RULES, *TERM_RULES))


def _together(decisions: Iterable[Decision]) -> Deny | None:
    found: dict[Reason, None] = {}
    for decision in decisions:
        if isinstance(decision, Deny):
            found.update(dict.fromkeys(decision.reasons))
    return Deny(tuple(found)) if found else None
