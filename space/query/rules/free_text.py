"""Free text, and columns without a declared use, never take part in a query."""

from __future__ import annotations

from collections.abc import Iterator

from policies.decision import Decision
from space.query.bind import Bound
from space.query.grammar.lattice import Tells, objection
from space.query.rules.verdict import Fault, named, verdict


def free_text(bound: Bound) -> Decision:
    """No column of use free text or never is named, anywhere."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        for _, column, tells in named(scope):
            code = objection(tells) if tells is Tells.NOTHING_SAFE else None
            if code is not None:
                yield code, column.name
