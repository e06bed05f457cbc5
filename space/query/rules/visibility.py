"""Visibility of a column: in which form owner and grant let its values stand in an answer."""

from __future__ import annotations

from sqlglot import exp

from policies.decision import Decision
from policies.protection import Visibility
from space.query.bind import Bound
from space.query.grammar.uses import Occurrence, occurrences
from space.query.rules.verdict import verdict


def visibility(bound: Bound) -> Decision:
    """Every column stands in a form its rule lets be seen."""
    return verdict(("query.visibility", o.column.name) for o in occurrences(bound) if not visible(o))


def visible(use: Occurrence) -> bool:
    """Whether a column may stand where it does; a form without a case here is denied."""
    rule = use.column.rule
    if rule is None or rule.visibility is Visibility.PLAIN:
        return True
    match rule.visibility:
        case Visibility.AFTER_JOIN:
            return use.form == "join" or _found_partner(use, by_itself=True)
        case Visibility.JOIN_PAYLOAD:
            return use.form != "join" and _found_partner(use, by_itself=False)
        case Visibility.AFTER_GROUP_BY:
            return use.form == "key"
        case Visibility.AFTER_AGGREGATE:
            return use.form in ("aggregated", "ranked") and use.aggregate in rule.aggregates
        case Visibility.AFTER_COMPARE:
            return use.form == "compared"
        case Visibility.RANK_ONLY:
            return use.form == "ranked"
    return False


def _found_partner(use: Occurrence, *, by_itself: bool) -> bool:
    """Whether only rows of its table remain that found a partner: by this very column, or by any."""
    for join in use.scope.select.args.get("joins") or ():
        condition = join.args.get("on")
        if condition is None:
            continue
        named = list(condition.find_all(exp.Column))
        own = [c for c in named if c.table == use.scan.alias] if _elsewhere(use, named) else []
        if by_itself:
            own = [c for c in own if c.name == use.node.name]
        # A left join keeps rows of what stands before it, so only what it brings has found a partner.
        kept = join.side == "LEFT" and join.this.alias_or_name != use.scan.alias
        if own and not kept and join.side in ("", "LEFT"):
            return True
    return False


def _elsewhere(use: Occurrence, named: list[exp.Column]) -> bool:
    """Whether a join condition names another dataset: a table joined to itself finds itself."""
    tables = {scan.alias: scan.table.name for scan in use.scope.scans}
    return any(tables.get(column.table, use.scan.table.name) != use.scan.table.name for column in named)
