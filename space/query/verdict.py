"""How a rule says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from policies.decision import Decision, Deny, Permit
from space.query.bind import Bound, Scope
from space.query.reasons import Refused, reason

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


def guarded(bound: Bound) -> Iterator[Scope]:
    """The scopes over tables that hold a unit, or statistics of units."""
    for scope in bound.base():
        if not all(scan.table.unit_free for scan in scope.scans):
            yield scope
