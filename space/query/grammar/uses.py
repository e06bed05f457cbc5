"""What every column of a table is used for in a bound query: as which role, in which form.

Decides nothing about permission: the rules on visibility, roles and scalar functions do, each on this
one reading of the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sqlglot import exp

from policies.protection import Role
from space.query.bind import Bound, Scan, Scope
from space.query.grammar.language import QUANTILES, SCALARS, is_histogram
from space.query.schema import Column

# join: in an ON. key: grouped by. compared: in a condition. aggregated: inside an aggregate. ranked: inside
# an aggregate that only orders groups. shown: anything else.
Form = Literal["join", "key", "compared", "aggregated", "ranked", "shown"]

_CONDITIONS: Final = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Is, exp.Between, exp.Like, exp.Not,
)  # fmt: skip
_RANKS: Final = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
_AGGREGATES: Final[dict[type[exp.Expr], str]] = {
    exp.Count: "count",
    exp.CountIf: "count",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Stddev: "stddev",
    exp.StddevSamp: "stddev",
    exp.StddevPop: "stddev",
    exp.Variance: "variance",
    exp.VariancePop: "variance",
    exp.Corr: "corr",
    # Rules list neither: what `after_aggregate` does not name is not allowed.
    exp.CovarPop: "covariance",
    exp.CovarSamp: "covariance",
    exp.RegrSlope: "regression",
    exp.RegrIntercept: "regression",
    exp.RegrR2: "regression",
    exp.Min: "min",
    exp.Max: "max",
}
# Functions that SQL writes otherwise than the parser calls them.
_WRITTEN: Final[dict[type[exp.Expr], str]] = {
    exp.Cast: "CAST",
    exp.TryCast: "CAST",
    exp.TimestampTrunc: "DATE_TRUNC",
    exp.DateTrunc: "DATE_TRUNC",
    exp.DateDiff: "DATE_DIFF",
    exp.TimeToStr: "STRFTIME",
    exp.Extract: "EXTRACT",
    exp.DayOfMonth: "DAY",
    exp.WeekOfYear: "WEEK",
    exp.DayOfWeekIso: "DAYOFWEEK",
    exp.DayOfWeek: "DAYOFWEEK",
    exp.DayOfYear: "DAYOFYEAR",
}
_BRANCHES: Final = (exp.If, exp.Case)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A granted column where it stands in a SELECT over tables.

    Attributes:
        node: the name in the bound tree.
        role, form: what it is used as.
        aggregate: the innermost aggregate it stands in, or empty.
        functions: scalar functions between it and its clause or aggregate, in upper case.
    """

    scope: Scope
    scan: Scan
    column: Column
    node: exp.Column
    role: Role
    form: Form
    aggregate: str = ""
    functions: frozenset[str] = frozenset()


def occurrences(bound: Bound) -> Iterator[Occurrence]:
    """Every column something is asked of, in every SELECT over tables, wherever it stands."""
    for scope in bound.base():
        aliases = {s.alias for s in scope.scans if any(c.rule is not None for c in s.table.columns)}
        if not aliases:
            continue
        for node in list(scope.own(exp.Column)):
            if isinstance(node, exp.Column) and node.table in aliases:
                yield _read(scope, node)


def scalar_name(node: exp.Expr) -> str:
    """How SQL writes a scalar function."""
    return _WRITTEN.get(type(node)) or (node.sql_name() if isinstance(node, exp.Func) else "")


def _read(scope: Scope, node: exp.Column) -> Occurrence:
    scan, column = scope.column(node)
    compared, binned, functions, aggregate = False, False, set[str](), ""
    below: exp.Expr = node
    above = node.parent
    while above is not None and above is not scope.select:
        if isinstance(above, exp.Join | exp.Where):  # WHERE also stands inside FILTER
            break
        if type(above) in _AGGREGATES and not _of_window(above):
            aggregate = aggregate or _name(above)
        elif isinstance(above, _CONDITIONS) or (isinstance(above, _BRANCHES) and _tests(above, below)):
            compared = True
            functions |= {"LEFT"} if isinstance(above, exp.Like) else set()  # by a prefix
        elif isinstance(above, (*SCALARS, exp.Cast)) and not isinstance(above, _BRANCHES) and not aggregate:
            functions.add(scalar_name(above))
        binned = binned or isinstance(above, (*QUANTILES, exp.WithinGroup)) or is_histogram(above)
        below, above = above, above.parent
    role, form = _use(scope, node, above, aggregate, compared=compared)
    if binned and form == "key":
        form = "shown"  # its values are counted and told, grouped by or not
    return Occurrence(scope, scan, column, node, role, form, aggregate, frozenset(functions))


def _use(
    scope: Scope, node: exp.Column, clause: exp.Expr | None, aggregate: str, *, compared: bool
) -> tuple[Role, Form]:
    if isinstance(clause, exp.Join):
        return Role.JOIN_KEY, "join"
    if isinstance(clause, exp.Where):
        return Role.FILTER, "compared"
    if aggregate:
        if compared:
            return Role.FILTER, "compared"
        form: Form = "ranked" if _only_orders(scope, node) else "aggregated"
        return (Role.DIMENSION if aggregate in ("min", "max") else Role.MEASURE), form
    if compared:
        return Role.DIMENSION, "compared"
    return Role.DIMENSION, "key" if scope.select.args.get("group") is not None else "shown"


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        return "count_distinct"
    return _AGGREGATES[type(node)]


def _of_window(node: exp.Expr) -> bool:
    """Whether the function is that of a window, which runs over released values."""
    holder = node.parent
    while isinstance(holder, exp.Filter):
        node, holder = holder, holder.parent
    return isinstance(holder, exp.Window) and holder.this is node


def _tests(branch: exp.Expr, below: exp.Expr) -> bool:
    """Whether a part of CASE or if() is its condition: not one of its results."""
    if isinstance(branch, exp.Case):
        return below is branch.args.get("this")
    return below is branch.this


def _is_aggregate(node: exp.Expr) -> bool:
    """Whether an expression is an aggregate and nothing else."""
    while isinstance(node, exp.Paren | exp.Filter):
        node = node.this
    return type(node) in _AGGREGATES


def _only_orders(scope: Scope, node: exp.Column) -> bool:
    """Whether what it stands in only orders groups: of the answer, or within a ranking window."""
    ordered = node.find_ancestor(exp.Ordered, exp.Select)
    if not isinstance(ordered, exp.Ordered) or not _is_aggregate(ordered.this):
        return False  # with anything done to it, a constant beside it could be told from it
    holder = ordered.find_ancestor(exp.Window, exp.Select)
    return holder is scope.select or (isinstance(holder, exp.Window) and isinstance(holder.this, _RANKS))
