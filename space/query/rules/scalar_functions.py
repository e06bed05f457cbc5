"""Scalar functions of a column: where its rule lists some, it is passed to no other."""

from __future__ import annotations

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.uses import Occurrence, occurrences
from space.query.rules.verdict import verdict


def scalar_functions(bound: Bound) -> Decision:
    """Every column is passed to listed functions only, where its rule lists any."""
    return verdict(("query.column_function", o.column.name) for o in occurrences(bound) if not passed_on(o))


def passed_on(use: Occurrence) -> bool:
    """Whether a column may be passed to the functions it stands in."""
    rule = use.column.rule
    return rule is None or rule.functions is None or use.functions <= rule.functions
