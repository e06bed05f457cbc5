"""Base statements as Spark SQL: read, checked against lists, written anew.

Decides which statements the carrier sends on: one SELECT over the tables of the plan and the keys that came
with it, made of listed forms. The engines' statements are DuckDB's; what Spark means by the same words is
said in :mod:`space.engines.spark.functions`. Not decided here: what may be asked (the gateway did).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import sqlglot
from sqlglot import exp

from space.engines.spark import shape
from space.engines.spark.functions import (
    OURS,
    Untranslatable,
    called,
    cast,
    converted,
    difference,
    formatted,
    number,
    part,
    truncated,
)
from space.engines.spark.kinds import KIND, Kind, Kinds

# A double beyond it is a whole number.
_NO_FRACTION: Final = "4503599627370496E0"
# Forms that mean the same in both, with everything in them.
_SAME: Final = frozenset(
    {
        exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
        exp.Offset, exp.Subquery, exp.Alias, exp.TableAlias, exp.Identifier, exp.Column, exp.Table,
        exp.Literal, exp.Null, exp.Boolean, exp.Star, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ,
        exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Is, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ,
        exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Greatest,
        exp.Least, exp.Abs, exp.Max, exp.Min, exp.Count, exp.Distinct, exp.Exists, exp.BitwiseAnd,
        exp.BitwiseOrAgg, exp.Concat, exp.DPipe, exp.Left, exp.Right, exp.Length, exp.Repeat, exp.Pow,
        exp.Ln, exp.Sqrt, exp.Exp, exp.DataType, exp.DataTypeParam, exp.Var,
    }
)  # fmt: skip
_PARTS: Final[dict[type[exp.Expr], str]] = {
    exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.Week: "WEEK", exp.WeekOfYear: "WEEK",
    exp.Day: "DAY", exp.DayOfMonth: "DAY", exp.DayOfWeek: "DOW", exp.DayOfWeekIso: "ISODOW",
    exp.DayOfYear: "DOY", exp.Hour: "HOUR",
}  # fmt: skip
_EXTRACTED: Final = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "DOW", "ISODOW", "DOY")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it is sent.

    Attributes:
        sql: Spark SQL.
        columns: of the answer, in order.
        moments: columns that are made of hidden ones: their name, the operation.
    """

    sql: str
    columns: tuple[str, ...]
    moments: tuple[tuple[str, str], ...] = ()


def forms(sql: str) -> tuple[str, ...]:
    """The forms of a base statement that the second engine has not; whatever the types of its columns."""
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return ("such statement",)
    known = {*_SAME, *_HANDLED, *shape.MOMENTS, exp.Filter, exp.Bracket}
    return tuple(sorted({type(node).key for node in tree.walk() if type(node) not in known}))


def translated(sql: str, tables: Mapping[str, str], stored: Mapping[str, Kind]) -> Statement:
    """A base statement for Spark.

    Args:
        sql: one SELECT in DuckDB's dialect.
        tables: what each table it may read is called on the other side.
        stored: kind of every stored column, by name.

    Raises:
        Untranslatable: it is anything else, or holds a form Spark has not.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise Untranslatable("such statement") from None
    if not isinstance(tree, exp.Select) or not tree.expressions:
        raise Untranslatable("statement but SELECT")
    columns = tuple(item.alias_or_name for item in tree.expressions)
    _name_tables(tree, tables)
    shape.drop_filters(tree)
    shape.rank(tree)
    moments = shape.add_moments(tree, Kinds.of(tree, stored))
    kinds = Kinds.of(tree, stored)
    kinds.note(tree)
    for node in reversed(list(tree.walk(bfs=True))):
        made = _one(node, kinds)
        if made is not node:
            node.replace(made)
    return Statement(tree.sql(dialect="spark", identify=True, comments=False), columns, moments)


def _name_tables(tree: exp.Expr, tables: Mapping[str, str]) -> None:
    for table in tree.find_all(exp.Table):
        name = table.name
        if table.args.get("db") or table.args.get("catalog") or name not in tables:
            raise Untranslatable("table of that name")
        if not isinstance(table.this, exp.Identifier) or set(table.args) - {"this", "alias"} - _empty(table):
            raise Untranslatable("such table")
        table.set("this", exp.to_identifier(tables[name], quoted=True))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))


def _empty(node: exp.Expr) -> set[str]:
    return {name for name, value in node.args.items() if not value}


def _one(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    if node.meta.get(OURS) or type(node) in _SAME:
        return node
    handler = _HANDLED.get(type(node))
    if handler is None:
        raise Untranslatable(type(node).key)
    made = handler(node, kinds)
    made.meta[KIND] = kinds.kind(node)
    return made


def _div(node: exp.Expr, _: Kinds) -> exp.Expr:
    """A quotient of doubles; by nothing it is infinite, or no number."""
    above, below = cast(node.this, "DOUBLE"), cast(node.expression, "DOUBLE")
    if _is_constant(node.expression):
        return exp.paren(exp.Div(this=above, expression=below))
    endless = exp.Case(
        ifs=[
            exp.If(this=exp.GT(this=above.copy(), expression=number(0)), true=_double("Infinity")),
            exp.If(this=exp.LT(this=above.copy(), expression=number(0)), true=_double("-Infinity")),
            exp.If(this=exp.EQ(this=above.copy(), expression=number(0)), true=_double("NaN")),
        ]
    )
    by_nothing = exp.If(this=exp.EQ(this=below.copy(), expression=number(0)), true=endless)
    quotient = exp.Div(this=above, expression=called("nullif", below, number(0)))
    return exp.Case(ifs=[by_nothing], default=quotient)


def _is_constant(node: exp.Expr) -> bool:
    """Whether it is a number that can be divided by."""
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) != 0


def _double(text: str) -> exp.Expr:
    return cast(exp.Literal.string(text), "DOUBLE")


def _int_div(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    # Of doubles DuckDB makes the same of // and of /.
    if Kind.REAL in (kinds.kind(node.this), kinds.kind(node.expression)) and _is_constant(node.expression):
        return _div(node, kinds)
    if {kinds.kind(node.this), kinds.kind(node.expression)} == {Kind.WHOLE} and _is_constant(node.expression):
        return node
    raise Untranslatable("integer division")


def _mod(node: exp.Expr, _: Kinds) -> exp.Expr:
    if not _is_constant(node.expression):
        raise Untranslatable("remainder by what may be nothing")
    return node


def _to_integer(name: str) -> Callable[[exp.Expr, Kinds], exp.Expr]:
    def made(node: exp.Expr, kinds: Kinds) -> exp.Expr:
        if node.args.get("decimals") is not None or node.args.get("to") is not None:
            raise Untranslatable(name)
        if kinds.kind(node.this) is Kind.EXACT:
            return called(name, node.this)
        return _whole(name, cast(node.this, "DOUBLE"))

    return made


def _sum(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    kind = kinds.kind(node.this)
    if isinstance(node.this, exp.Distinct):
        raise Untranslatable("sum of different values")
    if kind is Kind.WHOLE:
        return exp.Sum(this=cast(node.this, "DECIMAL(38, 0)"))
    if kind not in (Kind.REAL, Kind.EXACT, Kind.NOTHING):
        raise Untranslatable("sum of that kind")
    return node


def _avg(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    if isinstance(node.parent, exp.Window):
        return node  # made together with it
    return _mean(node, kinds, lambda aggregate: aggregate)


def _mean(node: exp.Expr, kinds: Kinds, over: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The exact sum by the number of values."""
    if kinds.kind(node.this) is Kind.REAL:
        return over(node.copy())
    kind = kinds.kind(node.this)
    if kind not in (Kind.WHOLE, Kind.EXACT) or isinstance(node.this, exp.Distinct):
        raise Untranslatable("avg of that kind")
    value = cast(node.this, "DECIMAL(38, 0)") if kind is Kind.WHOLE else node.this.copy()
    total = over(exp.Sum(this=value))
    many = cast(over(exp.Count(this=node.this.copy())), "DOUBLE")
    return exp.paren(exp.Div(this=cast(total, "DOUBLE"), expression=called("nullif", many, number(0))))


def _window(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    function = node.this
    if isinstance(function, exp.RowNumber) and not node.args.get("order"):
        return called("monotonically_increasing_id")  # rows are told apart, nothing else
    if node.args.get("spec") is not None or not isinstance(
        function, exp.RowNumber | exp.Avg | exp.Sum | exp.Count
    ):
        raise Untranslatable("such window")
    if not isinstance(function, exp.Avg):
        return node

    def over(aggregate: exp.Expr) -> exp.Expr:
        made = node.copy()
        made.set("this", aggregate)
        return made

    return _mean(function, kinds, over)


def _round(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    """To whole numbers or decimal places, halves away from zero, by the same steps in floating point."""
    places = node.args.get("decimals")
    if kinds.kind(node.this) is Kind.EXACT and (places is None or places.name.isdecimal()):
        return called("round", node.this, places or number(0))
    if kinds.kind(node.this) is not Kind.REAL or (places is not None and not places.name.isdecimal()):
        raise Untranslatable("round of that kind")
    scale = exp.Literal.number(f"{10 ** int(places.name) if places is not None else 1}E0")
    size = exp.Mul(this=called("abs", node.this), expression=scale)
    up = _whole("floor", exp.Add(this=size, expression=exp.Literal.number("0.5E0")))
    made = exp.Div(this=up, expression=scale.copy())
    rounded = exp.Mul(this=called("signum", node.this), expression=exp.paren(made))
    fine = exp.LT(this=size.copy(), expression=exp.Literal.number(_NO_FRACTION))
    return exp.Case(ifs=[exp.If(this=fine, true=rounded)], default=node.this.copy())


def _whole(name: str, x: exp.Expr) -> exp.Expr:
    """A double rounded down or up, a double again; the engine goes through 64 bits, where few fit."""
    fine = exp.LT(this=called("abs", x), expression=exp.Literal.number(_NO_FRACTION))
    return exp.Case(ifs=[exp.If(this=fine, true=cast(called(name, x), "DOUBLE"))], default=x.copy())


def _trunc(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    unit = node.args.get("unit")
    return truncated("" if unit is None else unit.name.upper(), node.this, kinds.kind(node.this))


def _extract(node: exp.Expr, _: Kinds) -> exp.Expr:
    if node.this.name.upper() not in _EXTRACTED:
        raise Untranslatable("such part of a time")
    return part(node.this.name.upper(), node.expression)


def _format(node: exp.Expr, _: Kinds) -> exp.Expr:
    template = node.args["format"]
    if not isinstance(template, exp.Literal) or not template.is_string:
        raise Untranslatable("strftime")
    return formatted(template.name, node.this)


def _date_diff(node: exp.Expr, _: Kinds) -> exp.Expr:
    unit = node.args.get("unit")
    return difference("" if unit is None else unit.name.upper(), node.expression, node.this)


def _struct(node: exp.Expr, _: Kinds) -> exp.Expr:
    """Several values as one, to be counted: their names do not matter."""
    values = [e.expression if isinstance(e, exp.PropertyEQ) else e for e in node.expressions]
    return called("struct", *values)


def _substring(node: exp.Expr, _: Kinds) -> exp.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if start is None or not start.name.isdecimal() or int(start.name) < 1 or length is None:
        raise Untranslatable("such substring")
    return called("substring", node.this, start, length)


_HANDLED: Final[dict[type[exp.Expr], Callable[[exp.Expr, Kinds], exp.Expr]]] = {
    exp.Div: _div,
    exp.IntDiv: _int_div,
    exp.Mod: _mod,
    exp.Floor: _to_integer("floor"),
    exp.Ceil: _to_integer("ceil"),
    exp.Cast: converted,
    exp.TryCast: converted,
    exp.Sum: _sum,
    exp.Avg: _avg,
    exp.AnyValue: lambda node, _: exp.Max(this=node.this.copy()),
    exp.IgnoreNulls: lambda node, _: node.this.copy(),
    exp.RowNumber: lambda node, _: node,
    exp.Window: _window,
    exp.Round: _round,
    exp.TimestampTrunc: _trunc,
    exp.DateTrunc: _trunc,
    exp.Extract: _extract,
    exp.TimeToStr: _format,
    exp.DateDiff: _date_diff,
    exp.Struct: _struct,
    exp.PropertyEQ: lambda node, _: node,
    exp.Substring: _substring,
    **dict.fromkeys(_PARTS, lambda node, _: part(_PARTS[type(node)], node.this)),
}
