"""The forms of base statements that are written otherwise in Spark SQL, each with how.

Decides per form what Spark means by the same words, where the types of its parts matter; which forms are read
at all is :mod:`space.engines.spark.sql`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from space.engines.spark.functions import (
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
from space.engines.spark.kinds import Kind, Kinds

# A double beyond it is a whole number.
_NO_FRACTION: Final = "4503599627370496E0"
_PARTS: Final[dict[type[exp.Expr], str]] = {
    exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.Week: "WEEK", exp.WeekOfYear: "WEEK",
    exp.Day: "DAY", exp.DayOfMonth: "DAY", exp.DayOfWeek: "DOW", exp.DayOfWeekIso: "ISODOW",
    exp.DayOfYear: "DOY", exp.Hour: "HOUR",
}  # fmt: skip
_EXTRACTED: Final = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "DOW", "ISODOW", "DOY")


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
    inner = node.this if isinstance(node, exp.Neg) else node
    return isinstance(inner, exp.Literal) and not inner.is_string and float(inner.name) != 0


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


def _is(node: exp.Expr, _: Kinds) -> exp.Expr:
    """A test for a missing value; one for a truth value is written as a choice, which every planner reads."""
    if isinstance(node.expression, exp.Null):
        return node
    if not isinstance(node.expression, exp.Boolean):
        raise Untranslatable("such IS")
    met = node.this if node.expression.this else exp.Not(this=exp.paren(node.this.copy()))
    return called("coalesce", met, exp.false())


def _substring(node: exp.Expr, _: Kinds) -> exp.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if start is None or not start.name.isdecimal() or int(start.name) < 1 or length is None:
        raise Untranslatable("such substring")
    return called("substring", node.this, start, length)


HANDLED: Final[dict[type[exp.Expr], Callable[[exp.Expr, Kinds], exp.Expr]]] = {
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
    exp.Is: _is,
    exp.Struct: _struct,
    exp.PropertyEQ: lambda node, _: node,
    exp.Substring: _substring,
    **dict.fromkeys(_PARTS, lambda node, _: part(_PARTS[type(node)], node.this)),
}
