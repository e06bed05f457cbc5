"""Follow-on analyses of a dataset: whether its figures may, must or must not be worked on in the query.

A figure is worked on where another SELECT reads it to aggregate, join, window or filter. Renaming,
ordering and putting answers below one another change nothing and are no analysis.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from policies.protection import Demand
from space.query.bind import Bound, Scope
from space.query.rules.verdict import Fault, verdict

_WORK = ("where", "group", "having", "qualify", "distinct", "joins")


def follow_on(bound: Bound) -> Decision:
    """Figures of every table are worked on as its rule says."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        demands = {scan.table.name: scan.table.rules.follow_on for scan in scope.scans}
        if all(demand is Demand.ALLOWED for demand in demands.values()):
            continue
        worked_on, shown = _fate(scope, bound)
        for name, demand in demands.items():
            excluded = demand is Demand.NOT_ALLOWED and worked_on
            missing = demand is Demand.REQUIRED and shown
            if excluded or missing or demand is Demand.NEVER:
                yield "query.follow_on", name


def _fate(scope: Scope, bound: Bound) -> tuple[bool, bool]:
    """Whether some SELECT works on the figures of a scope, and whether they reach the answer as they are."""
    readers = _readers(scope, bound)
    if not readers:
        return False, True
    worked_on = shown = False
    for reader in readers:
        if _works(reader):
            worked_on = True
        else:
            further, as_is = _fate(reader, bound)
            worked_on, shown = worked_on or further, shown or as_is
    return worked_on, shown


def _works(reader: Scope) -> bool:
    select = reader.select
    if any(select.args.get(part) for part in _WORK):
        return True
    outputs = (item.unalias() for item in select.expressions)
    return any(not isinstance(output, exp.Column) for output in outputs)


def _readers(scope: Scope, bound: Bound) -> list[Scope]:
    """The SELECTs that read an answer: the one around it, or those that name its WITH."""
    above: exp.Expr | None = scope.select.parent
    while isinstance(above, exp.Union | exp.Subquery) and isinstance(above.parent, exp.Expr):
        above = above.parent
    if isinstance(above, exp.CTE):
        name = above.alias
        return [s for s in bound.scopes if any(t.name == name for t in _tables(s))]
    inside = None if above is None else above.find_ancestor(exp.Select)
    return [s for s in bound.scopes if s.select is inside] if inside is not None else []


def _tables(scope: Scope) -> Iterator[exp.Table]:
    for node in scope.own(exp.Table):
        if isinstance(node, exp.Table):
            yield node
