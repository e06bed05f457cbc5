"""A column that identifies a unit is counted with DISTINCT or joined; nothing else, through no function."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.lattice import Tells, objection
from space.query.rules.verdict import Fault, named, verdict


def identifiers(bound: Bound) -> Decision:
    """Every identifier stands directly in count(DISTINCT …), count(…) or a join condition."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        for node, column, tells in named(scope):
            code = objection(tells) if tells in (Tells.JOIN_KEY, Tells.IDENTIFIER) else None
            if code is not None and not _counted_or_joined(node, known=bool(column.physical)):
                yield code, column.name


def _counted_or_joined(node: exp.Column, *, known: bool) -> bool:
    """Whether it stands where a unit may; a name or number without a pseudonym may stand nowhere."""
    above = node.parent
    while isinstance(above, exp.Paren):
        above = above.parent
    if isinstance(above, exp.Distinct):
        above = above.parent
    if isinstance(above, exp.Count):
        return known
    while isinstance(above, exp.EQ | exp.And | exp.Paren):
        above = above.parent
    return known and isinstance(above, exp.Join)
