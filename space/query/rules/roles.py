"""Roles of a column: what owner and grant let it serve as, whatever its declared use would allow."""

from __future__ import annotations

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.uses import Occurrence, occurrences
from space.query.rules.verdict import verdict


def roles(bound: Bound) -> Decision:
    """Every column serves as one of the roles of its rule."""
    return verdict(("query.role", o.column.name) for o in occurrences(bound) if not in_role(o))


def in_role(use: Occurrence) -> bool:
    """Whether a column may serve as what it does."""
    return use.column.rule is None or use.role in use.column.rule.roles
