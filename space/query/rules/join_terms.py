"""Joins of a dataset as owner and grant want them: whether, with whom, on which column, of which kind."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from policies.decision import Decision
from policies.protection import Demand, JoinRule
from space.query.bind import Bound, Scan, Scope
from space.query.rules.verdict import Fault, verdict


def join_terms(bound: Bound) -> Decision:
    """Every table is joined, or left alone, as its rule says."""
    return verdict(_faults(bound))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        for scan in scope.scans:
            rule = scan.table.rules.join
            if rule != JoinRule():
                yield from _of_table(scope, scan, rule)


def _of_table(scope: Scope, scan: Scan, rule: JoinRule) -> Iterator[Fault]:
    found_partner = False
    for join in scope.select.args.get("joins") or ():
        here, others = _ends(scope, scan, join)
        if not here:
            continue
        kind = "left" if join.side == "LEFT" else "inner"
        outside = rule.partners is not None and not {o.table.name for o in others} <= rule.partners
        elsewhere = rule.keys is not None and not here <= rule.keys
        otherwise = rule.types is not None and kind not in rule.types
        if rule.demand in (Demand.NOT_ALLOWED, Demand.NEVER) or outside or elsewhere or otherwise:
            yield "query.join.terms", scan.table.name
        # What a left join keeps has not found a partner.
        kept = kind == "left" and join.this.alias_or_name != scan.alias
        found_partner |= not kept and any(o.table.name != scan.table.name for o in others)
    if rule.demand in (Demand.REQUIRED, Demand.NEVER) and not found_partner:
        yield "query.join.required", scan.table.name


def _ends(scope: Scope, scan: Scan, join: exp.Expr) -> tuple[set[str], list[Scan]]:
    """The table's own columns in a join condition, and the tables at its other ends."""
    condition = join.args.get("on")
    named = [] if condition is None else list(condition.find_all(exp.Column))
    here = {scope.column(column)[1].name for column in named if column.table == scan.alias}
    aliases = {column.table for column in named} - {scan.alias}
    return here, [other for other in scope.scans if other.alias in aliases]
