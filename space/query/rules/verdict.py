"""How a rule says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from policies.decision import Decision, Deny, Permit
from space.query.bind import Bound, Scope
from space.query.grammar.lattice import Tells, taint_of
from space.query.grammar.levels import Grouping, read_grouping
from space.query.reasons import Refused, reason
from space.query.schema import Column

Fault = tuple[str, str]  # code, column or dataset


def verdict(faults: Iterable[Fault]) -> Decision:
    """Permit, or Deny with every fault once."""
    reasons = tuple(reason(code, where) for code, where in dict.fromkeys(faults))
    return Deny(reasons) if reasons else Permit()


def faults(read: Callable[[], object]) -> Iterator[Fault]:
    """The fault with which a reader of the grammar refuses, if it does."""
    try:
        read()
    except Refused as refusal:
        yield refusal.reason.code, refusal.reason.where


def named(scope: Scope) -> list[tuple[exp.Column, Column, Tells]]:
    """Every granted column that stands in a scope, with what it tells.

    Raises:
        Refused: a name of a table means none of its columns.
    """
    found: list[tuple[exp.Column, Column, Tells]] | None = scope.read.get(named)
    if found is None:
        aliases, found = {scan.alias for scan in scope.scans}, []
        for node in scope.own(exp.Column):
            if isinstance(node, exp.Column) and node.table in aliases:
                column = scope.column(node)[1]
                found.append((node, column, taint_of(column).tells))
        scope.read[named] = found
    return found


def grouping(scope: Scope) -> Grouping:
    """What a scope groups by.

    Raises:
        Refused: it neither groups nor aggregates, or has too many levels.
    """
    found: Grouping | None = scope.read.get(grouping)
    if found is None:
        found = scope.read[grouping] = read_grouping(scope.select)
    return found


def guarded(bound: Bound) -> Iterator[Scope]:
    """The scopes over tables that hold a unit, or statistics of units."""
    for scope in bound.base():
        if not all(scan.table.unit_free for scan in scope.scans):
            yield scope
