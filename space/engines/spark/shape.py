"""The shape of a base statement where Spark SQL has another: FILTER, the two largest, moments.

Decides how each is said with what every engine has. Works on the tree as it was read, before functions are
written anew (:mod:`space.engines.spark.sql`).
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from space.engines.spark.functions import Untranslatable, called, cast, number
from space.engines.spark.kinds import Kind, Kinds
from space.engines.spark.moments import ONE, TWO

MOMENTS: Final[dict[type[exp.Expr], str]] = {
    exp.Variance: "var_samp", exp.VariancePop: "var_pop", exp.Stddev: "stddev_samp",
    exp.StddevSamp: "stddev_samp", exp.StddevPop: "stddev_pop", exp.Corr: "corr",
    exp.CovarPop: "covar_pop", exp.CovarSamp: "covar_samp", exp.RegrSlope: "regr_slope",
    exp.RegrIntercept: "regr_intercept", exp.RegrR2: "regr_r2",
}  # fmt: skip
assert set(MOMENTS.values()) == {*ONE, *TWO}

# Begins the names of columns that are read only to make others of them.
HIDDEN: Final = "_of_"


def drop_filters(tree: exp.Expr) -> None:
    """FILTER as CASE: every aggregate here leaves out what is missing; windows in Spark have no FILTER."""
    for node in reversed(list(tree.find_all(exp.Filter, bfs=True))):
        function = node.this.this if isinstance(node.this, exp.IgnoreNulls) else node.this
        aggregate, condition = function.copy(), node.expression.this

        def met(value: exp.Expr, condition: exp.Expr = condition) -> exp.Expr:
            return exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())])

        value = aggregate.this
        if isinstance(value, exp.Star):
            aggregate.set("this", met(number(1)))
        elif isinstance(value, exp.Distinct) and len(value.expressions) == 1:
            value.set("expressions", [met(value.expressions[0])])
        elif isinstance(value, exp.Expr):
            aggregate.set("this", met(value))
        else:
            raise Untranslatable("such FILTER")
        node.replace(aggregate)


def rank(tree: exp.Expr) -> None:
    """``max(x, 2)[n]``: the largest, and the largest but one by its rank within the group."""
    for select in list(tree.find_all(exp.Select)):
        found = [node for node in select.find_all(exp.Bracket) if node.parent_select is select]
        ranked: dict[str, tuple[str, exp.Expr]] = {}
        for node in found:
            top = node.this
            count = top.args.get("count")
            if not isinstance(top, exp.Max) or count is None or count.name != "2":
                raise Untranslatable("such list")
            value = top.this
            if _place(node) == 1:
                node.replace(exp.Max(this=value.copy()))
                continue
            name, _ = ranked.setdefault(value.sql(), (f"_rank_{len(ranked)}", value))
            second = exp.EQ(this=exp.column(name, quoted=True), expression=number(2))
            node.replace(exp.Max(this=exp.Case(ifs=[exp.If(this=second, true=value.copy())])))
        if ranked:
            _add_ranks(select, list(ranked.values()))


def _place(node: exp.Bracket) -> int:
    """Which of a list is asked for, counted from 1."""
    (index,) = node.expressions
    place = int(index.name) + 1
    if place not in (1, 2):
        raise Untranslatable("such list")
    return place


def _add_ranks(select: exp.Select, ranked: list[tuple[str, exp.Expr]]) -> None:
    group = select.args.get("group")
    columns: list[exp.Expr] = [exp.Star()]
    for name, value in ranked:
        order = exp.Order(expressions=[exp.Ordered(this=value.copy(), desc=True, nulls_first=False)])
        by = [e.copy() for e in group.expressions] if group is not None else []
        columns.append(
            exp.alias_(exp.Window(this=exp.RowNumber(), partition_by=by, order=order), name, quoted=True)
        )
    source = select.args["from_"].this
    inner = exp.Select(expressions=columns)
    inner.set("from_", exp.From(this=source.copy()))
    if select.args.get("joins"):
        raise Untranslatable("such list")
    if select.args.get("where") is not None:
        inner.set("where", select.args["where"].copy())
        select.set("where", None)
    select.set(
        "from_",
        exp.From(
            this=exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(source.alias_or_name)))
        ),
    )


def add_moments(tree: exp.Select, kinds: Kinds) -> tuple[tuple[str, str], ...]:
    """Sums in place of the moments of the outermost SELECT.

    Raises:
        Untranslatable: values are no whole numbers.
    """
    made: list[tuple[str, str]] = []
    for item in list(tree.expressions):
        operation = MOMENTS.get(type(item.unalias()))
        if operation is None:
            continue
        node = item.unalias()
        pair = [node.this, node.expression] if operation in TWO else [node.this]
        if any(kinds.kind(value) is not Kind.WHOLE for value in pair):
            raise Untranslatable(f"{operation} of that kind")
        place = len(made)
        made.append((item.alias, operation))
        item.replace(exp.alias_(exp.Null(), item.alias))
        for name, sql in _sums(pair).items():
            tree.append("expressions", exp.alias_(sql, f"{HIDDEN}{place}_{name}"))
    return tuple(made)


def _sums(pair: list[exp.Expr]) -> dict[str, exp.Expr]:
    """What :class:`space.engines.spark.moments.Sums` holds."""
    there = exp.and_(*(exp.Not(this=exp.Is(this=v.copy(), expression=exp.Null())) for v in pair))
    wide = [cast(v, "DECIMAL(19, 0)") for v in pair]

    def over(value: exp.Expr) -> exp.Expr:
        return exp.Case(ifs=[exp.If(this=there.copy(), true=value.copy())])

    def added(*factors: exp.Expr) -> exp.Expr:
        product = (
            factors[0] if len(factors) == 1 else exp.Mul(this=factors[0].copy(), expression=factors[1].copy())
        )
        return called("sum", over(cast(exp.paren(product), "DECIMAL(38, 0)")))

    sizes = [called("max", over(called("abs", v))) for v in wide]
    found = {"n": called("count", over(number(1))), "y": added(wide[0]), "yy": added(wide[0], wide[0]),
             "most": sizes[0] if len(sizes) == 1 else called("greatest", *sizes)}  # fmt: skip
    if len(pair) == 2:
        y, x = wide
        found |= {"x": added(x), "xx": added(x, x), "yx": added(y, x)}
    return found
